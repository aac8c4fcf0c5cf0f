//! What pods may do on their node, and in whose name they speak to the API server.

use std::collections::BTreeSet;

use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::{Case, Found, of, say};
use crate::tree::Node;

/// Namespaces of the node's that a pod may share, and what that is.
const SHARED: &[(&str, &str)] =
    &[("hostNetwork", "the node's network"), ("hostPID", "the node's processes"), ("hostIPC", "the node's IPC")];

pub(super) fn found(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object().filter(|_| !case.with_namespace(pair)) else { return };
    let (before, after) = (pair.before.and_then(Manifest::pod), pair.after.and_then(Manifest::pod));
    // What goes may do nothing any more, and nobody asks what it might have done.
    let Some(after) = after else { return };
    let (old, new) = (before.map(powers).unwrap_or_default(), powers(after));
    let tell = |rule, may: &str, powers: Vec<&String>, found: Found<'_>| {
        found.extend(powers.into_iter().map(|power| of(rule, object, format!("its pods {may} {power}"))));
    };
    tell(Rule::AccessMore, "may now", new.difference(&old).collect(), found);
    if let Some(before) = before {
        tell(Rule::AccessLess, "may no longer", old.difference(&new).collect(), found);
        let (was, is) = (account(before), account(after));
        if was != is {
            found.push(of(
                Rule::AccessMore,
                object,
                format!("its pods run under another ServiceAccount: {}", say::moved(was, is)),
            ));
        }
        let mounts = |pod: &Node| pod.is_true_at(&["automountServiceAccountToken"]);
        if mounts(after) && !mounts(before) {
            found.push(of(Rule::AccessMore, object, "its pods get a token of their ServiceAccount"));
        }
    }
}

fn account(pod: &Node) -> &str {
    pod.text_at(&["serviceAccountName"]).or_else(|| pod.text_at(&["serviceAccount"])).unwrap_or("default")
}

/// What lifts a pod out of its sandbox.
fn powers(pod: &Node) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (_, what) in SHARED.iter().filter(|(field, _)| pod.is_true_at(&[field])) {
        all.insert(format!("share {what}"));
    }
    for path in pod.list_at(&["volumes"]).iter().filter_map(|volume| volume.text_at(&["hostPath", "path"])) {
        all.insert(format!("mount {} of the node", say::value(path)));
    }
    for containers in ["containers", "initContainers", "ephemeralContainers"] {
        for container in pod.list_at(&[containers]) {
            let name = say::value(container.text_at(&["name"]).unwrap_or_default());
            if container.is_true_at(&["securityContext", "privileged"]) {
                all.insert(format!("do anything on the node: container {name} is privileged"));
            }
            for capability in
                container.list_at(&["securityContext", "capabilities", "add"]).iter().filter_map(Node::as_text)
            {
                all.insert(format!("use capability {} in container {name}", say::value(capability)));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::review::rules::access::found;
    use crate::review::rules::testing::of_objects;

    const NOTHING: [&str; 0] = [];

    #[test]
    fn pods() {
        let cron_job = |pod: &str| {
            format!(
                "{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: c, namespace: n}}, \
                 spec: {{jobTemplate: {{spec: {{template: {{spec: {{{pod}}}}}}}}}}}}}"
            )
        };
        let container = |context: &str| format!("containers: [{{name: c, securityContext: {{{context}}}}}]");
        let of = |before: &str, after: &str| -> Vec<String> {
            let lines = of_objects(found, &cron_job(before), &cron_job(after));
            lines.into_iter().map(|line| line.replace(" CronJob n/c", "")).collect()
        };
        assert_eq!(
            of(&container(""), &format!("serviceAccountName: zenml, {}", container("privileged: true"))),
            [
                "ACCESS+: its pods may now do anything on the node: container `c` is privileged",
                "ACCESS+: its pods run under another ServiceAccount: `default` → `zenml`"
            ]
        );
        assert_eq!(of(&container("privileged: false"), &container("")), NOTHING);
        assert_eq!(
            of("hostNetwork: true", "volumes: [{name: v, hostPath: {path: /etc}}]"),
            [
                "ACCESS+: its pods may now mount `/etc` of the node",
                "ACCESS-: its pods may no longer share the node's network"
            ]
        );
        assert_eq!(
            of(&container(""), &container("capabilities: {add: [SYS_ADMIN]}")),
            ["ACCESS+: its pods may now use capability `SYS_ADMIN` in container `c`"]
        );
        assert_eq!(
            of_objects(found, "", &cron_job("hostPID: true")),
            ["ACCESS+ CronJob n/c: its pods may now share the node's processes"]
        );
        assert_eq!(of_objects(found, &cron_job("hostPID: true"), ""), NOTHING);
    }
}
