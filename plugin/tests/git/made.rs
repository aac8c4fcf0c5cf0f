//! Repositories that tests make.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tenantry::find::{Disk, Repository, Tree};
use tenantry::problem::Problem;

/// A repository in a temporary folder, without the settings of whoever runs the tests.
pub(super) struct Made {
    pub(super) folder: TempDir,
    /// Without links.
    pub(super) root: PathBuf,
}

impl Made {
    pub(super) fn new(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // In a folder of its own, so that there is something around it.
        let root = folder.path().canonicalize().unwrap().join("fleet");
        fs::create_dir(&root).unwrap();
        git(&root, [&["init", "-q"], options].concat());
        Self { folder, root }
    }

    pub(super) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(super) fn link(&self, path: &str, target: impl AsRef<Path>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    /// Commits all that is there; the commit's id.
    pub(super) fn commit(&self) -> String {
        git(&self.root, ["add", "--all", "--force"]);
        git(&self.root, ["commit", "-q", "--allow-empty", "-m", "all"]);
        git(&self.root, ["rev-parse", "HEAD"])
    }

    /// Nothing is there but what git makes of the commit.
    pub(super) fn check_out(&self) {
        for entry in fs::read_dir(&self.root).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != ".git") {
            if entry.file_type().unwrap().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap();
            } else {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        git(&self.root, ["reset", "-q", "--hard"]);
    }

    pub(super) fn open(&self) -> Repository {
        Repository::open(&self.root).unwrap()
    }

    pub(super) fn tree(&self) -> Tree {
        tree(&self.root, "HEAD")
    }

    pub(super) fn disk(&self) -> Disk {
        Disk::new(self.root.clone(), &self.root)
    }

    /// A clone beside it, over git's own protocol.
    pub(super) fn clone(&self, options: &[&str]) -> PathBuf {
        git(&self.root, ["config", "uploadpack.allowFilter", "true"]);
        let to = self.folder.path().canonicalize().unwrap().join("clone");
        let from = format!("file://{}", self.root.display());
        git(&self.root, [&["clone", "-q"], options, &[&from, &to.display().to_string()]].concat());
        to
    }
}

pub(super) fn git<I: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = I>) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder);
    for (key, value) in [("NAME", "test"), ("EMAIL", "test@example.org"), ("DATE", "2024-01-01T00:00:00Z")] {
        command.env(format!("GIT_AUTHOR_{key}"), value).env(format!("GIT_COMMITTER_{key}"), value);
    }
    let output = command.args(["-c", "init.defaultBranch=main", "-c", "gc.auto=0"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

pub(super) fn tree(folder: &Path, revision: &str) -> Tree {
    let repository = Repository::open(folder).unwrap();
    let commit = repository.resolve(revision).unwrap();
    repository.tree(&commit, repository.root()).unwrap()
}

pub(super) fn told(problem: Problem) -> String {
    [&[problem.message], &problem.hints[..]].concat().join("; ")
}
