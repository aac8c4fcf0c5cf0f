//! `RECREATE`: an object is deleted and made anew, a Job runs again, or the API server refuses a change.

use std::collections::BTreeMap;

use super::{Case, Found, all, has_option, is_in, of, say};
use crate::render::Manifest;
use crate::review::change::FieldChange;
use crate::review::consequence::Rule;
use crate::review::pair::{Pair, Way};

#[cfg(test)]
mod tests;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    // Where a whole namespace is another, one line says so of all that is in it.
    let mut moved: BTreeMap<(&str, &str), Vec<&Manifest>> = BTreeMap::new();
    for pair in &case.pairs {
        let (Some(before), Some(after)) = (pair.before, pair.after) else { continue };
        match pair.way {
            Way::Sealed if after.kind() == "Job" => found.push(of(Rule::Recreate, after, "runs again")),
            // What is immutable and named by its content is new beside the old one: the Job that reads it says the rest.
            Way::Sealed | Way::Generation => {}
            Way::Moved => moved.entry((before.namespace(), after.namespace())).or_default().push(after),
            // Said as what is lost with it.
            Way::Renamed if after.kind() == "Namespace" => {}
            Way::Renamed => {
                let names = say::moved(before.name(), after.name());
                found.push(of(Rule::Recreate, after, format!("is deleted and made anew: {names}")));
            }
            Way::Same => same(pair, before, after, found),
        }
    }
    for ((before, after), objects) in moved {
        let namespaces = say::moved(before, after);
        match objects.as_slice() {
            [object] => {
                found.push(of(Rule::Recreate, object, format!("is deleted and made anew: namespace {namespaces}")));
            }
            objects => found.push(all(
                Rule::Recreate,
                format!("{} objects are deleted and made anew: namespace {namespaces}", objects.len()),
            )),
        }
    }
}

/// Fields of an object that is where it was, and cannot change.
fn same(pair: &Pair<'_>, before: &Manifest, after: &Manifest, found: Found<'_>) {
    let fields = refused(pair, before);
    let cannot = format!("{} cannot change", say::values(fields.iter().copied()));
    let text = match (is_made_anew(pair), fields.is_empty()) {
        (true, false) => format!("is deleted and made anew: {cannot}"),
        (true, true) => "is deleted and made anew, as Argo CD is told to do at any change".to_owned(),
        (false, false) => format!("the API server refuses this: {cannot}"),
        (false, true) => return,
    };
    found.push(of(Rule::Recreate, after, text));
}

/// Whether an object is deleted and made anew, though it is the same one.
pub(super) fn is_made_anew(pair: &Pair<'_>) -> bool {
    let (Some(before), Some(after), Way::Same) = (pair.before, pair.after, pair.way) else { return false };
    // A hook is made anew by itself, and these two Argo CD never replaces.
    if before.is_hook() || matches!(after.kind(), "Namespace" | "CustomResourceDefinition") {
        return false;
    }
    let is_forced = has_option(after, "Force=true");
    let is_binding = matches!(after.kind(), "RoleBinding" | "ClusterRoleBinding");
    match has_option(after, "Replace=true") {
        // `kubectl replace --force` deletes first, whatever is other.
        true if is_forced => true,
        // Client-side apply of RBAC makes a binding anew by itself.
        _ => {
            (is_forced || (is_binding && has_option(after, "ServerSideApply=false")))
                && !refused(pair, before).is_empty()
        }
    }
}

/// The fields that are other, and cannot change.
fn refused<'p>(pair: &'p Pair<'_>, before: &Manifest) -> Vec<&'p str> {
    let mut fields: Vec<&str> = pair.fields.iter().filter_map(|field| immutable(before, field)).collect();
    fields.dedup();
    fields
}

/// The field that cannot change, where it did.
fn immutable<'a>(before: &Manifest, field: &'a FieldChange) -> Option<&'a str> {
    let path = field.path.as_str();
    let part = |parts: &[&'a str]| parts.iter().copied().find(|part| is_in(path, part));
    match before.kind() {
        "Deployment" | "DaemonSet" | "ReplicaSet" => part(&["spec.selector"]),
        "StatefulSet" => {
            part(&["spec.selector", "spec.volumeClaimTemplates", "spec.serviceName", "spec.podManagementPolicy"])
        }
        // Where none was asked for, the API server chose one, and keeps it when none is asked for any more.
        "Service" if field.after.is_some() => part(&["spec.clusterIP", "spec.clusterIPs"]),
        "PersistentVolumeClaim" if path == "spec.resources.requests.storage" && grows(field) => None,
        "PersistentVolumeClaim" if is_in(path, "spec.volumeAttributesClassName") => None,
        "PersistentVolumeClaim" if is_in(path, "spec") => Some(path),
        // A hook is made anew by itself.
        "Job" if before.is_hook() => None,
        "Job" => part(&[
            "spec.template",
            "spec.selector",
            "spec.completions",
            "spec.completionMode",
            "spec.podFailurePolicy",
            "spec.successPolicy",
            "spec.backoffLimitPerIndex",
            "spec.managedBy",
        ]),
        "RoleBinding" | "ClusterRoleBinding" => part(&["roleRef"]),
        "ConfigMap" | "Secret" if before.object.is_true_at(&["immutable"]) => {
            part(&["data", "binaryData", "stringData", "immutable"])
        }
        "PriorityClass" => part(&["value", "preemptionPolicy"]),
        _ => None,
    }
}

fn grows(field: &FieldChange) -> bool {
    let quantity = |value: &Option<serde_json::Value>| value.as_ref()?.as_str()?.parse().ok();
    let sizes: (Option<crate::quantity::Quantity>, Option<_>) = (quantity(&field.before), quantity(&field.after));
    matches!(sizes, (Some(before), Some(after)) if before <= after)
}
