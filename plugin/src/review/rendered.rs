//! Sets that were rendered before, as `render -o dir=FOLDER` writes them.

use std::collections::BTreeMap;

use crate::find::{Files, Kind, join};
use crate::problem::Problems;
use crate::render::Manifest;
use crate::source::Sources;
use crate::tree::documents;
use crate::write::order;

/// The sets by their folders, and what cannot be read.
pub(super) fn read(files: &dyn Files, sources: &Sources) -> (BTreeMap<String, Vec<Manifest>>, Problems) {
    let (mut sets, mut problems) = (BTreeMap::new(), Problems::new());
    visit(files, sources, "", &mut sets, &mut problems);
    (sets, problems)
}

/// The record of a tenant's set; none of a platform's own.
pub(super) fn record(set: &[Manifest]) -> Option<&Manifest> {
    set.iter().find(|manifest| manifest.kind() == "ConfigMap" && manifest.name().ends_with("--record"))
}

fn visit(
    files: &dyn Files,
    sources: &Sources,
    folder: &str,
    sets: &mut BTreeMap<String, Vec<Manifest>>,
    problems: &mut Problems,
) {
    let listed = files.list(folder).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    let mut set = Vec::new();
    for entry in listed.into_iter().filter(|entry| !entry.is_link && !entry.name.starts_with('.')) {
        let path = join(folder, &entry.name);
        let is_manifest = entry.name.ends_with(".yaml") || entry.name.ends_with(".json");
        match entry.kind {
            Kind::Folder => visit(files, sources, &path, sets, problems),
            Kind::File if is_manifest => match files.read(&path) {
                Ok(text) => {
                    let file = sources.add(files.show(&path), text.unwrap_or_default());
                    for mut object in documents(sources, file, problems) {
                        object.sort();
                        set.push(Manifest { object, template: entry.name.as_str().into() });
                    }
                }
                Err(problem) => problems.push(problem),
            },
            _ => {}
        }
    }
    if !set.is_empty() {
        order(&mut set);
        sets.insert(folder.to_owned(), set);
    }
}
