//! An object's metadata, and the few fields that mean something to Argo CD.

use super::{Fence, problem};
use crate::names;
use crate::problem::Problems;
use crate::read::{Text as _, did_you_mean, quoted_list};
use crate::render::Manifest;
use crate::resolve::TENANT_LABEL;
use crate::spec::value::{LabelValue, qualified};
use crate::tree::{Entry, Map, Node, Value};

const HOOKS: &[&str] = &["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", "Skip"];
const HOOK_DELETE: &[&str] = &["HookSucceeded", "HookFailed", "BeforeHookCreation"];
/// Kubernetes' limit of all annotations of an object together.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// Metadata that the API server sets.
const SERVERS_OWN: &[&str] = &[
    "creationTimestamp",
    "deletionTimestamp",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Checks that an object says what it is.
pub(super) fn identity(manifest: &Manifest, problems: &mut Problems) {
    let object = &manifest.object;
    if object.as_map().is_none() {
        problems.push(
            crate::problem::Problem::new(object.at, format!("a manifest is a map, found {}", object.kind()))
                .label("needs `apiVersion`, `kind` and `metadata`"),
        );
        return;
    }
    for path in [&["apiVersion"][..], &["kind"], &["metadata", "name"]] {
        let missing = match object.get(path).map(|node| &node.value) {
            Some(Value::Text(text)) => text.is_empty(),
            _ => true,
        };
        if missing {
            let what = path.join(".");
            problems.push(
                crate::problem::Problem::new(object.at, format!("an object without a text `{what}`"))
                    .label(format!("needs `{what}`")),
            );
        }
    }
}

/// Checks names, labels, annotations, hooks and waves.
pub(super) fn check(manifest: &Manifest, fence: &Fence<'_>, problems: &mut Problems) {
    name(manifest, problems);
    labels(manifest, fence, problems);
    annotations(manifest, problems);
    contents(manifest, problems);
    size(manifest, problems);
}

fn name(manifest: &Manifest, problems: &mut Problems) {
    let limit = match manifest.kind() {
        "Job" => names::JOB,
        "CronJob" => names::CRON_JOB,
        "Namespace" | "Service" => names::LABEL,
        _ => 253,
    };
    let name = manifest.name();
    // RBAC names are path segments; everything else is a DNS name.
    let is_role = manifest.api_version().starts_with("rbac.authorization.k8s.io/");
    let is_segment =
        |name: &str| !name.contains(['/', '%']) && name != "." && name != ".." && !name.contains(char::is_control);
    let well_formed = (is_role && is_segment(name))
        || name.split('.').all(|label| {
            let edges = [label.bytes().next(), label.bytes().last()];
            edges.iter().all(|edge| edge.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
                && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        });
    if name.len() > limit || !well_formed {
        let at = place(manifest, &["metadata", "name"]);
        problems.push(
            problem(manifest, at, format!("name `{name}` is not allowed"))
                .label(format!("a lower-case DNS name of at most {limit} characters")),
        );
    }
    let metadata = manifest.object.get(&["metadata"]).and_then(Node::as_map);
    for Entry { key, node, .. } in metadata.into_iter().flat_map(Map::iter) {
        if SERVERS_OWN.contains(&key.as_str()) {
            let found = problem(manifest, node.at, format!("`metadata.{key}`"));
            problems.push(
                found.label("not for a manifest: it is the API server's to set, or makes a name that does not stay"),
            );
        }
    }
}

/// Checks labels.
pub(super) fn labels(manifest: &Manifest, fence: &Fence<'_>, problems: &mut Problems) {
    let labels = manifest.object.get(&["metadata", "labels"]);
    if labels.and_then(Node::as_map).is_some_and(|labels| fence.has_same_labels(labels)) {
        // Most objects: theirs are what every object carries, of which each was read as a label.
        return;
    }
    for entry in labels.and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        let Some(value) = entry.node.as_text() else { continue };
        well_formed_key(manifest, entry, "label", problems);
        if LabelValue::parse(value).is_err() {
            problems.push(
                problem(manifest, entry.node.at, format!("label `{}` cannot be `{value}`", entry.key))
                    .label("up to 63 of letters, digits, `-`, `_` and `.`"),
            );
        }
    }
    for (key, wanted) in fence.labels() {
        let found = labels.and_then(|labels| labels.as_map()?.get(key)?.as_text());
        if found != Some(wanted.as_str()) {
            let at = labels.map_or(manifest.object.at, |node| node.at);
            let message = match found {
                Some(found) => format!("label `{key}` is `{found}`, not `{wanted}`"),
                None => format!("label `{key}` is missing"),
            };
            problems.push(
                problem(manifest, at, message)
                    .label("every object carries the platform's labels")
                    .hint("write `labels: ${{ labels }}` in its metadata"),
            );
        }
    }
    if fence.tenant_namespace().is_none() && labels.and_then(|labels| labels.as_map()?.get(TENANT_LABEL)).is_some() {
        let at = labels.map_or(manifest.object.at, |node| node.at);
        problems.push(problem(manifest, at, format!("label `{TENANT_LABEL}` on an object of no tenant")));
    }
}

fn annotations(manifest: &Manifest, problems: &mut Problems) {
    let annotations = manifest.object.get(&["metadata", "annotations"]).and_then(Node::as_map);
    for entry in annotations.into_iter().flat_map(Map::iter) {
        well_formed_key(manifest, entry, "annotation", problems);
        // What is no text is told as such.
        let Some(value) = entry.node.as_text() else { continue };
        let at = entry.node.at;
        match entry.key.as_str() {
            "argocd.argoproj.io/sync-wave" if value.parse::<i32>().is_err() => problems.push(
                problem(manifest, at, format!("sync wave `{value}` is no whole number in quotes"))
                    .label("Argo CD would take it for wave 0"),
            ),
            "argocd.argoproj.io/hook" => words(manifest, at, value, HOOKS, "hook", problems),
            "argocd.argoproj.io/hook-delete-policy" => {
                words(manifest, at, value, HOOK_DELETE, "hook delete policy", problems);
            }
            key if key.starts_with("helm.sh/hook") => problems.push(
                problem(manifest, entry.key_at, format!("annotation `{key}`"))
                    .label("Argo CD would make a hook of it")
                    .hint("use `argocd.argoproj.io/hook`"),
            ),
            _ => {}
        }
    }
}

/// Checks that Argo CD can note the object in one more annotation.
pub(super) fn size(manifest: &Manifest, problems: &mut Problems) {
    let annotations = manifest.object.get(&["metadata", "annotations"]).and_then(Node::as_map);
    let length = |entry: &Entry| entry.key.len() + entry.node.as_text().map_or(0, str::len);
    let size: usize = annotations.into_iter().flat_map(Map::iter).map(length).sum();
    let whole = weight(&manifest.object);
    if size > MAX_ANNOTATIONS {
        problems.push(problem(manifest, manifest.object.at, "annotations of more than 256 KiB"));
    } else if size + whole > MAX_ANNOTATIONS && !is_applied_by_server(annotations) {
        problems.push(
            problem(
                manifest,
                manifest.object.at,
                format!("an object of {} KiB with annotations of {} KiB", whole >> 10, size >> 10),
            )
            .label("Argo CD notes the object in one more annotation, and all may have 256 KiB together")
            .hint("make it smaller, or several of it"),
        );
    }
}

/// How many bytes an object has at least when it is written.
fn weight(node: &Node) -> usize {
    match &node.value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(map) => map.iter().map(|entry| entry.key.len() + weight(&entry.node)).sum(),
        _ => 1,
    }
}

