//! From a path to what is there, by the links on its way, as a file system goes.

use std::sync::Arc;

use super::batch::Unread;
use super::id::ObjectId;
use super::listing::{Entry, Listing, ROOT, What};

/// As many links as Linux follows for one path.
const MAX_LINKS: usize = 40;

/// What is at the end of a path.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// A folder, by the numbers of those above it and its own, the root's first.
    Folder(Vec<u32>),
    /// Anything else.
    Entry(&'a Entry),
}

/// Why there is nothing at the end of a path.
#[derive(Debug)]
pub(super) enum Lost {
    /// There is nothing of a name.
    Nothing,
    /// It is outside the root: no commit says what is there.
    Outside,
    /// There are too many links.
    Loop,
    /// A link cannot be read.
    Unread(Unread),
}

/// What a link leads to, as it is written.
pub(super) type Target = Result<Arc<[u8]>, Unread>;

/// Goes along paths.
pub(super) struct Walk<'a, 'w> {
    pub(super) listing: &'a Listing,
    /// The names of the folders down to the root: a link may lead up out of the root and down into it again.
    pub(super) root: &'w [Vec<u8>],
    /// What a link leads to.
    pub(super) target: &'w dyn Fn(&ObjectId) -> Target,
}

/// Where one is.
enum At<'a> {
    /// Above the root, below so many of the names that lead to it.
    Above(usize),
    Folder(Vec<u32>),
    Entry(&'a Entry),
}

impl<'a> Walk<'a, '_> {
    /// Goes along a path from a folder. `to_end`: also by a link that is the end of it.
    ///
    /// # Errors
    /// There is nothing, or nothing that the commit knows.
    pub(super) fn go(&self, from: Vec<u32>, path: &[u8], to_end: bool) -> Result<Found<'a>, Lost> {
        let mut links = 0;
        let mut at = At::Folder(from);
        let mut parts: Vec<Arc<[u8]>> = Vec::new();
        self.begin(path, &mut at, &mut parts);
        while let Some(part) = parts.pop() {
            let folders = match &mut at {
                At::Entry(_) => return Err(Lost::Nothing),
                At::Above(known) => {
                    match &*part {
                        b"" | b"." => {}
                        b".." => *known = known.saturating_sub(1),
                        name if self.root.get(*known).is_some_and(|part| part == name) => at = self.above(*known + 1),
                        _ => return Err(Lost::Outside),
                    }
                    continue;
                }
                At::Folder(folders) => folders,
            };
            match &*part {
                b"" | b"." => continue,
                b".." => {
                    folders.pop();
                    if folders.is_empty() {
                        at = self.above(self.root.len().saturating_sub(1));
                    }
                    continue;
                }
                _ => {}
            }
            let folder = folders.last().copied().unwrap_or(ROOT);
            let entry = self.listing.find(folder, &part).ok_or(Lost::Nothing)?;
            match entry.what {
                What::Folder => folders.push(entry.folder),
                What::Link if to_end || !parts.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(Lost::Loop);
                    }
                    let target = match (self.target)(&entry.id) {
                        Ok(target) => target,
                        // No path is that long.
                        Err(Unread::TooLarge) => return Err(Lost::Nothing),
                        Err(unread) => return Err(Lost::Unread(unread)),
                    };
                    if target.is_empty() {
                        return Err(Lost::Nothing);
                    }
                    self.begin(&target, &mut at, &mut parts);
                }
                What::File | What::Link | What::Submodule => at = At::Entry(entry),
            }
        }
        match at {
            At::Above(_) => Err(Lost::Outside),
            At::Folder(folders) => Ok(Found::Folder(folders)),
            At::Entry(entry) => Ok(Found::Entry(entry)),
        }
    }

    /// Puts a path before the parts that are still to go.
    fn begin(&self, path: &[u8], at: &mut At<'a>, parts: &mut Vec<Arc<[u8]>>) {
        if path.first() == Some(&b'/') {
            *at = self.above(0);
        }
        parts.extend(path.split(|byte| *byte == b'/').rev().map(Arc::from));
    }

    fn above(&self, known: usize) -> At<'a> {
        if known >= self.root.len() { At::Folder(vec![ROOT]) } else { At::Above(known) }
    }
}
