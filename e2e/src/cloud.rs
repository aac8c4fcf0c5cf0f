//! The cloud of the tests' Terraform provider, looked at and changed behind Terraform's back. `parts/forge/cloud.go` is it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::parts::Parts;

/// A cloud, by its folder.
#[derive(Debug)]
pub struct Cloud {
    folder: PathBuf,
    alone: Option<Child>,
}

/// A request that the cloud has had.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Call {
    /// When it came, in RFC 3339.
    pub time: String,
    /// `PUT` makes a thing, `POST` changes it.
    pub method: String,
    /// The thing's name.
    pub name: String,
    /// The HTTP status of the answer.
    pub status: u16,
}

impl Cloud {
    /// The one of a cluster, which is `https://cloud.example.com` there.
    pub fn of(cluster: &Cluster) -> Self {
        Self { folder: cluster.folder.join("cloud"), alone: None }
    }

    /// Starts one without a cluster, with its things below an empty folder, and says at which URL. It ends when it is dropped.
    ///
    /// # Errors
    /// It does not start.
    pub fn alone(parts: &Parts, folder: &Path) -> Result<(Self, String)> {
        let mut command = Command::new(parts.own.join("forge"));
        command.arg(format!("-cloud={}", folder.display())).arg("-cloud-address=127.0.0.1:0");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take();
        let cloud = Self { folder: folder.to_owned(), alone: Some(child) };
        let mut line = String::new();
        BufReader::new(output.context("a pipe")?).read_line(&mut line)?;
        ensure!(line.starts_with("http://"), "the cloud does not start");
        Ok((cloud, line.trim().to_owned()))
    }

    /// The names of all things, as in URLs, in order.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder.join("things"))? {
            let file = entry?.file_name().to_string_lossy().into_owned();
            names.push(file.trim_end_matches(".json").to_owned());
        }
        names.sort();
        Ok(names)
    }

    /// A thing: `name`, `value`, `secret`, `protected`, `tags`, `created`.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn thing(&self, name: &str) -> Result<Option<Value>> {
        let file = self.file(name);
        if !file.exists() {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&fs::read(file)?)?))
    }

    /// Puts a thing there, or another in its place.
    ///
    /// # Errors
    /// Its file cannot be written.
    pub fn put(&self, name: &str, thing: &Value) -> Result<()> {
        self.replace(&self.file(name), thing)
    }

    /// Takes a thing away, whether it is protected or not.
    ///
    /// # Errors
    /// It is not there.
    pub fn remove(&self, name: &str) -> Result<()> {
        Ok(fs::remove_file(self.file(name))?)
    }

    /// How it misbehaves for a test from now on, beside what others wish: a list of `{method, name, times, status, code, message,
    /// delayMs, crash}`, of which none is needed; the first that fits a request and has been followed fewer than `times` is
    /// followed. With a `status` nothing is done; else the thing is stored, then comes the delay, then the answer, or the crash.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn misbehave(&self, test: &str, rules: &Value) -> Result<()> {
        self.replace(&self.folder.join(format!("rules/{test}.json")), rules)
    }

    /// All requests so far, each noted when it is done and before its delay.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn calls(&self) -> Result<Vec<Call>> {
        let log = self.folder.join("log.jsonl");
        let text = if log.exists() { fs::read_to_string(log)? } else { String::new() };
        text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join("things").join(escaped(name) + ".json")
    }

    /// Never lets the cloud read half a file.
    fn replace(&self, file: &Path, value: &Value) -> Result<()> {
        // Beside the folders in which it looks.
        let part = self.folder.join(file.with_extension("part").file_name().context("a file")?);
        fs::write(&part, serde_json::to_vec_pretty(value)?)?;
        Ok(fs::rename(part, file)?)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Some(child) = &mut self.alone {
            child.kill().and_then(|()| child.wait()).ok();
        }
    }
}

/// A name as Go's `url.PathEscape` writes it.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => escaped.push(byte.into()),
            _ if b"-_.~$&+=:@".contains(&byte) => escaped.push(byte.into()),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn writes_names_as_in_urls() {
        assert_eq!(super::escaped("acme/ä b.c:d"), "acme%2F%C3%A4%20b.c:d");
    }
}
