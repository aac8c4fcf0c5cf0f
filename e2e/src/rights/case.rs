//! A row as requests: its placeholders filled in, and what stands in AWS laid beside it.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Serialize;
use serde_json::{Value, json};

use super::standing::{Role, Standing};
use super::table::{Row, Who, With};
use super::{Platform, Tenant};

/// An account that is nobody's.
pub const OTHER_ACCOUNT: &str = "999988887777";
/// IAM's actions on a role that ask which boundary it has. Of `CreateRole` and `PutRolePermissionsBoundary` the request says it.
const BOUNDED: &[&str] = &[
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
];

/// A request, with all that decides about it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The resource's ARN, or `*`.
    pub resource: String,
    principal: String,
    action: String,
    account: String,
    context: BTreeMap<String, String>,
    stated: Vec<String>,
    identity: Vec<Value>,
    boundary: Option<Value>,
    session: Option<Value>,
    resource_policy: Option<Value>,
    issuer: Option<String>,
}

/// Requests for the simulator, with each policy once, and each request once.
#[derive(Debug, Default, Serialize)]
pub struct Batch {
    policies: Vec<Value>,
    cases: Vec<Value>,
    #[serde(skip)]
    known_policies: HashMap<String, usize>,
    #[serde(skip)]
    known_cases: HashMap<String, usize>,
    #[serde(skip)]
    stated: Vec<Vec<String>>,
}

impl Batch {
    /// Adds a request, and says in which place of the results it is.
    pub fn add(&mut self, request: Request) -> usize {
        let identity: Vec<usize> = request.identity.into_iter().map(|policy| self.policy(policy)).collect();
        let [boundary, session, resource_policy] =
            [request.boundary, request.session, request.resource_policy].map(|policy| policy.map(|it| self.policy(it)));
        let case = json!({
            "principal": request.principal, "action": request.action, "resource": request.resource,
            "account": request.account, "context": request.context, "identity": identity, "boundary": boundary,
            "session": session, "resourcePolicy": resource_policy, "issuer": request.issuer,
        });
        let next = self.cases.len();
        let place = *self.known_cases.entry(case.to_string()).or_insert(next);
        if place == next {
            self.cases.push(case);
            self.stated.push(Vec::new());
        }
        self.stated[place].extend(request.stated);
        place
    }

    /// The condition keys that rows name, for each place of the results.
    pub fn stated(&self) -> &[Vec<String>] {
        &self.stated
    }

    fn policy(&mut self, policy: Value) -> usize {
        let next = self.policies.len();
        let place = *self.known_policies.entry(policy.to_string()).or_insert(next);
        if place == next {
            self.policies.push(policy);
        }
        place
    }
}

/// The other tenants that a row is asked about for a tenant: each, or, where it names none, none once.
pub fn others<'a>(row: &Row, tenant: &Tenant, tenants: &'a [Tenant]) -> Vec<Option<&'a Tenant>> {
    if !["other", "other_namespace", "other_role", "other_state", "other_database_secret"]
        .iter()
        .any(|it| row.names(it))
    {
        return vec![None];
    }
    let others = tenants.iter().filter(|other| other.id != tenant.id);
    others.filter(|other| other.database || !row.names("other_database_secret")).map(Some).collect()
}

/// The requests of a row for a tenant and another: one, or one for each of its ServiceAccounts.
///
/// # Errors
/// The row names what does not stand, or has a placeholder that is not known.
pub fn requests(
    row: &Row,
    standing: &Standing,
    platform: &Platform,
    tenant: &Tenant,
    other: Option<&Tenant>,
) -> Result<Vec<Request>> {
    let accounts = if row.names("service_account") { tenant.service_accounts.as_slice() } else { &[String::new()] };
    let requests = accounts.iter().map(|account| {
        let mut values = values(standing, platform, tenant, other);
        values.insert("service_account", account.clone());
        request(row, standing, platform, tenant, &values)
    });
    requests.collect::<Result<_>>().with_context(|| format!("line {}, for {}", row.line, tenant.name))
}

