//! What each tenant would get if the pin of its Application moved.

mod address;
mod application;
mod bases;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::range::End;
use super::{all_read, not_nothing, starts};
use crate::command::Failure;
use crate::command::output::Output;
use crate::command::progress::Progress;
use crate::command::render::{refused, told};
use crate::find::{Mode, Repository, holds};
use crate::problem::{Problem, Problems};
use crate::read::did_you_mean;
use crate::review::model::SideInfo;
use crate::review::{Review, Reviewer, Side};
use crate::source::Sources;
use application::Pin;

/// How many folders without an Application are named.
const NAMED: usize = 5;

/// Compares each folder at its Application's pin with the one end. An Application renders its folder and nothing below it.
pub(super) fn compare(folder: &Path, words: &[String], here: &Path, output: &Output) -> Result<Review, Failure> {
    let repository = Repository::open(here).map_err(refused)?;
    let (end, paths) = end(&repository, words, here)?;
    let progress = Progress::new(output, "comparing");
    let starts = starts(&repository, &paths, here)?;
    let sources = Sources::default();
    let wrong = |problems: Problems| Failure::Input(told(problems, &sources));
    let bases::Bases { groups, notes } = bases::read(&repository, folder, here, &starts, &sources).map_err(wrong)?;
    let head_files = end.files(&repository, here).map_err(refused)?;
    let fleet_sources = Sources::default();
    let fleet = Side::find(&*head_files, &fleet_sources, &starts);
    let mut problems = Problems::new();
    let mut reviewer = Reviewer::default();
    for group in &groups {
        let base_files = group.base.files(&repository, here).map_err(refused)?;
        let is_there = |pin: &Pin| [&*base_files, &*head_files].iter().any(|files| holds(*files, &pin.folder));
        group.pins.iter().filter(|pin| !is_there(pin)).for_each(|pin| problems.push(nowhere(pin, &fleet)));
        if !problems.is_empty() {
            continue;
        }
        let folders: Vec<String> = group.pins.iter().map(|pin| pin.folder.clone()).collect();
        let (base_sources, head_sources) = (Sources::default(), Sources::default());
        let (base, head) = rayon::join(
            || Side::at(&*base_files, &base_sources, &folders),
            || Side::at(&*head_files, &head_sources, &folders),
        );
        reviewer.add(&base, &head, &|done, of| progress.show(done, of));
        all_read(&*base_files, &*head_files)?;
    }
    if !problems.is_empty() {
        return Err(wrong(problems));
    }
    let pinned = groups.iter().flat_map(|group| &group.pins).map(|pin| pin.folder.as_str()).collect();
    let notes = without(&fleet, &pinned).into_iter().chain(notes).collect();
    let base = SideInfo { name: "what each Application is pinned to".to_owned(), notes, ..SideInfo::default() };
    not_nothing(reviewer.finish(base, end.info()), &end)
}

/// The first word is the one end, unless it is no revision and there is such a path.
fn end(repository: &Repository, words: &[String], here: &Path) -> Result<(End, Vec<PathBuf>), Failure> {
    let paths = |from: usize| words[from..].iter().map(PathBuf::from).collect();
    let Some(first) = words.first() else { return Ok((End::worktree(), Vec::new())) };
    let is_path = here.join(first).exists();
    if !is_path && first.contains("..") && !first.starts_with("../") {
        return Err(Failure::Usage(format!(
            "`{first}` has a base, and with `--pins` each Application's pin is the base: name one commit, which the pins would move to"
        )));
    }
    match repository.resolve(first) {
        Ok(commit) => Ok((End::commit(first, commit), paths(1))),
        Err(_) if is_path => Ok((End::worktree(), paths(0))),
        Err(problem) => Err(refused(problem)),
    }
}

/// An Application of a folder that holds nothing, before and after.
fn nowhere(pin: &Pin, fleet: &Side<'_>) -> Problem {
    let Pin { application, revision, .. } = pin;
    let hint = did_you_mean(&pin.folder, fleet.folders().map(|(folder, _)| folder.as_str()));
    let message =
        format!("Application `{application}` renders `{}`, and there is nothing to render", bases::shown(pin));
    Problem::new(pin.folder_at, message)
        .label(format!("no tenant and no platform, neither at `{revision}` nor now"))
        .hint(hint.unwrap_or_else(|| "name the folder of a tenant or a platform, or remove the Application".to_owned()))
}

/// Says which tenants and platforms have no Application: whatever happens to them is not seen.
fn without(fleet: &Side<'_>, pinned: &BTreeSet<&str>) -> Option<String> {
    let has_set = |folder: &str, mode| mode == Mode::Tenant || !matches!(fleet.render(folder), Ok(None));
    let left: Vec<&str> = fleet
        .folders()
        .filter(|(folder, mode)| !pinned.contains(folder.as_str()) && has_set(folder, *mode))
        .map(|(folder, _)| if folder.is_empty() { "." } else { folder.as_str() })
        .collect();
    let named = left.iter().take(NAMED).map(|folder| format!("`{folder}`")).collect::<Vec<_>>().join(", ");
    let more = left.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match left.len() {
        0 => None,
        1 => Some(format!("no Application renders {named}, which is not compared")),
        count => {
            Some(format!("no Application renders {count} tenants and platforms, which are not compared: {named}{more}"))
        }
    }
}
