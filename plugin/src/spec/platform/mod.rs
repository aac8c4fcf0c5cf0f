//! `platform.yaml`: what a platform team sets for all its tenants.

mod charts;
mod network;
mod secrets;
mod terraform;
mod tiers;

pub use charts::*;
pub use network::*;
pub use secrets::*;
pub use terraform::*;
pub use tiers::*;

use std::collections::BTreeMap;

use crate::read::{At, choice, record};
use crate::spec::ApiVersion;
use crate::spec::value::{
    AccountId, ApiVersionKind, ClusterVersion, ExactVersion, FileName, GitUrl, Host, ItemName, LabelKey, LabelValue,
    NamespacePrefix, ObjectName, OidcProvider, PolicyArn, Region, RolePrefix,
};

choice! {
    /// The kind of a platform's file.
    pub enum PlatformKind {
        /// The only one.
        Platform = "Platform",
    }
}

record! {
    /// A cell: one platform file and the tenants below it.
    pub struct Platform {
        /// The version of the file format.
        api_version = "apiVersion": ApiVersion,
        /// `Platform`.
        kind: PlatformKind,
        /// The platform's name.
        metadata: PlatformMetadata,
        /// What it sets.
        spec: PlatformSpec,
    }
}

record! {
    /// The platform's name.
    pub struct PlatformMetadata {
        /// The platform's name.
        name: ItemName,
    }
}

record! {
    /// What a platform sets for all its tenants.
    pub struct PlatformSpec {
        /// The version of the plugin that renders this commit; any other refuses.
        tenantry: At<ExactVersion>,
        /// The cluster.
        cluster: Cluster,
        /// What tenants' host names end with.
        domain: At<Host>,
        /// Labels on every object.
        labels: BTreeMap<LabelKey, LabelValue>,
        /// The rules for tenants' namespaces.
        namespace: NamespaceRules,
        /// What may lie beside a `tenant.yaml`.
        tenant_folders = "tenantFolders": Option<TenantFolders>,
        /// Where Terraform Jobs, inputs, records and bindings are.
        control: Control,
        /// The Argo CD that syncs the tenants.
        argocd: ArgoCd,
        /// The AWS account. Absent: no tenant has an AWS identity.
        aws: Option<At<Aws>>,
        /// The cluster's network.
        network: PlatformNetwork,
        /// Where secrets come from.
        secrets: PlatformSecrets,
        /// The runner's image.
        runner: Option<At<RunnerImage>>,
        /// Terraform. Absent: no tenant has any.
        terraform: Option<At<PlatformTerraform>>,
        /// The charts that tenants may have.
        charts: BTreeMap<ItemName, Chart>,
        /// Partial tenant specs, laid under the tenant's own.
        tiers: Tiers,
        /// What no tenant may exceed or loosen.
        bounds: Option<Bounds>,
        /// The groups in which tenants are promoted, in order.
        rings: Vec<ItemName>,
        /// Kinds that custom templates may make: namespaced, their metadata checked.
        custom_kinds = "customKinds": Vec<At<ApiVersionKind>>,
        /// Keeps the Terraform images on the nodes that run Terraform.
        image_puller = "imagePuller": Option<At<ImagePuller>>,
    }
}

record! {
    /// The cluster.
    pub struct Cluster {
        /// Its name; goes into Terraform's locks.
        name: ItemName,
        /// Its minor version, in quotes.
        kubernetes: ClusterVersion,
        /// Its region.
        region: Option<Region>,
        /// Whether this cell renders the cluster-wide set: exactly one cell of a cluster does. Default: `false`.
        owner: Option<bool>,
    }
}

record! {
    /// The rules for tenants' namespaces.
    pub struct NamespaceRules {
        /// What every one begins with.
        prefix: At<NamespacePrefix>,
        /// Names that none may have.
        deny: Vec<ObjectName>,
    }
}

record! {
    /// What may lie in a tenant's folder.
    pub struct TenantFolders {
        /// Names of files beside `tenant.yaml`.
        allow: Vec<FileName>,
    }
}

record! {
    /// The control namespace.
    pub struct Control {
        /// Its name.
        namespace: ObjectName,
    }
}

record! {
    /// The Argo CD that syncs the tenants.
    pub struct ArgoCd {
        /// Its namespace.
        namespace: ObjectName,
        /// The git repository of the tenants.
        repository: GitUrl,
        /// The project of the tenants' Applications.
        project: ItemName,
        /// Where the child Applications are.
        releases: ReleasesPlace,
    }
}

record! {
    /// Where the child Applications are: a namespace and a project of their own.
    pub struct ReleasesPlace {
        /// Their namespace: never Argo CD's own, where an Application may name any project.
        namespace: At<ObjectName>,
        /// Their project.
        project: At<ItemName>,
    }
}

record! {
    /// The AWS account.
    pub struct Aws {
        /// Its id, in quotes.
        account_id = "accountId": AccountId,
        /// The cluster's OIDC provider, without its scheme.
        oidc_provider = "oidcProvider": Option<OidcProvider>,
        /// The rules for tenants' roles.
        role: AwsRole,
    }
}

record! {
    /// The rules for tenants' roles.
    pub struct AwsRole {
        /// What every role's name begins with.
        prefix: RolePrefix,
        /// The permissions boundary of every role.
        boundary: Option<PolicyArn>,
    }
}
