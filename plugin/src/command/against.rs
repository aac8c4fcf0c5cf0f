//! `tenantry validate --against`: what one commit cannot see.

use std::path::Path;

use super::Failure;
use super::allow::{self, Allow};
use super::open::below;
use super::output::Output;
use super::progress::Progress;
use super::render::{refused, told};
use crate::find::{Files as _, Repository};
use crate::problem::Problem;
use crate::report::printable;
use crate::review::Side;
use crate::review::history::{self, Who, Word};
use crate::source::Sources;

/// What was typed.
#[derive(Debug)]
pub(super) struct Against {
    /// The commit before.
    pub(super) commit: String,
    /// What is taken.
    pub(super) allow: Vec<Allow<Word>>,
}

impl allow::Word for Word {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn word(self) -> &'static str {
        self.word()
    }
}

impl Against {
    /// Compares what lies in folders below a root now with what was there.
    pub(super) fn check(&self, root: &Path, folders: &[String], here: &Path, output: &Output) -> Result<(), Failure> {
        let progress = Progress::new(output, "comparing");
        let repository = Repository::open(root).map_err(refused)?;
        let commit = repository.resolve(&self.commit).map_err(refused)?;
        let tree = repository.tree(&commit, here).map_err(refused)?;
        let disk = repository.working_tree(here).map_err(refused)?;
        let starts: Vec<String> = folders.iter().map(|folder| below(repository.root(), &root.join(folder))).collect();
        let (before, now) = (Sources::default(), Sources::default());
        let (base, head) = rayon::join(|| Side::find(&tree, &before, &starts), || Side::find(&disk, &now, &starts));
        let is_allowed = |word, who: &Who<'_>| self.allow.iter().any(|allow| allow.covers(word, who));
        let mut problems = history::check(&base, &head, &is_allowed, &|done, of| progress.show(done, of));
        // What could not be read was taken for something that is not there.
        if let Some(problem) = tree.failure() {
            return Err(refused(problem));
        }
        let mut text = String::new();
        if !base.problems.is_empty() && !is_allowed(Word::Unread, &Who { folder: "", name: "", is_only: false }) {
            let commit = printable(&self.commit);
            text += &format!("at `{commit}`:\n\n{}\n", told(base.problems.clone(), &before));
            let message = format!("what cannot be read at `{commit}` cannot be compared");
            problems.push(
                Problem::path(&commit, message)
                    .hint("compare with the commit that is applied")
                    .hint("where the change is known to be right: `--allow UNREAD:*`"),
            );
        }
        if !problems.is_empty() {
            text += &told(problems, &now);
        }
        if text.is_empty() { Ok(()) } else { Err(Failure::Input(text)) }
    }
}
