//! The order in which objects are written: wave, then Argo CD's order of kinds, then namespace, then name.

use compact_str::CompactString;

use crate::render::{Id, Manifest};

/// Argo CD's order of kinds (gitops-engine, `pkg/sync/sync_tasks.go`); what is not named comes last.
const KINDS: &[&str] = &[
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

/// Where a kind stands in Argo CD's order.
pub(crate) fn rank(kind: &str) -> usize {
    KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len())
}

/// Puts a set in order.
pub fn order(manifests: &mut [Manifest]) {
    // Each object's place is looked up once, not at every comparison.
    manifests.sort_by_cached_key(|manifest| {
        let Id { group, kind, namespace, name } = manifest.id();
        (manifest.wave(), rank(kind), [group, kind, namespace, name].map(CompactString::from))
    });
}
