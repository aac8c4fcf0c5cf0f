//! The one machine of a cluster: namespaces of its own, in which everything that is started ends with its first process.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::capacity;
use crate::component::{self, Component};
use crate::process::run;

/// Where a cluster's folder is seen inside: short, for sockets have short paths, and the same in every cluster, for paths are
/// written into what containerd keeps.
pub const INSIDE: &str = "/run/node";
/// The node's address.
pub const ADDRESS: &str = "10.200.0.1";
/// The address of the forge: it listens at the port that the API server has at the node's.
pub const FORGE_ADDRESS: &str = "10.200.0.2";
/// The address of the cluster's DNS.
pub const DNS: &str = "10.96.0.10";

/// What a node is told when it starts, as `node.json` in its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The programs of Kubernetes.
    pub kubernetes: PathBuf,
    /// The packages of moto, which stands for AWS.
    pub moto: PathBuf,
    /// The program that serves repositories and charts.
    pub forge: PathBuf,
    /// The forge's certificate and key.
    pub certificate: (PathBuf, PathBuf),
    /// The control group under which the kubelet puts its pods.
    pub cgroup: String,
}

/// Starts a node of this folder: a program of ours as the first process of new namespaces.
///
/// # Errors
/// It cannot be started.
pub fn start(program: &Path, folder: &Path, lasts: bool) -> Result<Child> {
    let log = fs::File::create(folder.join("log/node.log"))?;
    // What is to last is no longer of this session; anything else ends with the process that started it, whatever ended that.
    let mut command = if lasts { Command::new("setsid") } else { Command::new("setpriv") };
    if !lasts {
        command.args(["--pdeathsig", "KILL"]);
    }
    command.args([
        "unshare",
        "--net",
        "--mount",
        "--ipc",
        "--uts",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "--",
    ]);
    command.arg(program).arg("node").arg(folder);
    command.env_clear().env("PATH", PATH).env("HOME", "/run/node/home");
    let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn();
    child.context("cannot start `unshare`")
}

/// Where programs lie; a root's `PATH` may lack the second half.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Is a node: sets the machine up, starts the components and watches them until it is killed.
///
/// # Errors
/// The machine cannot be set up.
pub fn be(folder: &Path) -> Result<()> {
    let settings: Settings = serde_json::from_slice(&fs::read(folder.join("node.json"))?)?;
    set_up(folder)?;
    capacity::enlarge()?;
    run(Command::new("hostname").arg("node"))?;
    fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
    let ip = |arguments: &[&str]| run(Command::new("ip").args(arguments));
    ip(&["link", "set", "lo", "up"])?;
    for address in [ADDRESS, FORGE_ADDRESS, DNS] {
        ip(&["address", "add", &format!("{address}/32"), "dev", "lo"])?;
    }
    let mut running = BTreeMap::new();
    let components = component::all(&settings);
    for component in &components {
        let child = spawn(component)?;
        running.insert(child.id(), (component.name, child));
        wait_for(component, &mut running)?;
    }
    fs::write(Path::new(INSIDE).join("started"), "")?;
    // The first process of a namespace inherits what others leave behind, and has to ask how it ended.
    loop {
        let Some((pid, status)) = rustix::process::wait(rustix::process::WaitOptions::empty())? else { continue };
        let pid = u32::try_from(pid.as_raw_nonzero().get()).unwrap_or_default();
        if let Some((name, _)) = running.remove(&pid) {
            ended(name, ExitStatus::from_raw(status.as_raw()))?;
        }
    }
}

/// Notes that a component ended, for those who wait for something of it.
fn ended(name: &str, status: ExitStatus) -> Result<()> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(Path::new(INSIDE).join("ended"))?;
    writeln!(file, "{name} ended: {status}")?;
    Ok(())
}

/// Mounts that nobody outside sees, with the folder at [`INSIDE`].
pub(crate) fn set_up(folder: &Path) -> Result<()> {
    let mount = |arguments: &[&str]| run(Command::new("mount").args(arguments));
    // Nothing that is mounted here is seen outside, and mounts of pods reach the containers in which they are wanted.
    mount(&["--make-rslave", "/"])?;
    mount(&["-t", "tmpfs", "tmpfs", "/run"])?;
    fs::create_dir_all(INSIDE)?;
    mount(&["--bind", &folder.display().to_string(), INSIDE])?;
    fs::create_dir_all(Path::new(INSIDE).join("log/all"))?;
    fs::create_dir_all(Path::new(INSIDE).join("home"))?;
    mount(&["--bind", "/run/node/log/all", "/var/log"])?;
    mount(&["--make-rshared", "/"])?;
    Ok(())
}

pub(crate) fn spawn(component: &Component) -> Result<Child> {
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o644)
        .open(Path::new(INSIDE).join(format!("log/{}.log", component.name)))?;
    for (path, text) in &component.files {
        let path = Path::new(INSIDE).join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    let mut command = Command::new(&component.program);
    command.args(&component.arguments).envs(component.environment.iter().map(|(name, value)| (name, value)));
    command.current_dir(INSIDE).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().with_context(|| format!("cannot start {}", component.name))
}

/// Waits until what the next components need is there.
pub(crate) fn wait_for(component: &Component, running: &mut BTreeMap<u32, (&'static str, Child)>) -> Result<()> {
    let begun = Instant::now();
    while !component.ready.holds() {
        for (name, child) in running.values_mut() {
            if let Some(status) = child.try_wait()? {
                ended(name, status)?;
                bail!("{name} ended while {} was waited for: {status}", component.name);
            }
        }
        if begun.elapsed() > Duration::from_secs(60) {
            bail!("{} is not ready after a minute", component.name);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
