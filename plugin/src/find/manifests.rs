//! Every manifest below a folder: what is to be read as objects, whoever wrote it.

use super::files::{Files, Kind, MAX_DEPTH, join};
use super::refusal;
use crate::problem::{Problem, Problems};

/// How the names of manifests end.
const ENDS: [&str; 3] = [".yaml", ".yml", ".json"];

/// The paths of all manifests at and below a folder, in order. Hidden files and folders are none of them. What may be one and is
/// not read is a problem, never left out: a link, a pipe, what has a name that cannot be told.
pub fn manifests(files: &dyn Files, folder: &str, problems: &mut Problems) -> Vec<String> {
    let mut found = Vec::new();
    visit(files, folder, 0, &mut found, problems);
    found
}

fn visit(files: &dyn Files, folder: &str, depth: usize, found: &mut Vec<String>, problems: &mut Problems) {
    if depth > MAX_DEPTH {
        return problems.push(refusal::too_deep(&files.show(folder)));
    }
    let listed = match files.list(folder) {
        Ok(listed) => listed,
        Err(problem) => return problems.push(problem),
    };
    for entry in listed.into_iter().filter(|entry| !entry.name.starts_with('.')) {
        let path = join(folder, &entry.name);
        let shown = files.show(&path);
        let is_manifest = ENDS.iter().any(|end| entry.name.ends_with(end));
        match entry.kind {
            Kind::Folder | Kind::File if entry.is_link && (is_manifest || entry.kind == Kind::Folder) => problems.push(
                Problem::path(&shown, format!("`{shown}` is a link, which is not followed"))
                    .hint("put there what it leads to, or remove it"),
            ),
            Kind::Folder => visit(files, &path, depth + 1, found, problems),
            Kind::File if is_manifest => found.push(path),
            Kind::Other if is_manifest || entry.name.contains('\u{fffd}') => problems.push(
                Problem::path(&shown, format!("`{shown}` is no file, or has a name that is not UTF-8"))
                    .hint("remove it, or give it another name"),
            ),
            Kind::File | Kind::Other => {}
        }
    }
}
