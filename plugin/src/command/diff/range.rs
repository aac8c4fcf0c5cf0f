//! The two sides of a review, as they are typed.

use std::path::{Path, PathBuf};

use crate::find::{Commit, Files, Meeting, Repository};
use crate::problem::Problem;
use crate::report::printable;
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
            None => Box::new(repository.working_tree(here)?),
        })
    }
}

/// Both ends, and the words that are paths.
pub(super) struct Range {
    pub(super) base: End,
    pub(super) head: End,
    pub(super) paths: Vec<PathBuf>,
    /// Whether the base is one of several commits that are as good.
    pub(super) is_one_of_several: bool,
}

impl Range {
    fn new(base: End, head: End, words: &[String]) -> Self {
        Self { base, head, paths: words.iter().map(PathBuf::from).collect(), is_one_of_several: false }
    }

    fn from(meeting: Meeting, name: &str, head: End, words: &[String]) -> Self {
        let range = Self::new(End::commit(name, meeting.commit), head, words);
        Self { is_one_of_several: meeting.is_one_of_several, ..range }
    }
}

/// Reads the words: the first is a range, unless it is no revision and there is such a path.
///
/// # Errors
/// A revision is not there.
pub(super) fn read(repository: &Repository, words: &[String], here: &Path) -> Result<Range, Problem> {
    let is_path = |word: &str| here.join(word).exists();
    let Some((first, rest)) = words.split_first() else { return whole(repository, words) };
    if let Some(range) = rest.iter().find(|word| word.contains("..") && !is_path(word)) {
        let shown = printable(range);
        return Err(Problem::path(&shown, format!("there is no path `{shown}`"))
            .hint(format!("a range comes first: `tenantry diff {shown} {}`", printable(first))));
    }
    if let Some((base, head)) = first.split_once("...") {
        let (base, head) = (or_head(base), or_head(head));
        let (main, tip) = (repository.resolve(base)?, repository.resolve(head)?);
        let left = repository.merge_base(&main, &tip)?;
        return Ok(Range::from(left, base, End::commit(head, tip), rest));
    }
    if let Some((base, head)) = first.split_once("..") {
        // A path may have two dots in it as well: `../tenants`.
        if !is_path(first) {
            let (base, head) = (or_head(base), or_head(head));
            let ends = (repository.resolve(base)?, repository.resolve(head)?);
            return Ok(Range::new(End::commit(base, ends.0), End::commit(head, ends.1), rest));
        }
    }
    match repository.resolve(first) {
        Ok(commit) => Ok(Range::new(End::commit(first, commit), End::worktree(), rest)),
        Err(_) if is_path(first) => whole(repository, words),
        Err(problem) => Err(problem),
    }
}

fn or_head(name: &str) -> &str {
    if name.is_empty() { "HEAD" } else { name }
}

/// What was done since the main branch was left.
fn whole(repository: &Repository, words: &[String]) -> Result<Range, Problem> {
    let (name, meeting) = repository.default_base()?;
    Ok(Range::from(meeting, name, End::worktree(), words))
}
