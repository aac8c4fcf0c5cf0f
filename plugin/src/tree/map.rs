//! A map with the places of its keys and values.

use std::sync::Arc;

use compact_str::CompactString;

use super::Node;
use crate::source::Span;

/// The entries of a map in their order, each key once. Shared until one of its owners changes it.
#[derive(Clone, Debug, Default)]
pub struct Map(Arc<Vec<Entry>>);

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
    /// Of entries whose keys are known to be different.
    pub(crate) fn of_unique(entries: Vec<Entry>) -> Self {
        Self(Arc::new(entries))
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

    /// The entry at `place`, which [`Map::position`] gave.
    pub(crate) fn at(&self, place: usize) -> &Entry {
        &self.0[place]
    }

    fn entries_mut(&mut self) -> &mut Vec<Entry> {
        Arc::make_mut(&mut self.0)
    }

    /// Puts a value under a key, in place of what was there.
    pub fn insert(&mut self, entry: Entry) {
        let entries = self.entries_mut();
        match entries.iter_mut().find(|other| other.key == entry.key) {
            Some(other) => *other = entry,
            None => entries.push(entry),
        }
    }

    /// Adds an entry whose key is known to be new.
    pub(crate) fn push_new(&mut self, entry: Entry) {
        self.entries_mut().push(entry);
    }

    /// The entries in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }

    /// The entries in their order, to change values in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.entries_mut().iter_mut().map(|entry| (entry.key.as_str(), &mut entry.node))
    }

    /// The value under `key`, to change it in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let place = self.position(key, 0)?;
        Some(&mut self.entries_mut()[place].node)
    }

    /// The value under `key`, put there where it is missing.
    pub(crate) fn entry_or_insert_with(&mut self, key: &str, entry: impl FnOnce() -> Entry) -> &mut Node {
        let place = self.position(key, 0).unwrap_or(self.len());
        let entries = self.entries_mut();
        if place == entries.len() {
            entries.push(entry());
        }
        &mut entries[place].node
    }

    /// Puts the keys in order.
    pub(crate) fn sort(&mut self) {
        if !self.0.is_sorted_by(|a, b| a.key <= b.key) {
            self.entries_mut().sort_by(|a, b| a.key.cmp(&b.key));
        }
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

/// The same keys with the same values, in whatever order.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        // Both have most keys in the same order.
        let is_in = |(place, entry): (usize, &Entry)| {
            other.position(&entry.key, place).is_some_and(|place| other.at(place).node == entry.node)
        };
        Arc::ptr_eq(&self.0, &other.0) || (self.len() == other.len() && self.0.iter().enumerate().all(is_in))
    }
}

impl IntoIterator for Map {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

/// Of several entries with one key the last one counts, at the place of the first.
impl FromIterator<Entry> for Map {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut map = Self::default();
        for entry in entries {
            map.insert(entry);
        }
        map
    }
}
