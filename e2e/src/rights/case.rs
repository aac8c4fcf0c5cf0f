//! A row as requests, with what stands in AWS laid beside it.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Serialize;
use serde_json::{Value, json};

use super::names::{arn, filled, values};
use super::standing::{Role, Standing};
use super::table::{Answer, Row, Who, With};
use super::{Platform, Tenant};

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
    /// The row's conditions, filled in.
    pub with: Vec<String>,
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

/// The requests of a row for a tenant and another: one, or one for each of its ServiceAccounts. What is denied to a role inside a
/// boundary is asked once more for the role's own policies alone: of two fences, neither may stand because of the other.
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
        let inside = request(row, standing, platform, tenant, &values)?;
        let alone = has_two_fences(row).then(|| alone(&inside, row, standing, platform, tenant)).transpose()?;
        Ok([inside].into_iter().chain(alone))
    });
    let requests: Result<Vec<_>> = requests.collect();
    let requests = requests.with_context(|| format!("line {}, for {}", row.line, tenant.name))?;
    Ok(requests.into_iter().flatten().collect())
}

fn has_two_fences(row: &Row) -> bool {
    row.answer == Answer::Denied
        && match row.who {
            Who::Tenant | Who::TenantAny => true,
            // What others open to it, its boundary alone denies.
            Who::Terraform | Who::TerraformAny => !row.with.contains(&With::Opened),
            _ => false,
        }
}

/// The same request for the role's own policies, with nothing attached and no boundary.
fn alone(inside: &Request, row: &Row, standing: &Standing, platform: &Platform, tenant: &Tenant) -> Result<Request> {
    let (_, role) = asker(row.who, standing, platform, tenant)?;
    let mut alone = inside.clone();
    alone.identity = role.into_iter().flat_map(|role| role.inline.values().cloned()).collect();
    alone.boundary = None;
    alone.with.push("no boundary".to_owned());
    Ok(alone)
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
    let conditions = conditions(row, values)?;
    let pairs = conditions.iter().filter_map(|with| match with {
        With::Key(key, value) => Some((key.clone(), value.clone())),
        With::Opened => None,
    });
    let pairs: Vec<(String, String)> = pairs.collect();
    // Whose token it is.
    let named = pairs.iter().find(|(key, _)| key == "iss").map_or(&platform.oidc, |(_, value)| value);
    let issuer = (row.who == Who::Token).then(|| named.clone());
    for (key, value) in pairs {
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
    let own = || role.into_iter().flat_map(|role| role.inline.values().chain(role.attached.values())).cloned();
    let any = matches!(row.who, Who::TenantAny | Who::TerraformAny | Who::AnotherRole);
    let identity = if any { vec![everything] } else { own().collect() };
    let account = resource.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(&platform.account);
    Ok(Request {
        with: conditions.iter().map(ToString::to_string).collect(),
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

/// A row's conditions, filled in.
fn conditions(row: &Row, values: &BTreeMap<&'static str, String>) -> Result<Vec<With>> {
    let conditions = row.with.iter().map(|with| match with {
        With::Key(key, value) => Ok(With::Key(filled(key, values)?, filled(value, values)?)),
        With::Opened => Ok(With::Opened),
    });
    conditions.collect()
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
