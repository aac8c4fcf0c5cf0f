//! Runs the engine, listens to it, and passes a stop on: once.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Child;

use super::Engine;
use super::class::Class;
use super::events::{Count, Diagnostic, Event};
use super::lock::Lock;
use super::log::Log;
use crate::failure::Failure;
use crate::say;
use crate::stop::Stop;

/// How a command with `-json` ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    status: ExitStatus,
    /// Errors and warnings, in their order.
    pub diagnostics: Vec<Diagnostic>,
    /// What was planned, or done.
    pub count: Option<Count>,
    /// A whole state that could be written nowhere.
    pub state: Option<Box<RawValue>>,
    /// The last of what it said on stderr.
    rest: Vec<String>,
}

/// How many lines of stderr are kept for an error.
const REST: usize = 20;
/// The summaries of errors that say that a state is not in its backend (`internal/backend/local/backend_apply.go` of both).
const UNSAVED: [&str; 2] = ["Failed to save state", "Failed to persist state to backend"];
/// What commands about a state say where there was never one.
pub(super) const NO_STATE: &str = "No state file was found";

impl Engine {
    /// Runs a command that speaks JSON.
    ///
    /// # Errors
    /// The engine does not start. That it fails is no error here.
    pub async fn run(&self, arguments: &[&str], stop: &Stop, log: &mut Log) -> Result<Ended, Failure> {
        let begun = Instant::now();
        let mut child = self.start(arguments)?;
        let pid = pid(&child);
        let mut heard = Heard::default();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut errors = Vec::new();
        let listening = async {
            tokio::join!(
                lines(stdout, |line| heard.hear(line, log)),
                lines(stderr, |line| {
                    say::line(&line);
                    errors.push(line);
                })
            );
        };
        let status = wait(&mut child, pid, stop, listening).await.map_err(|source| self.no_engine(source))?;
        self.ended(begun, status);
        let rest = errors.split_off(errors.len().saturating_sub(REST));
        Ok(Ended { status, diagnostics: heard.diagnostics, count: heard.count, state: heard.state, rest })
    }

    /// Runs a command that speaks to people, and gives what it wrote to stdout.
    ///
    /// # Errors
    /// It fails.
    pub async fn output(&self, arguments: &[&str], stop: &Stop) -> Result<Vec<u8>, Failure> {
        self.fed(arguments, &[], stop).await
    }

    /// The same, with something to read on stdin.
    ///
    /// # Errors
    /// It fails.
    pub async fn fed(&self, arguments: &[&str], input: &[u8], stop: &Stop) -> Result<Vec<u8>, Failure> {
        let begun = Instant::now();
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(|source| self.no_engine(source))?;
        let pid = pid(&child);
        let stdin = child.stdin.take();
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let feeding = async {
            if let Some(mut stdin) = stdin {
                // One that does not read to the end says itself why.
                stdin.write_all(input).await.ok();
            }
        };
        let listening = async { tokio::join!(feeding, all(stdout, &mut out), all(stderr, &mut errors)) };
        let status = wait(&mut child, pid, stop, listening).await.map_err(|source| self.no_engine(source))?;
        self.ended(begun, status);
        if status.success() {
            return Ok(out);
        }
        let words = plain(&String::from_utf8_lossy(&errors));
        if told(&words).is_empty() {
            say::line(&words);
        }
        Err(self.failed(status, &words, stop))
    }

    fn start(&self, arguments: &[&str]) -> Result<Child, Failure> {
        self.command(arguments).spawn().map_err(|source| self.no_engine(source))
    }

    fn ended(&self, begun: Instant, status: ExitStatus) {
        self.spent.set(self.spent.get() + begun.elapsed());
        if status.signal().is_some() {
            self.killed.set(true);
        }
    }

    fn no_engine(&self, source: std::io::Error) -> Failure {
        Failure::NoEngine { program: self.kind.program(), source }
    }

    /// What it means that a command ended in this way after these words. Of them only Terraform's own errors are repeated: what
    /// else there is, as after a crash, may hold anything, and is in the log alone.
    fn failed(&self, status: ExitStatus, words: &str, stop: &Stop) -> Failure {
        // First: told to stop before it listens for that, it is ended by the signal.
        if let Some(reason) = stop.reason() {
            return Failure::Stopped(reason);
        }
        if let Some(signal) = status.signal() {
            return Failure::Killed { engine: self.name(), signal };
        }
        if let Some(lock) = Lock::parse(words) {
            return Failure::Locked { lock: Box::new(lock), verdict: "it was taken meanwhile".to_owned() };
        }
        let mut summary = told(words);
        if summary.is_empty() {
            summary = format!("{} ended with {status}; its last words are in the log", self.name());
        }
        let class = Class::of_text(words);
        Failure::Engine { summary, class, addresses: Vec::new() }
    }
}

impl Ended {
    /// The lock that it could not have.
    pub fn lock(&self) -> Option<Lock> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).find_map(|error| Lock::parse(&error.detail))
    }

    /// Why it could not write the state to its backend, where it says so.
    pub fn unsaved(&self) -> Option<String> {
        let says = |error: &&Diagnostic| error.is_error() && UNSAVED.contains(&error.summary.as_str());
        self.diagnostics.iter().find(says).map(summary)
    }

    /// An error where it failed: of all that it said, the errors of the class that decides.
    ///
    /// # Errors
    /// It failed.
    pub fn into_result(self, engine: &Engine, stop: &Stop) -> Result<(), Failure> {
        if self.status.success() {
            return Ok(());
        }
        let class = Class::of_all(&self.diagnostics);
        let Some(class) = class.filter(|_| self.status.signal().is_none() && stop.reason().is_none()) else {
            return Err(engine.failed(self.status, &plain(&self.rest.join("\n")), stop));
        };
        if let Some(lock) = self.lock() {
            return Err(Failure::Locked { lock: Box::new(lock), verdict: "its holder may be alive".to_owned() });
        }
        let deciding = self.diagnostics.iter().filter(|error| error.is_error() && Class::of(error) == class);
        let (texts, addresses): (Vec<String>, Vec<Option<String>>) =
            deciding.map(|error| (summary(error), error.address.clone())).unzip();
        Err(Failure::Engine { summary: texts.join("\n"), class, addresses: addresses.into_iter().flatten().collect() })
    }
}

