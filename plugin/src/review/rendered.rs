//! Sets that were rendered before, as `render -o dir=FOLDER` writes them.

use std::collections::BTreeMap;

use crate::find::{Files, PLATFORM_FILE, TENANT_FILE, manifests, parent};
use crate::problem::{Problem, Problems};
use crate::render::Manifest;
use crate::source::Sources;
use crate::tree::{Node, documents};
use crate::write::order;

/// What every object has.
const OF_AN_OBJECT: [&[&str]; 3] = [&["apiVersion"], &["kind"], &["metadata", "name"]];

/// The sets by their folders, and what cannot be read.
pub(super) fn read(files: &dyn Files, sources: &Sources) -> (BTreeMap<String, Vec<Manifest>>, Problems) {
    let mut problems = Problems::new();
    let found = manifests(files, "", &mut problems);
    if let Some(problem) = not_rendered(files, &found) {
        // What else would be said of it follows from that.
        return (BTreeMap::new(), problem.into());
    }
    let mut sets: BTreeMap<String, Vec<Manifest>> = BTreeMap::new();
    for path in found {
        let (folder, name) = (parent(&path).unwrap_or_default(), path.rsplit('/').next().unwrap_or_default());
        let text = match files.read(&path) {
            Ok(text) => text.unwrap_or_default(),
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let set = sets.entry(folder.to_owned()).or_default();
        for mut object in documents(sources, sources.add(files.show(&path), text), &mut problems) {
            if is_object(&object, &mut problems) {
                object.sort();
                set.push(Manifest { object, template: name.into() });
            }
        }
    }
    for set in sets.values_mut() {
        once(set, &mut problems);
        order(set);
    }
    (sets, problems)
}

/// The record of a tenant's set; none of a platform's own.
pub(super) fn record(set: &[Manifest]) -> Option<&Manifest> {
    set.iter().find(|manifest| manifest.kind() == "ConfigMap" && manifest.name().ends_with("--record"))
}

/// A folder of what sets are rendered from holds objects as well, in its templates; none of them is anybody's.
fn not_rendered(files: &dyn Files, found: &[String]) -> Option<Problem> {
    let is_source =
        |path: &&String| [TENANT_FILE, PLATFORM_FILE].contains(&path.rsplit('/').next().unwrap_or_default());
    let first = files.show(found.iter().find(is_source)?);
    let shown = files.show("");
    Some(
        Problem::path(&shown, format!("`{shown}` holds what sets are rendered from, as `{first}`, and no sets"))
            .hint(format!("compare two folders that `tenantry render {shown} -o dir=FOLDER` wrote")),
    )
}

fn is_object(node: &Node, problems: &mut Problems) -> bool {
    let lacks = |path: &&&[&str]| node.text_at(path).is_none_or(str::is_empty);
    let missing: Vec<String> = OF_AN_OBJECT.iter().filter(lacks).map(|path| format!("`{}`", path.join("."))).collect();
    if !missing.is_empty() {
        problems.push(
            Problem::new(node.at, format!("no object of Kubernetes: it has no {}", missing.join(", ")))
                .hint("`tenantry render -o dir=FOLDER` writes a set, a file an object"),
        );
    }
    missing.is_empty()
}

/// Of two that are one to Argo CD nobody knows which is meant.
fn once(set: &[Manifest], problems: &mut Problems) {
    let mut seen = BTreeMap::new();
    for manifest in set {
        if let Some(first) = seen.insert(manifest.id(), manifest.object.at) {
            problems.push(
                Problem::new(manifest.object.at, format!("`{}` is twice in this set", manifest.id()))
                    .related(first, "first here")
                    .hint("a folder holds one set, each object once; remove one of the two"),
            );
        }
    }
}
