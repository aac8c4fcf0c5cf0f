//! An object against its type.

use super::kinds::{Kind, Maker, RoundTrip, find, names};
use super::known::Shape;
use super::kubernetes_values::{Allowed, restricted, violations};
use super::round_trip::{Difference, DifferenceKind};
use super::{Fence, known, problem};
use crate::problem::{Problem, Problems};
use crate::read::{did_you_mean, quoted_list};
use crate::render::Manifest;
use crate::tree::Node;

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
        // Of the platform's own there is one set only, and to a project more matters than the types of its fields.
        let is_tenants = kind.maker == Maker::Both;
        if is_tenants && known::is_known(manifest) {
            return;
        }
        match (kind.round_trip)(object) {
            Ok(RoundTrip { differences, .. }) => {
                let before = problems.len();
                for difference in differences {
                    problems.push(differs(manifest, &difference));
                }
                if is_kubernetes(kind.api_version) {
                    values(manifest, problems);
                }
                if is_tenants && problems.len() == before {
                    known::keep(manifest, || shape(kind, object));
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

/// What an object looks like that was found right.
fn shape(kind: &Kind, object: &Node) -> Option<Shape> {
    // By its place in memory each text of it is told from the others.
    let object = object.unshared();
    let RoundTrip { texts, .. } = (kind.round_trip)(&object).ok()?;
    let restricted = if is_kubernetes(kind.api_version) { restricted(kind.name, &object) } else { Vec::new() };
    Some(Shape::of(&object, &texts, &restricted))
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

fn differs(manifest: &Manifest, Difference { path, at, kind }: &Difference) -> Problem {
    match kind {
        DifferenceKind::Unknown(missing) => problem(manifest, *at, format!("unknown field `{path}`"))
            .label("Kubernetes has no such field here")
            .maybe_hint(did_you_mean(last(path), missing.iter().map(String::as_str))),
        DifferenceKind::Missing(key) => {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            problem(manifest, *at, format!("missing field `{path}`")).label(format!("needs `{key}`"))
        }
        DifferenceKind::Changed(kind, again) => {
            problem(manifest, *at, format!("`{path}` is {kind} and would be read as `{again}`"))
                .label("of the wrong form")
        }
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn values(manifest: &Manifest, problems: &mut Problems) {
    for violation in violations(manifest.kind(), &manifest.object) {
        let message = format!("`{}` cannot be `{}`", violation.path, violation.found);
        let found = problem(manifest, violation.at, message);
        problems.push(match violation.allowed {
            Allowed::OneOf(words) => found
                .label("not one of Kubernetes' values")
                .maybe_hint(did_you_mean(&violation.found, words.iter().copied()))
                .hint(format!("the values are {}", quoted_list(words.iter().copied()))),
            Allowed::Quantity => found.label("not a quantity").hint("like `500m`, `2` or `4Gi`"),
        });
    }
}
