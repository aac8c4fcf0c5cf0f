//! What an object cannot do without, and which Secrets it has made, as far as the object itself says it.

use std::collections::BTreeSet;

use super::{Name, Reason};
use crate::render::Manifest;
use crate::tree::Node;

/// What the object refers to.
pub(super) fn needs(manifest: &Manifest) -> Vec<(Reason, Name)> {
    let mut found = BTreeSet::new();
    if let Some(pod) = manifest.pod() {
        of_pod(pod, manifest.namespace(), &mut found);
    }
    if manifest.kind() == "ExternalSecret" {
        for source in manifest.object.list_at(&["spec", "dataFrom"]) {
            let Some(generator) = source.get(&["sourceRef", "generatorRef"]) else { continue };
            let text = |key: &str| generator.text_at(&[key]).unwrap_or_default();
            let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
            found.insert((Reason::Draws, name(group, text("kind"), manifest.namespace(), text("name"))));
        }
    }
    found.into_iter().filter(|(_, name)| !name.name.is_empty()).collect()
}

/// The Secrets that it has made. `all` is the set: what a Job of the runner is told stands in a ConfigMap.
pub(super) fn makes(manifest: &Manifest, all: &[Manifest]) -> Vec<Name> {
    match manifest.kind() {
        "ExternalSecret" => {
            let target = manifest.object.text_at(&["spec", "target", "name"]).unwrap_or(manifest.name());
            vec![secret(manifest.namespace(), target)]
        }
        "Job" => {
            let told = |key: &str| told(manifest, all, key);
            match runs(manifest).as_slice() {
                ["tenantry-runner", "secret", "ensure", ..] => {
                    let spec = told("secrets.json").unwrap_or_default();
                    let names = spec["secrets"].as_array().into_iter().flatten();
                    names.filter_map(|made| Some(secret(manifest.namespace(), made["name"].as_str()?))).collect()
                }
                ["tenantry-runner", "terraform", "apply", ..] => {
                    let run = told("run.json").unwrap_or_default();
                    let publishes = run["module"]["outputs"].as_array().is_some_and(|outputs| !outputs.is_empty());
                    let namespace = run["namespace"].as_str().filter(|_| publishes);
                    namespace.map(|namespace| secret(namespace, crate::names::OUTPUTS)).into_iter().collect()
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// Whether it is the Job in which Terraform makes what the tenant needs.
pub(super) fn applies_terraform(manifest: &Manifest) -> bool {
    manifest.kind() == "Job" && matches!(runs(manifest).as_slice(), ["tenantry-runner", "terraform", "apply", ..])
}

pub(super) fn secret(namespace: &str, secret: &str) -> Name {
    name("", "Secret", namespace, secret)
}

fn name(group: &str, kind: &str, namespace: &str, name: &str) -> Name {
    Name { group: group.into(), kind: kind.into(), namespace: namespace.into(), name: name.into() }
}

/// A JSON text of a ConfigMap of the set that the object's pods read.
fn told(manifest: &Manifest, all: &[Manifest], key: &str) -> Option<serde_json::Value> {
    let needed = needs(manifest);
    let is_read = |other: &&Manifest| {
        let (kind, namespace, name) = (other.kind(), other.namespace(), other.name());
        needed.iter().any(|(_, need)| {
            kind == "ConfigMap" && need.kind == kind && need.namespace == namespace && need.name == name
        })
    };
    let text = all.iter().filter(is_read).find_map(|map| map.object.text_at(&["data", key]))?;
    serde_json::from_str(text).ok()
}

/// The command of the first container.
fn runs(manifest: &Manifest) -> Vec<&str> {
    let containers = manifest.pod().map(|pod| pod.list_at(&["containers"])).unwrap_or_default();
    containers
        .first()
        .map(|container| container.list_at(&["command"]))
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_text)
        .collect()
}

fn of_pod(pod: &Node, namespace: &str, found: &mut BTreeSet<(Reason, Name)>) {
    if let Some(account) = pod.text_at(&["serviceAccountName"]) {
        found.insert((Reason::RunsAs, name("", "ServiceAccount", namespace, account)));
    }
    let mut reads = |kind: &str, reference: Option<&Node>, key: &str| {
        let Some(reference) = reference else { return };
        let is_optional = reference.is_true_at(&["optional"]);
        if let Some(read) = reference.text_at(&[key]).filter(|_| !is_optional) {
            found.insert((Reason::Reads, name("", kind, namespace, read)));
        }
    };
    for volume in pod.list_at(&["volumes"]) {
        reads("ConfigMap", volume.get(&["configMap"]), "name");
        reads("Secret", volume.get(&["secret"]), "secretName");
        reads("PersistentVolumeClaim", volume.get(&["persistentVolumeClaim"]), "claimName");
        for source in volume.list_at(&["projected", "sources"]) {
            reads("ConfigMap", source.get(&["configMap"]), "name");
            reads("Secret", source.get(&["secret"]), "name");
        }
    }
    let containers = pod.list_at(&["initContainers"]).iter().chain(pod.list_at(&["containers"]));
    for container in containers {
        for variable in container.list_at(&["env"]) {
            reads("ConfigMap", variable.get(&["valueFrom", "configMapKeyRef"]), "name");
            reads("Secret", variable.get(&["valueFrom", "secretKeyRef"]), "name");
        }
        for source in container.list_at(&["envFrom"]) {
            reads("ConfigMap", source.get(&["configMapRef"]), "name");
            reads("Secret", source.get(&["secretRef"]), "name");
        }
    }
}
