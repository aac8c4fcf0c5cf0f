//! Runs the `git` program: with nothing of a person's own settings that would make it ask, fetch or run anything.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::find::refusal::reason;
use crate::problem::Problem;

/// What names another repository than the one that a folder is in: a hook has these in its environment.
const OF_A_REPOSITORY: [&str; 11] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The program, for a folder.
#[derive(Clone, Debug)]
pub(super) struct Git {
    folder: PathBuf,
    /// The folder as people are shown it.
    pub(super) shown: String,
}

/// What a run said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) succeeded: bool,
    pub(super) stdout: Vec<u8>,
    stderr: String,
}

/// What a clone leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lacks {
    /// Nothing.
    Nothing,
    /// Older commits.
    History,
    /// Contents.
    Contents,
}

impl Git {
    pub(super) fn new(folder: &Path, shown: String) -> Self {
        Self { folder: folder.to_path_buf(), shown }
    }

    /// The program with some arguments, not started yet.
    pub(super) fn command<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.folder).args(["--no-pager", "-c", "core.hooksPath=/dev/null"]).args(arguments);
        for name in OF_A_REPOSITORY {
            command.env_remove(name);
        }
        // What is not in the clone is said to be missing. A git too old to know the first of these is held back by
        // the second: no way to fetch by is allowed.
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none").env("GIT_TERMINAL_PROMPT", "0");
        // The files of a commit are what its id says.
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_OPTIONAL_LOCKS", "0");
        // Its reasons are read.
        command.env("LC_ALL", "C");
        command.stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Result<Said, Problem> {
        let output = self.command(arguments).output().map_err(|error| self.not_started(&error))?;
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Said { succeeded: output.status.success(), stdout: output.stdout, stderr })
    }

    /// Runs it to its end, or none where it prints more than so many bytes.
    ///
    /// # Errors
    /// It cannot be started, or its output cannot be read.
    pub(super) fn run_up_to<I: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = I>,
        most: u64,
    ) -> Result<Option<Said>, Problem> {
        let failed = |error: std::io::Error| self.not_started(&error);
        // Its reasons are few, and are read after what it prints: they fit into a pipe.
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
        let mut stdout = Vec::new();
        let read = child.stdout.take().map_or(Ok(0), |pipe| pipe.take(most + 1).read_to_end(&mut stdout));
        if read.is_err() || stdout.len() as u64 > most {
            child.kill().ok();
        }
        let output = child.wait_with_output().map_err(failed)?;
        read.map_err(failed)?;
        if stdout.len() as u64 > most {
            return Ok(None);
        }
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Some(Said { succeeded: output.status.success(), stdout, stderr }))
    }

    /// Why it could not be started.
    pub(super) fn not_started(&self, error: &std::io::Error) -> Problem {
        match error.kind() {
            ErrorKind::NotFound if self.folder.is_dir() => Problem::path(&self.shown, "there is no `git` program")
                .hint("install git, and have it in a folder that `PATH` names"),
            ErrorKind::NotFound => Problem::path(&self.shown, format!("there is no folder `{}`", self.shown)),
            kind => Problem::path(&self.shown, format!("`git` cannot be run: {}", reason(kind))),
        }
    }

    /// What the clone leaves out, as far as that can be told.
    pub(super) fn lacks(&self) -> Lacks {
        let says = |arguments: &[&str]| self.run(arguments).ok().filter(|said| said.succeeded);
        if says(&["config", "--get-regexp", r"^remote\..*\.promisor$"]).is_some() {
            return Lacks::Contents;
        }
        match says(&["rev-parse", "--is-shallow-repository"]) {
            Some(said) if said.stdout.trim_ascii() == b"true" => Lacks::History,
            _ => Lacks::Nothing,
        }
    }
}

impl Said {
    /// Whether the reasons have some words in them.
    pub(super) fn mentions(&self, words: &str) -> bool {
        self.stderr.contains(words)
    }

    /// The reason that it gave last, without the word that such lines begin with.
    pub(super) fn reason(&self) -> &str {
        let lines = || self.stderr.lines().map(str::trim).filter(|line| !line.is_empty());
        let stated = lines().rev().find_map(|line| line.strip_prefix("fatal: ").or(line.strip_prefix("error: ")));
        stated.or(lines().next_back()).unwrap_or("it gave no reason")
    }
}

#[cfg(test)]
mod tests {
    use super::Git;

    #[test]
    fn what_is_too_long_is_not_kept() {
        let git = Git::new(std::path::Path::new("."), ".".to_owned());
        let said = |most| git.run_up_to(["version"], most).unwrap();
        assert!(said(1000).is_some_and(|said| said.succeeded && said.stdout.starts_with(b"git version ")));
        assert!(said(3).is_none());
    }
}
