//! Files with a note of all that they said: who asked twice and was told the same knows the same.

use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::files::{Files, Listed};
use crate::problem::Problem;

/// What was said, in the order in which it was asked for.
pub type Note = [u8; 32];

/// Files that take note. Asked by one thread at a time, so that the order is always the same.
pub struct Noted<'a> {
    files: &'a dyn Files,
    said: Mutex<Sha256>,
}

impl<'a> Noted<'a> {
    /// Nothing is asked yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, said: Mutex::default() }
    }

    /// The note.
    pub fn finish(self) -> Note {
        self.said.into_inner().unwrap_or_else(PoisonError::into_inner).finalize().into()
    }

    fn note(&self, parts: &[&[u8]]) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        for part in parts {
            // No two notes are the same bytes, cut at other places.
            said.update((part.len() as u64).to_le_bytes());
            said.update(part);
        }
    }
}

impl Files for Noted<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, Problem> {
        let read = self.files.read(path);
        match &read {
            Ok(Some(text)) => self.note(&[b"text", path.as_bytes(), text.as_bytes()]),
            Ok(None) => self.note(&[b"no file", path.as_bytes()]),
            Err(problem) => self.note(&[b"unread", path.as_bytes(), format!("{problem:?}").as_bytes()]),
        }
        read
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, Problem> {
        let listed = self.files.list(folder);
        self.note(&[b"list", folder.as_bytes(), format!("{listed:?}").as_bytes()]);
        listed
    }

    fn exists(&self, path: &str) -> bool {
        let exists = self.files.exists(path);
        self.note(&[b"exists", path.as_bytes(), &[u8::from(exists)]]);
        exists
    }

    fn show(&self, path: &str) -> String {
        self.files.show(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::Memory;

    #[test]
    fn only_what_was_asked_for_is_noted() {
        let note = |files: &Memory| {
            let noted = Noted::new(files);
            noted.read("a").ok();
            noted.list("f").ok();
            noted.exists("f/b");
            noted.finish()
        };
        let files = Memory::default().with("a", "1").with("f/b", "2");
        assert_eq!(note(&files), note(&files.clone().with("c", "3").with("f/b", "4")));
        for other in [files.clone().with("a", "2"), files.clone().with("f/c", ""), Memory::default().with("f/b", "2")] {
            assert_ne!(note(&files), note(&other));
        }
    }
}
