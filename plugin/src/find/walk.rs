//! Every tenant and platform below a folder.

use rayon::prelude::*;

use super::files::{Files, Kind, Listed, MAX_DEPTH, join};
use super::locate::{PLATFORM_FILE, TENANT_FILE};
use super::refusal;
use crate::problem::Problems;

/// A folder that is about something, and what it holds.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its path.
    pub path: String,
    /// What it holds.
    pub listed: Vec<Listed>,
}

impl Folder {
    /// Whether it holds a file of this name.
    pub fn holds(&self, name: &str) -> bool {
        self.listed.iter().any(|entry| entry.name == name)
    }
}

/// The folders at and below `start` that hold a tenant's or a platform's file, in order of their paths.
/// Hidden folders and links to folders are not followed.
pub fn walk(files: &dyn Files, start: &str, problems: &mut Problems) -> Vec<Folder> {
    let (found, told) = visit(files, start, 0);
    problems.append(told);
    found
}

fn visit(files: &dyn Files, path: &str, depth: usize) -> (Vec<Folder>, Problems) {
    let (mut found, mut problems) = (Vec::new(), Problems::new());
    if depth > MAX_DEPTH {
        problems.push(refusal::too_deep(&files.show(path)));
        return (found, problems);
    }
    let listed = match files.list(path) {
        Ok(listed) => listed,
        Err(problem) => {
            problems.push(problem);
            return (found, problems);
        }
    };
    let below: Vec<String> = listed
        .iter()
        .filter(|entry| entry.kind == Kind::Folder && !entry.is_link && !entry.name.starts_with('.'))
        .map(|entry| join(path, &entry.name))
        .collect();
    let folder = Folder { path: path.to_owned(), listed };
    if folder.holds(TENANT_FILE) || folder.holds(PLATFORM_FILE) {
        found.push(folder);
    }
    // On all cores: with ten thousand tenants, listing their folders takes as long as anything else that is done once.
    let below: Vec<_> = below.par_iter().map(|path| visit(files, path, depth + 1)).collect();
    for (folders, told) in below {
        found.extend(folders);
        problems.append(told);
    }
    (found, problems)
}
