//! A value with its position.

use compact_str::CompactString;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::source::Span;

/// A value and where it stands.
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
    List(Vec<Node>),
    /// A map.
    Map(Map),
}

/// The entries of a map in their order, each key once.
#[derive(Clone, Debug, Default)]
pub struct Map(Vec<Entry>);

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: CompactString,
    /// Where the key stands.
    pub key_at: Span,
    /// The value.
    pub node: Node,
}

impl Map {
    /// No entries yet, and room for `capacity`.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key)
    }

    /// Where the entry of `key` is, if it has one; looked for from `from` on first.
    pub(crate) fn position(&self, key: &str, from: usize) -> Option<usize> {
        match self.0.get(from) {
            Some(entry) if entry.key == key => Some(from),
            _ => self.0.iter().position(|entry| entry.key == key),
        }
    }

    /// The entry at `index`, which [`Map::position`] gave.
    pub(crate) fn at(&self, index: usize) -> &Entry {
        &self.0[index]
    }

    /// Puts a value under a key, in place of what was there.
    pub fn insert(&mut self, entry: Entry) {
        match self.0.iter_mut().find(|other| other.key == entry.key) {
            Some(other) => *other = entry,
            None => self.0.push(entry),
        }
    }

    /// Adds an entry whose key is known to be new.
    pub(crate) fn push_new(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// The entries in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }

    /// The entries in their order, to change values in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.0.iter_mut().map(|entry| (entry.key.as_str(), &mut entry.node))
    }

    /// The value under `key`, to change it in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.0.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// The value under `key`, put there where it is missing.
    pub(crate) fn entry_or_insert_with(&mut self, key: &str, entry: impl FnOnce() -> Entry) -> &mut Node {
        let index = self.position(key, 0).unwrap_or_else(|| {
            self.0.push(entry());
            self.0.len() - 1
        });
        &mut self.0[index].node
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Map {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Entry> for Map {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut map = Self::default();
        for entry in entries {
            map.insert(entry);
        }
        map
    }
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
                map.0.sort_by(|a, b| a.key.cmp(&b.key));
                map.iter_mut().for_each(|(_, value)| value.sort());
            }
            _ => {}
        }
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
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => {
                // Both have most keys in the same order.
                let is_in = |(index, entry): (usize, &Entry)| {
                    b.position(&entry.key, index).is_some_and(|index| b.at(index).node == entry.node)
                };
                a.len() == b.len() && a.iter().enumerate().all(is_in)
            }
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
