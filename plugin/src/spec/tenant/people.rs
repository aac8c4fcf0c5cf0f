//! Who answers for a tenant, who may enter it, and what its pods are in the cloud.

use std::collections::BTreeMap;

use crate::read::{At, choice, record};
use crate::spec::value::{AnnotationKey, AnnotationValue, Email, LabelValue, RoleArn, Subject};

record! {
    /// Who answers for a tenant.
    pub struct Owner {
        /// A team.
        team: Option<LabelValue>,
        /// Its address.
        email: Option<Email>,
    }
}

record! {
    /// What the tenant's pods are in the cloud.
    pub struct Identity {
        /// How a pod gets its identity. Default: `none`. Never changes while Terraform is on.
        kind = "type": Option<At<IdentityType>>,
        /// A role that exists already. Default: the platform's role prefix and the tenant's id.
        role_arn = "roleArn": Option<At<RoleArn>>,
        /// With `annotations`: what the ServiceAccounts carry.
        annotations: BTreeMap<IdentityKey, AnnotationValue>,
    }
}

choice! {
    /// How a pod gets its identity.
    pub enum IdentityType {
        /// IAM roles for ServiceAccounts: an annotation that names the role.
        Irsa = "irsa",
        /// EKS Pod Identity: an association that Terraform makes, so releases wait for it.
        PodIdentity = "podIdentity",
        /// Annotations of another cloud.
        Annotations = "annotations",
        /// None.
        None = "none",
    }
}

record! {
    /// One group's or person's access to the tenant's namespace.
    pub struct Access {
        /// A group of the cluster's identity provider.
        group: Option<Subject>,
        /// A single user.
        user: Option<Subject>,
        /// What they may do. Default: `view`.
        role: Option<Role>,
        /// `false` takes a tier's entry away. Default: `true`.
        enabled: Option<bool>,
    }
}

choice! {
    /// A ClusterRole of ours; none of them may touch the fence.
    pub enum Role {
        /// May look.
        View = "view",
        /// May change workloads.
        Edit = "edit",
        /// May change workloads and read the namespace's roles.
        Admin = "admin",
    }
}

crate::spec::value::text! {
    /// An annotation of another cloud's identity for ServiceAccounts. Argo CD's and Kubernetes' own are refused.
    IdentityKey, "an annotation key", None, |text| {
        crate::spec::value::qualified(text)?;
        // Another cloud's identity. What Argo CD and Kubernetes do, and the role of `irsa`, are decided elsewhere.
        let prefix = text.split_once('/').map_or("", |(prefix, _)| prefix);
        let clouds = ["iam.gke.io", "azure.workload.identity"];
        crate::spec::value::rule(
            clouds.contains(&prefix) || <AnnotationKey as crate::read::Text>::parse(text).is_ok(),
            "an annotation of a cloud's identity, like `iam.gke.io/gcp-service-account`",
        )
    }
}
