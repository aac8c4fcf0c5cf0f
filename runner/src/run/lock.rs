//! Whose turn it is: what is done about a lock, or a Lease, that somebody holds.

use std::time::Duration;

use jiff::Timestamp;

use super::session::Session;
use crate::cluster::holder::Holder;
use crate::cluster::lease::{Turn, as_lock};
use crate::engine::Engine;
use crate::engine::lock::Lock;
use crate::failure::Failure;
use crate::inputs::Unlock;
use crate::say;
use crate::stop::Stop;

/// How long a run waits for another one. After that the Job's own retries wait, without holding a place on a node.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long before Terraform's lock is tried again. Terraform waits by itself for as long as `LOCK_TIMEOUT` says.
const PAUSE: Duration = Duration::from_secs(5);
/// How long before the Lease is tried again.
const TURN: Duration = Duration::from_secs(1);

impl Session<'_> {
    /// Waits for this run's turn.
    pub(super) async fn take_turn(&mut self) -> Result<(), Failure> {
        let me = self.me();
        let tenant = &self.inputs.run.tenant;
        let mut gone = None;
        loop {
            let held = match self.cluster.take_turn(tenant, &me, gone.as_deref()).await? {
                Turn::Ours(lease) => {
                    self.lease = Some(*lease);
                    return Ok(());
                }
                Turn::Held(lease) => lease,
            };
            gone = None;
            let Some(lock) = as_lock(&held) else {
                // Nobody has it: it was given back, or a person has taken the holder out of it.
                self.go_on()?;
                gone = held.metadata.resource_version.is_some().then_some(held);
                continue;
            };
            match self.holder(&lock).await? {
                // Of this pod, and nothing else of it runs.
                Holder::Own => gone = Some(held),
                Holder::Gone(why) => {
                    say::line(format!("{lock}: {why}; taking it over"));
                    gone = Some(held);
                }
                Holder::Alive(why, until) => self.wait_for(lock, why, until, TURN).await?,
            }
        }
    }

    /// Ends this run's turn, once all that it did has ended. Where a state waits to be pushed, the lock stays: as long as it is held,
    /// nobody has written another one.
    pub(super) async fn end_turn(&mut self, result: &Result<(), Failure>) {
        let Some(lease) = self.lease.take() else { return };
        let waits =
            matches!(result, Err(Failure::StateInSecret(_) | Failure::StateUnsaved { .. } | Failure::Diverged { .. }));
        if let Some(engine) = self.engine.take()
            && engine.killed.get()
            && !waits
        {
            // Terraform that was killed has left its lock, which nobody else may break while this pod is there to be taken for
            // its holder.
            if let Err(failure) = self.release_own(&engine).await {
                say::line(format!("warning: a lock of this run may be left: {failure}"));
            }
        }
        if let Err(failure) = self.cluster.end_turn(&lease).await {
            say::line(format!("warning: Lease of this run is left: {failure}"));
        }
    }

    /// Breaks the lock where that is proven to be safe, or waits for its holder; says whether it was broken.
    pub(super) async fn settle(&self, engine: &Engine, lock: Lock) -> Result<bool, Failure> {
        let (verdict, until) = match self.holder(&lock).await? {
            Holder::Own => {
                say::line(format!("{lock}: of this very run, by a process that has ended; deleting it"));
                return self.delete(engine, &lock).await.map(|()| true);
            }
            Holder::Gone(why) if self.inputs.run.unlock == Unlock::IfHolderGone => {
                say::line(format!("{lock}: {why}; deleting it"));
                return self.delete(engine, &lock).await.map(|()| true);
            }
            Holder::Gone(why) => {
                return Err(Failure::Locked {
                    lock: Box::new(lock),
                    verdict: format!("{why}, and `unlock` is `never`"),
                });
            }
            Holder::Alive(why, until) => (why, until),
        };
        self.wait_for(lock, verdict, until, PAUSE).await.map(|()| false)
    }

    /// Waits a while for the holder. One that is known to end is waited for until then: the Job's own retries may all be over
    /// before.
    async fn wait_for(
        &self,
        lock: Lock,
        verdict: String,
        until: Option<Timestamp>,
        pause: Duration,
    ) -> Result<(), Failure> {
        let waited = self.waited.get();
        if waited >= PATIENCE && until.is_none() {
            return Err(Failure::Locked { lock: Box::new(lock), verdict });
        }
        if waited.is_zero() {
            say::line(format!("{lock}: {verdict}; waiting for it"));
        }
        self.waited.set(waited + pause);
        if self.stop.sleep(pause).await { Ok(()) } else { self.go_on() }
    }

    /// Deletes the lock that a process of this very run has left.
    pub(super) async fn release_own(&self, engine: &Engine) -> Result<(), Failure> {
        match engine.locked(&Stop::brief()).await? {
            Some(lock) if self.holder(&lock).await? == Holder::Own => {
                say::line(format!("{lock}: of this very run; deleting it"));
                self.delete(engine, &lock).await
            }
            _ => Ok(()),
        }
    }

    async fn holder(&self, lock: &Lock) -> Result<Holder, Failure> {
        self.cluster.holder(lock, &self.inputs.run.cluster, &self.uid).await
    }

    /// By its id: a lock that was taken meanwhile has another one, and stays.
    async fn delete(&self, engine: &Engine, lock: &Lock) -> Result<(), Failure> {
        match engine.unlock(&lock.id, &Stop::brief()).await {
            // Somebody else has deleted it, or has the lock meanwhile: what is tried next shows it.
            Err(failure @ (Failure::Engine { .. } | Failure::Locked { .. })) => {
                say::line(format!("{lock}: not deleted: {failure}"));
                self.wait_for(lock.clone(), "it could not be deleted".to_owned(), None, PAUSE).await
            }
            done => done,
        }
    }
}
