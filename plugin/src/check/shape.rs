//! An object against its type, by a round trip: what the type drops is no field of it, what it adds was
//! required, what it changes was of another form.

use serde_json::Value as Json;

use super::kinds::{Maker, find, names};
use super::kubernetes_values::{Allowed, Step as ValueStep, violations};
use super::{Fence, problem};
use crate::problem::{Problem, Problems};
use crate::read::{did_you_mean, quoted_list};
use crate::render::Manifest;
use crate::tree::{Node, Step, Value};

/// Checks one object's type.
pub(super) fn check(manifest: &Manifest, fence: &Fence<'_>, problems: &mut Problems) {
    let object = &manifest.object;
    let at = |path: &[&str]| object.get(path).map_or(object.at, |node| node.at);
    if let Some(kind) = find(manifest.api_version(), manifest.kind()) {
        if kind.maker == Maker::Platform && fence.tenant_namespace().is_some() {
            let found = problem(manifest, at(&["kind"]), format!("kind `{}` is not for tenants", kind.name));
            problems.push(found.label("only the platform's own set may make it"));
            return;
        }
        match (kind.round_trip)(object) {
            Ok(again) => {
                Comparison { manifest, problems }.node(object, &again, &mut Vec::new());
                if is_kubernetes(kind.api_version) {
                    values(manifest, &again, problems);
                }
            }
            Err(mismatch) => problems.push(
                problem(manifest, mismatch.at.unwrap_or(object.at), &mismatch.message).label("of the wrong type"),
            ),
        }
        return;
    }
    if fence.is_custom_kind(manifest.api_version(), manifest.kind()) {
        return;
    }
    let known = find_other_version(manifest.kind());
    problems.push(
        Problem::new(
            at(&["kind"]),
            format!("kind `{}/{}` is not one that may be made", manifest.api_version(), manifest.kind()),
        )
        .label("unknown kind")
        .maybe_hint(known.or_else(|| did_you_mean(manifest.kind(), names())))
        .hint("a kind of your own is allowed by `customKinds` in the platform file"),
    );
}

fn find_other_version(kind: &str) -> Option<String> {
    let guesses = [
        "v1",
        "apps/v1",
        "batch/v1",
        "networking.k8s.io/v1",
        "rbac.authorization.k8s.io/v1",
        "autoscaling/v2",
        "policy/v1",
        "argoproj.io/v1alpha1",
        "external-secrets.io/v1",
        "generators.external-secrets.io/v1alpha1",
    ];
    guesses.iter().find(|version| find(version, kind).is_some()).map(|version| format!("write `apiVersion: {version}`"))
}

/// Kubernetes' own groups have no dot, or end in `k8s.io`.
fn is_kubernetes(api_version: &str) -> bool {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    !group.contains('.') || group.ends_with(".k8s.io")
}

fn values(manifest: &Manifest, again: &Json, problems: &mut Problems) {
    for violation in violations(manifest.kind(), again) {
        let path: Vec<Step> = violation
            .path
            .iter()
            .map(|step| match step {
                ValueStep::Key(key) => Step::Key(key.clone()),
                ValueStep::Index(index) => Step::Index(*index),
            })
            .collect();
        let at = manifest.object.nearest(&path).at;
        let message = format!("`{}` cannot be `{}`", show(&path), violation.found);
        let found = problem(manifest, at, message);
        problems.push(match violation.allowed {
            Allowed::OneOf(words) => found
                .label("not one of Kubernetes' values")
                .maybe_hint(did_you_mean(&violation.found, words.iter().copied()))
                .hint(format!("the values are {}", quoted_list(words.iter().copied()))),
            Allowed::Quantity => found.label("not a quantity").hint("like `500m`, `2` or `4Gi`"),
        });
    }
}

struct Comparison<'a> {
    manifest: &'a Manifest,
    problems: &'a mut Problems,
}

impl Comparison<'_> {
    fn node(&mut self, node: &Node, again: &Json, path: &mut Vec<Step>) {
        match (&node.value, again) {
            (Value::Map(map), Json::Object(object)) => {
                for entry in map.iter() {
                    path.push(Step::Key(entry.key.clone()));
                    match object.get(&entry.key) {
                        Some(again) => self.node(&entry.node, again, path),
                        None => {
                            let message = format!("unknown field `{}`", show(path));
                            let known = object.keys().filter(|key| map.get(key).is_none()).map(String::as_str);
                            self.problems.push(
                                problem(self.manifest, entry.key_at, message)
                                    .label("Kubernetes has no such field here")
                                    .maybe_hint(did_you_mean(&entry.key, known)),
                            );
                        }
                    }
                    path.pop();
                }
                for key in object.keys().filter(|key| map.get(key).is_none()) {
                    path.push(Step::Key(key.clone()));
                    let message = format!("missing field `{}`", show(path));
                    self.problems.push(problem(self.manifest, node.at, message).label(format!("needs `{key}`")));
                    path.pop();
                }
            }
            (Value::List(items), Json::Array(array)) if items.len() == array.len() => {
                for (index, (item, again)) in items.iter().zip(array).enumerate() {
                    path.push(Step::Index(index));
                    self.node(item, again, path);
                    path.pop();
                }
            }
            (Value::Text(text), Json::String(again)) if text == again => {}
            (Value::Bool(value), Json::Bool(again)) if value == again => {}
            (Value::Int(value), Json::Number(again)) if again.as_i64() == Some(*value) => {}
            (Value::Float(value), Json::Number(again)) if again.as_f64() == Some(*value) => {}
            _ => {
                let message = format!("`{}` is {} and would be read as `{again}`", show(path), node.kind());
                self.problems.push(problem(self.manifest, node.at, message).label("of the wrong form"));
            }
        }
    }
}

/// `spec.containers[0].image`.
fn show(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(key) if text.is_empty() => text.push_str(key),
            Step::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
        }
    }
    text
}
