//! A value with its position.

use compact_str::CompactString;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Entry, List, Map};
use crate::source::Span;

/// A value and where it stands. Cheap to clone: lists and maps are shared until one of their owners changes them.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The text that it comes from.
    pub at: Span,
}

/// What YAML and JSON have in common.
#[derive(Clone, Debug)]
pub enum Value {
    /// No value: a problem wherever it stands but in the default of a module's variable. Parsing a file tells it, and so
    /// does checking an object.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A finite number that is written as a plain decimal.
    Float(f64),
    /// Text.
    Text(CompactString),
    /// A list.
    List(List),
    /// A map.
    Map(Map),
}

impl Node {
    /// A value at a place.
    pub fn new(value: Value, at: Span) -> Self {
        Self { value, at }
    }

    /// Text at a place.
    pub fn text(text: impl Into<CompactString>, at: Span) -> Self {
        Self::new(Value::Text(text.into()), at)
    }

    /// The map, where it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map to change, where it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The text, where it is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The list, where it is one.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The value under nested keys, `["metadata", "name"]`.
    pub fn get(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.as_map()?.get(key))
    }

    /// The text under nested keys.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.as_text()
    }

    /// The list under nested keys; empty where there is none.
    pub fn list_at(&self, path: &[&str]) -> &[Node] {
        self.get(path).and_then(Node::as_list).unwrap_or_default()
    }

    /// Whether `true` stands under nested keys.
    pub fn is_true_at(&self, path: &[&str]) -> bool {
        self.get(path).is_some_and(|node| matches!(node.value, Value::Bool(true)))
    }

    /// Puts every map's keys in order, so that the order in which a file has them never shows.
    pub fn sort(&mut self) {
        match &mut self.value {
            Value::List(list) => list.iter_mut().for_each(Node::sort),
            Value::Map(map) => {
                map.sort();
                map.iter_mut().for_each(|(_, value)| value.sort());
            }
            _ => {}
        }
    }

    /// The same tree with a place in memory of its own for each node, however many share it.
    #[must_use]
    pub fn unshared(&self) -> Self {
        let value = match &self.value {
            Value::List(list) => Value::List(list.iter().map(Self::unshared).collect()),
            Value::Map(map) => {
                let entry = |entry: &Entry| Entry { node: entry.node.unshared(), ..entry.clone() };
                Value::Map(Map::of_unique(map.iter().map(entry).collect()))
            }
            value => value.clone(),
        };
        Self::new(value, self.at)
    }

    /// The value itself where it is short, else its kind, as an error says it.
    pub fn found(&self) -> String {
        match &self.value {
            Value::Bool(value) => format!("`{value}`"),
            Value::Int(value) => format!("`{value}`"),
            Value::Float(value) => format!("`{value}`"),
            _ => self.kind().to_owned(),
        }
    }

    /// What kind of value it is, as an error says it.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// By value alone: two nodes from different places may be equal.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            // What is written otherwise is another value: `-0.0`.
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => a == b,
            _ => false,
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::List(list) => {
                let mut sequence = serializer.serialize_seq(Some(list.len()))?;
                for item in list {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Value::Map(map) => {
                let mut entries = serializer.serialize_map(Some(map.len()))?;
                for entry in map.iter() {
                    entries.serialize_entry(&entry.key, &entry.node)?;
                }
                entries.end()
            }
        }
    }
}
