//! Nothing is lost: a state that the backend did not take is pushed again, or kept in a Secret until the backend takes it.

use std::fs;
use std::time::{Duration, Instant};

use super::session::{ERRORED, Session};
use crate::engine::Engine;
use crate::engine::state::State;
use crate::failure::Failure;
use crate::say;
use crate::stop::Stop;

/// How long a state that is kept in a Secret is pushed again and again; after that the next run does it.
const KEPT: Duration = Duration::from_secs(45);
/// How long one is that is kept nowhere: nearly a pod's whole grace period.
const UNKEPT: Duration = Duration::from_secs(240);
/// The first pause between two attempts; the next ones are twice as long, up to the longest.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(15)];

impl Session<'_> {
    /// Saves a state that Terraform could not save, if there is one. Nothing stops it but the pod's end.
    pub(super) async fn save(&self, engine: &Engine) -> Result<(), Failure> {
        let file = engine.folder.join(ERRORED);
        let state = match (self.unsaved.take(), fs::read(&file)) {
            (Some(state), _) => state,
            (None, Ok(bytes)) => State::parse(bytes)?,
            (None, Err(_)) => return Ok(()),
        };
        say::line("the backend did not take the state: saving it");
        let tenant = &self.inputs.run.tenant;
        let begun = Instant::now();
        let [mut pause, longest] = PAUSES;
        let mut kept = Err(String::new());
        loop {
            // First of all: a Secret is written in no time, and outlives the pod.
            if kept.is_err() {
                kept = self.cluster.rescue(tenant, &state).await.map_err(|failure| failure.to_string());
                if let Ok(name) = &kept {
                    say::line(format!("the state is kept in Secret `{name}`"));
                }
            }
            let backend = match self.push(engine, &state).await {
                Ok(()) => {
                    say::line("the state is pushed to its backend");
                    fs::remove_file(&file).ok();
                    // It is safe now; a Secret that stays is seen by the next run to say the same as the backend.
                    if let Err(failure) = self.cluster.forget_rescued(tenant).await {
                        say::line(format!("warning: {failure}"));
                    }
                    return Ok(());
                }
                Err(failure @ Failure::Diverged { .. }) if kept.is_ok() => return Err(failure),
                Err(failure) => failure.to_string(),
            };
            let limit = if kept.is_ok() { KEPT } else { UNKEPT };
            if begun.elapsed() + pause > limit {
                return Err(match kept {
                    Ok(secret) => Failure::StateInSecret(secret),
                    Err(secret) => Failure::StateUnsaved { backend, secret },
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    /// Pushes a state that an earlier run kept in a Secret.
    pub(super) async fn restore(&self, engine: &Engine) -> Result<(), Failure> {
        let tenant = &self.inputs.run.tenant;
        let Some(state) = self.cluster.rescued(tenant).await? else { return Ok(()) };
        say::line("an earlier run kept its state in a Secret: pushing it to its backend");
        self.steadily(engine, &[], async || self.push(engine, &state).await).await?;
        self.cluster.forget_rescued(tenant).await?;
        say::line("the state is pushed to its backend, and the Secret is deleted");
        Ok(())
    }

    /// Pushes a state, unless the backend has it already.
    async fn push(&self, engine: &Engine, state: &State) -> Result<(), Failure> {
        let never = Stop::never();
        self.release_own(engine).await?;
        if let Some(backend) = engine.pull(&never).await? {
            if same(&backend, state) {
                return Ok(());
            }
            let (ours, theirs) = (&state.version, &backend.version);
            if ours.lineage != theirs.lineage || ours.serial <= theirs.serial {
                return Err(Failure::Diverged { rescued: ours.serial, backend: theirs.serial });
            }
        }
        engine.push(state, &never).await
    }
}

/// Whether two states say the same. A backend gives what is pushed a serial of its own, and into an empty one a lineage too.
fn same(one: &State, other: &State) -> bool {
    let value = |state: &State| serde_json::from_slice::<serde_json::Value>(&state.bytes).ok();
    let (Some(one), Some(other)) = (value(one), value(other)) else { return false };
    ["resources", "outputs", "check_results"].iter().all(|part| one[*part] == other[*part])
}
