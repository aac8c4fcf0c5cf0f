//! Which fields of an object changed, by its own structure: items of lists are told apart by what names them.

use serde::Serialize;
use serde_json::Value as Json;

use super::key::{self, Keyed};
use super::mask;
use super::path::join;
use crate::tree::{Node, Value};

/// A field that is other than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The way to it: `spec.template.spec.containers[server].image`, `data["run.json"].module.version`.
    pub path: String,
    /// What was there; none where it is new.
    pub before: Option<Json>,
    /// What is there; none where it is gone.
    pub after: Option<Json>,
}

/// Compares two objects, or two parts at a path.
pub fn compare(path: &str, before: &Node, after: &Node, found: &mut Vec<FieldChange>) {
    match (&before.value, &after.value) {
        (Value::Map(a), Value::Map(b)) => {
            for entry in a.iter() {
                match b.get(&entry.key) {
                    // Asked before a path is made: most of an object is as it was.
                    Some(node) if *node == entry.node => {}
                    Some(node) => compare(&join(path, &entry.key), &entry.node, node, found),
                    None => gone(join(path, &entry.key), &entry.node, found),
                }
            }
            for entry in b.iter().filter(|entry| a.get(&entry.key).is_none()) {
                new(join(path, &entry.key), &entry.node, found);
            }
        }
        (Value::List(a), Value::List(b)) => lists(path, a, b, found),
        (Value::Text(a), Value::Text(b)) if a != b => match (embedded(a), embedded(b)) {
            // A file in a ConfigMap: what Terraform and its runner are told.
            // Where they mean the same, what is other is how they are written.
            (Some(a), Some(b)) if a != b => jsons(path, &a, &b, found),
            _ => other(path, json(before), json(after), found),
        },
        _ if before == after => {}
        _ => other(path, json(before), json(after), found),
    }
}

/// A node as JSON.
pub fn json(node: &Node) -> Json {
    serde_json::to_value(node).unwrap_or_default()
}

fn gone(path: String, node: &Node, found: &mut Vec<FieldChange>) {
    found.push(FieldChange { path, before: Some(json(node)), after: None });
}

fn new(path: String, node: &Node, found: &mut Vec<FieldChange>) {
    found.push(FieldChange { path, before: None, after: Some(json(node)) });
}

fn other(path: &str, before: Json, after: Json, found: &mut Vec<FieldChange>) {
    found.push(FieldChange { path: path.to_owned(), before: Some(before), after: Some(after) });
}

/// What was added to a list, what is gone from it and what is other. An order that is other is a change of its own: in a
/// command, or among steps, it means something, and nobody knows of a list of values that it means nothing.
fn lists(path: &str, before: &[Node], after: &[Node], found: &mut Vec<FieldChange>) {
    let Some((a, b)) = key::of(before, after) else {
        return places(path, before, after, found);
    };
    let kept = a.iter().filter(|item| b.iter().any(|other| other.key == item.key));
    let added = b.iter().filter(|item| a.iter().all(|other| other.key != item.key));
    let is_in_order = kept.chain(added.clone()).map(|item| &item.key).eq(b.iter().map(|item| &item.key));
    let is_plain = before.iter().chain(after).all(|item| !matches!(item.value, Value::List(_) | Value::Map(_)));
    if is_plain && !is_in_order {
        return whole(path, before, after, found);
    }
    let at = |items: &[Node], place: usize, key: &str| match is_plain {
        true => format!("{path}[{}]", mask::item(path, items, place).as_deref().unwrap_or(key)),
        false => format!("{path}[{key}]"),
    };
    for (place, Keyed { key, item }) in a.iter().enumerate() {
        match b.iter().find(|other| other.key == *key) {
            Some(other) => compare(&at(before, place, key), item, other.item, found),
            None => gone(at(before, place, key), item, found),
        }
    }
    for (place, Keyed { key, item }) in b.iter().enumerate() {
        if a.iter().all(|other| other.key != *key) {
            new(at(after, place, key), item, found);
        }
    }
    if !is_in_order {
        let keys = |items: &[Keyed<'_>]| items.iter().map(|item| item.key.as_str()).collect::<Json>();
        other(path, keys(&a), keys(&b), found);
    }
}

fn whole(path: &str, before: &[Node], after: &[Node], found: &mut Vec<FieldChange>) {
    let list = |items: &[Node]| items.iter().map(json).collect::<Json>();
    other(path, list(before), list(after), found);
}

/// Items that nothing names: those that are in both are passed over, the others compared by their places among the rest.
fn places(path: &str, before: &[Node], after: &[Node], found: &mut Vec<FieldChange>) {
    let mut left: Vec<(usize, &Node)> = after.iter().enumerate().collect();
    let (mut rest, mut moves) = (Vec::new(), Vec::new());
    for (place, item) in before.iter().enumerate() {
        match left.iter().position(|(_, other)| *other == item) {
            Some(same) => moves.push((place, left.remove(same).0)),
            None => rest.push((place, item)),
        }
    }
    moves.extend(rest.iter().zip(&left).map(|((from, _), (to, _))| (*from, *to)));
    moves.sort_unstable();
    if !moves.is_sorted_by_key(|(_, to)| *to) {
        return whole(path, before, after, found);
    }
    let at = |items: &[Node], place: usize| match mask::item(path, items, place) {
        Some(name) => format!("{path}[{name}]"),
        None => format!("{path}[{place}]"),
    };
    let mut left = left.into_iter();
    for (place, item) in rest {
        match left.next() {
            Some((_, other)) => compare(&at(before, place), item, other, found),
            None => gone(at(before, place), item, found),
        }
    }
    for (place, item) in left {
        new(at(after, place), item, found);
    }
}

/// The JSON in a text, where it is a map or list of it. One with a Secret in it stays whole: below a path, what a Secret holds
/// would be no more than text.
fn embedded(text: &str) -> Option<Json> {
    if !text.starts_with(['{', '[']) || text.contains("\"Secret\"") {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn jsons(path: &str, before: &Json, after: &Json, found: &mut Vec<FieldChange>) {
    if let (Json::Object(a), Json::Object(b)) = (before, after) {
        for (key, value) in a {
            let path = join(path, key);
            match b.get(key) {
                Some(other) => jsons(&path, value, other, found),
                None => found.push(FieldChange { path, before: Some(value.clone()), after: None }),
            }
        }
        for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
            found.push(FieldChange { path: join(path, key), before: None, after: Some(value.clone()) });
        }
    } else if before != after {
        other(path, before.clone(), after.clone(), found);
    }
}

#[cfg(test)]
mod tests;
