//! Which fields of an object changed, by its own structure: items of lists are told apart by what names them.

use serde::Serialize;
use serde_json::Value as Json;

use super::key::{self, Keyed};
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
            (Some(a), Some(b)) => jsons(path, &a, &b, found),
            _ => {
                found.push(FieldChange { path: path.to_owned(), before: Some(json(before)), after: Some(json(after)) })
            }
        },
        _ if before == after => {}
        _ => found.push(FieldChange { path: path.to_owned(), before: Some(json(before)), after: Some(json(after)) }),
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

fn lists(path: &str, before: &[Node], after: &[Node], found: &mut Vec<FieldChange>) {
    let Some((a, b)) = key::of(before, after) else {
        return places(path, before, after, found);
    };
    for Keyed { key, item } in &a {
        let path = format!("{path}[{key}]");
        match b.iter().find(|other| other.key == *key) {
            Some(other) => compare(&path, item, other.item, found),
            None => gone(path, item, found),
        }
    }
    for Keyed { key, item } in b.iter().filter(|item| a.iter().all(|other| other.key != item.key)) {
        new(format!("{path}[{key}]"), item, found);
    }
}

/// Items that nothing names: those that are in both are passed over, the others compared by their places among the rest.
fn places(path: &str, before: &[Node], after: &[Node], found: &mut Vec<FieldChange>) {
    let mut left: Vec<(usize, &Node)> = after.iter().enumerate().collect();
    let mut rest = Vec::new();
    for (place, item) in before.iter().enumerate() {
        match left.iter().position(|(_, other)| *other == item) {
            Some(same) => drop(left.remove(same)),
            None => rest.push((place, item)),
        }
    }
    let mut left = left.into_iter();
    for (place, item) in rest {
        let path = format!("{path}[{place}]");
        match left.next() {
            Some((_, other)) => compare(&path, item, other, found),
            None => gone(path, item, found),
        }
    }
    for (place, item) in left {
        new(format!("{path}[{place}]"), item, found);
    }
}

/// The JSON in a text, where it is a map or list of it.
fn embedded(text: &str) -> Option<Json> {
    if !text.starts_with(['{', '[']) {
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
        found.push(FieldChange { path: path.to_owned(), before: Some(before.clone()), after: Some(after.clone()) });
    }
}

/// A key that would be read wrong with a dot before it is put into brackets.
fn join(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match (key.chars().all(plain) && !key.is_empty(), path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{key:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::problem::Problems;
    use crate::source::Sources;
    use crate::tree;

    /// The paths of what is other between two values, as YAML.
    fn paths(before: &str, after: &str) -> Vec<String> {
        let (sources, mut problems) = (Sources::default(), Problems::new());
        let mut read = |text: &str| {
            let file = sources.add("value.yaml", text.to_owned());
            tree::document(&sources, file, &mut problems).unwrap()
        };
        let (before, after, mut found) = (read(before), read(after), Vec::new());
        compare("", &before, &after, &mut found);
        found.into_iter().map(|field| field.path).collect()
    }

    /// Both sides' items are named by the same field, though one side alone would have been named by another.
    #[test]
    fn items_are_named_alike_on_both_sides() {
        assert_eq!(
            paths("a: [{name: x, image: 1}]", "a: [{name: x, image: 2, mountPath: /y}]"),
            ["a[x].image", "a[x].mountPath"]
        );
        assert_eq!(paths("a: [{name: x, secretKey: k, b: 1}]", "a: [{name: x, secretKey: k, b: 2}]"), ["a[x].b"]);
        assert_eq!(
            paths(
                "a: [{name: x, type: k, b: 1}, {name: x, type: l}]",
                "a: [{name: x, type: k, b: 2}, {name: x, type: l}]"
            ),
            ["a[k].b"]
        );
    }

    #[test]
    fn items_that_move_are_no_change() {
        assert_eq!(paths("a: [{name: x}, {name: y}]", "a: [{name: y}, {name: x}]"), [""; 0]);
        assert_eq!(paths("a: [1, 2]", "a: [2, 3]"), ["a[1]", "a[3]"]);
        assert_eq!(paths("a: [{b: 1}, {b: 2}]", "a: [{b: 2}, {b: 3}]"), ["a[0].b"]);
    }
}
