use super::found;
use crate::review::rules::testing::{between, mended, of_fleet, of_objects};

const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";
const NOTHING: [&str; 0] = [];

#[test]
fn a_namespace_goes() {
    let edit = (ACME, "spec: {tier: pro}", "spec: {tier: pro, state: destroying, destroy: {confirm: acme}}");
    assert_eq!(
        of_fleet(found, "tenants/acme", &[edit]),
        ["DATA-LOSS Namespace t-acme: goes, with all in it, once a person confirms it"]
    );
    let edit = (ACME, "spec: {tier: pro}", "spec: {tier: pro, namespace: t-other}");
    assert_eq!(
        of_fleet(found, "tenants/acme", &[edit]),
        ["DATA-LOSS Namespace t-acme: goes, with all in it, once a person confirms it"]
    );
    assert_eq!(of_fleet(found, "tenants/acme", &[(ACME, "tier: pro", "tier: free")]), NOTHING);
    let plain = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}";
    assert_eq!(of_objects(found, plain, ""), ["DATA-LOSS Namespace a: goes, with all in it"]);
    assert_eq!(of_objects(found, "", plain), NOTHING);
}

#[test]
fn terraform_destroys_data_too() {
    let keep =
        (ACME, "spec: {tier: pro}", "spec: {tier: pro, state: destroying, destroy: {confirm: acme, data: keep}}");
    let delete =
        (ACME, "spec: {tier: pro}", "spec: {tier: pro, state: destroying, destroy: {confirm: acme, data: delete}}");
    let all = "Terraform destroys everything, with its data: `aws_db_instance.tenant`, `aws_s3_bucket.tenant`, \
               `aws_secretsmanager_secret.database`, `aws_secretsmanager_secret.tenant`";
    let without_job = |lines: Vec<String>| -> Vec<String> {
        let lines = lines.into_iter().filter(|line| !line.contains("Namespace"));
        lines.map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(without_job(of_fleet(found, "tenants/acme", &[delete])), [all]);
    assert_eq!(
        without_job(between(found, "tenants/acme", &[keep], &[delete])),
        [format!("{all}; until now it was to be kept")]
    );
    assert_eq!(between(found, "tenants/acme", &[delete], &[keep]), NOTHING);
    assert_eq!(mended("tenants/acme", &[delete]), [format!("DATA-LOSS: {all}")]);
    assert_eq!(mended("tenants/acme", &[keep]), NOTHING);
}

#[test]
fn what_is_dedicated_is_shared() {
    let shared = (GLOBEX, "database_mode: dedicated", "database_mode: shared");
    let line = |text: &str| -> Vec<String> {
        let lines = of_fleet(found, "tenants/globex", &[(GLOBEX, "database_mode: dedicated", text)]);
        lines.into_iter().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(
        line("database_mode: shared"),
        ["`database_mode`: `dedicated` → `shared`, which may delete what holds data"]
    );
    assert_eq!(
        line("bucket_mode: shared"),
        ["`database_mode` is gone: it was `dedicated`, which may delete what holds data"]
    );
    let back = (GLOBEX, "database_mode: dedicated", "database_mode: dedicated");
    assert_eq!(between(found, "tenants/globex", &[shared], &[back]), NOTHING);
}

#[test]
fn another_module() {
    let modules = [
        ("platform.yaml", "      tenant:\n        version", "      other:\n        version"),
        ("platform.yaml", "module: tenant", "module: other"),
        ("modules/tenant-2.0.0.json", "\"name\": \"tenant\"", "\"name\": \"other\""),
    ];
    let lines = of_fleet(found, "tenants/acme", &modules);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].ends_with(": module `tenant` → `other`, which may delete what holds data"), "{lines:?}");
}
