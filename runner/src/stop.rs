//! When a run has to stop: told to by a signal, or because its time is over.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::say;

/// SIGTERM and SIGINT. As process 1 the runner gets neither unless it asks for them.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Asks for them.
    ///
    /// # Errors
    /// The system does not give them.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next of them.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Why a run has to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A signal: the pod is deleted, or the node drained.
    Signal,
    /// The deadline.
    Deadline,
    /// Only this one command, which took too long.
    Slow,
}

/// Whether a run has to stop; every part of it looks at the same one.
#[derive(Clone, Debug)]
pub struct Stop {
    reason: watch::Receiver<Option<Reason>>,
    sender: watch::Sender<Option<Reason>>,
    /// When whatever still runs is killed.
    limit: Rc<Cell<Option<(Instant, SystemTime)>>>,
}

/// How long a command on the way out may take before it is told to end.
const BRIEF: Duration = Duration::from_secs(60);
/// How long after that it is killed.
const BRIEF_GRACE: Duration = Duration::from_secs(10);

impl Stop {
    /// Listens for signals from now on. To be called within a runtime.
    ///
    /// # Errors
    /// The system gives no signals.
    pub fn listen() -> io::Result<Self> {
        let mut signals = Signals::listen()?;
        let stop = Self::new();
        let sender = stop.sender.clone();
        tokio::spawn(async move {
            signals.next().await;
            say::line("told to stop: Terraform ends what it has begun and saves its state");
            tell(&sender, Reason::Signal);
            loop {
                signals.next().await;
                // A second signal would make Terraform drop what is in flight, and lose it.
                say::line("told to stop again: still waiting for Terraform, which was told already");
            }
        });
        Ok(stop)
    }

    /// One for what has to be done on the way out: no signal stops it, and none of it takes longer than a minute.
    pub fn brief() -> Self {
        let stop = Self::new();
        let sender = stop.sender.clone();
        stop.set_limit(BRIEF + BRIEF_GRACE);
        tokio::spawn(async move {
            // Dropped with the last that listens.
            tokio::select! {
                () = tokio::time::sleep(BRIEF) => { tell(&sender, Reason::Slow); }
                () = sender.closed() => {}
            }
        });
        stop
    }

    fn new() -> Self {
        let (sender, reason) = watch::channel(None);
        Self { reason, sender, limit: Rc::default() }
    }

    /// Stops the run after the first time, and kills what still runs after the second.
    pub fn after(&self, time: Duration, limit: Duration) {
        self.set_limit(limit);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            if tell(&sender, Reason::Deadline) {
                say::line("the deadline is near: Terraform ends what it has begun and saves its state");
            }
        });
    }

    /// Stops the run for this reason.
    pub fn now(&self, reason: Reason) {
        tell(&self.sender, reason);
    }

    /// Why the run has to stop; none while it may go on.
    pub fn reason(&self) -> Option<Reason> {
        *self.reason.borrow()
    }

    /// Waits until the run has to stop.
    pub async fn wait(&self) -> Reason {
        let mut reason = self.reason.clone();
        loop {
            if let Some(reason) = *reason.borrow_and_update() {
                return reason;
            }
            // The sender lives as long as `self`.
            if reason.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    fn set_limit(&self, time: Duration) {
        self.limit.set(Instant::now().checked_add(time).zip(SystemTime::now().checked_add(time)));
    }

    /// Waits until whatever still runs has to be killed.
    pub async fn limit(&self) {
        // Set before anything runs that it is to end.
        let Some((end, wall)) = self.limit.get() else { return std::future::pending().await };
        // The one clock stands while the machine sleeps, the other one may be set.
        while Instant::now() < end && SystemTime::now() < wall {
            tokio::time::sleep_until(end.min(Instant::now() + Duration::from_secs(5))).await;
        }
    }

    /// Waits for this time, or shorter where the run has to stop; says whether it may go on.
    pub async fn sleep(&self, time: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(time) => true,
            _ = self.wait() => false,
        }
    }
}

/// Tells the first reason; says whether it was the first.
fn tell(sender: &watch::Sender<Option<Reason>>, reason: Reason) -> bool {
    sender.send_if_modified(|told| {
        let first = told.is_none();
        told.get_or_insert(reason);
        first
    })
}
