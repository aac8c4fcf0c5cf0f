//! `tenantry validate --against`: what one commit cannot see.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::Failure;
use super::open::{below, open};
use super::render::told;
use crate::find::{Disk, Repository};
use crate::problem::{Problem, Problems};
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
    pub(super) allow: Vec<Allow>,
}

/// A word for a tenant, or for all: `GENERATION:*`.
#[derive(Clone, Debug)]
pub(super) struct Allow {
    word: Word,
    tenant: String,
}

impl FromStr for Allow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, tenant) = text.split_once(':').ok_or("wants `WORD:TENANT`, as `GENERATION:acme`")?;
        let known = Word::ALL.into_iter().find(|known| known.word() == word);
        let words = Word::ALL.map(Word::word).join(", ");
        let word = known.ok_or_else(|| format!("unknown word `{}`; there are {words}", printable(word)))?;
        if tenant.is_empty() {
            return Err("wants a tenant after the `:`, or `*` for all".to_owned());
        }
        Ok(Self { word, tenant: tenant.to_owned() })
    }
}

impl Against {
    /// Compares what lies at the paths now with what was there.
    pub(super) fn check(&self, paths: &[PathBuf], here: &Path) -> Result<(), Failure> {
        let failed = |problem: Problem| Failure::Input(told(Problems::from(problem), &Sources::default()));
        let repository = Repository::open(here).map_err(failed)?;
        let commit = repository.resolve(&self.commit).map_err(failed)?;
        let tree = repository.tree(&commit, here).map_err(failed)?;
        let disk = Disk::new(repository.root().to_owned(), here);
        let mut starts = Vec::new();
        for path in paths {
            let opened = open(path, here)?;
            starts.push(below(repository.root(), &opened.root.join(&opened.folder)));
        }
        let (before, now) = (Sources::default(), Sources::default());
        let (base, head) = rayon::join(|| Side::find(&tree, &before, &starts), || Side::find(&disk, &now, &starts));
        let allowed = self.allow.iter().map(|allow| (allow.word, allow.tenant.clone())).collect();
        let problems = history::check(&base, &head, &allowed);
        if problems.is_empty() { Ok(()) } else { Err(Failure::Input(told(problems, &now))) }
    }
}
