//! What is done about a lock that somebody holds.

use std::env;
use std::time::Duration;

use super::session::Session;
use crate::cluster::holder::Holder;
use crate::engine::Engine;
use crate::engine::lock::Lock;
use crate::failure::Failure;
use crate::inputs::Unlock;
use crate::say;
use crate::stop::Stop;

/// How long a run waits for another one. After that the Job's own retries wait, without holding a place on a node.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long before the lock is tried again. Terraform waits by itself for as long as `LOCK_TIMEOUT` says.
const PAUSE: Duration = Duration::from_secs(5);

impl Session<'_> {
    /// Breaks the lock where that is proven to be safe, or waits for its holder.
    pub(super) async fn settle(&self, engine: &Engine, lock: Lock) -> Result<(), Failure> {
        let verdict = match self.holder(&lock).await? {
            Holder::Own => {
                say::line(format!("{lock}: of this very run, by a process that has ended; deleting it"));
                return self.delete(engine, &lock).await;
            }
            Holder::Gone(why) if self.inputs.run.unlock == Unlock::IfHolderGone => {
                say::line(format!("{lock}: {why}; deleting it"));
                return self.delete(engine, &lock).await;
            }
            Holder::Gone(why) => {
                return Err(Failure::Locked {
                    lock: Box::new(lock),
                    verdict: format!("{why}, and `unlock` is `never`"),
                });
            }
            Holder::Alive(why) => why,
        };
        let waited = self.waited.get();
        if waited >= PATIENCE {
            return Err(Failure::Locked { lock: Box::new(lock), verdict });
        }
        if waited.is_zero() {
            say::line(format!("{lock}: {verdict}; waiting for it"));
        }
        self.stop.sleep(PAUSE).await;
        self.waited.set(waited + PAUSE + Duration::from_secs(3));
        Ok(())
    }

    /// Deletes the lock that a process of this very run has left.
    pub(super) async fn release_own(&self, engine: &Engine) -> Result<(), Failure> {
        match engine.locked(&Stop::never()).await? {
            Some(lock) if self.holder(&lock).await? == Holder::Own => {
                say::line(format!("{lock}: of this very run; deleting it"));
                self.delete(engine, &lock).await
            }
            _ => Ok(()),
        }
    }

    async fn holder(&self, lock: &Lock) -> Result<Holder, Failure> {
        let uid = env::var("POD_UID").unwrap_or_default();
        self.cluster.holder(lock, &self.inputs.run.cluster, &uid).await
    }

    /// By its id: a lock that was taken meanwhile has another one, and stays.
    async fn delete(&self, engine: &Engine, lock: &Lock) -> Result<(), Failure> {
        match engine.unlock(&lock.id, &Stop::never()).await {
            // Somebody else has deleted it, or its holder has: what is tried next shows it.
            Err(Failure::Engine { summary, .. }) => {
                say::line(format!("{lock}: not deleted: {summary}"));
                self.waited.set(self.waited.get() + PAUSE);
                if self.waited.get() >= PATIENCE {
                    let verdict = "it could not be deleted".to_owned();
                    return Err(Failure::Locked { lock: Box::new(lock.clone()), verdict });
                }
                self.stop.sleep(PAUSE).await;
                Ok(())
            }
            done => done,
        }
    }
}
