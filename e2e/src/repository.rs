//! A git repository of the forge, and a checkout of it in which a test writes as a team would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};

use crate::cluster::Cluster;
use crate::process::run;

/// A repository, by its checkout.
#[derive(Debug)]
pub struct Repository {
    /// The checkout's folder.
    pub checkout: PathBuf,
    /// Held while something is written, so that nobody commits half of it.
    writing: Mutex<()>,
}

impl Repository {
    /// Makes `https://git.example.com/NAME.git`, empty.
    ///
    /// # Errors
    /// It is there already.
    pub fn create(cluster: &Cluster, name: &str) -> Result<Self> {
        let bare = cluster.folder.join(format!("repositories/{name}.git"));
        run(Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main"]).arg(&bare))?;
        let checkout = cluster.folder.join(format!("checkouts/{name}"));
        fs::create_dir_all(&checkout)?;
        let repository = Self { checkout, writing: Mutex::default() };
        repository.git(&["init", "--quiet", "--initial-branch=main"])?;
        repository.git(&["remote", "add", "origin", &bare.display().to_string()])?;
        Ok(repository)
    }

    /// Writes a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> Result<()> {
        let _alone = self.alone();
        let path = self.checkout.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&path, text).with_context(|| path.display().to_string())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.checkout.join(path)).with_context(|| path.to_owned())
    }

    /// Changes a file: one text, which is there exactly once, becomes another.
    ///
    /// # Errors
    /// The text is not there, or more than once.
    pub fn replace(&self, path: &str, from: &str, to: &str) -> Result<()> {
        let text = self.read(path)?;
        anyhow::ensure!(text.matches(from).count() == 1, "`{from}` is not in {path} exactly once");
        self.write(path, text.replace(from, to))
    }

    /// Removes a file or a folder.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, path: &str) -> Result<()> {
        let _alone = self.alone();
        let path = self.checkout.join(path);
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path)?
        } else {
            fs::remove_file(path)?
        }
        Ok(())
    }

    /// Copies a folder of this machine into the checkout.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn copy(&self, from: &Path, to: &str) -> Result<()> {
        let _alone = self.alone();
        let to = self.checkout.join(to);
        fs::create_dir_all(&to)?;
        run(Command::new("cp").arg("-r").arg(from.join(".")).arg(to))?;
        Ok(())
    }

    /// Commits everything and pushes it; the commit's name.
    ///
    /// # Errors
    /// Git refuses.
    pub fn commit(&self, message: &str) -> Result<String> {
        let _alone = self.alone();
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message])?;
        self.git(&["push", "--quiet", "origin", "HEAD:main"])?;
        Ok(self.git(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    fn alone(&self) -> MutexGuard<'_, ()> {
        // Who panicked has left a file that is half written, at most, in a folder of its own.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Git in the checkout, as nobody in particular.
    ///
    /// # Errors
    /// It fails.
    pub fn git(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.checkout).args(["-c", "user.name=Team", "-c", "user.email=team@example.com"]);
        // Whatever the person who runs the tests has set.
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        run(command.args(arguments))
    }
}
