//! The example fleet in a real repository.
#![allow(dead_code, unreachable_pub, reason = "each test takes a part of it")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{Ended, Run, copy, testdata};

/// The fleet in a repository, at a branch `main`.
pub struct Repository {
    _folder: tempfile::TempDir,
    pub root: PathBuf,
    pub base: String,
}

impl Repository {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        copy(&testdata().join("fleet"), &root);
        let mut repository = Self { _folder: folder, root, base: String::new() };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.base = repository.commit("Fleet");
        repository
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(&self.root).args(["-c", "user.name=Team", "-c", "user.email=team@example.com"]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// One text, which is there exactly once, becomes another.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root.join(path)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {path}");
        self.write(path, &text.replace(from, to));
    }

    /// Runs `tenantry diff`, with the commits' ids as words.
    pub fn diff(&self, arguments: &[&str]) -> Ended {
        self.run(&[&["diff"], arguments].concat())
    }

    /// Runs `tenantry`, with the commits' ids as words.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let head = self.git(&["rev-parse", "HEAD"]);
        let words = |text: String| {
            let text = text.replace(&*self.root.to_string_lossy(), "<repository>");
            let text = text.replace(&head, "<head>").replace(&self.base, "<base>");
            text.replace(&head[..10], "<head>").replace(&self.base[..10], "<base>")
        };
        let run = Run::new(&self.root, arguments).env("PATH", &std::env::var("PATH").unwrap());
        let Ended { code, stdout, stderr } = run.run();
        Ended { code, stdout: words(stdout), stderr: words(stderr) }
    }

    /// Takes everything back.
    pub fn reset(&self) {
        self.git(&["reset", "--quiet", "--hard", &self.base]);
        self.git(&["clean", "--quiet", "-d", "--force"]);
    }
}
