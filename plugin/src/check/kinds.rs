//! The kinds that templates may make: each with the type that it is checked against.

use k8s_openapi::api::admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{
    ConfigMap, LimitRange, Namespace, PersistentVolumeClaim, ResourceQuota, Secret, Service, ServiceAccount,
};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use k8s_openapi::api::scheduling::v1::PriorityClass;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::custom::app_project::AppProject;
use super::custom::application::Application;
use super::custom::external_secret::ExternalSecret;
use super::custom::generators::{Password, Uuid};
use super::round_trip::{Difference, differences};
use crate::tree::{Mismatch, Node, from_node};

/// Who may make a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// Tenants and platforms.
    Both,
    /// The platform's own set only.
    Platform,
}

/// A kind that is known.
pub(super) struct Kind {
    pub(super) api_version: &'static str,
    pub(super) name: &'static str,
    pub(super) namespaced: bool,
    pub(super) maker: Maker,
    /// Reads an object as the type, writes it again and compares.
    pub(super) round_trip: for<'a> fn(&'a Node) -> Result<RoundTrip<'a>, Mismatch>,
}

/// What is found of an object that can be read as its type.
pub(super) struct RoundTrip<'a> {
    pub(super) differences: Vec<Difference>,
    /// The texts that the type takes any text for.
    pub(super) texts: Vec<&'a Node>,
}

fn round_trip<T: DeserializeOwned + Serialize>(node: &Node) -> Result<RoundTrip<'_>, Mismatch> {
    let (read, texts) = from_node::<T>(node)?;
    Ok(RoundTrip { differences: differences(&read, node), texts })
}

const fn namespaced<T: DeserializeOwned + Serialize>(api_version: &'static str, name: &'static str) -> Kind {
    Kind { api_version, name, namespaced: true, maker: Maker::Both, round_trip: round_trip::<T> }
}

const fn platforms<T: DeserializeOwned + Serialize>(
    api_version: &'static str,
    name: &'static str,
    namespaced: bool,
) -> Kind {
    Kind { api_version, name, namespaced, maker: Maker::Platform, round_trip: round_trip::<T> }
}

static KINDS: &[Kind] = &[
    Kind {
        api_version: "v1",
        name: "Namespace",
        namespaced: false,
        maker: Maker::Both,
        round_trip: round_trip::<Namespace>,
    },
    namespaced::<ConfigMap>("v1", "ConfigMap"),
    namespaced::<LimitRange>("v1", "LimitRange"),
    namespaced::<PersistentVolumeClaim>("v1", "PersistentVolumeClaim"),
    namespaced::<ResourceQuota>("v1", "ResourceQuota"),
    namespaced::<Secret>("v1", "Secret"),
    namespaced::<Service>("v1", "Service"),
    namespaced::<ServiceAccount>("v1", "ServiceAccount"),
    namespaced::<Deployment>("apps/v1", "Deployment"),
    namespaced::<StatefulSet>("apps/v1", "StatefulSet"),
    namespaced::<HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler"),
    namespaced::<CronJob>("batch/v1", "CronJob"),
    namespaced::<Job>("batch/v1", "Job"),
    namespaced::<Ingress>("networking.k8s.io/v1", "Ingress"),
    namespaced::<NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy"),
    namespaced::<PodDisruptionBudget>("policy/v1", "PodDisruptionBudget"),
    namespaced::<Role>("rbac.authorization.k8s.io/v1", "Role"),
    namespaced::<RoleBinding>("rbac.authorization.k8s.io/v1", "RoleBinding"),
    namespaced::<Application>("argoproj.io/v1alpha1", "Application"),
    namespaced::<ExternalSecret>("external-secrets.io/v1", "ExternalSecret"),
    namespaced::<Password>("generators.external-secrets.io/v1alpha1", "Password"),
    namespaced::<Uuid>("generators.external-secrets.io/v1alpha1", "UUID"),
    platforms::<DaemonSet>("apps/v1", "DaemonSet", true),
    platforms::<AppProject>("argoproj.io/v1alpha1", "AppProject", true),
    platforms::<ClusterRole>("rbac.authorization.k8s.io/v1", "ClusterRole", false),
    platforms::<ClusterRoleBinding>("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", false),
    platforms::<PriorityClass>("scheduling.k8s.io/v1", "PriorityClass", false),
    platforms::<ValidatingAdmissionPolicy>("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", false),
    platforms::<ValidatingAdmissionPolicyBinding>(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicyBinding",
        false,
    ),
];

/// The kind of this name.
pub(super) fn find(api_version: &str, name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name && kind.api_version == api_version)
}

/// The names of all kinds, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name)
}
