//! What a role allows, verb by verb.

use std::collections::BTreeMap;

use crate::names::without_generation;
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::{Found, of, say};
use crate::tree::{Map, Node};

/// One verb on one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Right<'a> {
    /// Whether it is on a URL of the API server's, which no resource is.
    is_url: bool,
    group: &'a str,
    /// Or the URL.
    resource: &'a str,
    /// Empty: whatever it is called.
    name: &'a str,
    verb: &'a str,
}

impl Right<'_> {
    fn covers(&self, other: &Right<'_>) -> bool {
        let is = |ours: &str, theirs: &str| {
            ours == "*"
                || ours == theirs
                || (self.is_url && ours.strip_suffix('*').is_some_and(|start| theirs.starts_with(start)))
        };
        self.is_url == other.is_url
            && is(self.group, other.group)
            && is(self.resource, other.resource)
            && (self.name.is_empty() || self.name == other.name)
            && is(self.verb, other.verb)
    }
}

pub(super) fn found(pair: &Pair<'_>, found: Found<'_>) {
    match (pair.before, pair.after) {
        (Some(before), Some(after)) => {
            let (old, new) = (rights(before), rights(after));
            tell(Rule::AccessMore, "may now", after, beyond(&new, &old), found);
            tell(Rule::AccessLess, "may no longer", after, beyond(&old, &new), found);
            aggregated(before, after, found);
        }
        // A role alone gives nobody anything: its binding says who gets it. All there is wants a word of its own.
        (None, Some(after)) => {
            let mut all = rights(after);
            if goes_into(after).is_empty() {
                all.retain(|right| [right.group, right.resource, right.verb].contains(&"*"));
            } else {
                // Whoever has those roles has it at once.
                tell_roles(Rule::AccessMore, "goes into", after, &goes_into(after), found);
            }
            tell(Rule::AccessMore, "may now", after, all, found);
            if gathers(after).is_some() {
                found.push(of(Rule::AccessMore, after, "takes in what other roles allow"));
            }
        }
        (Some(before), None) => tell_roles(Rule::AccessLess, "goes no more into", before, &goes_into(before), found),
        _ => {}
    }
}

/// What other roles take in, or this one of others.
fn aggregated(before: &Manifest, after: &Manifest, found: Found<'_>) {
    let (old, new) = (goes_into(before), goes_into(after));
    let beyond = |roles: &[&'_ str], others: &[&str]| -> Vec<String> {
        roles.iter().filter(|role| !others.contains(role)).map(|role| (*role).to_owned()).collect()
    };
    let (more, less) = (beyond(&new, &old), beyond(&old, &new));
    tell_roles(Rule::AccessMore, "goes into", after, &more, found);
    tell_roles(Rule::AccessLess, "goes no more into", after, &less, found);
    if gathers(before) != gathers(after) {
        found.push(of(Rule::AccessMore, after, "takes in what other roles allow: `aggregationRule` is other"));
    }
}

fn tell_roles<T: AsRef<str>>(rule: Rule, how: &str, role: &Manifest, roles: &[T], found: Found<'_>) {
    let text = |into: &T| format!("what it allows {how} ClusterRole {}", say::value(into.as_ref()));
    found.extend(roles.iter().map(|into| of(rule, role, text(into))));
}

/// The ClusterRoles of Kubernetes' own that take a role in, by its labels.
fn goes_into(role: &Manifest) -> Vec<&str> {
    let labels = role.object.get(&["metadata", "labels"]).and_then(Node::as_map).into_iter().flat_map(Map::iter);
    let on = labels.filter(|entry| entry.node.as_text() == Some("true"));
    on.filter_map(|entry| entry.key.strip_prefix(AGGREGATED)).collect()
}

const AGGREGATED: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// Which others a role takes in.
fn gathers(role: &Manifest) -> Option<&Node> {
    role.object.get(&["aggregationRule"])
}

/// The rights that none of the others covers.
fn beyond<'a>(rights: &[Right<'a>], others: &[Right<'_>]) -> Vec<Right<'a>> {
    rights.iter().filter(|right| !others.iter().any(|other| other.covers(right))).copied().collect()
}

fn rights(role: &Manifest) -> Vec<Right<'_>> {
    let mut all = Vec::new();
    for rule in role.object.list_at(&["rules"]) {
        let words = |field: &str| -> Vec<&str> { rule.list_at(&[field]).iter().filter_map(Node::as_text).collect() };
        let (groups, resources, verbs) = (words("apiGroups"), words("resources"), words("verbs"));
        let mut names = words("resourceNames");
        // The same secret of another generation is no other access.
        if resources == ["secrets"] {
            names.iter_mut().for_each(|name| *name = without_generation(name).unwrap_or(name));
        }
        if names.is_empty() {
            names.push("");
        }
        for verb in &verbs {
            for group in &groups {
                for resource in &resources {
                    all.extend(names.iter().map(|name| Right { is_url: false, group, resource, name, verb }));
                }
            }
            let urls = words("nonResourceURLs");
            all.extend(urls.into_iter().map(|resource| Right { is_url: true, group: "", resource, name: "", verb }));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn tell(rule: Rule, may: &str, role: &Manifest, rights: Vec<Right<'_>>, found: Found<'_>) {
    let mut by_thing: BTreeMap<(bool, &str, &str, &str), Vec<&str>> = BTreeMap::new();
    for right in rights {
        by_thing.entry((right.is_url, right.group, right.resource, right.name)).or_default().push(right.verb);
    }
    for ((is_url, group, resource, name), verbs) in by_thing {
        let what = match (resource, group) {
            ("*", _) if is_url => "every URL of the API server".to_owned(),
            (url, _) if is_url => format!("URL {}", say::value(url)),
            ("*", "*") => "everything there is".to_owned(),
            ("*", group) => format!("everything of group {}", say::value(group)),
            (resource, "" | "*") => say::value(resource),
            (resource, group) => say::value(&format!("{resource}.{group}")),
        };
        let verbs = if verbs.contains(&"*") { "do anything (`*`) with".to_owned() } else { all_of(&verbs) };
        let named = if name.is_empty() { String::new() } else { format!(" named {}", say::value(name)) };
        found.push(of(rule, role, format!("{may} {verbs} {what}{named}")));
    }
}

/// Every verb counts.
fn all_of(verbs: &[&str]) -> String {
    verbs.iter().map(|verb| say::value(verb)).collect::<Vec<_>>().join(", ")
}
