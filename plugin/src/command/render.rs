//! `tenantry render`: the same objects for people.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::open::{Opened, here, open, platform as platform_below};
use super::output::Output;
use super::{Failure, validate};
use crate::cell::Cell;
use crate::find::{Mode, locate, walk};
use crate::pipeline;
use crate::problem::{Place, Problem, Problems};
use crate::render::{Manifest, Wanted};
use crate::report;
use crate::source::Sources;
use crate::write::{ndjson, paint, write_folder, yaml};

/// The form of the output.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// YAML.
    Yaml,
    /// One JSON object a line.
    Json,
    /// A file an object.
    Folder(PathBuf),
}

impl FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "yaml" => Ok(Self::Yaml),
            "json" => Ok(Self::Json),
            _ => match text.strip_prefix("dir=") {
                Some(folder) if !folder.is_empty() => Ok(Self::Folder(folder.into())),
                _ => Err("the forms are `yaml`, `json` and `dir=FOLDER`".to_owned()),
            },
        }
    }
}

/// Renders everything that the paths name. All of it is made before any of it is printed.
pub(super) fn run(paths: &[PathBuf], form: &Form, platform: Option<&Path>, output: &Output) -> Result<(), Failure> {
    let here = here()?;
    let current = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &current } else { paths };
    let mut sets: Vec<(String, Vec<Manifest>)> = Vec::new();
    let sources = Sources::default();
    let mut problems = Problems::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let opened = open(path, &here)?;
        let platform = platform_below(platform, &opened.root, &here)?;
        render(&opened, platform.as_deref(), &sources, &mut seen, &mut sets, &mut problems);
    }
    if !problems.is_empty() {
        return Err(Failure::Input(told(problems, &sources)));
    }
    match form {
        Form::Json => {
            let bytes: Vec<u8> = sets.iter().flat_map(|(_, manifests)| ndjson(manifests)).collect();
            Ok(output.bytes(&bytes)?)
        }
        Form::Yaml => {
            let mut text = String::new();
            for (_, manifests) in &sets {
                text.push_str(&yaml(manifests).map_err(|error| Failure::Input(format!("error: {error}\n")))?);
            }
            let text = if output.is_colored() { paint(&text) } else { text };
            Ok(output.text(&text)?)
        }
        Form::Folder(folder) => {
            let written = write_folder(&here.join(folder), &sets).map_err(|error| {
                Failure::Input(format!("error: `{}` cannot be written: {error}\n", folder.display()))
            })?;
            Ok(output.text(&format!("wrote {written} files to {}\n", folder.display()))?)
        }
    }
}

fn render(
    opened: &Opened,
    platform: Option<&str>,
    sources: &Sources,
    seen: &mut BTreeSet<PathBuf>,
    sets: &mut Vec<(String, Vec<Manifest>)>,
    problems: &mut Problems,
) {
    let files = &opened.files;
    let one = match locate(files, &opened.folder, platform) {
        Ok(place) => vec![place.folder],
        Err(problem) => {
            let below = walk(files, &opened.folder, problems);
            if below.is_empty() || below.iter().any(|folder| folder.path == opened.folder) {
                return problems.push(problem);
            }
            below.into_iter().map(|folder| folder.path).collect()
        }
    };
    let mut cells: Vec<(String, Result<Cell, ()>)> = Vec::new();
    for folder in one {
        // A folder that is named twice is rendered once.
        if !seen.insert(opened.root.join(&folder)) {
            continue;
        }
        let place = match locate(files, &folder, platform) {
            Ok(place) => place,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if !cells.iter().any(|(path, _)| *path == place.platform) {
            let cell = Cell::load(files, sources, &place.platform, Wanted::All).map_err(|found| problems.append(found));
            cells.push((place.platform.clone(), cell));
        }
        let Some((_, Ok(cell))) = cells.iter().find(|(path, _)| *path == place.platform) else { continue };
        let made = match place.mode {
            Mode::Tenant => pipeline::tenant(cell, files, sources, &folder).map(|set| set.manifests),
            Mode::Platform => pipeline::platform(cell),
        };
        match made {
            Ok(manifests) => sets.push((folder, manifests)),
            Err(found) => problems.append(found),
        }
    }
}

/// One problem with something that is no part of any file: a revision, a folder.
pub(super) fn refused(problem: Problem) -> Failure {
    Failure::Input(told(Problems::from(problem), &Sources::default()))
}

/// Problems, whole, with how many there are.
pub(super) fn told(problems: Problems, sources: &Sources) -> String {
    let mut problems = problems.into_sorted();
    // Files are read on all cores, in any order.
    problems.sort_by_cached_key(|problem| match &problem.place {
        Place::At(at) => sources.get(at.file).path.clone(),
        Place::Path(path) => path.clone(),
    });
    let mut text: String =
        problems.iter().take(validate::MAX_TOLD).map(|problem| report::whole(problem, sources, true) + "\n").collect();
    if problems.len() > validate::MAX_TOLD {
        text.push_str(&format!("… and {} more\n", problems.len() - validate::MAX_TOLD));
    }
    let count = problems.len();
    text.push_str(&format!("{count} {} found\n", if count == 1 { "problem" } else { "problems" }));
    text
}
