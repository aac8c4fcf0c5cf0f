//! The one way in which files are read: from a folder on disk, from memory, or from anything else that can
//! list and read.

use super::git::ObjectId;
use crate::problem::Problem;

/// Largest file that is read. A tenant file has some hundreds of bytes, a platform file some thousands.
pub(super) const MAX_FILE: u64 = 1 << 20;
/// Deeper than any repository is laid out; guards against folders that nest without end.
pub(super) const MAX_DEPTH: usize = 32;

/// What a folder holds under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file, or a link to one.
    File,
    /// A folder, or a link to one.
    Folder,
    /// A pipe, a device, a submodule, a link to nothing, or what has a name that is not UTF-8.
    Other,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is a link.
    pub is_link: bool,
}

/// Files by their path below a root, with `/` between the parts; the root itself is `""`.
pub trait Files: Sync {
    /// A file's text; none where there is no such file.
    ///
    /// # Errors
    /// The file is no regular file, too large, not UTF-8, outside the root, or cannot be read.
    fn read(&self, path: &str) -> Result<Option<String>, Problem>;

    /// A folder's entries by name; none where there is no such folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<Listed>, Problem>;

    /// Whether there is anything at a path.
    fn exists(&self, path: &str) -> bool;

    /// What tells a file's content apart from every other, where it is known without reading: files with one id say the
    /// same.
    fn id(&self, _path: &str) -> Option<ObjectId> {
        None
    }

    /// Gets files ready to be read, where many at once are cheaper than one after another. What cannot be had is told when it
    /// is read.
    fn prepare(&self, _paths: &[String]) {}

    /// A path as people are shown it.
    fn show(&self, path: &str) -> String;

    /// What kept something from being read that is there, and that has nothing to do with what it holds: a clone that
    /// leaves contents out, a damaged store. Whoever compares has compared nothing then.
    fn failure(&self) -> Option<Problem> {
        None
    }
}

/// A path below a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether a path is a folder, or lies in it.
pub fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder that a path is in; none for the root.
pub fn parent(path: &str) -> Option<&str> {
    if path.is_empty() {
        return None;
    }
    Some(path.rsplit_once('/').map_or("", |(folder, _)| folder))
}
