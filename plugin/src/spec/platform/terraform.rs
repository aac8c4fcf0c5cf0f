//! Terraform, its Jobs' pods and their images.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::quantity::Quantity;
use crate::read::{At, Read, Reader, choice, record};
use crate::spec::value::{
    ExactVersion, Image, LabelValue, ModuleName, ObjectName, QuotaKey, Region, RelativePath, RoleArn, Variable,
};
use crate::spec::{Approval, PodLabelKey, Unlock};
use crate::template::Template;
use crate::tree::{Node, Value};

record! {
    /// The runner's image.
    pub struct RunnerImage {
        /// By digest.
        image: Image,
    }
}

choice! {
    /// The program that runs.
    pub enum Engine {
        /// HashiCorp's.
        Terraform = "terraform",
        /// The Linux Foundation's.
        OpenTofu = "opentofu",
    }
}

record! {
    /// Terraform.
    pub struct PlatformTerraform {
        /// The program. Default: `terraform`.
        engine: Option<Engine>,
        /// The roles of the Jobs. Absent: they have none.
        roles: Option<TerraformRoles>,
        /// The Jobs' image: Terraform, providers, modules and the runner.
        image: Image,
        /// Where state is.
        backend: At<Backend>,
        /// The modules that tenants may have.
        modules: BTreeMap<ModuleName, ModuleUse>,
        /// How the Jobs' pods are placed.
        pod: Option<Pod>,
        /// How long a pod may run, in seconds, from its start. Default: 1800.
        deadline_seconds = "deadlineSeconds": Option<Seconds>,
        /// Whether a lock may be broken. Default: `never`.
        unlock: Option<At<Unlock>>,
        /// Which plans need an approved hash. Default: `none`.
        approval: Option<At<Approval>>,
        /// Looking for changes made behind Terraform's back.
        drift: Option<Drift>,
    }
}

record! {
    /// The two roles that a Job takes with its one token.
    pub struct TerraformRoles {
        /// The provider's: makes things, reads no state.
        provider: RoleArn,
        /// The backend's: taken with a session policy for one tenant's key.
        state: RoleArn,
    }
}

record! {
    /// Where state is: one of the two.
    pub struct Backend {
        /// A bucket.
        s3: Option<S3Backend>,
        /// Secrets of the control namespace.
        kubernetes: Option<KubernetesBackend>,
    }
}

record! {
    /// A bucket for state.
    pub struct S3Backend {
        /// Its name.
        bucket: ObjectName,
        /// Its region.
        region: Region,
        /// What every key begins with. Default: none.
        prefix: Option<KeyPrefix>,
    }
}

crate::spec::value::text! {
    /// What keys of a bucket begin with.
    KeyPrefix, "a key prefix", Some("^([A-Za-z0-9_.-]+/)+$"), |text| crate::spec::value::rule(
        text.ends_with('/')
            && text.trim_end_matches('/').split('/').all(|part| {
                !part.is_empty() && part != "." && part != ".." && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
            }),
        "names that end in `/`, like `tenants/`",
    )
}

/// Secrets of the control namespace; nothing to set.
#[derive(Clone, Copy, Debug)]
pub struct KubernetesBackend;

impl Read for KubernetesBackend {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_map() {
            Some(map) if map.is_empty() => Some(Self),
            _ => reader.wants(node, "an empty map (`{}`)"),
        }
    }

    fn schema() -> Json {
        json!({"type": "object", "additionalProperties": false})
    }
}

record! {
    /// A module as the platform uses it.
    pub struct ModuleUse {
        /// Its exact version.
        version: ExactVersion,
        /// The module's description, a file beside the platform file.
        description: Option<At<RelativePath>>,
        /// Its variables: expressions over the resolved tenant.
        variables: BTreeMap<Variable, At<Template>>,
        /// Those that a tier or a tenant may set.
        tenant_variables = "tenantVariables": Vec<At<Variable>>,
    }
}

record! {
    /// How a Job's pod is placed.
    pub struct Pod {
        /// What its container asks for.
        resources: Option<Resources>,
        /// The nodes that it may run on.
        node_selector = "nodeSelector": BTreeMap<PodLabelKey, LabelValue>,
        /// Taints that it stands.
        tolerations: Vec<Node>,
        /// Its PriorityClass; the platform's own set makes one of this name.
        priority_class_name = "priorityClassName": Option<ObjectName>,
    }
}

record! {
    /// What a container asks for.
    pub struct Resources {
        /// Requests.
        requests: BTreeMap<QuotaKey, Quantity>,
        /// Limits.
        limits: BTreeMap<QuotaKey, Quantity>,
    }
}

/// A time in seconds: 60 to 86400.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Read for Seconds {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            Value::Int(seconds @ 60..=86_400) => Some(Self(seconds)),
            _ => reader.wants(node, "seconds from 60 to 86400"),
        }
    }

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 60, "maximum": 86_400})
    }
}

choice! {
    /// How often.
    pub enum Schedule {
        /// Not at all.
        None = "none",
        /// Once an hour.
        Hourly = "hourly",
        /// Once a day.
        Daily = "daily",
        /// Once a week.
        Weekly = "weekly",
    }
}

record! {
    /// Looking for changes made behind Terraform's back.
    pub struct Drift {
        /// How often.
        schedule: Schedule,
    }
}

choice! {
    /// An image that the puller keeps.
    pub enum PulledImage {
        /// Terraform's.
        Terraform = "terraform",
        /// The runner's.
        Runner = "runner",
    }
}

record! {
    /// Keeps images on the nodes that run Terraform.
    pub struct ImagePuller {
        /// Whether. Default: `true`.
        enabled: Option<bool>,
        /// Which images.
        images: Vec<PulledImage>,
    }
}
