//! What an AppProject and an admission policy let through.

use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::model::Status;
use crate::review::pair::Pair;
use crate::review::rules::{Case, Found, is_in, of, say};
use crate::tree::Node;

/// The lists of an AppProject, and what an item allows.
const ALLOWED: &[(&str, &str)] = &[
    ("sourceRepos", "take from repository"),
    ("sourceNamespaces", "have Applications in namespace"),
    ("destinations", "deploy to"),
    ("clusterResourceWhitelist", "make cluster-wide"),
    ("namespaceResourceWhitelist", "make"),
];
/// Those that forbid.
const FORBIDDEN: &[(&str, &str)] =
    &[("clusterResourceBlacklist", "make cluster-wide"), ("namespaceResourceBlacklist", "make")];

pub(super) fn project(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object().filter(|_| case.status != Status::Added) else { return };
    for ((field, may), forbids) in
        ALLOWED.iter().map(|entry| (entry, false)).chain(FORBIDDEN.iter().map(|entry| (entry, true)))
    {
        let (old, new) = (items(pair.before, field), items(pair.after, field));
        for (item, comes) in new
            .iter()
            .filter(|item| !old.contains(item))
            .map(|item| (item, true))
            .chain(old.iter().filter(|item| !new.contains(item)).map(|item| (item, false)))
        {
            let more = comes != (forbids || item.denies);
            let (rule, now) = if more { (Rule::AccessMore, "may now") } else { (Rule::AccessLess, "may no longer") };
            found.push(of(rule, object, format!("{now} {may} {}", say::value(&item.text))));
        }
    }
    rest(pair, found);
}

/// The rest of an AppProject: its roles, and what no list here is about.
fn rest(pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object() else { return };
    let (old, new) = (roles(pair.before), roles(pair.after));
    for text in new.iter().filter(|text| !old.contains(text)) {
        found.push(of(Rule::AccessMore, object, text.to_owned()));
    }
    for text in old.iter().filter(|text| !new.contains(text)) {
        found.push(of(Rule::AccessLess, object, format!("no longer: {text}")));
    }
    let listed = |path: &str| {
        let known = ALLOWED.iter().chain(FORBIDDEN).map(|(field, _)| *field).chain(["roles", "description"]);
        known.into_iter().any(|field| is_in(path, field))
    };
    let other: Vec<&str> =
        pair.fields.iter().filter_map(|field| field.path.strip_prefix("spec.")).filter(|path| !listed(path)).collect();
    if !other.is_empty() {
        found.push(of(Rule::AccessMore, object, format!("may let other things through: {}", say::values(other))));
    }
}

/// What the roles of a project allow, and to whom.
fn roles(project: Option<&Manifest>) -> Vec<String> {
    let mut all = Vec::new();
    for role in project.map(|project| project.object.list_at(&["spec", "roles"])).unwrap_or_default() {
        let name = say::value(role.text_at(&["name"]).unwrap_or_default());
        for group in role.list_at(&["groups"]).iter().filter_map(Node::as_text) {
            all.push(format!("group {} has role {name}", say::value(group)));
        }
        for policy in role.list_at(&["policies"]).iter().filter_map(Node::as_text) {
            all.push(format!("role {name} has policy {}", say::value(policy)));
        }
    }
    all
}

/// One entry of a list.
#[derive(PartialEq, Eq)]
struct Item {
    text: String,
    /// Whether it takes something away from what the others allow.
    denies: bool,
}

fn items(project: Option<&Manifest>, field: &str) -> Vec<Item> {
    let list = project.and_then(|project| project.object.get(&["spec", field])).and_then(Node::as_list);
    let item = |node: &Node| {
        if let Some(text) = node.as_text() {
            let denied = text.strip_prefix('!');
            return Item { text: denied.unwrap_or(text).to_owned(), denies: denied.is_some() };
        }
        let at = |key| node.text_at(&[key]);
        if let Some(kind) = at("kind") {
            let group = at("group").filter(|group| !group.is_empty());
            let kind = group.map_or_else(|| kind.to_owned(), |group| format!("{kind}.{group}"));
            let text = at("name").map_or_else(|| kind.clone(), |name| format!("{kind} {name}"));
            return Item { text, denies: false };
        }
        let place = at("server").or_else(|| at("name")).unwrap_or("*");
        let namespace = at("namespace").unwrap_or("*");
        let denies = place.starts_with('!') || namespace.starts_with('!');
        let (place, namespace) = (place.trim_start_matches('!'), namespace.trim_start_matches('!'));
        // The cluster that Argo CD runs in is what everybody means.
        let text = match place {
            "https://kubernetes.default.svc" | "http*" => namespace.to_owned(),
            place => format!("{namespace} of {place}"),
        };
        Item { text, denies }
    };
    list.unwrap_or_default().iter().map(item).collect()
}

/// What an expression lets through nobody can say here: a person has to read it.
pub(super) fn admission(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let is_spec = |path: &str| path.strip_prefix("spec").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    match (pair.before, pair.after) {
        (Some(before), None) => found.push(of(Rule::AccessMore, before, "goes: what it refused is let through")),
        (None, Some(after)) if case.status != Status::Added => {
            found.push(of(Rule::AccessLess, after, "is new: it may refuse what was let through"));
        }
        (Some(_), Some(after)) if pair.fields.iter().any(|field| is_spec(&field.path)) => {
            let fields: Vec<&str> =
                pair.fields.iter().map(|field| field.path.as_str()).filter(|path| is_spec(path)).collect();
            found.push(of(Rule::AccessMore, after, format!("may let other things through: {}", say::values(fields))));
        }
        _ => {}
    }
}
