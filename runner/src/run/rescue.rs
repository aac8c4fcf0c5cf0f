//! Nothing is lost: a state that the backend did not take is pushed again, or kept in a Secret until the backend takes it.

use std::fs;
use std::time::Duration;

use super::session::{ERRORED, Session};
use crate::engine::Engine;
use crate::engine::state::State;
use crate::failure::Failure;
use crate::say;
use crate::stop::Stop;

/// The pauses between attempts to save a state. Together they are well below a pod's grace period.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(10), Duration::from_secs(30)];

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
        let mut pauses = PAUSES.into_iter();
        let mut kept = None;
        loop {
            let backend = match self.push(engine, &state).await {
                Ok(()) => {
                    say::line("the state is pushed to its backend");
                    fs::remove_file(&file).ok();
                    if kept.is_some() {
                        self.cluster.forget_rescued(&self.inputs.run.tenant).await?;
                    }
                    return Ok(());
                }
                Err(failure @ Failure::Diverged { .. }) => return Err(failure),
                Err(failure) => failure.to_string(),
            };
            // Before any waiting: a Secret outlives the pod.
            let secret = match kept {
                Some(_) => String::new(),
                None => match self.cluster.rescue(&self.inputs.run.tenant, &state).await {
                    Ok(name) => {
                        say::line(format!("the state is kept in Secret `{name}`"));
                        fs::remove_file(&file).ok();
                        kept = Some(name);
                        String::new()
                    }
                    Err(failure) => failure.to_string(),
                },
            };
            let Some(pause) = pauses.next() else {
                return Err(kept.map_or(Failure::StateUnsaved { backend, secret }, Failure::StateInSecret));
            };
            tokio::time::sleep(pause).await;
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

/// Whether two states say the same. Backends write them in forms of their own.
fn same(one: &State, other: &State) -> bool {
    let value = |state: &State| serde_json::from_slice::<serde_json::Value>(&state.bytes).ok();
    one.version == other.version && value(one).is_some_and(|one| Some(one) == value(other))
}
