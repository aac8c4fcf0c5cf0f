//! Contents of objects, from `git cat-file --batch` processes that stay.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::id::ObjectId;
use super::program::{Git, Lacks};
use crate::problem::Problem;

/// A store that many threads read at once, with at most a process a core.
#[derive(Debug)]
pub(super) struct Objects {
    git: Git,
    /// A slot holds a process that waits, or none that was started yet.
    slots: Box<[Mutex<Option<Batch>>]>,
    next: AtomicUsize,
    /// What was asked for before it is wanted, until then.
    ready: Mutex<HashMap<ObjectId, Vec<u8>>>,
}

/// How many ids may be written before the answers are read. A pipe holds 64 KiB at least where it is not short of memory and
/// 4 KiB else, an id has up to 65 bytes: with more, either side could wait for the other for ever.
const MAX_QUESTIONS: usize = 60;

/// Why there are no bytes.
#[derive(Debug)]
pub(super) enum Unread {
    /// There are more than were asked for.
    TooLarge,
    /// The clone was made without them.
    LeftOut,
    /// Another reason.
    Other(String),
    /// There is no `git` program any more.
    NotStarted(Problem),
}

impl Objects {
    pub(super) fn new(git: Git) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            git,
            slots: (0..cores).map(|_| Mutex::new(None)).collect(),
            next: AtomicUsize::new(0),
            ready: Mutex::default(),
        }
    }

    /// A blob of at most `limit` bytes.
    ///
    /// # Errors
    /// It is larger, or not there.
    pub(super) fn blob(&self, id: &ObjectId, limit: u64) -> Result<Vec<u8>, Unread> {
        // One and the same content may be asked for as a file, and as a link, which is to be shorter.
        if let Some(bytes) = self.ready().remove(id).filter(|bytes| bytes.len() as u64 <= limit) {
            return Ok(bytes);
        }
        let mut slot = self.slot();
        // Taken out while it works: what ends early, by an error or a panic, is not asked again.
        let mut batch = match slot.take() {
            Some(batch) => batch,
            None => Batch::start(&self.git).map_err(|error| Unread::NotStarted(self.git.not_started(&error)))?,
        };
        match batch.ask(id, limit) {
            Ok(Answer::Blob(bytes)) => {
                *slot = Some(batch);
                Ok(bytes)
            }
            Ok(Answer::TooLarge) => {
                // The rest is not worth waiting for.
                batch.give_up();
                Err(Unread::TooLarge)
            }
            Ok(Answer::Another) | Err(_) => {
                batch.give_up();
                Err(self.reason(id))
            }
        }
    }

    /// Asks for blobs of at most `limit` bytes before they are wanted: all at once, so that nobody waits for each. Those that
    /// cannot be had are asked for again when they are wanted, and the reason is told then.
    pub(super) fn prepare(&self, ids: &[ObjectId], limit: u64) {
        let mut slot = self.slot();
        let Some(mut batch) = slot.take().or_else(|| Batch::start(&self.git).ok()) else { return };
        for ids in ids.chunks(MAX_QUESTIONS) {
            if batch.write(ids).is_err() {
                return batch.give_up();
            }
            for id in ids {
                match batch.answer(limit) {
                    Ok(Answer::Blob(bytes)) => drop(self.ready().insert(*id, bytes)),
                    Ok(Answer::Another | Answer::TooLarge) | Err(_) => return batch.give_up(),
                }
            }
        }
        *slot = Some(batch);
    }

    fn ready(&self) -> MutexGuard<'_, HashMap<ObjectId, Vec<u8>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first slot that is free, else one of them in turn.
    fn slot(&self) -> MutexGuard<'_, Option<Batch>> {
        for slot in &self.slots {
            match slot.try_lock() {
                Ok(free) => return free,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        self.slots[turn].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks once more, and alone, for the reason: the processes that stay have no one to tell it to.
    fn reason(&self, id: &ObjectId) -> Unread {
        if self.git.lacks() == Lacks::Contents {
            return Unread::LeftOut;
        }
        match self.git.run(["cat-file", "blob", &id.to_string()]) {
            Ok(said) if said.succeeded => Unread::Other("`git` ended early".to_owned()),
            Ok(said) => Unread::Other(said.reason().to_owned()),
            Err(problem) => Unread::NotStarted(problem),
        }
    }
}

#[derive(Debug)]
enum Answer {
    Blob(Vec<u8>),
    TooLarge,
    /// No such object, or one of another type.
    Another,
}

/// A process that waits for ids.
#[derive(Debug)]
struct Batch {
    child: Child,
    /// Both are there until the end.
    pipes: Option<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Batch {
    fn start(git: &Git) -> io::Result<Self> {
        let mut command = git.command(["cat-file", "--batch"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take()).map(|(to, from)| (to, BufReader::new(from)));
        Ok(Self { child, pipes })
    }

    fn ask(&mut self, id: &ObjectId, limit: u64) -> io::Result<Answer> {
        self.write(&[*id])?;
        self.answer(limit)
    }

    /// Ends it, whatever it is at.
    fn give_up(mut self) {
        self.child.kill().ok();
    }

    /// Asks for objects.
    fn write(&mut self, ids: &[ObjectId]) -> io::Result<()> {
        let Some((to, _)) = &mut self.pipes else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
        to.write_all(lines.as_bytes())
    }

    /// The answer to the first question that has none yet.
    fn answer(&mut self, limit: u64) -> io::Result<Answer> {
        let Some((_, from)) = &mut self.pipes else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let mut header = String::new();
        // An id, a type and a size: a longer line is none that git writes.
        from.take(256).read_line(&mut header)?;
        let mut words = header.trim_end().split(' ');
        let (Some(_), Some("blob"), Some(size), None) = (words.next(), words.next(), words.next(), words.next()) else {
            return Ok(Answer::Another);
        };
        let size: u64 = size.parse().map_err(io::Error::other)?;
        if size > limit {
            return Ok(Answer::TooLarge);
        }
        let mut bytes = vec![0; usize::try_from(size).map_err(io::Error::other)?];
        from.read_exact(&mut bytes)?;
        let mut end = [0];
        from.read_exact(&mut end)?;
        if end == *b"\n" { Ok(Answer::Blob(bytes)) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // It ends when there is no one left to ask it.
        drop(self.pipes.take());
        self.child.wait().ok();
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// A process that has ended and was not waited for would still be there.
    #[test]
    fn no_process_stays() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::new(folder.path(), ".".to_owned());
        assert!(git.run(["init", "-q"]).unwrap().succeeded);
        let batch = Batch::start(&git).unwrap();
        let process = format!("/proc/{}", batch.child.id());
        assert!(std::fs::exists(&process).unwrap());
        drop(batch);
        assert!(!std::fs::exists(&process).unwrap());
    }
}
