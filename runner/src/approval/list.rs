//! The list that a person reads and approves.

use serde::{Deserialize, Serialize};

use super::Changes;

/// A plan's changes, for one approval.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct List {
    /// The how-manieth approval of this tenant it is for. An approval counts once, and the same changes may be approved again:
    /// in another list, with another hash.
    pub approval: u64,
    /// What is changed.
    pub changes: Changes,
}

impl List {
    /// The list as it is kept, hashed and read by people.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads such a text.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
