//! What a role allows, verb by verb.

use std::collections::BTreeMap;

use crate::names::without_generation;
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::{Found, of, say};
use crate::tree::Node;

/// One verb on one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Right<'a> {
    group: &'a str,
    resource: &'a str,
    /// Empty: whatever it is called.
    name: &'a str,
    verb: &'a str,
}

impl Right<'_> {
    fn covers(&self, other: &Right<'_>) -> bool {
        let is = |ours: &str, theirs: &str| ours == "*" || ours == theirs;
        is(self.group, other.group)
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
        }
        // A role alone gives nobody anything: its binding says who gets it. All there is wants a word of its own.
        (None, Some(after)) => {
            let mut all = rights(after);
            all.retain(|right| [right.group, right.resource, right.verb].contains(&"*"));
            tell(Rule::AccessMore, "may now", after, all, found);
        }
        _ => {}
    }
}

/// The rights that none of the others covers.
fn beyond<'a>(rights: &[Right<'a>], others: &[Right<'_>]) -> Vec<Right<'a>> {
    rights.iter().filter(|right| !others.iter().any(|other| other.covers(right))).copied().collect()
}

fn rights(role: &Manifest) -> Vec<Right<'_>> {
    let mut all = Vec::new();
    for rule in role.object.get(&["rules"]).and_then(Node::as_list).unwrap_or_default() {
        let words = |field: &str| -> Vec<&str> {
            let list = rule.get(&[field]).and_then(Node::as_list).unwrap_or_default();
            list.iter().filter_map(Node::as_text).collect()
        };
        let (groups, resources, verbs) = (words("apiGroups"), words("resources"), words("verbs"));
        // The same secret of another generation is no other access.
        let mut names: Vec<&str> =
            words("resourceNames").into_iter().map(|name| without_generation(name).unwrap_or(name)).collect();
        if names.is_empty() {
            names.push("");
        }
        for verb in &verbs {
            for group in &groups {
                for resource in &resources {
                    all.extend(names.iter().map(|name| Right { group, resource, name, verb }));
                }
            }
            let urls = words("nonResourceURLs");
            all.extend(urls.into_iter().map(|resource| Right { group: "", resource, name: "", verb }));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn tell(rule: Rule, may: &str, role: &Manifest, rights: Vec<Right<'_>>, found: Found<'_>) {
    let mut by_thing: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
    for right in rights {
        by_thing.entry((right.group, right.resource, right.name)).or_default().push(right.verb);
    }
    for ((group, resource, name), verbs) in by_thing {
        let what = match (resource, group) {
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
