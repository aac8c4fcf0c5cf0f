//! The cluster of all tests, with Argo CD, the External Secrets operator and the shipped fleet's repository.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use e2e::cache::{Cache, workspace};
use e2e::cluster::Cluster;
use e2e::fleet::{Fleet, Modules};
use e2e::images::release_binary;
use e2e::interrupt;
use e2e::ready::PATIENCE;
use e2e::site::Site;
use kube::Client;
use tokio::runtime::Runtime;

/// What the tests share.
pub(crate) struct World {
    /// The cluster.
    pub(crate) cluster: Cluster,
    /// The fleet's repositories.
    pub(crate) fleet: Fleet,
    /// A client as the cluster's administrator.
    pub(crate) client: Client,
    /// The commit at which the platform's own set is, once it is.
    pub(crate) revision: Mutex<Option<String>>,
    /// Held by who looks whether an engine's root file system is there, until it is.
    pub(crate) roots: Mutex<()>,
    runtime: Runtime,
    cache: Cache,
    name: String,
    /// The lines of the report.
    report: Mutex<Vec<String>>,
}

impl World {
    /// From now on an interruption leaves no cluster of this process; those of suites that were killed are cleared away.
    pub(crate) fn clears() -> Result<()> {
        let cache = Cache::open()?;
        clear_old(&cache)?;
        interrupt::clears(&cache, &name())
    }

    /// Starts everything, and moves this thread into the cluster's network.
    pub(crate) fn start(modules: Modules<'_>) -> Result<Self> {
        let (cache, name) = (Cache::open()?, name());
        if let Modules::Shipped { .. } = modules {
            e2e::rights::install(&cache)?;
        }
        let program = Path::new(env!("CARGO_BIN_EXE_e2e"));
        let Site { cluster, fleet, .. } = Site::up(&cache, &name, program, modules, false, true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(async { cluster.client() })?;
        Ok(Self {
            cluster,
            fleet,
            client,
            revision: Mutex::default(),
            roots: Mutex::default(),
            runtime,
            cache,
            name,
            report: Mutex::default(),
        })
    }

    /// Runs a test. A component that ended explains a failure better than what the test saw of it.
    pub(crate) fn run(&self, test: impl FnOnce(&Self) -> Result<()>) -> Result<()> {
        let result = test(self);
        if result.is_err() {
            interrupt::or_wait();
        }
        match (&result, self.cluster.check()) {
            (Err(seen), Err(ended)) => Err(ended.context(format!("{seen:#}"))),
            (Ok(()), Err(ended)) => Err(ended),
            _ => result,
        }
    }

    /// Waits for an answer of the API server.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Asks until the answer is there: for so many seconds on a machine that does nothing else.
    pub(crate) fn until<T>(&self, what: &str, seconds: u64, ask: impl FnMut() -> Result<T>) -> Result<T> {
        let ask = RefCell::new(ask);
        let (begun, limit) = (Instant::now(), Duration::from_secs(seconds) * PATIENCE);
        loop {
            let reason = match (ask.borrow_mut())() {
                Ok(answer) => return Ok(answer),
                Err(reason) => reason,
            };
            self.cluster.check()?;
            if begun.elapsed() > limit {
                return Err(reason.context(format!("{what}: not after {} s", limit.as_secs())));
            }
            std::thread::sleep(Duration::from_millis(150));
        }
    }

    /// Runs `tenantry` on this machine, in a folder of the fleet's checkout.
    pub(crate) fn tenantry(&self, folder: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(release_binary("tenantry"));
        command.current_dir(self.fleet.tenants.checkout.join(folder)).env_clear();
        e2e::process::run(command.args(arguments))
    }

    /// What was made once and is kept.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Keeps what all components and pods said, for whoever looks into a failure.
    pub(crate) fn keep_logs(&self) {
        let kept = copy_logs(&self.cluster.folder);
        let mut dump = self.cluster.kubectl();
        dump.args(["get", "applications,appprojects,pods,jobs,events", "--all-namespaces", "--output", "yaml"]);
        if let Ok(output) = dump.output() {
            fs::write(kept.join("objects.yaml"), output.stdout).ok();
        }
    }

    /// Clears away a cluster that did not start, but for what was said in it.
    pub(crate) fn clear() {
        let cleared = Cache::open().and_then(|cache| {
            let folder = e2e::cluster::folder(&cache, &name());
            if folder.exists() {
                copy_logs(&folder);
            }
            e2e::cluster::clear(&cache, &name())
        });
        if let Err(error) = cleared {
            eprintln!("what is left of it: {error:#}");
        }
    }

    /// Adds lines to the report.
    pub(crate) fn note(&self, lines: &[String]) {
        if let Ok(mut report) = self.report.lock() {
            report.extend_from_slice(lines);
        }
    }

    /// Writes the report of times: a file of this name.
    pub(crate) fn report(&self, file: &str) -> Result<()> {
        let lines = self.report.lock().map_err(|_| anyhow::anyhow!("a test panicked"))?;
        fs::create_dir_all(target())?;
        fs::write(target().join(file), format!("# Times\n{}\n", lines.join("\n"))).context(file.to_owned())
    }

    /// Stops the cluster and leaves nothing of it.
    pub(crate) fn end(self) -> Result<()> {
        drop(self.client);
        self.cluster.down(&self.cache, &self.name)
    }
}

/// Copies what all components and pods of a cluster said to where people look for it.
fn copy_logs(cluster: &Path) -> PathBuf {
    let kept = target().join("logs");
    fs::remove_dir_all(&kept).ok();
    fs::create_dir_all(&kept).ok();
    if Command::new("cp").arg("-r").arg(cluster.join("log")).arg(&kept).status().is_ok_and(|status| status.success()) {
        eprintln!("e2e: the logs of every component are in {}", kept.display());
    }
    kept
}

/// The name of this process's clusters, of which there is one at a time.
fn name() -> String {
    format!("suite-{}", std::process::id())
}

/// The folder of what the suite leaves for people.
fn target() -> PathBuf {
    workspace().join("target/e2e")
}

/// Clears away the clusters of suites that were killed.
fn clear_old(cache: &Cache) -> Result<()> {
    let Ok(entries) = fs::read_dir(cache.folder().join("clusters")) else { return Ok(()) };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Some(number) = name.strip_prefix("suite-") else { continue };
        if !Path::new("/proc").join(number).exists() {
            e2e::cluster::clear(cache, &name)?;
        }
    }
    Ok(())
}
