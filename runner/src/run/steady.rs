//! Tries something until it is done or cannot be: after each failure a state that was not saved is saved, a lock is judged, what
//! exists is adopted, and what passes is waited for.

use std::time::Duration;

use super::session::Session;
use crate::engine::Engine;
use crate::engine::class::Class;
use crate::failure::Failure;
use crate::say;

/// The pauses before the second, third and fourth attempt at what passes.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(30)];
/// How often things are adopted, or a plan is made anew, in one run. Each time there is at least one less to do.
const ROUNDS: usize = 20;

impl Session<'_> {
    /// Tries steadily. `variables` are the arguments by which an import has to be told what the attempt was told.
    pub(super) async fn steadily<T>(
        &self,
        engine: &Engine,
        variables: &[&str],
        mut attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut pauses = PAUSES.into_iter();
        for _ in 0..ROUNDS * 10 {
            if let Some(reason) = self.stop.reason() {
                return Err(Failure::Stopped(reason));
            }
            let failure = match attempt().await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            // Whatever comes next: first nothing must be lost.
            self.save(engine).await?;
            match failure {
                Failure::Locked { lock, .. } => {
                    self.settle(engine, *lock).await?;
                    // Whoever held it may have kept its state in a Secret meanwhile.
                    Box::pin(self.restore(engine)).await?;
                }
                Failure::Engine { class: Class::Exists, summary, addresses } => {
                    let failure = Failure::Engine { class: Class::Exists, summary, addresses: addresses.clone() };
                    self.adopt(engine, variables, &addresses, failure).await?;
                }
                Failure::Engine { class: Class::StalePlan, .. } => say::line("the state has moved on: planning anew"),
                failure if failure.passes() || matches!(failure, Failure::Killed { .. }) => {
                    let Some(pause) = pauses.next() else {
                        // Terraform that was killed leaves its lock, which nobody else may break while this pod is there to be
                        // taken for its holder.
                        if matches!(failure, Failure::Killed { .. }) {
                            self.release_own(engine).await.ok();
                        }
                        return Err(failure);
                    };
                    say::line(format!("{failure}"));
                    say::line(format!("trying again in {} s", pause.as_secs()));
                    if !self.stop.sleep(pause).await {
                        return Err(failure);
                    }
                }
                failure => return Err(failure),
            }
        }
        Err(Failure::Engine {
            summary: format!("{} gets no further", engine.name()),
            class: Class::Unknown,
            addresses: Vec::new(),
        })
    }
}
