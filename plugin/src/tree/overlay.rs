//! One tree laid over another.

use super::{Entry, Map, Node, Value};

/// Maps merge key by key, lists and scalars replace. Every value keeps its place, so the result still knows
/// which file said what.
#[must_use]
pub fn overlay(base: &Node, over: &Node) -> Node {
    let (Value::Map(below), Value::Map(above)) = (&base.value, &over.value) else {
        return over.clone();
    };
    let mut merged = Map::with_capacity(below.len() + above.len());
    for entry in below.iter() {
        merged.push_new(match above.entry(&entry.key) {
            Some(other) => {
                let node = overlay(&entry.node, &other.node);
                Entry { key: other.key.clone(), key_at: other.key_at, node }
            }
            None => entry.clone(),
        });
    }
    for entry in above.iter().filter(|entry| below.get(&entry.key).is_none()) {
        merged.push_new(entry.clone());
    }
    Node::new(Value::Map(merged), over.at)
}
