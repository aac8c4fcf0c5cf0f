//! What the folders of a fleet are pinned to: one commit each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::address::address;
use super::application::{self, Applications, Pin};
use crate::command::diff::range::End;
use crate::find::{Disk, Repository, is_within};
use crate::problem::{Problem, Problems};
use crate::source::Sources;

/// A base, and the pins to it.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) base: End,
    pub(super) pins: Vec<Pin>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Bases {
    pub(super) groups: Vec<Group>,
    /// What is left out, for people.
    pub(super) notes: Vec<String>,
}

/// Reads every Application below a folder on disk that renders something at or below `starts`.
///
/// # Errors
/// There is none, one cannot be read or is not pinned, two render one folder, or a commit is not there.
pub(super) fn read(
    repository: &Repository,
    folder: &Path,
    here: &Path,
    starts: &[String],
    sources: &Sources,
) -> Result<Bases, Problems> {
    let shown = folder.display().to_string();
    let missing = || Problems::from(Problem::path(&shown, format!("there is no folder `{shown}`")));
    let real = here.join(folder).canonicalize().ok().filter(|real| real.is_dir()).ok_or_else(missing)?;
    let mut problems = Problems::new();
    let Applications { mut pins, mut notes } = application::read(&Disk::new(real, here), sources, &mut problems);
    of_the_fleet(repository, &shown, &mut pins, &mut notes, &mut problems);
    one_a_folder(&pins, &mut problems);
    pins.retain(|pin| starts.iter().any(|start| is_within(&pin.folder, start)));
    if pins.is_empty() && problems.is_empty() {
        let nothing = Problem::path(&shown, format!("no Application in `{shown}` renders a folder that is asked for"));
        problems.push(nothing.hint(
            "name the folder with the tenants' Applications, as in `deploy/argocd/example`: each has a `path`, a \
             `targetRevision` and `plugin: {name: tenantry-v…}`",
        ));
    }
    let groups = groups(repository, pins, &mut problems);
    if problems.is_empty() { Ok(Bases { groups, notes }) } else { Err(problems) }
}

/// Leaves out what other repositories' Applications render. Those of one fleet name one repository; where there are several, this
/// one is known by the clone's remotes.
fn of_the_fleet(
    repository: &Repository,
    shown: &str,
    pins: &mut Vec<Pin>,
    notes: &mut Vec<String>,
    problems: &mut Problems,
) {
    let named: BTreeSet<String> = pins.iter().map(|pin| pin.repository.clone()).collect();
    if named.len() < 2 {
        return;
    }
    let remotes = match repository.remotes() {
        Ok(urls) => urls.iter().map(|url| address(url)).collect::<BTreeSet<String>>(),
        Err(problem) => return problems.push(problem),
    };
    let (own, others): (Vec<&String>, Vec<&String>) = named.iter().partition(|name| remotes.contains(*name));
    let list = |names: &[&String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if own.is_empty() {
        let message = format!("the Applications in `{shown}` are of several repositories: {}", list(&others));
        // What else would be said of them follows from that.
        pins.clear();
        return problems.push(Problem::path(shown, message).hint(
            "no remote of this clone tells which is this one: name a folder with this fleet's alone, or add a remote with its \
             address, `git remote add fleet URL`",
        ));
    }
    if !others.is_empty() {
        notes.push(format!("Applications of other repositories are left out: {}", list(&others)));
    }
    pins.retain(|pin| remotes.contains(&pin.repository));
}

fn one_a_folder(pins: &[Pin], problems: &mut Problems) {
    let mut first: BTreeMap<&str, &Pin> = BTreeMap::new();
    for pin in pins {
        let other = first.entry(&pin.folder).or_insert(pin);
        if other.folder_at != pin.folder_at {
            let (a, b) = (&other.application, &pin.application);
            problems.push(
                Problem::new(
                    pin.folder_at,
                    format!("`{}` is rendered by two Applications, `{a}` and `{b}`", shown(pin)),
                )
                .related(other.folder_at, format!("by `{a}` first"))
                .hint("a folder has one base: remove one of the two, or name the folder that holds one of them"),
            );
        }
    }
}

fn groups(repository: &Repository, pins: Vec<Pin>, problems: &mut Problems) -> Vec<Group> {
    let mut by_revision: BTreeMap<String, Vec<Pin>> = BTreeMap::new();
    for pin in pins {
        by_revision.entry(pin.revision.clone()).or_default().push(pin);
    }
    let mut groups = Vec::new();
    for (revision, pins) in by_revision {
        match repository.is_pinned(&revision) {
            Ok(true) => {}
            Ok(false) => {
                problems.push(
                    Problem::new(
                        pins[0].revision_at,
                        format!("`{revision}` is no pin: it may be another commit tomorrow"),
                    )
                    .label("neither a commit's id nor a tag")
                    .hint("write the id of the commit, whole"),
                );
                continue;
            }
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        }
        match repository.resolve(&revision) {
            Ok(commit) => groups.push(Group { base: End::commit(&revision, commit), pins }),
            // Shown where it is written.
            Err(problem) => problems.push(Problem { place: pins[0].revision_at.into(), ..problem }),
        }
    }
    groups
}

/// A pin's folder, for people.
pub(super) fn shown(pin: &Pin) -> &str {
    if pin.folder.is_empty() { "." } else { &pin.folder }
}
