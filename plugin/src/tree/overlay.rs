//! One tree laid over another.

use super::{Entry, Map, Node, Value};

/// Maps merge key by key, lists and scalars replace. Every value keeps its place, so the result still knows
/// which file said what.
#[must_use]
pub fn overlay(base: &Node, over: &Node) -> Node {
    let (Value::Map(below), Value::Map(above)) = (&base.value, &over.value) else {
        return over.clone();
    };
    let mut merged = Vec::with_capacity(below.len() + above.len());
    for entry in below.iter() {
        merged.push(match above.entry(&entry.key) {
            Some(other) => {
                let node = overlay(&entry.node, &other.node);
                Entry { key: other.key.clone(), key_at: other.key_at, node }
            }
            None => entry.clone(),
        });
    }
    for entry in above.iter().filter(|entry| below.get(&entry.key).is_none()) {
        merged.push(entry.clone());
    }
    Node::new(Value::Map(Map::of_unique(merged)), over.at)
}
