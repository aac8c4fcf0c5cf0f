use crate::review::rules::data_loss::found;
use crate::review::rules::testing::between;

const NOTHING: [&str; 0] = [];
const ACME: &str = "tenants/acme/tenant.yaml";
const MODULE: &str = "modules/tenant-2.0.0.json";
const PLATFORM: &str = "platform.yaml";

/// What comes of edits, without the objects.
fn texts(folder: &str, before: &[(&str, &str, &str)], after: &[(&str, &str, &str)]) -> Vec<String> {
    let lines = between(found, folder, before, after);
    lines.into_iter().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
}

#[test]
fn the_module_forgets_what_holds_data() {
    let held = "    \"aws_db_instance.tenant\",\n    \"aws_s3_bucket.tenant\",\n    \
                \"aws_secretsmanager_secret.database\",\n    \"aws_secretsmanager_secret.tenant\"\n";
    let keep = (MODULE, "  \"keepData\": \"keep_data\",\n", "");
    assert_eq!(
        texts("tenants/harbour", &[], &[(MODULE, held, ""), keep]),
        [
            "Terraform destroys everything, though data is to be kept: the module says neither what holds data nor how to keep \
          it; until now it was to be kept"
        ]
    );
    let disowned = "the module says no more that this holds data, and it may be deleted: ";
    let less = (MODULE, "    \"aws_s3_bucket.tenant\",\n", "");
    for tenant in ["tenants/harbour", "tenants/acme"] {
        assert_eq!(texts(tenant, &[], &[less]), [format!("{disowned}`aws_s3_bucket.tenant`")]);
    }
    assert_eq!(texts("tenants/harbour", &[less], &[]), NOTHING);
}

#[test]
fn what_the_module_holds_is_called_otherwise() {
    assert_eq!(
        texts("tenants/saffron", &[], &[(PLATFORM, "bucket_prefix: example-", "bucket_prefix: other-")]),
        ["`aws_s3_bucket.tenant` would be made anew, where there is one: \
          `example-tenants-saffron` → `other-tenants-saffron`"]
    );
    assert_eq!(
        texts("tenants/saffron", &[], &[(PLATFORM, "          bucket_prefix: example-tenants-\n", "")]),
        ["`aws_s3_bucket.tenant` has no name any more, and may be deleted: it was `example-tenants-saffron`"]
    );
    let secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:";
    let prefix = (PLATFORM, "          bucket_prefix:", "          secrets_prefix: other/\n          bucket_prefix:");
    let moved = |address: &str, name: &str| {
        format!(
            "`aws_secretsmanager_secret.{address}` would be made anew, where there is one: \
             `{secret}tenants/saffron/{name}` → `{secret}other/saffron/{name}`"
        )
    };
    assert_eq!(texts("tenants/saffron", &[], &[prefix]), [moved("database", "database"), moved("tenant", "{key}")]);
    let id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    assert_eq!(
        texts("tenants/globex", &[], &[(PLATFORM, "tenant_id: ${{ tenant.id }}", "tenant_id: ${{ tenant.name }}")]),
        [format!(
            "variable `tenant_id` is the tenant's id no more: `{id}` → `globex`; what is named by it may be made anew"
        )]
    );
    // Of another id Terraform refuses to run.
    assert_eq!(texts("tenants/acme", &[], &[(ACME, "{tier: pro}", "{tier: pro, id: other}")]), NOTHING);
}

#[test]
fn an_entry_that_is_a_resource_goes() {
    let secrets = |secrets: &'static str| (ACME, "{tier: pro}", secrets);
    let two = secrets("{tier: pro, terraform: {variables: {secrets: {licence: x, db: y}}}}");
    let one = secrets("{tier: pro, terraform: {variables: {secrets: {db: y}}}}");
    assert_eq!(
        texts("tenants/acme", &[two], &[one]),
        ["`secrets` loses `licence`, which may delete `aws_secretsmanager_secret.tenant`: \
          `arn:aws:secretsmanager:eu-central-1:111122223333:secret:tenants/acme/licence`"]
    );
    assert_eq!(texts("tenants/acme", &[one], &[two]), NOTHING);
    assert_eq!(texts("tenants/acme", &[one], &[]).len(), 1);
}
