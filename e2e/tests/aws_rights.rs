//! `terraform/rights.md` held against a moto to which the modules were applied by hand, as `PLATFORM` and `tenants` say:
//! `TENANTRY_RIGHTS=http://127.0.0.1:5000 TENANTRY_RIGHTS_MOTO=DIR cargo test -p e2e --test aws_rights -- --ignored`, where DIR has
//! moto's packages. The suite does the same in its cluster.

use std::fs;
use std::path::PathBuf;

use e2e::cache::{Cache, workspace};
use e2e::rights::standing::Standing;
use e2e::rights::{self, Bucket, Identity, Platform, Secrets, Tenant, lint, table};
use serde_json::Value;

fn platform() -> Platform {
    let text = str::to_owned;
    Platform {
        account: text("111122223333"),
        region: text("eu-central-1"),
        role_prefix: text("zenml-"),
        provider_role: text("tenantry-terraform"),
        state_role: text("tenantry-state"),
        boundary: text("arn:aws:iam::111122223333:policy/tenant-boundary"),
        oidc: text("oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"),
        cluster: text("prod-eu"),
        control_namespace: text("tenantry-system"),
        states: text("tenants-state"),
        bucket_prefix: text("example-tenants-"),
        shared_bucket: text("tenants-artifacts"),
        shared_prefix: text("tenants/"),
        secrets_prefix: text("tenants/"),
        written_prefix: text("zenml/"),
        tag: text("zenml"),
        extra_policy: text("arn:aws:iam::111122223333:policy/lighthouse-data"),
        kms_key: Some(text("arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000")),
    }
}

/// The session policy of a run, as the runner's own test has it.
fn session(state: &str) -> Value {
    let name = "tenantry_runner__engine__backend__tests__one_tenant_reaches_one_state.snap";
    let snapshot = fs::read_to_string(workspace().join("runner/src/engine/snapshots").join(name)).unwrap();
    let policy = snapshot.splitn(3, "---\n").nth(2).unwrap();
    let policy =
        policy.replace("tenants/$${acme}/terraform.tfstate", state).replace("tenants/${acme}/terraform.tfstate", state);
    serde_json::from_str(&policy.replace(":::states", ":::tenants-state")).unwrap()
}

fn tenant(name: &str, id: &str, identity: Identity, bucket: Bucket) -> Tenant {
    let state = format!("tenants/{id}/terraform.tfstate");
    Tenant {
        name: name.to_owned(),
        id: id.to_owned(),
        namespace: format!("t-{name}"),
        service_accounts: vec!["zenml".to_owned(), "zenml-jobs".to_owned()],
        role: format!("zenml-{id}"),
        identity,
        cluster: identity == Identity::PodIdentity,
        bucket,
        database: false,
        secrets: Secrets::Write,
        customers_role: None,
        session: session(&state),
        state,
    }
}

fn tenants() -> Vec<Tenant> {
    let lighthouse = "0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90";
    let lighthouse = Tenant {
        database: true,
        customers_role: Some("arn:aws:iam::999988887777:role/lighthouse-data".to_owned()),
        ..tenant("lighthouse", lighthouse, Identity::PodIdentity, Bucket::Dedicated)
    };
    let globex = tenant("globex", "7c9e6679-7425-40de-944b-e07fc1f90ae7", Identity::Irsa, Bucket::Shared);
    let hobby = Tenant { secrets: Secrets::Read, ..tenant("hobby", "hobby", Identity::Irsa, Bucket::None) };
    vec![lighthouse, globex, hobby]
}

#[test]
#[ignore = "asks a moto that has what the modules make"]
fn hold_in_a_moto() {
    let endpoint = std::env::var("TENANTRY_RIGHTS").unwrap();
    let moto = PathBuf::from(std::env::var("TENANTRY_RIGHTS_MOTO").unwrap_or_default());
    let cache = Cache::open().unwrap();
    let standing = Standing::read(&moto, &endpoint).unwrap();
    let page = fs::read_to_string(workspace().join("terraform/rights.md")).unwrap();
    let rows = table::rows(&page).unwrap();
    let begun = std::time::Instant::now();
    let verdicts = rights::verdicts(&cache, &standing, &platform(), &tenants(), &rows).unwrap();
    eprintln!("{} rows, {} verdicts in {} ms", rows.len(), verdicts.len(), begun.elapsed().as_millis());
    let failed: Vec<String> = verdicts.iter().filter(|verdict| !verdict.holds()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), verdicts.len(), failed.join("\n"));
    let unasked: Vec<usize> = rights::unasked(&rows, &verdicts).iter().map(|row| row.line).collect();
    assert!(unasked.is_empty(), "lines {unasked:?}");
    let findings: Vec<String> = lint::findings(&cache, &standing).unwrap().iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