/// Whether Argo CD leaves the noting to the API server, which has another place for it.
fn is_applied_by_server(annotations: Option<&Map>) -> bool {
    let options = annotations.and_then(|map| map.iter().find(|entry| entry.key == "argocd.argoproj.io/sync-options"));
    let options = options.and_then(|entry| entry.node.as_text()).unwrap_or_default();
    options.split(',').any(|option| option.trim() == "ServerSideApply=true")
}

fn well_formed_key(manifest: &Manifest, entry: &Entry, what: &str, problems: &mut Problems) {
    if let Err(rule) = qualified(&entry.key) {
        problems.push(problem(manifest, entry.key_at, format!("{what} key `{}`", entry.key)).label(rule));
    }
}

fn words(
    manifest: &Manifest,
    at: crate::source::Span,
    value: &str,
    known: &[&str],
    what: &str,
    problems: &mut Problems,
) {
    for word in value.split(',').map(str::trim).filter(|word| !known.contains(word)) {
        problems.push(
            problem(manifest, at, format!("unknown {what} `{word}`"))
                .label("Argo CD would pass the object over without a word")
                .maybe_hint(did_you_mean(word, known.iter().copied()))
                .hint(format!("the values are {}", quoted_list(known.iter().copied()))),
        );
    }
}

fn contents(manifest: &Manifest, problems: &mut Problems) {
    let object = &manifest.object;
    if manifest.kind() == "Secret" {
        for field in ["data", "stringData"] {
            if let Some(node) = object.get(&[field]) {
                problems.push(
                    problem(manifest, node.at, format!("a Secret with `{field}`"))
                        .label("what is rendered lies in Argo CD's cache in plain text")
                        .hint("refer to a secret: see `secrets` in the tenant's spec"),
                );
            }
        }
    }
    if manifest.kind() == "Job"
        && !manifest.is_hook()
        && let Some(node) = object.get(&["spec", "ttlSecondsAfterFinished"])
    {
        problems.push(
            problem(manifest, node.at, "a tracked Job with `ttlSecondsAfterFinished`")
                .label("Argo CD would see it missing and run it again"),
        );
    }
    for field in ["status", "items"] {
        if let Some(node) = object.get(&[field]) {
            problems.push(problem(manifest, node.at, format!("an object with `{field}`")).label("not for a manifest"));
        }
    }
    values(manifest, object, false, problems);
}

