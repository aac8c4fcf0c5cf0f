//! Terraform: its variables, what the runner is told, and how the pod is made.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Texts;
use crate::spec::{Approval, Data, Schedule, Unlock};
use crate::tree::Node;

/// Terraform for the tenant.
#[derive(Debug, PartialEq, Serialize)]
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
    /// The outputs that are published.
    pub outputs: Vec<String>,
    /// What the runner is told.
    pub run: RunPlan,
    /// How the pod is made.
    pub pod: PodPlan,
}

/// Looking for drift.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DriftPlan {
    /// The CronJob's name.
    pub name: String,
    /// When, as cron has it.
    pub schedule: String,
}

/// `run.json`: what the runner is told.
#[derive(Debug, PartialEq, Serialize)]
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
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModulePlan {
    /// Its name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The hash of its files, where a description gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Addresses of resources that hold data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds_data: Vec<String>,
    /// The variable by which everything goes but what holds data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_data: Option<String>,
    /// The variable that takes the protection of data away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_data: Option<String>,
    /// How to adopt what is there and not in the state, by address.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub imports: BTreeMap<String, ImportPlan>,
    /// The outputs that go into the Secret of the tenant's namespace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
}

/// How to adopt a resource.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportPlan {
    /// Its id; `{key}` stands for the instance's key or index.
    pub id: String,
    /// The tags that say that it is this tenant's.
    pub tags: Texts,
}

/// Where state is.
#[derive(Debug, PartialEq, Serialize)]
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

impl BackendPlan {
    /// Where the state is, for people. A bucket's name says which it is, in whatever region.
    pub fn place(&self) -> String {
        match self {
            Self::S3 { bucket, key, .. } => format!("s3://{bucket}/{key}"),
            Self::Kubernetes { namespace, secret_suffix } => format!("Secret {namespace}/{secret_suffix}"),
        }
    }
}

/// What is to be destroyed.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DestroyPlan {
    /// The tenant's name, as a person wrote it once more.
    pub confirm: String,
    /// What becomes of data.
    pub data: Data,
}

/// How a Terraform pod is made.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
pub(in crate::resolve) fn cron(schedule: Schedule, tenant: &str) -> Option<String> {
    let at = crate::names::jitter(tenant, 7 * 24 * 60);
    let (minute, hour, day) = (at % 60, at / 60 % 24, at / (24 * 60));
    match schedule {
        Schedule::None => None,
        Schedule::Hourly => Some(format!("{minute} * * * *")),
        Schedule::Daily => Some(format!("{minute} {hour} * * *")),
        Schedule::Weekly => Some(format!("{minute} {hour} * * {day}")),
    }
}
