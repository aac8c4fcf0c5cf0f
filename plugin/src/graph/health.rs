//! What Argo CD can say of a kind's health: what has none does not hold up a wave.

use crate::render::Manifest;

/// What Argo CD can say of an object's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It has none.
    None,
    /// It is Healthy when this is so.
    When(&'static str),
    /// Argo CD's own settings decide: a kind that is not Kubernetes' may have a health script.
    Unknown,
}

/// Argo CD 3.6: gitops-engine's `pkg/health` and the scripts in `resource_customizations`; an Application's is ours
/// (`deploy/argocd/health.yaml`).
const KINDS: &[(&str, &str, &str)] = &[
    ("", "PersistentVolumeClaim", "is bound"),
    ("", "Pod", "is ready, or has ended well"),
    ("apps", "DaemonSet", "is rolled out"),
    ("apps", "Deployment", "is rolled out"),
    ("apps", "ReplicaSet", "is rolled out"),
    ("apps", "StatefulSet", "is rolled out"),
    ("argoproj.io", "Application", "is Healthy (by the health script of `deploy/argocd`)"),
    ("autoscaling", "HorizontalPodAutoscaler", "can scale"),
    ("batch", "CronJob", "is there, and its last run did not fail"),
    ("batch", "Job", "is complete"),
    ("cert-manager.io", "Certificate", "is issued"),
    ("external-secrets.io", "ExternalSecret", "is synced"),
    ("networking.k8s.io", "Ingress", "has an address"),
    ("policy", "PodDisruptionBudget", "is Healthy"),
];

/// Groups of others in which these kinds have no health script.
const WITHOUT: &[(&str, &str)] = &[
    ("argoproj.io", "AppProject"),
    ("generators.external-secrets.io", "Password"),
    ("generators.external-secrets.io", "UUID"),
];

/// What Argo CD can say of an object's health.
pub(super) fn health(manifest: &Manifest) -> Health {
    let id = manifest.id();
    if (id.group, id.kind) == ("", "Service") {
        // Any other Service is Healthy as soon as it is there.
        let balanced = manifest.object.text_at(&["spec", "type"]) == Some("LoadBalancer");
        return if balanced { Health::When("has an address") } else { Health::None };
    }
    if let Some((.., when)) = KINDS.iter().find(|(group, kind, _)| (*group, *kind) == (id.group, id.kind)) {
        return Health::When(when);
    }
    let of_kubernetes = !id.group.contains('.') || id.group.ends_with(".k8s.io");
    if of_kubernetes || WITHOUT.contains(&(id.group, id.kind)) { Health::None } else { Health::Unknown }
}
