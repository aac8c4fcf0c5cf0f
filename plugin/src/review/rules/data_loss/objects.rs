//! What is lost with an object: where it goes, is made anew, or gets smaller.

use super::kinds::is_database;
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::recreate::is_made_anew;
use crate::review::rules::secrets::{Fate, fate};
use crate::review::rules::{Case, Found, has_option, leaves, of, say};
use crate::tree::Value;

#[cfg(test)]
mod tests;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for (pair, before) in case.pairs.iter().filter_map(|pair| Some((pair, pair.before?))) {
        let text = if leaves(pair) {
            gone(before).or_else(|| secret(before).filter(|_| !case.with_namespace(pair)))
        } else if is_made_anew(pair) {
            made_anew(before).map(str::to_owned)
        } else {
            scaled_down(pair)
        };
        found.extend(text.map(|text| of(Rule::DataLoss, before, text)));
    }
}

/// What is lost with an object.
fn gone(object: &Manifest) -> Option<String> {
    let what = match object.kind() {
        "Namespace" => "goes, with all in it",
        "PersistentVolumeClaim" | "PersistentVolume" => "goes, with its data",
        "StatefulSet" if has_volumes(object) && deletes_volumes(object) => "goes, and its volumes with it",
        "StatefulSet" if has_volumes(object) => "goes; its volumes stay, and nobody looks after them",
        _ if is_database(object) => "goes, and may take its data with it",
        _ if is_kept(object) => "is marked to be kept, and goes",
        _ => return None,
    };
    // Argo CD reads both from the object that is there, so those of the earlier side hold.
    Some(if has_option(object, "Prune=false") {
        "is marked to be kept: it stays, and nobody looks after it".to_owned()
    } else if has_option(object, "Prune=confirm") {
        format!("{what}, once a person confirms it")
    } else {
        what.to_owned()
    })
}

/// A Secret that was made once goes with what made it.
fn secret(object: &Manifest) -> Option<String> {
    (fate(object)? == Fate::GoesForGood)
        .then(|| "goes, and its Secret with it: it was made once, and nothing else knows its bytes".to_owned())
}

/// What is lost with an object in whose place the same one is made.
fn made_anew(object: &Manifest) -> Option<&'static str> {
    match object.kind() {
        "PersistentVolumeClaim" => Some("is deleted and made anew, without its data"),
        "StatefulSet" if has_volumes(object) && deletes_volumes(object) => {
            Some("is deleted and made anew, and its volumes with it")
        }
        "PersistentVolume" => Some("is deleted and made anew, and may lose its data"),
        _ if is_database(object) => Some("is deleted and made anew, and may lose its data"),
        _ => None,
    }
}

/// The volumes of the pods that go, where they go with them.
fn scaled_down(pair: &Pair<'_>) -> Option<String> {
    let (before, after) = (pair.before?, pair.after.filter(|after| after.kind() == "StatefulSet")?);
    let replicas = |object: &Manifest| match object.object.get(&["spec", "replicas"]).map(|node| &node.value) {
        Some(Value::Int(number)) => *number,
        // Kubernetes' default.
        _ => 1,
    };
    let (old, new) = (replicas(before), replicas(after));
    let deletes = has_volumes(after) && deletes(after, "whenScaled");
    (deletes && new < old).then(|| {
        let moved = say::moved(&old.to_string(), &new.to_string());
        format!("has fewer pods, {moved}, and the volumes of those that go are deleted")
    })
}

fn is_kept(object: &Manifest) -> bool {
    ["Prune=false", "Prune=confirm", "Delete=false", "Delete=confirm"].iter().any(|option| has_option(object, option))
        || object.annotation("helm.sh/resource-policy") == Some("keep")
}

fn has_volumes(object: &Manifest) -> bool {
    object.object.get(&["spec", "volumeClaimTemplates"]).is_some()
}

/// Whether a StatefulSet's volumes go with it.
pub(super) fn deletes_volumes(object: &Manifest) -> bool {
    deletes(object, "whenDeleted")
}

/// Kubernetes keeps them unless it is told otherwise.
fn deletes(object: &Manifest, when: &str) -> bool {
    object.object.text_at(&["spec", "persistentVolumeClaimRetentionPolicy", when]) == Some("Delete")
}
