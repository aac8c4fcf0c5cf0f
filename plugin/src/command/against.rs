//! `tenantry validate --against`: what one commit cannot see.

use std::path::{Path, PathBuf};

use super::Failure;
use super::allow::{self, Allow};
use super::open::{below, open};
use super::output::Output;
use super::render::{refused, told};
use crate::find::{Disk, Repository};
use crate::report::printable;
use crate::review::Side;
use crate::review::history::{self, Word};
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
    /// Compares what lies at the paths now with what was there.
    pub(super) fn check(&self, paths: &[PathBuf], here: &Path, output: &Output) -> Result<(), Failure> {
        let repository = Repository::open(here).map_err(refused)?;
        let commit = repository.resolve(&self.commit).map_err(refused)?;
        let tree = repository.tree(&commit, here).map_err(refused)?;
        let disk = Disk::new(repository.root().to_owned(), here);
        let mut starts = Vec::new();
        for path in paths {
            let opened = open(path, here)?;
            starts.push(below(repository.root(), &opened.root.join(&opened.folder)));
        }
        let (before, now) = (Sources::default(), Sources::default());
        let (base, head) = rayon::join(|| Side::find(&tree, &before, &starts), || Side::find(&disk, &now, &starts));
        if !base.problems.is_empty() {
            // No error: the change may be what mends it. But nobody shall take it for compared.
            let commit = printable(&self.commit);
            let told = told(base.problems.clone(), &before);
            output.error(&format!("warning: what cannot be read at `{commit}` is not compared\n\n{told}"));
        }
        let allowed = self.allow.iter().map(|allow| (allow.what, allow.tenant.clone())).collect();
        let problems = history::check(&base, &head, &allowed);
        if problems.is_empty() { Ok(()) } else { Err(Failure::Input(told(problems, &now))) }
    }
}
