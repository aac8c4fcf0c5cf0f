//! The simulator of IAM: `parts/aws-rights/simulate.mjs`, with its packages from npm.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::case::Batch;
use super::table::Answer;
use crate::cache::{Cache, key, workspace};
use crate::process::{last_lines, run};

/// What it is made of, in `parts/aws-rights/`.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "simulate.mjs"];

/// An installed simulator.
#[derive(Clone, Debug)]
pub struct Simulator {
    folder: PathBuf,
}

/// What a request comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer.
    Answer(Answer),
    /// No answer, and why: it never passes for `denied`.
    None(String),
}

/// As the script prints it.
#[derive(Debug, Deserialize)]
struct Printed {
    decision: Option<String>,
    errors: Option<Value>,
    ignored: Vec<String>,
}

impl Simulator {
    /// Installs it, once.
    ///
    /// # Errors
    /// There is no npm, or its packages cannot be had.
    pub fn get(cache: &Cache) -> Result<Self> {
        let parts = workspace().join("e2e/parts/aws-rights");
        let contents: Vec<Vec<u8>> =
            FILES.iter().map(|name| fs::read(parts.join(name))).collect::<Result<_, _>>().context("aws-rights")?;
        let folder = cache.made("aws-rights", &key(contents.iter().map(Vec::as_slice)), |folder| {
            for name in FILES {
                fs::copy(parts.join(name), folder.join(name))?;
            }
            // Nothing of a package runs before the script does.
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]);
            run(npm.current_dir(folder)).context("`npm` (Debian package `npm`)")?;
            Ok(())
        })?;
        Ok(Self { folder })
    }

    /// Evaluates requests, in one process: an outcome for each place of the batch.
    ///
    /// # Errors
    /// It does not run, or answers with less than it was asked.
    pub fn run(&self, batch: &Batch) -> Result<Vec<Outcome>> {
        let mut node = Command::new("node");
        node.arg(self.folder.join(FILES[2])).current_dir(&self.folder);
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = node.spawn().context("cannot start `node` (Debian package `nodejs`)")?;
        // It reads everything before it prints anything, so neither waits for the other.
        let written = child.stdin.take().context("a pipe")?.write_all(&serde_json::to_vec(batch)?);
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the simulator: {}\n{}", output.status, last_lines(&said, 20));
        written?;
        let printed: Vec<Printed> = serde_json::from_slice(&output.stdout).context("what the simulator prints")?;
        ensure!(printed.len() == batch.stated().len(), "the simulator leaves requests out");
        Ok(printed.into_iter().zip(batch.stated()).map(|(printed, stated)| outcome(printed, stated)).collect())
    }
}

/// What was printed for a request whose row names these condition keys.
fn outcome(printed: Printed, stated: &[String]) -> Outcome {
    if let Some(errors) = printed.errors {
        return Outcome::None(errors.to_string());
    }
    // A key that counts for nothing would make the row say more than was asked.
    if let Some(key) = stated.iter().find(|key| printed.ignored.contains(key)) {
        return Outcome::None(format!("the action has no condition key `{key}`"));
    }
    match printed.decision.as_deref() {
        Some("Allowed") => Outcome::Answer(Answer::Allowed),
        Some("ImplicitlyDenied" | "ExplicitlyDenied") => Outcome::Answer(Answer::Denied),
        decision => Outcome::None(format!("decision {decision:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(decision: Option<&str>, errors: Option<Value>, ignored: &[&str]) -> Outcome {
        let ignored = ignored.iter().map(ToString::to_string).collect();
        let printed = Printed { decision: decision.map(str::to_owned), errors, ignored };
        outcome(printed, &["s3:prefix".to_owned()])
    }

    #[test]
    fn an_error_is_no_answer() {
        assert_eq!(printed(Some("ImplicitlyDenied"), None, &[]), Outcome::Answer(Answer::Denied));
        assert_eq!(printed(Some("ExplicitlyDenied"), None, &["aws:SourceIp"]), Outcome::Answer(Answer::Denied));
        assert_eq!(printed(Some("Allowed"), None, &[]), Outcome::Answer(Answer::Allowed));
        for none in [
            printed(None, Some(serde_json::json!({"message": "invalid.action"})), &[]),
            printed(Some("ImplicitlyDenied"), Some(Value::Null), &["s3:prefix"]),
            printed(Some("ImplicitlyDenied"), None, &["s3:prefix"]),
            printed(Some("denied"), None, &[]),
            printed(None, None, &[]),
        ] {
            assert!(matches!(none, Outcome::None(_)), "{none:?}");
        }
    }
}