/// What Argo CD's reader of YAML 1.1 does not take as it is. For Helm it turns `valuesObject` into YAML, and where that fails
/// it goes on with no values and without a word (`ValuesYAML` in its `pkg/apis/application/v1alpha1/values.go`).
pub(crate) fn loses_values(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// A null is never wanted, and a float only in a chart's values. There, text has to be text to Argo CD as well.
fn values(manifest: &Manifest, node: &Node, in_values: bool, problems: &mut Problems) {
    let mut judge = |text: &str, at| {
        if let Some(c) = text.chars().find(|c| loses_values(*c)) {
            problems.push(
                problem(manifest, at, format!("the character U+{:04X} in a chart's values", c as u32))
                    .label("Argo CD would render the chart without any of its values"),
            );
        }
    };
    match &node.value {
        Value::Text(text) if in_values => judge(text, node.at),
        Value::Null => problems.push(problem(manifest, node.at, "a null").label("leave the key out")),
        Value::Float(value) if !in_values => {
            problems.push(
                problem(manifest, node.at, format!("the number `{value}`"))
                    .label("only a chart's values may hold a fraction"),
            );
        }
        Value::Float(value) if !is_plain(*value) => problems.push(
            problem(manifest, node.at, format!("the number `{value}`"))
                .label("does not survive the way through Argo CD"),
        ),
        Value::List(items) => items.iter().for_each(|item| values(manifest, item, in_values, problems)),
        Value::Map(map) => {
            if in_values {
                map.iter().for_each(|entry| judge(&entry.key, entry.key_at));
            }
            for entry in map.iter() {
                values(manifest, &entry.node, in_values || entry.key == "valuesObject", problems);
            }
        }
        _ => {}
    }
}

/// Whether every writer of JSON on the way writes it as a plain decimal again.
fn is_plain(value: f64) -> bool {
    value == 0.0 || (1e-6..1e21).contains(&value.abs())
}

fn place(manifest: &Manifest, path: &[&str]) -> crate::source::Span {
    manifest.object.get(path).map_or(manifest.object.at, |node| node.at)
}
