//! Identifiers of Amazon Web Services.

use super::{rule, text};

text! {
    /// An account.
    AccountId, "an AWS account id", Some("^[0-9]{12}$"), |text| {
        rule(text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()), "12 digits, in quotes")
    }
}

text! {
    /// A region.
    Region, "a region", Some("^[a-z]{2}(-[a-z]+)+-[0-9]$"), |text| {
        rule(
            text.len() <= 32
                && text.split('-').count() >= 3
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "like `eu-central-1`",
        )
    }
}

text! {
    /// An IAM role.
    RoleArn, "a role ARN", Some("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$"), |text| iam(text, "role/")
}

text! {
    /// An IAM policy.
    PolicyArn, "a policy ARN", Some("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/.+$"), |text| iam(text, "policy/")
}

text! {
    /// The OIDC provider of a cluster, without its scheme.
    OidcProvider, "an OIDC provider", Some("^[a-z0-9.-]+/.+$"), |text| {
        rule(
            !text.contains("://") && text.contains('/') && !text.contains(char::is_whitespace),
            "the host and path of the issuer, without `https://`",
        )
    }
}

text! {
    /// What every tenant's role name begins with.
    RolePrefix, "a role name prefix", Some("^[A-Za-z0-9+=,.@_-]{1,24}$"), |text| {
        // 64 for an IAM role's name, less 40 for the longest id.
        rule((1..=24).contains(&text.len()) && is_role_name(text), "1 to 24 of letters, digits and `+=,.@_-`")
    }
}

impl RoleArn {
    /// The account that the role is of.
    pub fn account(&self) -> &str {
        self.as_str().split(':').nth(4).unwrap_or_default()
    }

    /// The role's name, without its path.
    pub fn name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }
}

fn is_role_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte))
}

fn iam(text: &str, kind: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let holds = match parts.as_slice() {
        ["arn", partition, "iam", "", account, name] => {
            partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && name.strip_prefix(kind).is_some_and(|name| {
                    !name.is_empty() && name.split('/').all(|part| !part.is_empty() && is_role_name(part))
                })
        }
        _ => false,
    };
    rule(holds, &format!("like `arn:aws:iam::111122223333:{kind}name`"))
}
