//! `IDENTITY`: a field that never changes did, in the tenant's file or by way of the platform's defaults and prefixes.

use super::facts::Facts;
use super::{Case, Found, all, say};
use crate::review::consequence::Rule;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    let Some((before, after)) = case.facts() else { return };
    let has_terraform = before.terraform.is_some() || after.terraform.is_some();
    let mut tell = |text: String| found.push(all(Rule::Identity, text));
    if let (Some(from), Some(to)) = (&before.cluster, &after.cluster)
        && from != to
    {
        tell(format!(
            "cluster {}: what it has there stays, and nobody looks after it; here all is made anew",
            say::moved(from, to)
        ));
    }
    if before.id != after.id {
        let refused = if has_terraform { ": Terraform refuses to run" } else { "" };
        tell(format!("id {}, which never changes{refused}", say::moved(&before.id, &after.id)));
    }
    if before.namespace != after.namespace {
        tell(format!(
            "namespace {}, which never changes: all is made anew, and nothing is carried over",
            say::moved(&before.namespace, &after.namespace)
        ));
    }
    if before.terraform.is_some() {
        role(before, after, &mut tell);
    }
    if let (Some(before), Some(after)) = (&before.terraform, &after.terraform)
        && before.state != after.state
    {
        tell(format!("state {}: Terraform finds no state there", say::moved(&before.state, &after.state)));
    }
}

/// What the tenant's pods are in the cloud: customers trust the role by its name.
fn role(before: &Facts, after: &Facts, tell: &mut impl FnMut(String)) {
    if let (Some(before), Some(after)) = (before.identity, after.identity)
        && before != after
    {
        tell(format!("identity type {}, which never changes while Terraform is on", say::moved(before, after)));
    }
    if let (Some(before), Some(after)) = (&before.role_name, &after.role_name)
        && before != after
    {
        tell(format!("role {}: whoever trusts the old name trusts nobody", say::moved(before, after)));
    } else if let (Some(before), Some(after)) = (&before.role_arn, &after.role_arn)
        && before != after
    {
        tell(format!("role {}: whoever trusts the old one trusts nobody", say::moved(before, after)));
    }
}

#[cfg(test)]
mod tests {
    use super::found;
    use crate::review::rules::testing::of_fleet;

    const ACME: &str = "tenants/acme/tenant.yaml";
    const HOBBY: &str = "tenants/hobby/tenant.yaml";
    const PLATFORM: &str = "platform.yaml";

    fn acme(edits: &[(&str, &str, &str)]) -> Vec<String> {
        of_fleet(found, "tenants/acme", edits)
    }

    #[test]
    fn the_tenants_file() {
        assert_eq!(
            acme(&[(ACME, "{tier: pro}", "{tier: pro, id: other}")]),
            [
                "IDENTITY: id `acme` → `other`, which never changes: Terraform refuses to run",
                "IDENTITY: role `zenml-acme` → `zenml-other`: whoever trusts the old name trusts nobody",
                "IDENTITY: state `s3://tenants-state/tenants/acme/terraform.tfstate` → \
                 `s3://tenants-state/tenants/other/terraform.tfstate`: Terraform finds no state there",
            ]
        );
        assert_eq!(
            of_fleet(found, "tenants/hobby", &[(HOBBY, "{tier: free}", "{tier: free, id: other}")]),
            ["IDENTITY: id `hobby` → `other`, which never changes"]
        );
        assert_eq!(
            acme(&[(ACME, "tier: pro", "tier: enterprise")]),
            ["IDENTITY: identity type `irsa` → `podIdentity`, which never changes while Terraform is on"]
        );
        assert_eq!(acme(&[(ACME, "{tier: pro}", "{tier: pro, id: acme, namespace: t-acme}")]), [""; 0]);
        // Whoever comes from a tier without Terraform had nothing that could be lost.
        assert_eq!(of_fleet(found, "tenants/hobby", &[(HOBBY, "{tier: free}", "{tier: pro}")]), [""; 0]);
        // Without Terraform, nothing trusts a role.
        assert_eq!(
            of_fleet(found, "tenants/hobby", &[(PLATFORM, "identity: {type: none}", "identity: {type: irsa}")]),
            [""; 0]
        );
    }

    #[test]
    fn the_platforms_defaults() {
        assert_eq!(
            acme(&[(PLATFORM, "prefix: t-", "prefix: x-"), (PLATFORM, "deny: [t-system]", "deny: [x-system]")]),
            [
                "IDENTITY: namespace `t-acme` → `x-acme`, which never changes: all is made anew, and nothing is carried over"
            ]
        );
        assert_eq!(
            acme(&[(PLATFORM, "role: {prefix: zenml-", "role: {prefix: server-")]),
            ["IDENTITY: role `zenml-acme` → `server-acme`: whoever trusts the old name trusts nobody"]
        );
        assert_eq!(
            acme(&[(PLATFORM, "111122223333", "444455556666")]),
            ["IDENTITY: role `arn:aws:iam::111122223333:role/zenml-acme` → \
              `arn:aws:iam::444455556666:role/zenml-acme`: whoever trusts the old one trusts nobody"]
        );
    }

    #[test]
    fn the_state_moves() {
        let lines = acme(&[(PLATFORM, "bucket: tenants-state", "bucket: states")]);
        assert_eq!(
            lines,
            ["IDENTITY: state `s3://tenants-state/tenants/acme/terraform.tfstate` → \
              `s3://states/tenants/acme/terraform.tfstate`: Terraform finds no state there"]
        );
        assert_eq!(
            acme(&[(PLATFORM, "region: eu-central-1, prefix: tenants/", "region: eu-west-1, prefix: tenants/")]),
            [""; 0]
        );
    }
}
