//! `RELEASE`: another version of a chart, or other values. What its chart would change inside is not seen here.

use super::{Case, Found, is_in, of, say};
use crate::render::Manifest;
use crate::review::change::FieldChange;
use crate::review::consequence::Rule;
use crate::review::pair::{Pair, Way};

/// How the paths of a chart's values begin.
const VALUES: &str = "spec.source.helm.valuesObject.";

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for pair in case.pairs.iter().filter(|pair| pair.kind() == "Application") {
        match (pair.before, pair.after) {
            (None, Some(after)) => found.push(of(Rule::Release, after, format!("{} is installed", chart(after)))),
            (Some(before), None) => {
                let text = format!("{} is uninstalled, with all that its chart made", chart(before));
                found.push(of(Rule::Release, before, text));
            }
            (Some(before), Some(after)) => {
                found.extend(changed(pair, before, after).into_iter().map(|text| of(Rule::Release, after, text)));
            }
            (None, None) => {}
        }
    }
}

fn changed(pair: &Pair<'_>, before: &Manifest, after: &Manifest) -> Vec<String> {
    let mut texts = Vec::new();
    if matches!(pair.way, Way::Moved | Way::Renamed) {
        texts.push(format!("{} is uninstalled and installed anew", chart(before)));
    }
    let other = |path: &[&str]| {
        let at = |object: &'_ Manifest| object.object.text_at(path).unwrap_or("none").to_owned();
        let (before, after) = (at(before), at(after));
        (before != after).then(|| say::moved(&before, &after))
    };
    if let Some(moved) = other(&["spec", "source", "repoURL"]) {
        texts.push(format!("chart is from another repository: {moved}"));
    }
    let (old, new) = (chart(before), chart(after));
    if old != new {
        let down = if is_downgrade(before, after) { ", a downgrade" } else { "" };
        texts.push(format!("{old} → {new}{down}"));
    }
    if let Some(moved) = other(&["spec", "destination", "namespace"]) {
        texts.push(format!("is installed in another namespace: {moved}"));
    }
    if let Some(moved) = other(&["spec", "source", "helm", "releaseName"]) {
        texts.push(format!("is installed under another name: {moved}"));
    }
    if let Some(moved) = other(&["spec", "project"]) {
        texts.push(format!("is in another project: {moved}"));
    }
    texts.extend(values(&pair.fields));
    texts.extend(pair.fields.iter().filter(|field| is_other(&field.path)).map(|field| say::field(&field.path, field)));
    texts
}

/// Fields that are told in words of their own.
const TOLD: &[&str] = &[
    "spec.source.repoURL",
    "spec.source.chart",
    "spec.source.path",
    "spec.source.targetRevision",
    "spec.source.helm.releaseName",
    "spec.source.helm.valuesObject",
    "spec.source.helm.values",
    "spec.destination.namespace",
    "spec.project",
];

/// Whether a field says how the release is made, synced or deleted: parameters, sync options, what Argo CD overlooks, finalizers.
fn is_other(path: &str) -> bool {
    (is_in(path, "spec") || is_in(path, "metadata.finalizers")) && !TOLD.iter().any(|field| is_in(path, field))
}

/// The values that are other.
fn values(fields: &[FieldChange]) -> Option<String> {
    let changed: Vec<(&str, &FieldChange)> =
        fields.iter().filter_map(|field| Some((field.path.strip_prefix(VALUES)?, field))).collect();
    match changed.as_slice() {
        // All of them at once, or none before.
        [] => {
            fields.iter().any(|field| field.path.starts_with("spec.source.helm.v")).then(|| "other values".to_owned())
        }
        [(path, field)] => Some(format!("value {}", say::field(path, field))),
        many => Some(format!("{} values are other: {}", many.len(), say::values(many.iter().map(|(path, _)| *path)))),
    }
}

/// The chart with its version, or the commit of its repository.
fn chart(application: &Manifest) -> String {
    let at = |key| application.object.text_at(&["spec", "source", key]);
    let chart = at("chart").or_else(|| at("path")).unwrap_or("chart");
    let version = at("targetRevision").unwrap_or("without a version");
    let is_commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    say::value(&format!("{chart} {}", if is_commit { &version[..10] } else { version }))
}

