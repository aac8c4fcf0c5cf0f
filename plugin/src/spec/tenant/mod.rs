//! `tenant.yaml`, and the tiers of a platform, which are partial specs of a tenant.

mod network;
mod people;
mod secrets;
mod terraform;

pub use network::*;
pub use people::*;
pub use secrets::*;
pub use terraform::*;

use std::collections::BTreeMap;

use crate::quantity::Quantity;
use crate::read::{At, choice, record};
use crate::spec::ApiVersion;
use crate::spec::value::{
    AnnotationKey, AnnotationValue, Commit, ExactVersion, Host, ItemName, LabelKey, LabelValue, ObjectName, QuotaKey,
    ResourceName, TenantId, TenantName,
};
use crate::tree::Node;

choice! {
    /// The kind of a tenant's file.
    pub enum TenantKind {
        /// The only one.
        Tenant = "Tenant",
    }
}

record! {
    /// One customer's instance of a product.
    pub struct Tenant {
        /// The version of the file format.
        api_version = "apiVersion": ApiVersion,
        /// `Tenant`.
        kind: TenantKind,
        /// The tenant's name, labels and annotations.
        metadata: TenantMetadata,
        /// What the tenant gets. What is left out comes from the tier, then from the platform.
        spec: TenantSpec,
    }
}

record! {
    /// Name, labels and annotations.
    pub struct TenantMetadata {
        /// The tenant's name: the folder's name. Never changes.
        name: At<TenantName>,
        /// Labels for the Namespace and the record.
        labels: BTreeMap<LabelKey, LabelValue>,
        /// Annotations for the Namespace and the record.
        annotations: BTreeMap<AnnotationKey, AnnotationValue>,
    }
}

record! {
    /// What a tenant gets. A tier has the same fields, but for those that are one tenant's own.
    pub struct TenantSpec {
        /// Goes into cloud names; a UUID is usual; unique over the fleet. Default: the name. Never changes.
        id: Option<At<TenantId>>,
        /// The tier: one of the platform's.
        tier: Option<At<ItemName>>,
        /// The group in which the tenant is promoted: one of the platform's.
        ring: Option<At<ItemName>>,
        /// What the tenant is to be. Default: `active`.
        state: Option<At<State>>,
        /// What `destroying` needs.
        destroy: Option<At<Destroy>>,
        /// Who answers for the tenant.
        owner: Option<Owner>,
        /// Where the tenant is reached.
        domain: Option<Domain>,
        /// The tenant's namespace. Default: the platform's prefix and the name. Never changes.
        namespace: Option<At<ObjectName>>,
        /// What the tenant's pods are in the cloud.
        identity: Option<Identity>,
        /// People's access, by a name of its own.
        access: BTreeMap<ItemName, At<Access>>,
        /// What the namespace may use, by Kubernetes' own keys.
        quota: BTreeMap<QuotaKey, At<Quantity>>,
        /// What a container gets that asks for nothing.
        limits: Limits,
        /// What the tenant's pods may reach, and who may reach them.
        network: Network,
        /// Secrets, by name: references and shapes, never values.
        secrets: BTreeMap<ItemName, At<Secret>>,
        /// Helm releases, by name.
        releases: BTreeMap<ItemName, At<Release>>,
        /// Terraform for the tenant.
        terraform: Option<At<TerraformSpec>>,
    }
}

choice! {
    /// What a tenant is to be.
    pub enum State {
        /// Everything runs.
        Active = "active",
        /// The releases are scaled down; everything else stays.
        Suspended = "suspended",
        /// Terraform destroys what it made, then the namespace goes.
        Destroying = "destroying",
    }
}

record! {
    /// The word that `destroying` needs.
    pub struct Destroy {
        /// The tenant's name, once more.
        confirm: At<TenantName>,
        /// Whether what holds data is kept. Default: `keep`.
        data: Option<Data>,
    }
}

choice! {
    /// What becomes of data.
    pub enum Data {
        /// What holds data stays.
        Keep = "keep",
        /// Data is deleted too.
        Delete = "delete",
    }
}

record! {
    /// Where a tenant is reached.
    pub struct Domain {
        /// A full name. Default: `<name>.<platform domain>`. Unique over the fleet.
        host: Option<At<Host>>,
        /// Its certificate.
        tls: Option<Tls>,
    }
}

record! {
    /// A certificate by reference.
    pub struct Tls {
        /// The Secret of type `kubernetes.io/tls` in the tenant's namespace.
        secret_name = "secretName": ObjectName,
    }
}

record! {
    /// What a container gets that asks for nothing, and what one may ask for (a LimitRange's item).
    pub struct Limits {
        /// The limit of a container that names none.
        default: BTreeMap<ResourceName, At<Quantity>>,
        /// The request of a container that names none.
        default_request = "defaultRequest": BTreeMap<ResourceName, At<Quantity>>,
        /// The highest limit of one container.
        max: BTreeMap<ResourceName, At<Quantity>>,
        /// The lowest request of one container.
        min: BTreeMap<ResourceName, At<Quantity>>,
    }
}

choice! {
    /// What a release or secret waits for.
    pub enum After {
        /// The tenant's Terraform Job.
        Terraform = "terraform",
    }
}

record! {
    /// A Helm release.
    pub struct Release {
        /// The chart: one of the platform's. Default: the release's name.
        chart: Option<At<ItemName>>,
        /// The exact version of the chart.
        version: Option<At<ExactVersion>>,
        /// The exact commit of a chart in git.
        commit: Option<At<Commit>>,
        /// Values, at the paths that the profile leaves to tenants.
        values: Option<Node>,
        /// What it waits for.
        after: Vec<After>,
        /// `false` takes a tier's release away. Default: `true`.
        enabled: Option<bool>,
    }
}
