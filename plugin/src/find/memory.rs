//! Files in memory: for tests, and for whatever has its files somewhere else.

use std::collections::BTreeMap;

use super::files::{Files, Kind, Listed};
use crate::problem::Problem;

/// Files by path.
#[derive(Clone, Debug, Default)]
pub struct Memory(BTreeMap<String, String>);

impl Memory {
    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.0.insert(path.into(), text.into());
        self
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Option<String>, Problem> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, Problem> {
        let mut found: BTreeMap<&str, Kind> = BTreeMap::new();
        for path in self.0.keys() {
            let below = match folder {
                "" => Some(path.as_str()),
                _ => path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
            };
            match below.map(|below| below.split_once('/').ok_or(below)) {
                Some(Ok((name, _))) => drop(found.insert(name, Kind::Folder)),
                Some(Err(name)) => drop(found.insert(name, Kind::File)),
                None => {}
            }
        }
        Ok(found.into_iter().map(|(name, kind)| Listed { name: name.to_owned(), kind, is_link: false }).collect())
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    fn show(&self, path: &str) -> String {
        path.to_owned()
    }
}
