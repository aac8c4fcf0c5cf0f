//! A list of values.

use std::ops::Deref;
use std::sync::Arc;

use super::Node;

/// The values of a list in their order. Shared until one of its owners changes it.
#[derive(Clone, Debug, Default)]
pub struct List(Arc<Vec<Node>>);

impl List {
    /// The values, to change them in place.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Node> {
        Arc::make_mut(&mut self.0).iter_mut()
    }
}

impl Deref for List {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        &self.0
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl From<Vec<Node>> for List {
    fn from(values: Vec<Node>) -> Self {
        Self(Arc::new(values))
    }
}

impl FromIterator<Node> for List {
    fn from_iter<I: IntoIterator<Item = Node>>(values: I) -> Self {
        Self::from(values.into_iter().collect::<Vec<_>>())
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Node;
    type IntoIter = std::slice::Iter<'a, Node>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for List {
    type Item = Node;
    type IntoIter = std::vec::IntoIter<Node>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}
