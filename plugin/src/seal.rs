//! Puts a content's hash into the name of what is immutable in Kubernetes or decides what Terraform does, and
//! lets references follow. A change makes a new object, which Argo CD creates while it removes the old one.
//!
//! Sealed are ConfigMaps that are `immutable`, by their data, and Jobs that are no hooks, by their whole spec:
//! both a Job's template and its `podFailurePolicy` are immutable.

use std::collections::{HashMap, HashSet};

use crate::names;
use crate::render::Manifest;
use crate::tree::{Entry, Node, Value, write_json};

/// Old to new names of ConfigMaps, by namespace and old name.
type Renamed = HashMap<(String, String), String>;

/// The hashes of what was sealed. To take one is most of the work, and a set that is rendered after another has much of the
/// same content.
#[derive(Debug, Default)]
pub struct Seals(Vec<(Content, String)>);

/// What a name stands for: the values of some fields.
type Content = Vec<(&'static str, Node)>;

impl Seals {
    /// The hash of an object's fields; from an earlier set where that has the same.
    fn hash(&mut self, object: &Node, fields: &[&'static str], earlier: Option<&Self>) -> String {
        let content: Content =
            fields.iter().filter_map(|field| Some((*field, object.get(&[field])?.clone()))).collect();
        let known = earlier.and_then(|earlier| earlier.0.iter().find(|(known, _)| *known == content));
        let hash = known.map_or_else(|| names::content_hash(&bytes(&content)), |(_, hash)| hash.clone());
        self.0.push((content, hash.clone()));
        hash
    }
}

/// Seals a set.
pub fn seal(manifests: &mut [Manifest], earlier: Option<&Seals>) -> Seals {
    let mut seals = Seals::default();
    let mut renamed = Renamed::new();
    let mut seen = HashSet::new();
    let keys = manifests.iter().filter(|manifest| is_sealed_config_map(manifest));
    let keys = keys.map(|manifest| (manifest.namespace().to_owned(), manifest.name().to_owned()));
    let twice: HashSet<(String, String)> = keys.filter(|key| !seen.insert(key.clone())).collect();
    for manifest in manifests.iter_mut().filter(|manifest| is_sealed_config_map(manifest)) {
        let hash = seals.hash(&manifest.object, &["data", "binaryData"], earlier);
        let new = names::sealed(manifest.name(), &hash, names::LABEL);
        let key = (manifest.namespace().to_owned(), manifest.name().to_owned());
        // Two of one name keep it, and are then refused as one object made twice.
        if !twice.contains(&key) {
            renamed.insert(key, new.clone());
            rename(manifest, new);
        }
    }
    for manifest in manifests.iter_mut() {
        let is_there = |(namespace, _): &(String, String)| namespace == manifest.namespace();
        if renamed.keys().any(is_there)
            && let Some(spec) = manifest.object.get(&["spec"])
            && let Some(spec) = followed(spec, manifest.namespace(), &renamed)
            && let Some(place) = manifest.object.as_map_mut().and_then(|object| object.get_mut("spec"))
        {
            *place = spec;
        }
        // After the references, so that a Job's name follows its inputs.
        if is_sealed_job(manifest) {
            let hash = seals.hash(&manifest.object, &["spec"], earlier);
            let new = names::sealed(manifest.name(), &hash, names::JOB);
            rename(manifest, new);
        }
    }
    seals
}

/// Whether an object is of those that carry a content's hash in their name.
pub fn is_sealed(manifest: &Manifest) -> bool {
    is_sealed_config_map(manifest) || is_sealed_job(manifest)
}

fn is_sealed_job(manifest: &Manifest) -> bool {
    manifest.kind() == "Job" && !manifest.is_hook()
}

fn is_sealed_config_map(manifest: &Manifest) -> bool {
    manifest.kind() == "ConfigMap" && manifest.object.is_true_at(&["immutable"])
}

/// The bytes that a name stands for: the fields with their keys in order.
fn bytes(content: &Content) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (field, node) in content {
        bytes.extend(field.bytes());
        write_json(node, &mut bytes);
    }
    bytes
}

fn rename(manifest: &mut Manifest, new: String) {
    let metadata = manifest.object.as_map_mut().and_then(|object| object.get_mut("metadata"));
    if let Some(name) = metadata.and_then(Node::as_map_mut).and_then(|metadata| metadata.get_mut("name")) {
        name.value = Value::Text(new.into());
    }
}

/// The keys under which a pod names a ConfigMap.
const REFERENCES: &[&str] = &["configMap", "configMapRef", "configMapKeyRef"];

/// A node with its references to what was renamed; none where it has none. What has none below stays shared.
fn followed(node: &Node, namespace: &str, renamed: &Renamed) -> Option<Node> {
    let value = match &node.value {
        Value::List(items) => {
            let mut changed = None;
            for (place, item) in items.iter().enumerate() {
                if let Some(item) = followed(item, namespace, renamed) {
                    changed.get_or_insert_with(|| items.to_vec())[place] = item;
                }
            }
            Value::List(changed?.into())
        }
        Value::Map(map) => {
            let mut changed = None;
            for entry in map.iter() {
                let reference = reference(entry, namespace, renamed);
                let value = reference.as_ref().unwrap_or(&entry.node);
                if let Some(value) = followed(value, namespace, renamed).or(reference) {
                    let entry = Entry { node: value, ..entry.clone() };
                    changed.get_or_insert_with(|| map.clone()).insert(entry);
                }
            }
            Value::Map(changed?)
        }
        _ => return None,
    };
    Some(Node::new(value, node.at))
}

/// What an entry's value becomes where it names a ConfigMap that was renamed.
fn reference(entry: &Entry, namespace: &str, renamed: &Renamed) -> Option<Node> {
    let is_reference = REFERENCES.contains(&entry.key.as_str());
    let old = entry.node.text_at(&["name"]).filter(|_| is_reference)?;
    let new = renamed.get(&(namespace.to_owned(), old.to_owned()))?;
    let mut value = entry.node.clone();
    value.as_map_mut()?.get_mut("name")?.value = Value::Text(new.as_str().into());
    Some(value)
}
