//! The set as a whole: not empty, nothing twice, nothing missing.

use std::collections::HashMap;

use super::{Fence, problem};
use crate::problem::{Place, Problem, Problems};
use crate::render::{Id, Manifest};

/// Checks the set. An answer that lacks objects is to Argo CD an order to delete them.
pub(super) fn check(manifests: &[Manifest], fence: &Fence<'_>, problems: &mut Problems) {
    let mut seen: HashMap<Id<'_>, &Manifest> = HashMap::with_capacity(manifests.len());
    for manifest in manifests.iter().filter(|manifest| !manifest.name().is_empty()) {
        if let Some(first) = seen.insert(manifest.id(), manifest) {
            problems.push(
                problem(manifest, manifest.object.at, "made twice")
                    .label("Argo CD would keep one of the two")
                    .related(first.object.at, format!("made by `{}` too", first.template)),
            );
        }
    }
    if !problems.is_empty() {
        // A template that failed made nothing: what is missing is no news.
        return;
    }
    for (kind, namespace) in fence.required() {
        let is_it = |manifest: &Manifest| {
            manifest.kind() == *kind && namespace.is_none_or(|namespace| manifest.namespace() == namespace)
        };
        if !manifests.iter().any(is_it) {
            let place = namespace.map(|namespace| format!(" in namespace `{namespace}`")).unwrap_or_default();
            problems.push(
                Problem::new(
                    Place::Path("templates".to_owned()),
                    format!("no {kind} is rendered{place}, and there must be one"),
                )
                .hint("a template that makes it was replaced or switched off"),
            );
        }
    }
}
