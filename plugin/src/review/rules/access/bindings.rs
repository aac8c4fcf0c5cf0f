//! Who gets which role.

use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rendered::record;
use crate::review::rules::{Case, Found, of, say};
use crate::tree::Node;

/// Roles each of which holds all of the one before: Tenantry's own for people, and Kubernetes'.
const LADDERS: &[&[&str]] =
    &[&["tenantry-view", "tenantry-edit", "tenantry-admin"], &["view", "edit", "admin", "cluster-admin"]];

/// Somebody.
#[derive(Debug, PartialEq, Eq)]
struct Subject<'a> {
    kind: &'a str,
    /// Empty where it is the binding's own.
    namespace: &'a str,
    name: &'a str,
}

impl Subject<'_> {
    fn said(&self) -> String {
        match self.namespace {
            "" => format!("{} {}", self.kind, say::value(self.name)),
            namespace => format!("{} {}", self.kind, say::value(&format!("{namespace}/{}", self.name))),
        }
    }
}

pub(super) fn found(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object() else { return };
    let (old, new) = (pair.before.map(subjects).unwrap_or_default(), pair.after.map(subjects).unwrap_or_default());
    let (was, is) = (pair.before.map(role), pair.after.map(role));
    // What comes with its namespace was nobody's before, and what goes with it is said there. People count all the same.
    let quiet = case.with_namespace(pair);
    for subject in old.iter().filter(|subject| !(quiet || was == is && new.contains(subject))) {
        if let Some((was, is)) = was.zip(is).filter(|_| new.contains(subject)) {
            changed(object, subject, was, is, found);
        } else if let Some((kind, name)) = was {
            found.push(of(Rule::AccessLess, object, format!("{} loses {kind} {}", subject.said(), say::value(name))));
        }
    }
    for subject in new.iter().filter(|subject| !old.contains(subject)) {
        if let Some((kind, name)) = is.filter(|role| !quiet || !is_own(case, subject, role)) {
            found.push(of(Rule::AccessMore, object, format!("{} gets {kind} {}", subject.said(), say::value(name))));
        }
    }
}

/// Whether somebody is of the namespace that comes, or Tenantry's own beside the tenant's record with a Role of that namespace.
fn is_own(case: &Case<'_>, subject: &Subject<'_>, (kind, _): &(&str, &str)) -> bool {
    let record = case.after.and_then(|set| record(&set.manifests)).map(Manifest::namespace);
    subject.kind == "ServiceAccount"
        && (subject.namespace.is_empty() || (record == Some(subject.namespace) && *kind == "Role"))
}

/// The same one has another role.
fn changed(object: &Manifest, subject: &Subject<'_>, was: (&str, &str), is: (&str, &str), found: Found<'_>) {
    let place = |ladder: &[&str], (kind, name): (&str, &str)| {
        ladder.iter().position(|rung| *rung == name).filter(|_| kind == "ClusterRole")
    };
    let rungs = LADDERS.iter().find_map(|ladder| place(ladder, was).zip(place(ladder, is)));
    let who = subject.said();
    if let Some((before, after)) = rungs {
        let rule = if after > before { Rule::AccessMore } else { Rule::AccessLess };
        found.push(of(rule, object, format!("{who} has ClusterRole {}", say::moved(was.1, is.1))));
        return;
    }
    found.push(of(Rule::AccessMore, object, format!("{who} gets {} {}", is.0, say::value(is.1))));
    found.push(of(Rule::AccessLess, object, format!("{who} loses {} {}", was.0, say::value(was.1))));
}

fn role(binding: &Manifest) -> (&str, &str) {
    let at = |key| binding.object.text_at(&["roleRef", key]).unwrap_or_default();
    (at("kind"), at("name"))
}

fn subjects(binding: &Manifest) -> Vec<Subject<'_>> {
    let list = binding.object.list_at(&["subjects"]);
    let subject = |node| {
        let at = |key| Node::text_at(node, &[key]).unwrap_or_default();
        let namespace = Some(at("namespace")).filter(|namespace| *namespace != binding.namespace());
        Subject { kind: at("kind"), namespace: namespace.unwrap_or_default(), name: at("name") }
    };
    list.iter().map(subject).collect()
}
