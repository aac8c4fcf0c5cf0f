use super::found;
use crate::review::rules::testing::{between, of_fleet};

const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";
const TIDEPOOL: &str = "tenants/tidepool/tenant.yaml";
const PLATFORM: &str = "platform.yaml";
const NOTHING: [&str; 0] = [];

/// The lines without their objects, whose names are hashes.
fn texts(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
}

fn acme(to: &str) -> Vec<String> {
    texts(of_fleet(found, "tenants/acme", &[(ACME, "{tier: pro}", to)]))
}

fn platform(from: &str, to: &str) -> Vec<String> {
    texts(of_fleet(found, "tenants/acme", &[(PLATFORM, from, to)]))
}

#[test]
fn on_and_off() {
    let off = ["is switched off: what it made is left alone, nothing is destroyed, and nobody looks after it"];
    assert_eq!(acme("{tier: pro, terraform: {enabled: false}}"), off);
    let edit = (ACME, "{tier: pro}", "{tier: pro, terraform: {enabled: false}}");
    let on = between(found, "tenants/acme", &[edit], &[]);
    assert_eq!(on, ["TERRAFORM: is switched on: module `tenant 2.0.0`"]);
    assert_eq!(acme("{tier: pro, ring: early}"), NOTHING);
}

#[test]
fn variables() {
    assert_eq!(
        texts(of_fleet(found, "tenants/globex", &[(GLOBEX, "database_mode: dedicated", "database_mode: shared")])),
        ["variable `database_mode`: `dedicated` → `shared`"]
    );
    assert_eq!(
        acme("{tier: pro, terraform: {variables: {extra_policies: ['arn:aws:iam::111122223333:policy/a']}}}"),
        ["variable `extra_policies` is new"]
    );
    assert_eq!(
        platform("db.t4g.medium", "db.t4g.large"),
        ["variable `database.instance_class`: `db.t4g.medium` → `db.t4g.large`"]
    );
    assert_eq!(
        platform(
            "instance_class: db.t4g.medium, subnet_group: tenants",
            "instance_class: db.t4g.large, subnet_group: other"
        ),
        ["variable `database` is other in 2 places"]
    );
}

#[test]
fn what_the_runner_is_told() {
    assert_eq!(acme("{tier: pro, terraform: {generation: 2}}"), ["runs again: generation `1` → `2`"]);
    assert_eq!(acme("{tier: pro, terraform: {approval: all}}"), ["`approval`: `none` → `all`"]);
    assert_eq!(
        acme("{tier: pro, terraform: {approvedPlan: 5f0c1d2e3b4a59687786a5b4c3d2e1f0}}"),
        ["plan `5f0c1d2e3b4a59687786a5b4c3d2e1f0` is approved"]
    );
    assert_eq!(platform("unlock: ifHolderGone", "unlock: never"), ["`unlock`: `ifHolderGone` → `never`"]);
    assert_eq!(platform("engine: terraform", "engine: opentofu"), ["`engine`: `terraform` → `opentofu`"]);
    assert_eq!(platform("deadlineSeconds: 1800", "deadlineSeconds: 1900"), ["`deadlineSeconds`: `1800` → `1900`"]);
    assert_eq!(
        platform("bucket: tenants-state, region: eu-central-1", "bucket: tenants-state, region: eu-west-1"),
        ["`backend.s3.region`: `eu-central-1` → `eu-west-1`"]
    );
    assert_eq!(
        platform("role/tenantry-terraform", "role/other"),
        ["works as role `arn:aws:iam::111122223333:role/tenantry-terraform` → `arn:aws:iam::111122223333:role/other`"]
    );
    assert_eq!(platform("/terraform@sha256:2", "/terraform@sha256:3"), ["runs in another image"]);
}

#[test]
fn the_module() {
    let version = |to: &str| {
        let module = format!("\"version\": \"{to}\"");
        let platform = format!("version: {to}");
        let edits = [
            (PLATFORM, "version: 2.0.0", platform.as_str()),
            ("modules/tenant-2.0.0.json", "\"version\": \"2.0.0\"", module.as_str()),
        ];
        texts(of_fleet(found, "tenants/acme", &edits))
    };
    assert_eq!(version("2.1.0"), ["module `tenant` `2.0.0` → `2.1.0`"]);
    assert_eq!(version("1.9.0"), ["module `tenant` `2.0.0` → `1.9.0`, a downgrade"]);
    let edits = [("modules/tenant-2.0.0.json", "sha256:2f", "sha256:3f")];
    assert_eq!(texts(of_fleet(found, "tenants/acme", &edits)), ["module of the same version, with other files"]);
    let edits = [("modules/tenant-2.0.0.json", "    \"aws_s3_bucket.tenant\",\n", "")];
    assert_eq!(texts(of_fleet(found, "tenants/acme", &edits)), ["`module.holdsData` loses `aws_s3_bucket.tenant`"]);
}

#[test]
fn what_is_adopted() {
    assert_eq!(
        platform("role: {prefix: zenml-", "role: {prefix: server-"),
        [
            "adopts what is there by other names: `aws_iam_role.tenant`",
            "variable `role_arn`: `arn:aws:iam::111122223333:role/zenml-acme` → `arn:aws:iam::111122223333:role/server-acme`",
            "variable `role_name`: `zenml-acme` → `server-acme`"
        ]
    );
}

#[test]
fn when_it_runs() {
    assert_eq!(
        acme("{tier: pro, terraform: {run: everySync}}"),
        ["runs at every sync, no longer only when its inputs change"]
    );
    let tidepool = |from: &str, to: &str| texts(of_fleet(found, "tenants/tidepool", &[(TIDEPOOL, from, to)]));
    assert_eq!(tidepool("run: everySync, ", ""), ["runs when its inputs change, no longer at every sync"]);
    assert_eq!(
        tidepool("tier: pro", "tier: pro\n  state: suspended"),
        ["drift is not looked for while the tenant is suspended", "pauses while the tenant is suspended"]
    );
    assert_eq!(platform("drift: {schedule: daily}", "drift: {schedule: none}"), ["drift is no longer looked for"]);
    assert_eq!(
        platform("drift: {schedule: daily}", "drift: {schedule: weekly}"),
        ["drift is looked for every week, until now every day"]
    );
    let (none, hourly) = (
        (PLATFORM, "drift: {schedule: daily}", "drift: {schedule: none}"),
        (PLATFORM, "drift: {schedule: daily}", "drift: {schedule: hourly}"),
    );
    assert_eq!(texts(between(found, "tenants/acme", &[none], &[hourly])), ["drift is looked for every hour"]);
}

#[test]
fn destroying() {
    let keep = "{tier: pro, state: destroying, destroy: {confirm: acme}}";
    let delete = "{tier: pro, state: destroying, destroy: {confirm: acme, data: delete}}";
    assert_eq!(acme(keep), ["everything but what holds data is destroyed"]);
    assert_eq!(acme(delete), NOTHING);
    let (keep, delete) = ((ACME, "{tier: pro}", keep), (ACME, "{tier: pro}", delete));
    assert_eq!(
        texts(between(found, "tenants/acme", &[delete], &[keep])),
        ["what holds data is kept after all, unless the destroy has run already"]
    );
    assert_eq!(
        texts(between(found, "tenants/acme", &[keep], &[])),
        ["is not to be destroyed any more: what is gone is made anew"]
    );
}
