//! The plan: one tenant, complete and explicit. Templates only place what stands here; its fields, in camel
//! case, are the names that templates use.

mod facts;
mod network;
mod rights;
mod secrets;
mod terraform;

pub use facts::*;
pub use network::*;
pub use rights::*;
pub use secrets::*;
pub(super) use terraform::cron;
pub use terraform::*;

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::tree::Node;

/// A map of texts, in order of its keys.
pub type Texts = BTreeMap<String, String>;

/// Everything that is decided about one tenant.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Who the tenant is.
    pub tenant: TenantFacts,
    /// Where it lives.
    pub platform: PlatformFacts,
    /// The labels of every object.
    pub labels: Texts,
    /// The labels of the Namespace and the record: the tenant's own and those of every object.
    pub own_labels: Texts,
    /// The tenant's own annotations, for the Namespace and the record.
    pub own_annotations: Texts,
    /// The quota's hard limits.
    pub quota: Texts,
    /// The LimitRange's item for containers; empty where there is none.
    pub limits: BTreeMap<String, Texts>,
    /// What the network policies open.
    pub network: NetworkPlan,
    /// The ServiceAccounts of the releases.
    pub service_accounts: Vec<ServiceAccountPlan>,
    /// The Roles of the servers that have rules.
    pub roles: Vec<RolePlan>,
    /// People's access.
    pub access: Vec<AccessPlan>,
    /// Secrets by name: what charts refer to.
    pub secrets: BTreeMap<String, SecretPlan>,
    /// Secrets that the operator reads from the store.
    pub external_secrets: Vec<ExternalSecretPlan>,
    /// The Jobs that generate secrets; null where there are none.
    pub secret_jobs: Option<SecretJobsPlan>,
    /// Secrets that the operator generates.
    pub generated_secrets: Vec<GeneratedSecretPlan>,
    /// The generators that they are made by.
    pub generators: Vec<GeneratorPlan>,
    /// The Helm releases.
    pub releases: Vec<ReleasePlan>,
    /// Terraform; null where the tenant has none.
    pub terraform: Option<TerraformPlan>,
    /// The last wave, which Argo CD does not wait for.
    pub last_wave: u8,
    /// The record's data.
    pub record: Texts,
}

/// Looks at the parts of a plan by the names that templates have for them.
macro_rules! parts {
    ($($name:literal: $field:ident,)*) => {
        impl Plan {
            /// The names of all parts, each with whether it is the same in another plan.
            pub fn parts(&self, other: &Self) -> impl Iterator<Item = (&'static str, bool)> + use<> {
                // Taken apart whole, so that no part can be forgotten here.
                let Self { $($field),* } = self;
                [$(($name, *$field == other.$field)),*].into_iter()
            }

            /// A part as templates see it; undefined where there is none of this name.
            pub fn part(&self, name: &str) -> Value {
                match name {
                    $($name => Value::from(Serde(&self.$field)),)*
                    _ => Value::UNDEFINED,
                }
            }
        }
    };
}

parts! {
    "tenant": tenant,
    "platform": platform,
    "labels": labels,
    "ownLabels": own_labels,
    "ownAnnotations": own_annotations,
    "quota": quota,
    "limits": limits,
    "network": network,
    "serviceAccounts": service_accounts,
    "roles": roles,
    "access": access,
    "secrets": secrets,
    "externalSecrets": external_secrets,
    "secretJobs": secret_jobs,
    "generatedSecrets": generated_secrets,
    "generators": generators,
    "releases": releases,
    "terraform": terraform,
    "lastWave": last_wave,
    "record": record,
}

/// A Helm release.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleasePlan {
    /// The release's name.
    pub name: String,
    /// The child Application's name.
    pub application: String,
    /// The chart and its exact version.
    pub source: Texts,
    /// When it is made.
    pub wave: u8,
    /// The chart's values.
    pub values: Node,
    /// The exact version or commit.
    pub version: String,
    /// The Secrets that its values refer to, by their own names.
    #[serde(skip)]
    pub secrets: Vec<String>,
    /// Why it waits for Terraform, where it does.
    #[serde(skip)]
    pub waits: Option<Wait>,
}

/// Why a release waits for Terraform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It says `after: [terraform]`.
    Says,
    /// Its pods get their identity from an association that Terraform makes.
    Identity,
    /// A secret that it uses waits.
    Secret,
}
