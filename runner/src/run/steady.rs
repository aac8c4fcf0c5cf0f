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
/// How often things are adopted, locks are broken or a plan is made anew, in one run. Each time there is one less to do.
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
        let mut rounds = 0;
        loop {
            self.go_on()?;
            let failure = match attempt().await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            // Whatever comes next: first nothing must be lost.
            self.save(engine).await?;
            let failure = match failure {
                Failure::Engine { class: Class::Exists, ref addresses, .. }
                    if rounds < ROUNDS && self.lease.is_some() =>
                {
                    rounds += 1;
                    let addresses = addresses.clone();
                    match self.adopt(engine, variables, &addresses, failure).await {
                        Ok(()) => continue,
                        Err(failure) => failure,
                    }
                }
                failure => failure,
            };
            match failure {
                Failure::Locked { lock, .. } if rounds < ROUNDS => {
                    // One that is waited for is bounded by time, one that is broken by this.
                    if self.settle(engine, *lock).await? {
                        rounds += 1;
                    }
                }
                Failure::Engine { class: Class::StalePlan, .. } if rounds < ROUNDS => {
                    rounds += 1;
                    say::line("the state has moved on: planning anew");
                }
                failure if failure.passes() || matches!(failure, Failure::Killed { .. }) => {
                    let Some(pause) = pauses.next() else { return Err(failure) };
                    say::line(format!("{failure}"));
                    say::line(format!("trying again in {} s", pause.as_secs()));
                    if !self.stop.sleep(pause).await {
                        return Err(failure);
                    }
                }
                failure => return Err(failure),
            }
        }
    }
}
