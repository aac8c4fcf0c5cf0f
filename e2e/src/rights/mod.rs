//! Who may do what in AWS: `terraform/rights.md`, held against the policies that stand there.
//!
//! | module | what it defines |
//! | --- | --- |
//! | [`table`] | the page's rows |
//! | [`standing`] | roles, policies, buckets and secrets as AWS has them |
//! | [`case`](mod@case) | a row as requests, for each tenant and each other one |
//! | [`simulator`] | what each request comes to |
//! | [`names`] | placeholders and ARNs as the page writes them |
//! | [`lint`] | what a linter says of the policies |

pub mod case;
pub mod lint;
pub mod names;
pub mod simulator;
pub mod standing;
pub mod table;

use std::collections::HashSet;
use std::fmt;

use anyhow::Result;
use serde_json::Value;

use crate::cache::Cache;
use case::Batch;
use simulator::{Outcome, Simulator};
use standing::Standing;
use table::{Answer, Row};

/// What the platform's module was applied with: its variables, by their names.
#[derive(Clone, Debug)]
pub struct Platform {
    /// `account_id`.
    pub account: String,
    /// `region`.
    pub region: String,
    /// `role_prefix`.
    pub role_prefix: String,
    /// `provider_role`.
    pub provider_role: String,
    /// `state_role`.
    pub state_role: String,
    /// The ARN of the tenants' boundary.
    pub boundary: String,
    /// `oidc_provider`.
    pub oidc: String,
    /// `cluster`.
    pub cluster: String,
    /// `control_namespace`.
    pub control_namespace: String,
    /// `state_bucket`.
    pub states: String,
    /// `bucket_prefix`.
    pub bucket_prefix: String,
    /// `shared_bucket`.
    pub shared_bucket: String,
    /// `shared_bucket_prefix`.
    pub shared_prefix: String,
    /// `secrets_prefix`.
    pub secrets_prefix: String,
    /// `secrets_write_prefix`.
    pub written_prefix: String,
    /// `secrets_tag`.
    pub tag: String,
    /// One of `extra_policies`, by its ARN.
    pub extra_policy: String,
    /// `kms_key`, where there is one.
    pub kms_key: Option<String>,
}

/// How pods become a tenant's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// By a token of their ServiceAccount.
    Irsa,
    /// By an association.
    PodIdentity,
}

/// What a tenant has in S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// Nothing.
    None,
    /// A bucket of its own.
    Dedicated,
    /// A part of the platform's bucket.
    Shared,
}

/// What a tenant's role may do with the tenant's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Nothing.
    None,
    /// Read them.
    Read,
    /// Make and change some as well.
    Write,
}

/// A tenant whose role stands: what the module was applied with.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its name, for messages.
    pub name: String,
    /// `tenant_id`.
    pub id: String,
    /// `namespace`.
    pub namespace: String,
    /// `service_accounts`: at least one.
    pub service_accounts: Vec<String>,
    /// `role_name`.
    pub role: String,
    /// `identity_type`.
    pub identity: Identity,
    /// Whether the trust names the cluster: Pod Identity with `cluster`.
    pub cluster: bool,
    /// `bucket_mode`.
    pub bucket: Bucket,
    /// Whether it has a database of its own.
    pub database: bool,
    /// `secrets_access`.
    pub secrets: Secrets,
    /// A role of another account that `assume_roles` covers, by its ARN.
    pub customers_role: Option<String>,
    /// The key of its state.
    pub state: String,
    /// The session policy that the runner sends when it takes the states' role for this tenant.
    pub session: Value,
}

/// What a row came to, for one tenant and perhaps another.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The row, as it is written.
    pub row: Row,
    /// What was asked for, as an ARN.
    pub resource: String,
    /// The row's conditions, filled in.
    pub with: Vec<String>,
    /// The tenant, by name.
    pub tenant: String,
    /// The other tenant, by name, where the row is about two.
    pub other: Option<String>,
    /// What the simulator says: an answer, or why there is none.
    pub outcome: Outcome,
}

impl Verdict {
    /// Whether the answer is the expected one. A case that could not be evaluated never holds.
    pub fn holds(&self) -> bool {
        self.outcome == Outcome::Answer(self.row.answer)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { line, who, action, answer, .. } = &self.row;
        write!(f, "line {line}: `{}` may `{action}` on `{}`", who.word(), self.resource)?;
        if !self.with.is_empty() {
            write!(f, " with `{}`", self.with.join(", "))?;
        }
        write!(f, ": expected {}, ", answer.word())?;
        match &self.outcome {
            Outcome::Answer(answer) => write!(f, "is {}", answer.word())?,
            Outcome::None(why) => write!(f, "has no answer ({why})")?,
        }
        write!(f, ", for {}", self.tenant)?;
        self.other.iter().try_for_each(|other| write!(f, " against {other}"))
    }
}

/// Installs the simulator and the linter, once: from registries of packages, which are not to be had in a cluster's network.
///
/// # Errors
/// They cannot be had.
pub fn install(cache: &Cache) -> Result<()> {
    Simulator::get(cache)?;
    lint::packages(cache).map(drop)
}

/// What each row comes to, for each tenant that it is about and each other one. Asks the simulator once. A row for whose kind there
/// is no tenant has no verdict: [`unasked`] has it.
///
/// # Errors
/// A row cannot be made into a request, for it names what does not stand, or the simulator does not run.
pub fn verdicts(
    cache: &Cache,
    standing: &Standing,
    platform: &Platform,
    tenants: &[Tenant],
    rows: &[Row],
) -> Result<Vec<Verdict>> {
    let mut batch = Batch::default();
    let mut verdicts = Vec::new();
    let mut places = Vec::new();
    for row in rows {
        for tenant in tenants.iter().filter(|tenant| row.is_for(tenant, platform)) {
            for other in case::others(row, tenant, tenants) {
                for request in case::requests(row, standing, platform, tenant, other)? {
                    verdicts.push(Verdict {
                        row: row.clone(),
                        resource: request.resource.clone(),
                        with: request.with.clone(),
                        tenant: tenant.name.clone(),
                        other: other.map(|other| other.name.clone()),
                        outcome: Outcome::Answer(Answer::Denied),
                    });
                    places.push(batch.add(request));
                }
            }
        }
    }
    let outcomes = Simulator::get(cache)?.run(&batch)?;
    for (verdict, place) in verdicts.iter_mut().zip(places) {
        verdict.outcome = outcomes[place].clone();
    }
    Ok(verdicts)
}

/// The rows that no verdict is about: there is no tenant of their kind, and nothing was asked.
pub fn unasked<'a>(rows: &'a [Row], verdicts: &[Verdict]) -> Vec<&'a Row> {
    let asked: HashSet<usize> = verdicts.iter().map(|verdict| verdict.row.line).collect();
    rows.iter().filter(|row| !asked.contains(&row.line)).collect()
}

#[cfg(test)]
mod tests;
