//! `RESTART`: pods are replaced, or stop. Known only of what Tenantry renders itself: what a chart does with other values is not,
//! and `RELEASE` says that it has them.

use super::{Case, Found, all, of, say};
use crate::names::part_of;
use crate::render::Manifest;
use crate::review::consequence::{Consequence, Rule};
use crate::review::pair::{Pair, Way};
use crate::tree::Value;

/// Where the template of a workload's pods begins.
const TEMPLATE: &str = "spec.template.";

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for pair in &case.pairs {
        match (pair.kind(), pair.before, pair.after) {
            // A CronJob's pods are made anew each time.
            ("Deployment" | "StatefulSet" | "DaemonSet", Some(_), Some(after)) if pair.way == Way::Same => {
                // These are replaced when somebody deletes them.
                let is_left = after.object.text_at(&["spec", "updateStrategy", "type"]) == Some("OnDelete");
                let mut parts = pair.fields.iter().filter_map(|field| field.path.strip_prefix(TEMPLATE));
                if let (Some(first), false) = (parts.next(), is_left) {
                    let more = parts.count();
                    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
                    let text = format!("its pods are replaced: {}{rest}", say::value(first));
                    found.push(of(Rule::Restart, after, text));
                }
            }
            ("ServiceAccount", Some(before), None) if !case.with_namespace(pair) => {
                found.push(of(Rule::Restart, before, "goes: no new pod can run under it"));
            }
            _ => {}
        }
        found.extend(stops(case, pair));
    }
    secrets(case, found);
}

/// What runs no more.
fn stops(case: &Case<'_>, pair: &Pair<'_>) -> Option<Consequence> {
    let before = pair.before?;
    let what = match before.kind() {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Pod" => "its pods stop",
        // Whether drift is looked for says `TERRAFORM`.
        "CronJob" if part_of(before.name()) != Some("terraform-drift") => "it runs no more",
        _ => return None,
    };
    let is_none = |object: &Manifest| {
        object.object.get(&["spec", "replicas"]).is_some_and(|node| matches!(node.value, Value::Int(0)))
    };
    let is_suspended = |object: &Manifest| object.object.is_true_at(&["spec", "suspend"]);
    match pair.after {
        None if case.with_namespace(pair) => None,
        None => Some(of(Rule::Restart, before, format!("goes: {what}"))),
        Some(after) if !is_none(before) && is_none(after) => {
            Some(of(Rule::Restart, after, "has no replicas any more: its pods stop"))
        }
        Some(after) if !is_suspended(before) && is_suspended(after) => {
            Some(of(Rule::Restart, after, "is suspended: it runs no more"))
        }
        Some(_) => None,
    }
}

/// What a chart is told to read is another Secret: known is that pods that run keep what they have.
fn secrets(case: &Case<'_>, found: Found<'_>) {
    let Some((before, after)) = case.facts().filter(|(_, after)| !after.is_destroying) else { return };
    for (name, (old, _)) in &before.secrets {
        if let Some((new, _)) = after.secrets.get(name).filter(|(new, _)| new != old) {
            let (name, old, new) = (say::value(name), say::value(old), say::value(new));
            let text = format!("secret {name}: pods that start from now on read {new} in place of {old}");
            found.push(all(Rule::Restart, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::found;
    use crate::review::rules::testing::{of_fleet, of_objects};

    const NOTHING: [&str; 0] = [];

    fn workload(kind: &str, spec: &str) -> String {
        format!("{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: a, namespace: n}}, spec: {spec}}}")
    }

    #[test]
    fn pod_templates() {
        let spec = |image: &str, label: &str| {
            format!(
                "{{replicas: 1, template: {{metadata: {{labels: {{a: {label}}}}}, spec: {{containers: [{{name: c, image: {image}}}]}}}}}}"
            )
        };
        for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
            let of = |image: &str, label: &str| {
                of_objects(found, &workload(kind, &spec("x", "b")), &workload(kind, &spec(image, label)))
            };
            assert_eq!(
                of("y", "b"),
                [format!("RESTART {kind} n/a: its pods are replaced: `spec.containers[c].image`")]
            );
            assert_eq!(
                of("y", "c"),
                [format!("RESTART {kind} n/a: its pods are replaced: `metadata.labels.a` and 1 more")]
            );
        }
        let before = workload("Deployment", &spec("x", "b"));
        assert_eq!(of_objects(found, &before, &before.replace("replicas: 1", "replicas: 2")), NOTHING);
        let job = |image: &str| workload("CronJob", &format!("{{jobTemplate: {{spec: {}}}}}", spec(image, "b")));
        assert_eq!(of_objects(found, &job("x"), &job("y")), NOTHING);
        let left = |image: &str| {
            workload("DaemonSet", &spec(image, "b").replace("replicas: 1", "updateStrategy: {type: OnDelete}"))
        };
        assert_eq!(of_objects(found, &left("x"), &left("y")), NOTHING);
    }

    #[test]
    fn what_stops() {
        let spec = "{replicas: 1}";
        for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
            let line = format!("RESTART {kind} n/a: goes: its pods stop");
            assert_eq!(of_objects(found, &workload(kind, spec), ""), [line]);
        }
        assert_eq!(
            of_objects(found, &workload("Deployment", spec), &workload("Deployment", "{replicas: 0}")),
            ["RESTART Deployment n/a: has no replicas any more: its pods stop"]
        );
        assert_eq!(
            of_objects(found, &workload("CronJob", "{schedule: x}"), ""),
            ["RESTART CronJob n/a: goes: it runs no more"]
        );
        assert_eq!(
            of_objects(
                found,
                &workload("CronJob", "{schedule: x}"),
                &workload("CronJob", "{schedule: x, suspend: true}")
            ),
            ["RESTART CronJob n/a: is suspended: it runs no more"]
        );
        let namespace =
            format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: n}}}}\n---\n{}", workload("Pod", spec));
        assert_eq!(of_objects(found, &namespace, ""), NOTHING);
    }

    #[test]
    fn service_accounts_and_secrets() {
        let account = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: n}}";
        assert_eq!(of_objects(found, account, ""), ["RESTART ServiceAccount n/a: goes: no new pod can run under it"]);
        let namespace = format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: n}}}}\n---\n{account}");
        assert_eq!(of_objects(found, &namespace, ""), NOTHING);
        let rotated = ("tenants/globex/tenant.yaml", "jwt: {generation: 2}", "jwt: {generation: 3}");
        assert_eq!(
            of_fleet(found, "tenants/globex", &[rotated]),
            ["RESTART: secret `jwt`: pods that start from now on read `jwt-g3` in place of `jwt-g2`"]
        );
        let values = ("tenants/globex/tenant.yaml", "replicaCount: 3", "replicaCount: 4");
        assert_eq!(of_fleet(found, "tenants/globex", &[values]), NOTHING);
    }
}