/// The placeholders' values. What is not there for a tenant is left out, so that a row that names it all the same is an error.
fn values(
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

/// A text with its placeholders filled in.
fn filled(text: &str, values: &BTreeMap<&'static str, String>) -> Result<String> {
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
fn arn(on: &str, platform: &Platform) -> Result<String> {
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

/// Who asks: the ARN or the service, and the role that stands behind it.
fn asker<'a>(
    who: Who,
    standing: &'a Standing,
    platform: &Platform,
    tenant: &Tenant,
) -> Result<(String, Option<&'a Role>)> {
    let name = match who {
        Who::Tenant | Who::TenantAny => &tenant.role,
        Who::Terraform | Who::TerraformAny => &platform.provider_role,
        Who::States | Who::StatesInRun => &platform.state_role,
        Who::PodIdentity => return Ok(("pods.eks.amazonaws.com".to_owned(), None)),
        Who::Token => return Ok((arn(&format!("iam:oidc-provider/{}", platform.oidc), platform)?, None)),
        Who::AnotherRole => return Ok((arn("iam:role/another", platform)?, None)),
    };
    let arn = arn(&format!("iam:role/{name}"), platform)?;
    let role = standing.role(&arn).with_context(|| format!("no role `{arn}` stands"))?;
    Ok((arn, Some(role)))
}

fn request(
    row: &Row,
    standing: &Standing,
    platform: &Platform,
    tenant: &Tenant,
    values: &BTreeMap<&'static str, String>,
) -> Result<Request> {
    let resource = arn(&filled(&row.on, values)?, platform)?;
    let (mut principal, role) = asker(row.who, standing, platform, tenant)?;
    let mut context = BTreeMap::from([("aws:SecureTransport".to_owned(), "true".to_owned())]);
    if principal.starts_with("arn:") && row.who != Who::Token {
        context.insert("aws:PrincipalArn".to_owned(), principal.clone());
        context.insert("aws:PrincipalAccount".to_owned(), platform.account.clone());
    }
    for (key, value) in role.iter().flat_map(|role| &role.tags) {
        context.insert(format!("aws:PrincipalTag/{key}"), value.clone());
    }
    // What the resource has by itself, where it stands.
    let target = standing.role(&resource);
    let secret = standing.secrets.iter().find(|secret| secret.arn == resource);
    for (key, value) in target.map(|role| &role.tags).or(secret.map(|secret| &secret.tags)).into_iter().flatten() {
        context.insert(format!("aws:ResourceTag/{key}"), value.clone());
    }
    if let Some(boundary) = target.and_then(|role| role.boundary.as_ref()).filter(|_| BOUNDED.contains(&&*row.action)) {
        context.insert("iam:PermissionsBoundary".to_owned(), boundary.arn.clone());
    }
    let mut stated = Vec::new();
    let issuer = if row.who == Who::Token { token(row, platform, values)? } else { None };
    for (key, value) in pairs(row, values)? {
        match (row.who, key.as_str()) {
            (Who::Token, "iss") => principal = arn(&format!("iam:oidc-provider/{value}"), platform)?,
            (Who::Token, "sub" | "aud") => {
                let issuer = issuer.as_deref().unwrap_or_default();
                context.insert(format!("{issuer}:{key}"), value);
            }
            _ if value.is_empty() => ensure!(context.remove(&key).is_some(), "`{key}` is not there to be taken away"),
            _ => {
                stated.push(key.clone());
                context.insert(key, value);
            }
        }
    }
    let everything = json!({
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    });
    let mut identity: Vec<Value> =
        role.into_iter().flat_map(|role| role.inline.values().chain(role.attached.values())).cloned().collect();
    if matches!(row.who, Who::TenantAny | Who::TerraformAny | Who::AnotherRole) {
        identity.push(everything);
    }
    let account = resource.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(&platform.account);
    Ok(Request {
        principal,
        action: row.action.clone(),
        account: account.to_owned(),
        context,
        stated,
        identity,
        boundary: role.and_then(|role| role.boundary.as_ref()).map(|boundary| boundary.document.clone()),
        session: (row.who == Who::StatesInRun).then(|| tenant.session.clone()),
        resource_policy: resource_policy(row, &resource, account, standing, platform)?,
        issuer: issuer.map(|_| platform.oidc.clone()),
        resource,
    })
}

/// The condition keys of a row, filled in.
fn pairs(row: &Row, values: &BTreeMap<&'static str, String>) -> Result<Vec<(String, String)>> {
    let keys = row.with.iter().filter_map(|with| match with {
        With::Key(key, value) => Some((key, value)),
        With::Opened => None,
    });
    keys.map(|(key, value)| Ok((filled(key, values)?, filled(value, values)?))).collect()
}

/// Who issued the token.
fn token(row: &Row, platform: &Platform, values: &BTreeMap<&'static str, String>) -> Result<Option<String>> {
    let named = pairs(row, values)?.into_iter().find(|(key, _)| key == "iss").map(|(_, value)| value);
    Ok(Some(named.unwrap_or_else(|| platform.oidc.clone())))
}

/// The policy of the resource itself: a role's trust for STS, a bucket's policy for S3, a key's for KMS.
fn resource_policy(
    row: &Row,
    resource: &str,
    account: &str,
    standing: &Standing,
    platform: &Platform,
) -> Result<Option<Value>> {
    let opened = row.with.contains(&With::Opened);
    let root = json!({"AWS": format!("arn:aws:iam::{}:root", platform.account)});
    let service = row.action.split(':').next().unwrap_or_default();
    Ok(match service {
        "sts" if resource.contains(":role/") => {
            let stands = standing.role(resource).map(|role| role.trust.clone());
            let added = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"});
            // Of a role that does not stand, the worst that is usual: it trusts the whole account.
            let usual = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": root, "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]},
            ]});
            Some(with_statement(stands.unwrap_or(usual), opened.then_some(added))?)
        }
        "s3" if resource != "*" => {
            let name = resource.rsplit(':').next().and_then(|path| path.split('/').next()).unwrap_or_default();
            let bucket = format!("arn:aws:s3:::{name}");
            let added = json!({
                "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [bucket, format!("{bucket}/*")],
            });
            let stands = standing.buckets.get(name).cloned().flatten();
            match stands.or(opened.then(|| json!({"Version": "2012-10-17", "Statement": []}))) {
                Some(policy) => Some(with_statement(policy, opened.then_some(added))?),
                None => None,
            }
        }
        // As keys are made: IAM's policies of the account decide.
        "kms" if resource != "*" => {
            ensure!(!opened && account == platform.account, "a key is not opened here");
            Some(json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"},
            ]}))
        }
        _ if opened => bail!("`{service}` has nothing here that is `opened`"),
        _ => None,
    })
}

fn with_statement(mut policy: Value, statement: Option<Value>) -> Result<Value> {
    let statements = policy["Statement"].as_array_mut().context("a policy without a list of statements")?;
    statements.extend(statement);
    Ok(policy)
}
