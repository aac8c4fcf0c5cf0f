//! What the page writes for names: placeholders in braces, and ARNs without their beginning.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::standing::Standing;
use super::{Platform, Tenant};

/// An account that is nobody's.
pub const OTHER_ACCOUNT: &str = "999988887777";
/// The names of all placeholders.
pub const PLACEHOLDERS: &[&str] = &[
    "account",
    "other_account",
    "region",
    "cluster",
    "oidc",
    "control_namespace",
    "role_prefix",
    "provider_role",
    "state_role",
    "boundary",
    "extra_policy",
    "states",
    "bucket_prefix",
    "shared_bucket",
    "shared_prefix",
    "secrets_prefix",
    "written_prefix",
    "tag",
    "key",
    "tenant",
    "namespace",
    "service_account",
    "role",
    "state",
    "customers_role",
    "database_secret",
    "other",
    "other_namespace",
    "other_role",
    "other_state",
    "other_database_secret",
];

/// The placeholders' values. What is not there for a tenant is left out, so that a row that names it all the same is an error.
pub(super) fn values(
    standing: &Standing,
    platform: &Platform,
    tenant: &Tenant,
    other: Option<&Tenant>,
) -> BTreeMap<&'static str, String> {
    let database = |tenant: &Tenant| {
        let name = format!("{}{}/database", platform.secrets_prefix, tenant.id);
        // The ARN ends in six characters that AWS adds.
        Some(standing.secret(&name)?.arn.rsplit(':').next()?.to_owned())
    };
    let values = [
        ("account", Some(platform.account.clone())),
        ("other_account", Some(OTHER_ACCOUNT.to_owned())),
        ("region", Some(platform.region.clone())),
        ("cluster", Some(platform.cluster.clone())),
        ("oidc", Some(platform.oidc.clone())),
        ("control_namespace", Some(platform.control_namespace.clone())),
        ("role_prefix", Some(platform.role_prefix.clone())),
        ("provider_role", Some(platform.provider_role.clone())),
        ("state_role", Some(platform.state_role.clone())),
        ("boundary", Some(platform.boundary.clone())),
        ("extra_policy", Some(platform.extra_policy.clone())),
        ("states", Some(platform.states.clone())),
        ("bucket_prefix", Some(platform.bucket_prefix.clone())),
        ("shared_bucket", Some(platform.shared_bucket.clone())),
        ("shared_prefix", Some(platform.shared_prefix.clone())),
        ("secrets_prefix", Some(platform.secrets_prefix.clone())),
        ("written_prefix", Some(platform.written_prefix.clone())),
        ("tag", Some(platform.tag.clone())),
        ("key", platform.kms_key.clone()),
        ("tenant", Some(tenant.id.clone())),
        ("namespace", Some(tenant.namespace.clone())),
        ("role", Some(tenant.role.clone())),
        ("state", Some(tenant.state.clone())),
        ("customers_role", tenant.customers_role.clone()),
        ("database_secret", database(tenant)),
        ("other", other.map(|other| other.id.clone())),
        ("other_namespace", other.map(|other| other.namespace.clone())),
        ("other_role", other.map(|other| other.role.clone())),
        ("other_state", other.map(|other| other.state.clone())),
        ("other_database_secret", other.and_then(database)),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// A text with its placeholders filled in.
pub(super) fn filled(text: &str, values: &BTreeMap<&'static str, String>) -> Result<String> {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').with_context(|| format!("`{text}` has a brace too many"))?;
        filled += values.get(name).with_context(|| format!("`{{{name}}}` has no value here"))?;
        filled += rest;
    }
    Ok(filled)
}

/// The ARN of what the page calls `service:rest`.
pub(super) fn arn(on: &str, platform: &Platform) -> Result<String> {
    if on == "*" || on.starts_with("arn:") {
        return Ok(on.to_owned());
    }
    let (service, rest) = on.split_once(':').with_context(|| format!("`{on}` names no service"))?;
    let Platform { account, region, .. } = platform;
    let partition = platform.boundary.split(':').nth(1).unwrap_or("aws");
    Ok(match service {
        "s3" => format!("arn:{partition}:s3:::{rest}"),
        "iam" => format!("arn:{partition}:iam::{account}:{rest}"),
        _ => format!("arn:{partition}:{service}:{region}:{account}:{rest}"),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rights::tests::{platform, standing, tenants};

    #[test]
    fn every_placeholder_has_a_value() {
        let tenants = tenants();
        let values = values(&standing(), &platform(), &tenants[0], Some(&tenants[1]));
        let known: BTreeSet<&str> = values.keys().copied().chain(["service_account"]).collect();
        assert_eq!(known, PLACEHOLDERS.iter().copied().collect());
        assert_eq!(values["database_secret"], "tenants/acme/database-AbCdEf");
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let tenants = tenants();
        let values = values(&standing(), &platform(), &tenants[0], None);
        assert_eq!(filled("s3:{states}/{state}", &values).unwrap(), "s3:tenants-state/tenants/acme/terraform.tfstate");
        let error = |text: &str| filled(text, &values).unwrap_err().to_string();
        assert_eq!(error("{other}"), "`{other}` has no value here");
        assert_eq!(error("{nobody}"), "`{nobody}` has no value here");
        assert_eq!(error("a{tenant"), "`a{tenant` has a brace too many");
    }

    #[test]
    fn arns_are_written_without_their_beginning() {
        let arn = |on: &str| arn(on, &platform()).unwrap();
        assert_eq!(arn("*"), "*");
        assert_eq!(arn("iam:role/x"), "arn:aws:iam::111122223333:role/x");
        assert_eq!(arn("s3:x/y"), "arn:aws:s3:::x/y");
        assert_eq!(arn("rds:db:x"), "arn:aws:rds:eu-central-1:111122223333:db:x");
        assert_eq!(arn("arn:aws:sts::1:x"), "arn:aws:sts::1:x");
    }
}
