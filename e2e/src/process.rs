//! Commands that run to their end, and processes that are told apart from later ones of the same number.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

/// Runs a command to its end; what it prints is shown only when it fails.
///
/// # Errors
/// It cannot be started, or ends with another code than 0: with what it printed.
pub fn run(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {shown}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout);
        bail!("{shown}: {}\n{}\n{}", output.status, last_lines(&printed, 20), last_lines(&said, 40));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The last lines of a text.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// A process, by its number and when it began: a number alone may be another process's by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// When it began, in the kernel's ticks since the machine's start.
    pub began: u64,
}

impl Process {
    /// The process of this number, if there is one.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in brackets may hold anything; the fields after it are numbered from 3, the start is the 22nd.
        let after = stat.rsplit_once(") ")?.1;
        let fields: Vec<&str> = after.split(' ').collect();
        // A zombie has ended; only its parent has not asked yet.
        if fields.first() == Some(&"Z") {
            return None;
        }
        Some(Self { pid, began: fields.get(19)?.parse().ok()? })
    }

    /// Whether it still runs.
    pub fn runs(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Its children.
    pub fn children(self) -> Vec<Self> {
        let path = format!("/proc/{0}/task/{0}/children", self.pid);
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.split_whitespace().filter_map(|pid| Self::of(pid.parse().ok()?)).collect()
    }

    /// Kills it and waits until it is gone.
    ///
    /// # Errors
    /// It is still there after ten seconds.
    pub fn kill(self) -> Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        let begun = Instant::now();
        while self.runs() {
            if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
                kill_process(pid, Signal::KILL).ok();
            }
            if begun.elapsed() > Duration::from_secs(10) {
                bail!("process {} does not end", self.pid);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}
