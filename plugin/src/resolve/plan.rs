//! The plan: one tenant, complete and explicit. Templates only place what stands here; its fields, in camel
//! case, are the names that templates use.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::spec::value::{Cidr, Port};
use crate::spec::{Approval, Charset, Data, IdentityType, Role, Schedule, State, Unlock};
use crate::tree::Node;

/// A map of texts, in order of its keys.
pub type Texts = BTreeMap<String, String>;

/// Everything that is decided about one tenant.
#[derive(Debug, Serialize)]
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

/// Who the tenant is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantFacts {
    /// Its name.
    pub name: String,
    /// What it is called in the cloud.
    pub id: String,
    /// Its tier.
    pub tier: String,
    /// Its ring; null without one.
    pub ring: Option<String>,
    /// What it is to be.
    pub state: State,
    /// Where it is reached.
    pub host: String,
    /// The Secret with its certificate; null without one.
    pub tls_secret: Option<String>,
    /// Its namespace.
    pub namespace: String,
    /// Who answers for it; null without one.
    pub team: Option<String>,
    /// Their address; null without one.
    pub email: Option<String>,
    /// What its pods are in the cloud.
    pub identity: IdentityFacts,
    /// The ServiceAccounts of its releases: those that may take its role.
    pub service_accounts: Vec<String>,
}

/// What the tenant's pods are in the cloud.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityFacts {
    /// How a pod gets its identity.
    #[serde(rename = "type")]
    pub kind: IdentityType,
    /// The role's ARN; null without one.
    pub role_arn: Option<String>,
    /// The role's name; null without one.
    pub role_name: Option<String>,
    /// Whether the role exists already, so that Terraform makes none.
    pub role_exists: bool,
}

/// Where the tenant lives.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformFacts {
    /// The platform's name.
    pub name: String,
    /// The cluster's name.
    pub cluster: String,
    /// The cluster's minor version.
    pub kubernetes: String,
    /// The cluster's region; null without one.
    pub region: Option<String>,
    /// What host names end with.
    pub domain: String,
    /// The control namespace.
    pub control_namespace: String,
    /// Argo CD's namespace.
    pub argocd_namespace: String,
    /// The namespace of the child Applications.
    pub releases_namespace: String,
    /// The project of the child Applications.
    pub releases_project: String,
    /// The account; null without AWS.
    pub account_id: Option<String>,
    /// The OIDC provider; null without one.
    pub oidc_provider: Option<String>,
    /// The permissions boundary of tenants' roles; null without one.
    pub boundary: Option<String>,
}

/// What the network policies open.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPlan {
    /// Where names are looked up.
    pub dns: Vec<DnsPlan>,
    /// The ingress controller; null without one.
    pub ingress: Option<IngressPlan>,
    /// Policies for what pods may reach, each of a release or of the tenant.
    pub egress: Vec<EgressPlan>,
    /// Who else may reach pods.
    pub ingress_from: Vec<IngressFromPlan>,
    /// Whether pods ask the Pod Identity agent.
    pub pod_identity: bool,
}

/// A place where names are looked up: one of the two is set.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DnsPlan {
    /// The namespace of the DNS pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Their labels.
    pub labels: Texts,
    /// The address of a node-local cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Cidr>,
}

/// The ingress controller.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressPlan {
    /// Its namespace.
    pub namespace: String,
    /// The pods' port.
    pub port: Port,
}

/// A policy for what pods may reach.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EgressPlan {
    /// The policy's name.
    pub name: String,
    /// What it opens.
    pub rules: Vec<EgressRule>,
}

/// Ranges and ports.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EgressRule {
    /// The ranges.
    pub blocks: Vec<IpBlock>,
    /// The TCP ports; none means all.
    pub ports: Vec<Port>,
}

/// A range with holes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IpBlock {
    /// The range.
    pub cidr: Cidr,
    /// The holes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Cidr>,
}

/// Who else may reach pods.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressFromPlan {
    /// The policy's name.
    pub name: String,
    /// The range.
    pub cidr: Cidr,
    /// The TCP ports.
    pub ports: Vec<Port>,
}

/// A ServiceAccount.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountPlan {
    /// Its name.
    pub name: String,
    /// The release that it is of.
    pub release: String,
    /// Whether its token is mounted.
    pub mount_token: bool,
    /// Its identity in the cloud.
    pub annotations: Texts,
}

/// The Role of a server.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolePlan {
    /// The name of Role and RoleBinding.
    pub name: String,
    /// The ServiceAccount that has it.
    pub service_account: String,
    /// What it allows.
    pub rules: Vec<RulePlan>,
}

/// A rule of a Role.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulePlan {
    /// API groups.
    pub api_groups: Vec<String>,
    /// Resources.
    pub resources: Vec<String>,
    /// Names of single objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_names: Vec<String>,
    /// Verbs.
    pub verbs: Vec<String>,
}

/// People's access.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPlan {
    /// The RoleBinding's name.
    pub name: String,
    /// `Group` or `User`.
    pub kind: &'static str,
    /// The group's or user's name.
    pub subject: String,
    /// What they may do.
    pub role: Role,
}

/// A secret, as charts refer to it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretPlan {
    /// The Secret's name.
    pub name: String,
    /// Its generation.
    pub generation: i64,
    /// When it is there.
    pub wave: u8,
}