/// Commits have no order.
fn is_downgrade(before: &Manifest, after: &Manifest) -> bool {
    let version = |object: &Manifest| {
        let text = object.object.text_at(&["spec", "source", "targetRevision"])?;
        semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
    };
    matches!((version(before), version(after)), (Some(before), Some(after)) if after < before)
}

#[cfg(test)]
mod tests {
    use super::found;
    use crate::review::rules::testing::{of_fleet, of_objects};

    const APPLICATION: &str =
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a, namespace: n}, spec: {
        project: p, destination: {namespace: d}, source: {repoURL: r, chart: c, targetRevision: 1.2.3,
        helm: {releaseName: z, valuesObject: {one: 1, list: [a], password: x}}}}}";

    fn edited(from: &str, to: &str) -> Vec<String> {
        assert!(APPLICATION.contains(from), "no {from}");
        of_objects(found, APPLICATION, &APPLICATION.replace(from, to))
            .into_iter()
            .map(|line| line.strip_prefix("RELEASE Application n/").unwrap().to_owned())
            .collect()
    }

    #[test]
    fn releases() {
        assert_eq!(of_objects(found, "", APPLICATION), ["RELEASE Application n/a: `c 1.2.3` is installed"]);
        assert_eq!(
            of_objects(found, APPLICATION, ""),
            ["RELEASE Application n/a: `c 1.2.3` is uninstalled, with all that its chart made"]
        );
        assert_eq!(edited("1.2.3", "1.10.0"), ["a: `c 1.2.3` → `c 1.10.0`"]);
        assert_eq!(edited("1.2.3", "1.2.3-rc.1"), ["a: `c 1.2.3` → `c 1.2.3-rc.1`, a downgrade"]);
        assert_eq!(edited("1.2.3", "a123456789012345678901234567890123456789"), ["a: `c 1.2.3` → `c a123456789`"]);
        assert_eq!(edited("repoURL: r", "repoURL: s"), ["a: chart is from another repository: `r` → `s`"]);
        assert_eq!(edited("namespace: d", "namespace: e"), ["a: is installed in another namespace: `d` → `e`"]);
        assert_eq!(edited("releaseName: z", "releaseName: y"), ["a: is installed under another name: `z` → `y`"]);
        assert_eq!(edited("project: p", "project: q"), ["a: is in another project: `p` → `q`"]);
        assert_eq!(edited("name: a, ", "name: b, "), ["b: `c 1.2.3` is uninstalled and installed anew"]);
    }

    #[test]
    fn values() {
        assert_eq!(edited("one: 1", "one: 2"), ["a: value `one`: `1` → `2`"]);
        assert_eq!(edited("list: [a]", "list: [a, b]"), ["a: value `list[b]` is new: `b`"]);
        assert_eq!(edited("password: x", "password: y"), ["a: value `password` is other"]);
        assert_eq!(edited("one: 1, ", "two: 1, "), ["a: 2 values are other: `one`, `two`"]);
        assert_eq!(edited("namespace: n", "namespace: n, labels: {a: b}"), [""; 0]);
    }

    #[test]
    fn how_it_is_made_synced_and_deleted() {
        assert_eq!(
            edited("releaseName: z, ", "releaseName: z, parameters: [{name: server.image.tag, value: other}], "),
            ["a: `spec.source.helm.parameters` is new"]
        );
        assert_eq!(
            edited("project: p, ", "project: p, syncPolicy: {syncOptions: [Replace=true, Force=true]}, "),
            ["a: `spec.syncPolicy` is new"]
        );
        assert_eq!(
            edited("project: p, ", "project: p, ignoreDifferences: [{group: '*', kind: '*', jsonPointers: [/spec]}], "),
            ["a: `spec.ignoreDifferences` is new"]
        );
        assert_eq!(
            edited("namespace: n}", "namespace: n, finalizers: [resources-finalizer.argocd.argoproj.io]}"),
            ["a: `metadata.finalizers` is new"]
        );
    }

    #[test]
    fn a_tenant_that_is_suspended() {
        let edit = ("tenants/acme/tenant.yaml", "tier: pro", "tier: pro, state: suspended");
        assert_eq!(
            of_fleet(found, "tenants/acme", &[edit]),
            [
                "RELEASE Application tenantry-releases/acme--zenml: 2 values are other: `server.replicaCount`, `autoscaling`"
            ]
        );
    }
}
