//! What tenants are pinned to, by their Applications' manifests.

use std::collections::BTreeMap;
use std::path::Path;

use super::range::End;
use crate::find::{Disk, Files, Kind, Repository, join};
use crate::problem::{Problem, Problems};
use crate::source::Sources;
use crate::tree::{Node, documents};

/// A base, and the folders that it is one of.
pub(super) type Group = (End, Vec<String>);

/// Reads every Application below a folder of the working tree that renders something at or below `starts`.
///
/// # Errors
/// There is none, or the commit of one is not there.
pub(super) fn read(
    repository: &Repository,
    folder: &Path,
    here: &Path,
    starts: &[String],
) -> Result<Vec<Group>, Problems> {
    let shown = folder.display().to_string();
    let missing = || Problems::from(Problem::path(&shown, format!("there is no folder `{shown}` in the repository")));
    let real = here.join(folder).canonicalize().map_err(|_| missing())?;
    if !real.starts_with(repository.root()) || !real.is_dir() {
        return Err(missing());
    }
    let disk = Disk::new(repository.root().to_owned(), here);
    let mut problems = Problems::new();
    let mut found = BTreeMap::new();
    visit(&disk, &super::below(repository.root(), &real), &mut found, &mut problems);
    let wanted = |path: &str| {
        starts.iter().any(|start| start.is_empty() || path == start || path.starts_with(&format!("{start}/")))
    };
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, revision) in found.into_iter().filter(|(path, _)| wanted(path)) {
        groups.entry(revision).or_default().push(path);
    }
    if groups.is_empty() && problems.is_empty() {
        let nothing = Problem::path(&shown, format!("no Application in `{shown}` renders a folder that is asked for"));
        problems.push(nothing.hint("name the folder with the tenants' Applications, as in `deploy/argocd/example`"));
    }
    let mut resolved = Vec::new();
    for (revision, paths) in groups {
        match repository.resolve(&revision) {
            Ok(commit) => resolved.push((End::commit(&revision, commit), paths)),
            Err(problem) => {
                problems.push(problem.hint(format!("`{}` is pinned to it", paths[0])));
            }
        }
    }
    if problems.is_empty() { Ok(resolved) } else { Err(problems) }
}

/// The folders that Applications render, and what each is pinned to.
fn visit(files: &dyn Files, folder: &str, found: &mut BTreeMap<String, String>, problems: &mut Problems) {
    let listed = files.list(folder).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    for entry in listed.into_iter().filter(|entry| !entry.is_link && !entry.name.starts_with('.')) {
        let path = join(folder, &entry.name);
        let is_manifest = [".yaml", ".yml", ".json"].iter().any(|end| entry.name.ends_with(end));
        match entry.kind {
            Kind::Folder => visit(files, &path, found, problems),
            Kind::File if is_manifest => {
                let text = files.read(&path).unwrap_or_default().unwrap_or_default();
                let sources = Sources::default();
                // What is no YAML of ours is no Application of ours: charts' templates lie about as well.
                let documents = documents(&sources, sources.add(path, text), &mut Problems::new());
                found.extend(documents.iter().flat_map(pins));
            }
            _ => {}
        }
    }
}

/// Of an Application, or of a list of them.
fn pins(object: &Node) -> Vec<(String, String)> {
    if let Some(items) = object.get(&["items"]).and_then(Node::as_list) {
        return items.iter().flat_map(pins).collect();
    }
    if object.text_at(&["kind"]) != Some("Application") {
        return Vec::new();
    }
    let one = object.get(&["spec", "source"]).into_iter();
    let many = object.get(&["spec", "sources"]).and_then(Node::as_list).unwrap_or_default();
    let pin = |source: &Node| {
        let path = source.text_at(&["path"])?.trim_matches('/');
        Some((path.to_owned(), source.text_at(&["targetRevision"])?.to_owned()))
    };
    one.chain(many).filter_map(pin).collect()
}
