//! Nothing is lost: a state that the backend did not take is pushed again, or kept in a Secret until the backend takes it.

use std::fs;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::session::Session;
use crate::cluster::holder::SAVING;
use crate::engine::Engine;
use crate::engine::state::State;
use crate::engine::workdir::{self, ERRORED};
use crate::failure::Failure;
use crate::say;
use crate::stop::{Reason, Stop};

/// How long a state that is kept in a Secret is pushed again and again; after that the next run does it. One that is kept
/// nowhere is for [`SAVING`], nearly a pod's whole grace period.
const KEPT: Duration = Duration::from_secs(45);
/// How long one attempt to write the Secret may take, so that the backend is tried too.
const KEEPING: Duration = Duration::from_secs(10);
/// The first pause between two attempts; the next ones are twice as long, up to the longest.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(15)];

impl Session<'_> {
    /// Saves a state that Terraform could not save, if there is one. Nothing stops it but the pod's end.
    pub(super) async fn save(&self, engine: &Engine) -> Result<(), Failure> {
        let file = engine.folder.join(ERRORED);
        // What Terraform said last is newer than what it wrote, which it could not.
        let bytes = match self.unsaved.take() {
            Some(bytes) => bytes,
            None => fs::read(&file).unwrap_or_default(),
        };
        if bytes.is_empty() {
            return Ok(());
        }
        say::line("the backend did not take the state: saving it");
        self.save_bytes(engine, &bytes).await?;
        // Emptied, not removed: a folder without room for another file would take no state.
        fs::write(&file, []).map_err(|source| Failure::Unwritable { path: file, source })
    }

    async fn save_bytes(&self, engine: &Engine, bytes: &[u8]) -> Result<(), Failure> {
        let begun = Instant::now();
        let [mut pause, longest] = PAUSES;
        let mut kept = self.keep(bytes, None).await;
        // A part of a state is kept for a person: nothing here can make it whole.
        let state = match State::parse(bytes.to_vec()) {
            Ok(state) => Some(state),
            Err(failure) if kept.is_ok() => return Err(failure),
            Err(_) => None,
        };
        // At this moment, and not later: what is there later may be somebody else's.
        let before = engine.pull(&Stop::brief()).await.ok().map(|state| mark(state.as_ref()));
        let mut marked = before.is_none();
        loop {
            if kept.is_err() || !marked {
                let again = self.keep(bytes, before.as_deref()).await;
                marked = again.is_ok();
                // What is kept stays kept where the API server is away for the rest.
                kept = kept.or(again);
            }
            let failure = match &state {
                // No attempt goes on beyond the time by which this run is known to have ended.
                Some(state) => match timeout(
                    SAVING.saturating_sub(begun.elapsed()),
                    self.push(engine, state, &self.me(), before.as_deref()),
                )
                .await
                {
                    Ok(Ok(())) => {
                        say::line("the state is pushed to its backend");
                        return self.forget(bytes).await;
                    }
                    Ok(Err(failure @ Failure::Diverged { .. })) if kept.is_ok() => return Err(failure),
                    Ok(Err(failure)) => failure,
                    Err(_) => Failure::Stopped(Reason::Slow),
                },
                None => Failure::BadRescue("it is a part of a state".to_owned()),
            };
            let limit = if kept.is_ok() { KEPT } else { SAVING };
            if begun.elapsed() + pause > limit {
                return Err(match kept {
                    Ok(secret) => Failure::StateInSecret(secret),
                    Err(secret) => Failure::StateUnsaved { backend: failure.to_string(), secret: secret.to_string() },
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    /// Forgets a state that was kept and is in its backend. One that stayed would stand in the way of what comes next: the run
    /// does not go on with it.
    async fn forget(&self, bytes: &[u8]) -> Result<(), Failure> {
        match self.cluster.kept(&self.inputs.run.tenant).await? {
            Some(kept) if kept.state == bytes => self.cluster.forget(&kept).await,
            Some(_) => Err(Failure::BadRescue("another one is kept for this tenant".to_owned())),
            None => Ok(()),
        }
    }

    /// Keeps a state in a Secret: the first thing that is done, for it takes no time, and outlives the pod.
    async fn keep(&self, bytes: &[u8], before: Option<&str>) -> Result<String, Failure> {
        let me = self.me();
        let keeping = self.cluster.keep(&self.inputs.run.tenant, bytes, &me, before);
        let kept = timeout(KEEPING, keeping).await.unwrap_or_else(|_| {
            Err(Failure::BadRescue(format!("the API server did not take it within {} s", KEEPING.as_secs())))
        });
        if let (Ok(name), false) = (&kept, self.said_kept.replace(kept.is_ok())) {
            say::line(format!("the state is kept in Secret `{name}`"));
        }
        kept
    }

    /// Keeps a state that an earlier process left in this pod's folder, before the folder is made anew.
    pub(super) async fn keep_left_behind(&self) -> Result<(), Failure> {
        let left = fs::read(workdir::folder()?.join(ERRORED)).ok();
        match left.filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => self.keep(&bytes, None).await.map(drop),
            None => Ok(()),
        }
    }

    /// Pushes a state that an earlier run kept in a Secret.
    pub(super) async fn restore(&self, engine: &Engine) -> Result<(), Failure> {
        let tenant = &self.inputs.run.tenant;
        let Some(kept) = self.cluster.kept(tenant).await? else { return Ok(()) };
        say::line("an earlier run kept its state in a Secret: pushing it to its backend");
        let state = State::parse(kept.state.clone())?;
        let before = kept.backend.as_deref();
        self.steadily(engine, &[], async || self.push(engine, &state, &kept.holder, before).await).await?;
        self.cluster.forget(&kept).await?;
        say::line("the state is pushed to its backend, and the Secret is deleted");
        Ok(())
    }

    /// Pushes a state that `holder` could not save, unless the backend has it already. Only where nobody has written to the
    /// backend since: the lock of its apply is still held, or what is there is what was there `before`.
    async fn push(&self, engine: &Engine, state: &State, holder: &str, before: Option<&str>) -> Result<(), Failure> {
        let lock = engine.locked(&Stop::brief()).await?;
        if let Some(lock) = lock.clone().filter(|lock| lock.who != holder) {
            return Err(Failure::Locked { lock: Box::new(lock), verdict: "somebody else has it".to_owned() });
        }
        let backend = engine.pull(&Stop::brief()).await?;
        if !backend.as_ref().is_some_and(|backend| same(backend, state)) {
            let ours = &state.version;
            let theirs = backend.as_ref().map(|backend| &backend.version);
            let follows = theirs.is_none_or(|theirs| theirs.lineage == ours.lineage && theirs.serial < ours.serial);
            let fenced = lock.as_ref().is_some_and(|lock| lock.operation == APPLY);
            if !follows || !fenced && before != Some(mark(backend.as_ref()).as_str()) {
                let backend = theirs.map_or(0, |theirs| theirs.serial);
                return Err(Failure::Diverged { rescued: ours.serial, backend });
            }
            // As the very next one: Terraform then refuses it where somebody has written meanwhile.
            let next = theirs.map_or(ours.serial, |theirs| theirs.serial.saturating_add(1));
            engine.push(&state.with_serial(next)?, lock.is_some(), &Stop::brief()).await?;
        }
        match lock {
            Some(lock) => self.settle(engine, lock).await.map(drop),
            None => Ok(()),
        }
    }
}

/// What the lock of an apply or a destroy says that it is for.
const APPLY: &str = "OperationTypeApply";

/// Which state it is, in a word.
fn mark(state: Option<&State>) -> String {
    state.map_or("none".to_owned(), |state| format!("{}/{}", state.version.lineage, state.version.serial))
}

/// Whether two states say the same. A backend gives what is pushed a serial of its own, and into an empty one a lineage too.
fn same(one: &State, other: &State) -> bool {
    let value = |state: &State| serde_json::from_slice::<serde_json::Value>(&state.bytes).ok();
    let (Some(one), Some(other)) = (value(one), value(other)) else { return false };
    ["resources", "outputs", "check_results"].iter().all(|part| one[*part] == other[*part])
}
