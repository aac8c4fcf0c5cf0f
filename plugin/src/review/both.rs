//! Which folder of one side is about the same tenant as which of the other.

use std::collections::{BTreeMap, HashMap};

use super::side::Side;
use crate::find::Mode;

/// A tenant or platform, by its folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both {
    /// What it is.
    pub mode: Mode,
    /// Where it was; none where it is new.
    pub base: Option<String>,
    /// Where it is; none where it is gone.
    pub head: Option<String>,
}

impl Both {
    /// A tenant's name, which is its folder's.
    pub fn name(&self) -> &str {
        last(self.folder())
    }

    /// Its folder where that is the same on both sides.
    pub fn stays(&self) -> Option<&str> {
        self.head.as_deref().filter(|folder| self.base.as_deref() == Some(*folder))
    }

    /// Its folder at the later side, or at the earlier one where it is gone.
    pub fn folder(&self) -> &str {
        self.head.as_deref().or(self.base.as_deref()).unwrap_or_default()
    }
}

/// All tenants and platforms of two sides, in order of their folders. A tenant whose folder was moved is the same one: its folder
/// bears its name.
pub fn both(base: &Side<'_>, head: &Side<'_>) -> Vec<Both> {
    let mut found = BTreeMap::new();
    let mut moved: HashMap<&str, Vec<&String>> = HashMap::new();
    for (folder, mode) in head.folders() {
        // What was a tenant's and is a platform's now are two things, of which one went.
        let before = (base.mode(folder) == Some(mode)).then(|| folder.clone());
        if before.is_none() && mode == Mode::Tenant {
            moved.entry(last(folder)).or_default().push(folder);
        }
        found.insert((folder, mode), Both { mode, base: before, head: Some(folder.clone()) });
    }
    for (folder, mode) in base.folders().filter(|(folder, mode)| head.mode(folder) != Some(*mode)) {
        // Two of one name are refused elsewhere, and nobody knows which of them it was.
        let one = moved.get(last(folder)).filter(|folders| folders.len() == 1 && mode == Mode::Tenant);
        match one.and_then(|folders| found.get_mut(&(folders[0], mode))).filter(|both| both.base.is_none()) {
            Some(both) => both.base = Some(folder.clone()),
            None => drop(found.insert((folder, mode), Both { mode, base: Some(folder.clone()), head: None })),
        }
    }
    found.into_values().collect()
}

fn last(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}
