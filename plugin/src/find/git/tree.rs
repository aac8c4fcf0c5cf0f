//! A commit's files.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::batch::{Objects, Unread};
use super::id::{Commit, ObjectId};
use super::listing::{Entry, Listing, ROOT, What};
use super::resolve::{Found, Lost, Target, Walk};
use crate::find::disk;
use crate::find::files::{Files, Kind, Listed, MAX_FILE};
use crate::find::refusal::{self, reason};
use crate::problem::Problem;

/// As long as a path can be.
const MAX_LINK: u64 = 4096;
/// What Linux says of links that lead round in a circle.
const LOOP: &str = "filesystem loop or indirection limit (e.g. symlink loop)";

/// The files of a commit. They answer as they would in a checkout at the repository's root, but for what is not
/// in the commit: a link that leaves the root is [`Kind::Other`], whatever is there, and so is a submodule.
#[derive(Debug)]
pub struct Tree {
    commit: Commit,
    listing: Listing,
    objects: Arc<Objects>,
    root: PathBuf,
    /// The names that lead to the root.
    root_parts: Vec<Vec<u8>>,
    here: PathBuf,
    /// What links lead to: a folder of links is listed many times.
    targets: Mutex<HashMap<ObjectId, Arc<[u8]>>>,
    /// The first thing that is there and could not be read.
    failure: OnceLock<Problem>,
}

impl Tree {
    pub(super) fn new(commit: Commit, listing: Listing, objects: Arc<Objects>, root: &Path, here: &Path) -> Self {
        let root_parts = root
            .components()
            .filter_map(|part| match part {
                Component::Normal(name) => Some(name.as_encoded_bytes().to_vec()),
                _ => None,
            })
            .collect();
        let (root, here) = (root.to_path_buf(), here.to_path_buf());
        let (targets, failure) = (Mutex::default(), OnceLock::new());
        Self { commit, listing, objects, root, root_parts, here, targets, failure }
    }

    /// The commit.
    pub fn commit(&self) -> Commit {
        self.commit
    }

    fn go(&self, path: &str, to_end: bool) -> Result<Found<'_>, Lost> {
        self.go_from(vec![ROOT], path.as_bytes(), to_end)
    }

    fn go_from(&self, folders: Vec<u32>, path: &[u8], to_end: bool) -> Result<Found<'_>, Lost> {
        let target = |id: &ObjectId| self.target(id);
        let walk = Walk { listing: &self.listing, root: &self.root_parts, target: &target };
        walk.go(folders, path, to_end).inspect_err(|lost| {
            // Whoever only asks whether something is there does not hear of it.
            if let Lost::Unread(unread) = lost {
                self.unread(&String::from_utf8_lossy(path), unread);
            }
        })
    }

    fn target(&self, id: &ObjectId) -> Target {
        let targets = || self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = targets().get(id).cloned() {
            return Ok(known);
        }
        // Not while others wait for the lock; two that read the same link read the same.
        let target: Arc<[u8]> = self.objects.blob(id, MAX_LINK)?.into();
        targets().insert(*id, Arc::clone(&target));
        Ok(target)
    }

    /// What is at a path, links followed.
    fn inside(&self, path: &str) -> Result<Option<Found<'_>>, Problem> {
        match self.go(path, true) {
            Ok(found) => Ok(Some(found)),
            Err(Lost::Nothing) if self.go(path, false).is_ok() => Err(refusal::link_to_nothing(&self.show(path))),
            Err(Lost::Nothing) => Ok(None),
            Err(Lost::Outside) => Err(refusal::link_that_leaves(&self.show(path))),
            Err(Lost::Loop) => Err(refusal::unreadable(&self.show(path), LOOP)),
            Err(Lost::Unread(unread)) => Err(self.unread(path, &unread)),
        }
    }

    fn unread(&self, path: &str, unread: &Unread) -> Problem {
        let shown = self.show(path);
        let problem = match unread {
            Unread::TooLarge => return refusal::too_large(&shown),
            Unread::LeftOut => {
                Problem::path(&shown, format!("`{shown}` is not in this clone, which leaves contents out"))
                    .hint("clone without `--filter`; nothing is fetched while files are read")
            }
            Unread::Other(reason) => refusal::unreadable(&shown, reason),
            Unread::NotStarted(problem) => problem.clone(),
        };
        self.failure.get_or_init(|| problem.clone());
        problem
    }

    /// What an entry of a folder is, links followed.
    fn kind(&self, folders: &[u32], entry: &Entry) -> Kind {
        let name = self.listing.name(entry);
        // What cannot be named cannot be asked for.
        if std::str::from_utf8(name).is_err() {
            return Kind::Other;
        }
        match entry.what {
            What::File => Kind::File,
            What::Folder => Kind::Folder,
            What::Submodule => Kind::Other,
            What::Link => match self.go_from(folders.to_vec(), name, true) {
                Ok(Found::Folder(_)) => Kind::Folder,
                Ok(Found::Entry(entry)) if entry.what == What::File => Kind::File,
                _ => Kind::Other,
            },
        }
    }
}

impl Files for Tree {
    fn read(&self, path: &str) -> Result<Option<String>, Problem> {
        let entry = match self.inside(path)? {
            None => return Ok(None),
            Some(Found::Folder(_)) => return Err(refusal::no_file(&self.show(path), "a folder")),
            Some(Found::Entry(entry)) => entry,
        };
        if entry.what != What::File {
            return Err(refusal::no_file(&self.show(path), "a submodule"));
        }
        let bytes = self.objects.blob(&entry.id, MAX_FILE).map_err(|unread| self.unread(path, &unread))?;
        refusal::text(&self.show(path), bytes).map(Some)
    }

    fn prepare(&self, paths: &[String]) {
        let file = |path: &String| match self.go(path, true) {
            Ok(Found::Entry(entry)) if entry.what == What::File => Some(entry.id),
            _ => None,
        };
        self.objects.prepare(&paths.iter().filter_map(file).collect::<Vec<_>>(), MAX_FILE);
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, Problem> {
        let folders = match self.inside(folder)? {
            None => return Ok(Vec::new()),
            Some(Found::Folder(folders)) => folders,
            Some(Found::Entry(_)) => {
                return Err(refusal::unreadable(&self.show(folder), &reason(ErrorKind::NotADirectory)));
            }
        };
        let entries = self.listing.entries(folders.last().copied().unwrap_or(ROOT)).iter();
        let mut listed: Vec<Listed> = entries
            .map(|entry| Listed {
                name: String::from_utf8_lossy(self.listing.name(entry)).into_owned(),
                kind: self.kind(&folders, entry),
                is_link: entry.what == What::Link,
            })
            .collect();
        // In order already, but for names that are not UTF-8.
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listed)
    }

    fn exists(&self, path: &str) -> bool {
        self.go(path, false).is_ok()
    }

    fn id(&self, path: &str) -> Option<ObjectId> {
        match self.go(path, true).ok()? {
            Found::Entry(entry) if entry.what == What::File => Some(entry.id),
            _ => None,
        }
    }

    fn show(&self, path: &str) -> String {
        disk::shown(&self.here, &self.root, path)
    }

    fn failure(&self) -> Option<Problem> {
        self.failure.get().cloned()
    }
}