/// An error in one line, and the line of its detail that says why: after much advice it is one that begins with `Error`.
fn summary(error: &Diagnostic) -> String {
    let at = error.address.as_ref().map(|address| format!("`{address}`: ")).unwrap_or_default();
    let mut lines = error.detail.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next();
    match lines.find(|line| line.starts_with("Error")).or(first) {
        Some(detail) => format!("{at}{}: {}", error.summary, detail.trim()),
        None => format!("{at}{}", error.summary),
    }
}

/// What was heard on stdout.
#[derive(Default)]
struct Heard {
    diagnostics: Vec<Diagnostic>,
    count: Option<Count>,
    state: Option<Box<RawValue>>,
}

impl Heard {
    fn hear(&mut self, line: String, log: &mut Log) {
        let Ok(event) = serde_json::from_str::<Event>(&line) else {
            // Not JSON: neither printed nor kept, for nobody knows what is in it.
            return;
        };
        log.hear(&event);
        self.diagnostics.extend(event.diagnostic);
        self.count = event.changes.or(self.count.take());
        self.state = event.state.or(self.state.take());
    }
}

/// Waits for the end, and listens meanwhile. When the run has to stop, the engine is told so: once, for a second signal would
/// make it drop what is in flight. Only the engine is told: its providers have to go on until it has no more need of them. What
/// has not ended by the limit is killed: whoever finds this run's lock later relies on that.
async fn wait(
    child: &mut Child,
    pid: Option<Pid>,
    stop: &Stop,
    listening: impl Future,
) -> Result<ExitStatus, std::io::Error> {
    let kill = || pid.map(|group| kill_process_group(group, Signal::KILL));
    let ended = async {
        let ending = async {
            let status = child.wait().await;
            // An engine that crashed or was killed leaves its providers alone with what they had begun, and its pipes open; the
            // next attempt must not meet them at work.
            kill();
            status
        };
        let (status, _) = tokio::join!(ending, listening);
        status
    };
    tokio::pin!(ended);
    tokio::select! {
        status = &mut ended => return status,
        _ = stop.wait() => {}
        () = stop.limit() => {}
    }
    if let Some(pid) = pid {
        kill_process(pid, Signal::TERM).ok();
    }
    tokio::select! {
        status = &mut ended => return status,
        () = stop.limit() => say::line("the engine did not end in time: killing it"),
    }
    kill();
    ended.await
}

fn pid(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

async fn lines(pipe: Option<impl AsyncRead + Unpin>, mut each: impl FnMut(String)) {
    let Some(pipe) = pipe else { return };
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
        each(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
    }
}

async fn all(pipe: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) {
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(into).await.ok();
    }
}

/// Of what was said in plain text, Terraform's own errors.
fn told(words: &str) -> String {
    let known = |line: &&str| ["Error", "Failed", NO_STATE].iter().any(|begin| line.starts_with(begin));
    words.lines().skip_while(|line| !known(line)).take(REST).collect::<Vec<_>>().join("\n")
}

/// Terraform's error text for people, without its frame.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_matches(|c: char| c.is_whitespace() || "│╷╵".contains(c)));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn repeats_terraforms_own_errors_only() {
        let framed = "\u{1b}noise\n╷\n│ Error: Failed to load state\n│ \n│ AccessDenied: no\n╵\n";
        assert_eq!(told(&plain(framed)), "Error: Failed to load state\nAccessDenied: no");
        assert_eq!(told("panic: password hunter2\ngoroutine 1"), "");
    }

    #[tokio::test]
    async fn what_does_not_end_is_killed_with_all_of_its_group() {
        let mut command = tokio::process::Command::new("sh");
        // The second process keeps the pipe open, as a provider does: that there is an end of it shows that it has ended too.
        command.args(["-c", "trap '' TERM; sleep 1000 & wait; sleep 1000"]);
        command.stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap();
        let (pid, mut pipe, mut said) = (pid(&child), child.stdout.take().unwrap(), String::new());
        let stop = Stop::listen().unwrap();
        stop.after(Duration::from_millis(300), Duration::from_millis(900));
        let begun = Instant::now();
        let status = wait(&mut child, pid, &stop, pipe.read_to_string(&mut said)).await.unwrap();
        assert_eq!(status.signal(), Some(9));
        assert!(begun.elapsed() >= Duration::from_millis(900));
    }

    #[tokio::test]
    async fn what_a_crash_leaves_is_killed_too() {
        let mut command = tokio::process::Command::new("sh");
        command.args(["-c", "sleep 1000 & exit 11"]).stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap();
        let (pid, mut pipe, mut said) = (pid(&child), child.stdout.take().unwrap(), String::new());
        let status = wait(&mut child, pid, &Stop::brief(), pipe.read_to_string(&mut said)).await.unwrap();
        assert_eq!(status.code(), Some(11));
    }
}
