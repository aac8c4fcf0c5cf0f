use super::found;
use crate::review::rules::testing::{between, of_fleet, of_objects};

const GLOBEX: &str = "tenants/globex/tenant.yaml";
const LIGHTHOUSE: &str = "tenants/lighthouse/tenant.yaml";
const NOTHING: [&str; 0] = [];

fn globex(from: &str, to: &str) -> Vec<String> {
    of_fleet(found, "tenants/globex", &[(GLOBEX, from, to)])
}

#[test]
fn generations() {
    assert_eq!(
        globex("jwt: {generation: 2}", "jwt: {generation: 3}"),
        ["ROTATE: secret `jwt` is made anew: generation `2` → `3`"]
    );
    assert_eq!(
        globex("jwt: {generation: 2}", "jwt: {generation: 1}"),
        ["ROTATE: secret `jwt` goes back to an older value: generation `2` → `1`"]
    );
    assert_eq!(globex("ring: early", "ring: canary"), NOTHING);
}

#[test]
fn stores() {
    assert_eq!(
        globex("key: warehouse", "key: other"),
        ["ROTATE: secret `warehouse` is read from another key: \
          `tenants/7c9e6679-7425-40de-944b-e07fc1f90ae7/warehouse` → `tenants/7c9e6679-7425-40de-944b-e07fc1f90ae7/other`"]
    );
    assert_eq!(
        of_fleet(
            found,
            "tenants/lighthouse",
            &[(LIGHTHOUSE, "keys: [file], generation: 3", "keys: [text], generation: 3")]
        ),
        ["ROTATE: secret `licence-g3` has other keys: `text`; what is there stays until its generation is raised"]
    );
    assert_eq!(
        globex("name: globex-licence", "name: other"),
        ["ROTATE: secret `licence` is another Secret: `globex-licence` → `other`"]
    );
}

#[test]
fn shapes() {
    let other = ("platform.yaml", "length: 48", "length: 64");
    let line = "ROTATE: secret `jwt-g1` is to be made otherwise; what is there stays until its generation is raised";
    assert_eq!(of_fleet(found, "tenants/acme", &[other]), [line]);
    let operator = ("platform.yaml", "secrets:\n    store:", "secrets:\n    generated: externalSecrets\n    store:");
    assert_eq!(between(found, "tenants/acme", &[operator], &[operator, other]), [line]);
    assert_eq!(of_fleet(found, "tenants/acme", &[operator]), NOTHING);
}

#[test]
fn objects_of_other_templates() {
    let object = |generation: u8| {
        format!("{{apiVersion: example.com/v1, kind: VaultSecret, metadata: {{name: a-g{generation}, namespace: n}}}}")
    };
    assert_eq!(of_objects(found, &object(1), &object(2)), ["ROTATE VaultSecret n/a-g2: is made anew: `a-g1` → `a-g2`"]);
    assert_eq!(
        of_objects(found, &object(2), &object(1)),
        ["ROTATE VaultSecret n/a-g1: goes back to an older value: `a-g2` → `a-g1`"]
    );
    assert_eq!(of_objects(found, &object(2), ""), NOTHING);
}

#[test]
fn a_secret_that_is_left_to_itself() {
    let secret = "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: s, namespace: n}, \
                  spec: {target: {creationPolicy: Orphan}}}";
    assert_eq!(
        of_objects(found, secret, ""),
        ["ROTATE ExternalSecret n/s: goes: its Secret stays as it is, and nobody looks after it"]
    );
}
