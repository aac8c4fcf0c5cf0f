//! One object, and the template that made it.

use std::fmt;
use std::sync::Arc;

use crate::tree::Node;

/// An object as it is applied. Every value in it still knows the place of the template that made it.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The object, its keys in order.
    pub object: Node,
    /// The template's name: `tenant/namespace.yaml`.
    pub template: Arc<str>,
}

/// What tells objects apart: two with the same one are one object to Argo CD, and one of them is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id<'a> {
    /// The group; empty for the core group.
    pub group: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// The namespace; empty for what has none.
    pub namespace: &'a str,
    /// The name.
    pub name: &'a str,
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}

impl Manifest {
    /// `apiVersion`; empty where it is missing.
    pub fn api_version(&self) -> &str {
        self.object.text_at(&["apiVersion"]).unwrap_or_default()
    }

    /// The kind; empty where it is missing.
    pub fn kind(&self) -> &str {
        self.object.text_at(&["kind"]).unwrap_or_default()
    }

    /// The name; empty where it is missing.
    pub fn name(&self) -> &str {
        self.object.text_at(&["metadata", "name"]).unwrap_or_default()
    }

    /// The namespace; empty for what has none.
    pub fn namespace(&self) -> &str {
        self.object.text_at(&["metadata", "namespace"]).unwrap_or_default()
    }

    /// What tells it apart from others.
    pub fn id(&self) -> Id<'_> {
        let group = self.api_version().split_once('/').map_or("", |(group, _)| group);
        Id { group, kind: self.kind(), namespace: self.namespace(), name: self.name() }
    }

    /// An annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.object.text_at(&["metadata", "annotations", key])
    }

    /// The spec of the pods that it is or makes.
    pub fn pod(&self) -> Option<&Node> {
        let path: &[&str] = match self.kind() {
            "Pod" => &["spec"],
            "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
                &["spec", "template", "spec"]
            }
            _ => return None,
        };
        self.object.get(path)
    }

    /// The wave in which Argo CD applies it.
    pub fn wave(&self) -> i64 {
        self.annotation(WAVE).and_then(|wave| wave.parse().ok()).unwrap_or(0)
    }

    /// Whether Argo CD runs it as a hook.
    pub fn is_hook(&self) -> bool {
        self.annotation(HOOK).is_some()
    }
}

/// Argo CD's annotation of a wave.
const WAVE: &str = "argocd.argoproj.io/sync-wave";
/// Argo CD's annotation of a hook.
const HOOK: &str = "argocd.argoproj.io/hook";
