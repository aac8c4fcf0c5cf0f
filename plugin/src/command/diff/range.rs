//! The two sides of a review, as they are typed.

use std::path::{Path, PathBuf};

use crate::find::{Commit, Disk, Files, Repository};
use crate::problem::Problem;
use crate::review::model::SideInfo;

/// One end.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// What was typed, or what is meant where nothing was.
    pub(super) name: String,
    /// The commit; none for the working tree.
    pub(super) commit: Option<Commit>,
}

impl End {
    pub(super) fn commit(name: &str, commit: Commit) -> Self {
        Self { name: name.to_owned(), commit: Some(commit) }
    }

    pub(super) fn worktree() -> Self {
        Self { name: "working tree".to_owned(), commit: None }
    }

    /// For people.
    pub(super) fn info(&self) -> SideInfo {
        SideInfo {
            name: self.name.clone(),
            commit: self.commit.as_ref().map(ToString::to_string),
            ..SideInfo::default()
        }
    }

    /// Its files, shown as they look from a folder.
    pub(super) fn files(&self, repository: &Repository, here: &Path) -> Result<Box<dyn Files + Send>, Problem> {
        Ok(match &self.commit {
            Some(commit) => Box::new(repository.tree(commit, here)?),
            None => Box::new(Disk::new(repository.root().to_owned(), here)),
        })
    }
}

/// Both ends, and the words that are paths.
pub(super) struct Range {
    pub(super) base: End,
    pub(super) head: End,
    pub(super) paths: Vec<PathBuf>,
}

/// Reads the words: the first is a range, unless it is no revision and there is such a path.
///
/// # Errors
/// A revision is not there.
pub(super) fn read(repository: &Repository, words: &[String], here: &Path) -> Result<Range, Problem> {
    let is_path = |word: &str| here.join(word).exists();
    let rest = |from: usize| words[from..].iter().map(PathBuf::from).collect();
    let Some(first) = words.first() else { return whole(repository, Vec::new()) };
    if let Some((base, head)) = first.split_once("...") {
        let (base, head) = (or_head(base), or_head(head));
        let (main, tip) = (repository.resolve(base)?, repository.resolve(head)?);
        let left = repository.merge_base(&main, &tip)?;
        return Ok(Range { base: End::commit(base, left), head: End::commit(head, tip), paths: rest(1) });
    }
    if let Some((base, head)) = first.split_once("..") {
        // A path may have two dots in it as well: `../tenants`.
        if !is_path(first) {
            let (base, head) = (or_head(base), or_head(head));
            let ends = (repository.resolve(base)?, repository.resolve(head)?);
            return Ok(Range { base: End::commit(base, ends.0), head: End::commit(head, ends.1), paths: rest(1) });
        }
    }
    match repository.resolve(first) {
        Ok(commit) => Ok(Range { base: End::commit(first, commit), head: End::worktree(), paths: rest(1) }),
        Err(_) if is_path(first) => whole(repository, rest(0)),
        Err(problem) => Err(problem),
    }
}

fn or_head(name: &str) -> &str {
    if name.is_empty() { "HEAD" } else { name }
}

/// What was done since the main branch was left.
fn whole(repository: &Repository, paths: Vec<PathBuf>) -> Result<Range, Problem> {
    let base = repository.default_base()?;
    Ok(Range { base: End::commit("main branch", base), head: End::worktree(), paths })
}
