//! What names an item of a list, so that one that was put before others is one change, and the others none.

use crate::tree::{Node, Value};

/// An item with its name.
#[derive(Debug)]
pub struct Keyed<'a> {
    /// What names it among its list's items.
    pub key: String,
    /// The item.
    pub item: &'a Node,
}

/// The fields that name an item, most telling first. Kubernetes' own merge keys are among them
/// (`x-kubernetes-list-map-keys`, `x-kubernetes-patch-merge-key`).
const NAMES: &[&[&str]] = &[
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["mountPath"],
    &["kind", "namespace", "name"],
    &["name"],
    &["secretKey"],
    &["key"],
    &["type"],
    &["topologyKey"],
    &["devicePath"],
    &["ip"],
    // Of an Ingress, which Kubernetes takes as a whole: its rules and paths.
    &["host"],
    &["path"],
];

/// The items of both sides with their names, by the same fields on both; none where something has no name, or two of one
/// side have the same.
pub fn of<'a>(before: &'a [Node], after: &'a [Node]) -> Option<(Vec<Keyed<'a>>, Vec<Keyed<'a>>)> {
    let both = |named: &dyn Fn(&'a [Node]) -> Option<Vec<Keyed<'a>>>| {
        let unique = |items| named(items).filter(|keyed| is_unique(keyed));
        unique(before).zip(unique(after))
    };
    both(&scalars).or_else(|| both(&rules)).or_else(|| NAMES.iter().find_map(|names| both(&|items| by(items, names))))
}

fn is_unique(keyed: &[Keyed<'_>]) -> bool {
    let mut keys: Vec<&str> = keyed.iter().map(|item| item.key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).all(|pair| pair[0] != pair[1])
}

/// A text or number names itself.
fn scalars(items: &[Node]) -> Option<Vec<Keyed<'_>>> {
    items.iter().map(|item| Some(Keyed { key: scalar(item)?, item })).collect()
}

/// A rule of RBAC is named by what it is about; its verbs are what may change.
fn rules(items: &[Node]) -> Option<Vec<Keyed<'_>>> {
    let key = |item: &Node| {
        item.get(&["verbs"])?;
        let about = ["apiGroups", "resources", "resourceNames", "nonResourceURLs"].map(|field| {
            let list = item.list_at(&[field]);
            list.iter().filter_map(scalar).collect::<Vec<_>>().join(",")
        });
        Some(about.join("/").trim_end_matches('/').to_owned())
    };
    items.iter().map(|item| Some(Keyed { key: key(item)?, item })).collect()
}

/// By those of these fields that an item has: the first has to be there in each.
fn by<'a>(items: &'a [Node], names: &[&str]) -> Option<Vec<Keyed<'a>>> {
    let key = |item: &'a Node| {
        scalar(item.get(&[names[0]])?)?;
        let parts: Vec<String> = names.iter().filter_map(|name| scalar(item.get(&[name])?)).collect();
        Some(Keyed { key: parts.join("/"), item })
    };
    items.iter().map(key).collect()
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}
