//! What a run works with, and how it begins.

use std::cell::{Cell, RefCell};
use std::env;
use std::fs;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use tokio::try_join;

use crate::cluster::Cluster;
use crate::cluster::holder::LIMIT;
use crate::engine::events::Count;
use crate::engine::log::Log;
use crate::engine::process::Ended;
use crate::engine::workdir::ERRORED;
use crate::engine::{Engine, lock, workdir};
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::stop::{Reason, Stop};

/// A run.
pub(super) struct Session<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) cluster: &'a Cluster,
    pub(super) stop: Stop,
    /// The pod's uid.
    pub(super) uid: String,
    /// The user by which this run's locks are known.
    pub(super) user: String,
    /// Whether the id is known to be this tenant's.
    pub(super) bound: bool,
    /// The tenant's Lease, while it is this run's turn.
    pub(super) lease: Option<Lease>,
    /// The engine, once it is ready.
    pub(super) engine: Option<Engine>,
    /// What was changed, for the summary.
    pub(super) count: Option<Count>,
    /// A state that Terraform could write nowhere, and handed to the runner.
    pub(super) unsaved: RefCell<Option<Vec<u8>>>,
    /// Whether the log says that the state is kept.
    pub(super) said_kept: Cell<bool>,
    /// How long this run has waited for a lock.
    pub(super) waited: Cell<Duration>,
    /// How long Terraform's own processes have run.
    pub(super) spent: Rc<Cell<Duration>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(inputs: &'a Inputs, cluster: &'a Cluster, stop: Stop) -> Result<Self, Failure> {
        let uid = env::var("POD_UID").map_err(|_| Failure::NoVariable("POD_UID"))?;
        let run = &inputs.run;
        Ok(Self {
            inputs,
            cluster,
            stop,
            user: lock::user(&run.cluster, run.deadline_seconds, &uid),
            uid,
            bound: false,
            lease: None,
            engine: None,
            count: None,
            unsaved: RefCell::default(),
            said_kept: Cell::default(),
            waited: Cell::default(),
            spent: Rc::default(),
        })
    }

    /// This run, as a lock's `Who`.
    pub(super) fn me(&self) -> String {
        format!("{}@{}", self.user, self.cluster.pod)
    }

    /// Binds the tenant, sets the deadline, waits for this run's turn and makes the engine ready; a state that an earlier run
    /// could not save is pushed before anything is planned.
    pub(super) async fn begin(&mut self) -> Result<Engine, Failure> {
        try_join!(self.cluster.bind(&self.inputs.run), self.set_deadline())?;
        self.bound = true;
        self.go_on()?;
        self.take_turn().await?;
        self.keep_left_behind().await?;
        let engine = self.ready().await?;
        self.engine = Some(engine.clone());
        self.restore(&engine).await?;
        Ok(engine)
    }

    /// Begins a run that only looks: nothing is written, and nobody has to wait for it.
    pub(super) async fn begin_to_look(&mut self) -> Result<Engine, Failure> {
        try_join!(self.cluster.is_bound(&self.inputs.run), self.set_deadline())?;
        self.bound = true;
        self.go_on()?;
        self.ready().await
    }

    async fn ready(&self) -> Result<Engine, Failure> {
        let engine = workdir::prepare(&self.inputs.run, &self.user, self.spent.clone())?;
        self.steadily(&engine, &[], async || engine.init(&self.stop).await).await?;
        Ok(engine)
    }

    /// The run's own deadline is before the pod's, so that Terraform still ends what it has begun. The pod's time counts from
    /// when the kubelet took it: pulling the image is part of it.
    async fn set_deadline(&self) -> Result<(), Failure> {
        let time = Duration::from_secs(self.inputs.run.deadline_seconds);
        let margin = (time / 6).clamp(Duration::from_secs(10), Duration::from_secs(300));
        let pod = self.cluster.own_pod().await?.unwrap_or_default();
        // Told to stop before this process listened for that.
        if pod.metadata.deletion_timestamp.is_some() {
            self.stop.now(Reason::Signal);
        }
        let started = pod.status.and_then(|status| status.start_time);
        let age = started.map(|started| Timestamp::now().duration_since(started.0)).unwrap_or_default();
        let left = time.saturating_sub(Duration::try_from(age).unwrap_or_default());
        self.stop.after(left.saturating_sub(margin), left.saturating_add(LIMIT));
        Ok(())
    }

    /// An error where the run has to stop.
    pub(super) fn go_on(&self) -> Result<(), Failure> {
        self.stop.reason().map_or(Ok(()), |reason| Err(Failure::Stopped(reason)))
    }

    /// Runs a command of the engine that speaks JSON, for the tenant to see.
    pub(super) async fn spoken(&self, engine: &Engine, arguments: &[&str]) -> Result<Ended, Failure> {
        let mut ended = engine.run(arguments, &self.stop, &mut Log::new()).await?;
        if let Some(state) = ended.state.take() {
            self.unsaved.replace(Some(state.get().as_bytes().to_vec()));
        } else if let Some(backend) = ended.unsaved()
            && fs::metadata(engine.folder.join(ERRORED)).map_or(0, |file| file.len()) == 0
        {
            let secret = format!("{} handed no state over", engine.name());
            return Err(Failure::StateUnsaved { backend, secret });
        }
        Ok(ended)
    }

    /// The argument that names the variables' file.
    pub(super) fn variables(&self) -> String {
        format!("-var-file={}", self.inputs.variables.display())
    }
}
