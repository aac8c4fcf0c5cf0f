//! Terraform or OpenTofu, as processes: both take the same arguments here and say the same things.

pub mod backend;
pub mod class;
pub mod events;
pub mod lock;
pub mod log;
pub mod process;
pub mod state;
pub mod workdir;

use std::cell::Cell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use tokio::process::Command;

use crate::failure::Failure;
use crate::inputs;

/// How long Terraform itself waits for a lock before it says who holds it: no longer than a run that is about to end takes for
/// that. What comes after is the runner's to judge.
pub const LOCK_TIMEOUT: &str = "-lock-timeout=3s";

/// The engine, with the folder that it works in.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Which.
    pub kind: inputs::Engine,
    /// The work folder: a copy of the module.
    pub folder: PathBuf,
    /// Variables of the environment that are this engine's alone.
    pub environment: Vec<(&'static str, OsString)>,
    /// How long its processes have run, all together. Copies of an engine share it.
    pub spent: Rc<Cell<Duration>>,
    /// Whether one of them was ended by a signal, and may have left its lock.
    pub killed: Rc<Cell<bool>>,
}

impl Engine {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.kind.program()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.kind.program());
        command
            .args(arguments)
            .current_dir(&self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            // A group of its own: a signal to the runner's group must reach Terraform by the runner alone, and once.
            .process_group(0);
        command
    }

    /// Makes the folder ready for all other commands: providers from the image's mirror, the backend from the override.
    ///
    /// # Errors
    /// The backend does not answer, or the lock file does not fit the mirror.
    pub async fn init(&self, stop: &crate::stop::Stop) -> Result<(), Failure> {
        let arguments = ["init", "-input=false", "-no-color", "-json", "-lockfile=readonly", "-reconfigure"];
        self.run(&arguments, stop, &mut log::Log::quiet()).await?.into_result(self, stop)
    }
}