/// A secret from the store.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalSecretPlan {
    /// The name of Secret and ExternalSecret.
    pub name: String,
    /// The key in the store.
    pub key: String,
    /// The properties to take.
    pub properties: Vec<String>,
    /// Whether the Secret is made once and stays as it is.
    pub immutable: bool,
    /// When it is made.
    pub wave: u8,
    /// The store.
    pub store: StorePlan,
    /// How often it is read again.
    pub refresh_interval: String,
}

/// A store.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorePlan {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A generated secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedSecretPlan {
    /// The name of Secret and ExternalSecret.
    pub name: String,
    /// Its keys.
    pub keys: Vec<GeneratedKeyPlan>,
    /// When it is made.
    pub wave: u8,
}

/// A key of a generated secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedKeyPlan {
    /// The key.
    pub key: String,
    /// The generator's name.
    pub generator: String,
    /// `Password` or `UUID`.
    pub kind: &'static str,
    /// What the generator calls its one value.
    pub output: &'static str,
}

/// A generator of the operator.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneratorPlan {
    /// Its name.
    pub generator: String,
    /// `Password` or `UUID`.
    pub kind: &'static str,
    /// How many characters; null for a UUID.
    pub length: Option<i64>,
    /// How many of them are digits; null for a UUID.
    pub digits: Option<i64>,
    /// How many of them are symbols; null for a UUID.
    pub symbols: Option<i64>,
    /// Of which kind the characters are; null for a UUID.
    pub charset: Option<Charset>,
    /// When it is made.
    pub wave: u8,
}

/// A Helm release.
#[derive(Debug, Serialize)]
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
}

/// Terraform for the tenant.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TerraformPlan {
    /// The apply Job's name, before its content's hash.
    pub job: String,
    /// The destroy Job's name, before its content's hash.
    pub destroy_job: String,
    /// The inputs' name, before their content's hash.
    pub inputs: String,
    /// Whether an apply Job is rendered now: `everySync` pauses while the tenant is suspended.
    pub applies: bool,
    /// Whether it runs at every sync.
    pub every_sync: bool,
    /// Looking for drift; null where it is off.
    pub drift: Option<DriftPlan>,
    /// The module's variables.
    pub variables: Node,
    /// What the runner is told.
    pub run: RunPlan,
    /// How the pod is made.
    pub pod: PodPlan,
}

/// Looking for drift.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DriftPlan {
    /// The CronJob's name.
    pub name: String,
    /// When, as cron has it.
    pub schedule: String,
}

/// `run.json`: what the runner is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunPlan {
    /// The tenant's name.
    pub tenant: String,
    /// Its id.
    pub id: String,
    /// Its namespace.
    pub namespace: String,
    /// The role that is the tenant's; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The cluster, for the lock's holder.
    pub cluster: String,
    /// The module.
    pub module: ModulePlan,
    /// `terraform` or `opentofu`.
    pub engine: &'static str,
    /// Where state is.
    pub backend: BackendPlan,
    /// The role that reads and writes state; absent where the pod has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_role: Option<String>,
    /// Which plans need an approved hash.
    pub approval: Approval,
    /// The hash of the approved plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_plan: Option<String>,
    /// Whether a lock may be broken.
    pub unlock: Unlock,
    /// What is to be destroyed; absent while the tenant lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destroy: Option<DestroyPlan>,
    /// Raised to run again.
    pub generation: i64,
    /// How long the pod may run, in seconds.
    pub deadline_seconds: i64,
}

/// A module.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModulePlan {
    /// Its name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The hash of its files, where a description gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// Where state is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BackendPlan {
    /// In a bucket.
    S3 {
        /// Its name.
        bucket: String,
        /// Its region.
        region: String,
        /// The state's key.
        key: String,
    },
    /// In a Secret.
    #[serde(rename_all = "camelCase")]
    Kubernetes {
        /// Its namespace.
        namespace: String,
        /// The end of its name.
        secret_suffix: String,
    },
}

/// What is to be destroyed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DestroyPlan {
    /// The tenant's name, as a person wrote it once more.
    pub confirm: String,
    /// What becomes of data.
    pub data: Data,
}

/// How a Terraform pod is made.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodPlan {
    /// The image.
    pub image: String,
    /// How long it may run, in seconds.
    pub deadline_seconds: i64,
    /// The role that the provider takes; null without one.
    pub provider_role: Option<String>,
    /// The region; null without one.
    pub region: Option<String>,
    /// What its container asks for.
    pub resources: BTreeMap<String, Texts>,
    /// Where it may run and with which priority: a part of a pod's spec.
    pub placement: Node,
}

/// How often drift is looked for, as cron has it: spread over the hour, day or week by the tenant's name.
pub(super) fn cron(schedule: Schedule, tenant: &str) -> Option<String> {
    let at = crate::names::jitter(tenant, 7 * 24 * 60);
    let (minute, hour, day) = (at % 60, at / 60 % 24, at / (24 * 60));
    match schedule {
        Schedule::None => None,
        Schedule::Hourly => Some(format!("{minute} * * * *")),
        Schedule::Daily => Some(format!("{minute} {hour} * * *")),
        Schedule::Weekly => Some(format!("{minute} {hour} * * {day}")),
    }
}
