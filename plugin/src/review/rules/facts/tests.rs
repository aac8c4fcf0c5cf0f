use crate::review::model::Status;
use crate::review::rules::testing::{Edit, RuleFn, of_status, rendered};
use crate::review::rules::{data_loss, fails, identity, rotate, terraform};
use crate::review::side::Rendered;

const ACME: &str = "tenants/acme/tenant.yaml";

/// A folder as it was written by `render`: nothing but objects.
fn written(folder: &str, edits: &[Edit<'_>]) -> Rendered {
    Rendered { file: None, plan: None, ..rendered(folder, edits) }
}

/// What a rule says of an edit, by plans, which by what was written is the same.
fn both(rule: RuleFn, folder: &str, edit: Edit<'_>) -> Vec<String> {
    let by = |set: fn(&str, &[Edit<'_>]) -> Rendered| {
        of_status(rule, Status::Changed, Some(&set(folder, &[])), Some(&set(folder, &[edit])))
    };
    let found = by(rendered);
    assert_eq!(by(written), found);
    found
}

#[test]
fn what_was_written_says_the_same_as_a_plan() {
    let off = (ACME, "{tier: pro}", "{tier: pro, terraform: {enabled: false}}");
    assert_eq!(both(terraform::found, "tenants/acme", off).len(), 1);
    let harbour = "tenants/harbour/tenant.yaml";
    let delete = (harbour, "{confirm: harbour}", "{confirm: harbour, data: delete}");
    assert_eq!(both(data_loss::found, "tenants/harbour", delete).len(), 1);
    let bucket = ("platform.yaml", "bucket_prefix: example-", "bucket_prefix: other-");
    assert_eq!(both(data_loss::found, "tenants/acme", bucket).len(), 1);
    let state = ("platform.yaml", "bucket: tenants-state", "bucket: states");
    assert_eq!(both(identity::found, "tenants/acme", state).len(), 1);
    let jwt = ("tenants/globex/tenant.yaml", "jwt: {generation: 2}", "jwt: {generation: 1}");
    assert_eq!(both(rotate::found, "tenants/globex", jwt).len(), 1);
}

/// The record has a role's ARN, and not what the role is called.
#[test]
fn another_id() {
    let edit = (ACME, "{tier: pro}", "{tier: pro, id: other}");
    let (before, after) = (written("tenants/acme", &[]), written("tenants/acme", &[edit]));
    assert_eq!(
        of_status(identity::found, Status::Changed, Some(&before), Some(&after)),
        [
            "IDENTITY: id `acme` → `other`, which never changes: Terraform refuses to run",
            "IDENTITY: role `arn:aws:iam::111122223333:role/zenml-acme` → `arn:aws:iam::111122223333:role/zenml-other`: \
             whoever trusts the old one trusts nobody",
            "IDENTITY: state `s3://tenants-state/tenants/acme/terraform.tfstate` → \
             `s3://tenants-state/tenants/other/terraform.tfstate`: Terraform finds no state there",
        ]
    );
}

#[test]
fn a_tenant_that_was_destroyed_is_gone() {
    let gone = |folder: &str| of_status(fails::found, Status::Removed, Some(&written(folder, &[])), None);
    assert_eq!(gone("tenants/harbour"), [""; 0]);
    assert_eq!(gone("tenants/acme"), ["FAILS: its set is gone: nothing is deleted, and nobody looks after it"]);
}
