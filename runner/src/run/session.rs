//! What a run works with, and how it begins.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use crate::cluster::Cluster;
use crate::engine::events::Changes;
use crate::engine::log::Log;
use crate::engine::process::Ended;
use crate::engine::state::State;
use crate::engine::{Engine, workdir};
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::stop::Stop;

/// A run.
pub(super) struct Session<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) cluster: &'a Cluster,
    pub(super) stop: Stop,
    /// Whether the id is known to be this tenant's.
    pub(super) bound: bool,
    /// What was changed, for the summary.
    pub(super) changes: Option<Changes>,
    /// A state that Terraform could write nowhere, and handed to the runner.
    pub(super) unsaved: RefCell<Option<State>>,
    /// How long this run has waited for a lock.
    pub(super) waited: Cell<Duration>,
    /// How long Terraform's own processes have run.
    pub(super) spent: Rc<Cell<Duration>>,
}

/// The file that Terraform leaves in its folder when the backend does not take a state.
pub(super) const ERRORED: &str = "errored.tfstate";

impl<'a> Session<'a> {
    pub(super) fn new(inputs: &'a Inputs, cluster: &'a Cluster, stop: Stop) -> Self {
        Self {
            inputs,
            cluster,
            stop,
            bound: false,
            changes: None,
            unsaved: RefCell::new(None),
            waited: Cell::default(),
            spent: Rc::default(),
        }
    }

    /// Binds the tenant, sets the deadline, and makes the engine ready; a state that an earlier run could not save is pushed
    /// before anything is planned.
    pub(super) async fn begin(&mut self) -> Result<Engine, Failure> {
        self.cluster.bind(&self.inputs.run).await?;
        self.bound = true;
        self.set_deadline().await?;
        if let Some(reason) = self.stop.reason() {
            return Err(Failure::Stopped(reason));
        }
        let left = left_behind();
        let engine = workdir::prepare(&self.inputs.run, self.spent.clone())?;
        self.steadily(&engine, &[], async || engine.init(&self.stop).await).await?;
        if let Some(state) = left {
            self.unsaved.replace(Some(state));
            self.save(&engine).await?;
        }
        self.restore(&engine).await?;
        Ok(engine)
    }

    /// The run's own deadline is before the pod's, so that Terraform still ends what it has begun. The pod's time counts from
    /// when the kubelet took it: pulling the image is part of it.
    async fn set_deadline(&self) -> Result<(), Failure> {
        let pod = Duration::from_secs(self.inputs.run.deadline_seconds);
        let margin = (pod / 6).clamp(Duration::from_secs(10), Duration::from_secs(300));
        let started = self.cluster.own_pod().await?.and_then(|pod| pod.status?.start_time);
        let age = started.map(|started| Timestamp::now().duration_since(started.0)).unwrap_or_default();
        let age = Duration::try_from(age).unwrap_or_default();
        self.stop.after(pod.saturating_sub(margin).saturating_sub(age));
        Ok(())
    }

    /// Runs a command of the engine that speaks JSON, for the tenant to see.
    pub(super) async fn spoken(&self, engine: &Engine, arguments: &[&str]) -> Result<Ended, Failure> {
        let mut ended = engine.run(arguments, &self.stop, &mut Log::new()).await?;
        if let Some(state) = ended.state.take() {
            self.unsaved.replace(Some(State::parse(state.get().as_bytes().to_vec())?));
        }
        Ok(ended)
    }

    /// The argument that names the variables' file.
    pub(super) fn variables(&self) -> String {
        format!("-var-file={}", self.inputs.variables.display())
    }
}

/// A state that an earlier process left in the same volume.
fn left_behind() -> Option<State> {
    let data = PathBuf::from(std::env::var_os("TF_DATA_DIR")?);
    State::parse(fs::read(data.with_file_name("work").join(ERRORED)).ok()?).ok()
}
