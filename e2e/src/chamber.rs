//! A container without a container engine: the same command, environment and files, on the same root file system, as a process
//! that a test can do anything to. For what has to be done a thousand times.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::process::{Process, run};
use crate::ready::PATIENCE;

/// What a container runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Container {
    /// The root file system, which it cannot write to.
    pub root: PathBuf,
    /// The host's name, which is a pod's.
    pub hostname: String,
    /// The command.
    pub command: Vec<String>,
    /// The environment, whole.
    pub environment: BTreeMap<String, String>,
    /// Files that it reads, by their paths.
    pub files: BTreeMap<String, String>,
    /// Empty folders that it may write to, with what `mount` is told of their size.
    pub volumes: BTreeMap<String, String>,
}

/// A container that was started.
#[derive(Debug)]
pub struct Running {
    child: Child,
    folder: PathBuf,
}

/// The user and group of every container.
const USER: &str = "65532:65532";

impl Container {
    /// Starts it, with its files and its log below an empty folder. `program` is the program of this crate.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&self, program: &Path, folder: &Path) -> Result<Running> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("container.json"), serde_json::to_vec(self)?)?;
        fs::write(folder.join("termination-log"), "")?;
        fs::set_permissions(folder.join("termination-log"), PermissionsExt::from_mode(0o666))?;
        let log = fs::File::create(folder.join("log"))?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--"]);
        command.arg(program).arg("container").arg(folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Running { child: command.spawn()?, folder: folder.to_owned() })
    }
}

/// Becomes the container whose description lies in a folder: as the first process of its namespaces.
///
/// # Errors
/// A mount fails, or the command cannot be started.
pub fn be(folder: &Path) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    let container: Container = serde_json::from_slice(&fs::read(folder.join("container.json"))?)?;
    let mount = |arguments: &[&str]| run(Command::new("mount").args(arguments));
    let root = container.root.display().to_string();
    let at = |path: &str| format!("{root}/{}", path.trim_start_matches('/'));
    mount(&["--make-rprivate", "/"])?;
    run(Command::new("hostname").arg(&container.hostname))?;
    // What the root lacks is laid over it, so that it stays as the image has it.
    let (upper, work) = (folder.join("upper"), folder.join("work"));
    for path in [&upper, &work] {
        fs::create_dir_all(path)?;
    }
    let options = format!("lowerdir={root},upperdir={},workdir={}", upper.display(), work.display());
    mount(&["-t", "overlay", "overlay", "-o", &options, &root])?;
    for (path, text) in &container.files {
        let path = PathBuf::from(at(path));
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(&path, text)?;
        fs::set_permissions(&path, PermissionsExt::from_mode(0o444))?;
    }
    fs::create_dir_all(at("dev"))?;
    mount(&["-t", "tmpfs", "-o", "mode=755", "tmpfs", &at("dev")])?;
    for device in ["null", "zero", "random", "urandom"] {
        fs::write(at(&format!("dev/{device}")), "")?;
        mount(&["--bind", &format!("/dev/{device}"), &at(&format!("dev/{device}"))])?;
    }
    fs::write(at("dev/termination-log"), "")?;
    mount(&["--bind", &folder.join("termination-log").display().to_string(), &at("dev/termination-log")])?;
    fs::create_dir_all(at("proc"))?;
    mount(&["-t", "proc", "proc", &at("proc")])?;
    for path in container.volumes.keys() {
        fs::create_dir_all(at(path))?;
    }
    mount(&["-o", "remount,ro", &root])?;
    for (path, options) in &container.volumes {
        mount(&["-t", "tmpfs", "-o", &format!("mode=1777{options}"), "tmpfs", &at(path)])?;
    }
    let mut command = Command::new("/usr/sbin/chroot");
    command.arg(format!("--userspec={USER}")).arg(&root).args(&container.command);
    command.env_clear().envs(&container.environment).current_dir("/");
    Err(command.exec()).context("cannot become the container")
}

impl Running {
    /// The container's first process; none while it is not there yet, or has ended.
    pub fn first(&self) -> Option<Process> {
        Process::of(self.child.id())?.children().first().copied()
    }

    /// The processes of the container of this name, in any depth.
    pub fn named(&self, name: &str) -> Vec<Process> {
        let mut found = Vec::new();
        let mut open: Vec<Process> = self.first().into_iter().collect();
        while let Some(process) = open.pop() {
            let comm = fs::read_to_string(format!("/proc/{}/comm", process.pid)).unwrap_or_default();
            // The kernel keeps 15 characters of a name.
            if comm.trim_end() == name.get(..15).unwrap_or(name) {
                found.push(process);
            }
            open.extend(process.children());
        }
        found
    }

    /// Sends a signal to the container's first process, as a kubelet does.
    pub fn signal(&self, signal: Signal) {
        self.first().into_iter().for_each(|first| send(first, signal));
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join("log")).unwrap_or_default()).into_owned()
    }

    /// The termination message.
    pub fn message(&self) -> String {
        fs::read_to_string(self.folder.join("termination-log")).unwrap_or_default()
    }

    /// Waits until it says something.
    ///
    /// # Errors
    /// It ends before, or does not say it in time.
    pub fn until(&mut self, said: &str, seconds: u64) -> Result<()> {
        let (begun, limit) = (Instant::now(), Duration::from_secs(seconds) * PATIENCE);
        loop {
            if self.log().contains(said) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("ended with {status} before it said `{said}`:\n{}", self.log());
            }
            if begun.elapsed() > limit {
                bail!("has not said `{said}` in {} s:\n{}", limit.as_secs(), self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for its end, and gives its exit code; that of a process that was killed is 128 more than the signal's number.
    ///
    /// # Errors
    /// It does not end in time.
    pub fn end(&mut self, seconds: u64) -> Result<i32> {
        use std::os::unix::process::ExitStatusExt as _;
        let (begun, limit) = (Instant::now(), Duration::from_secs(seconds) * PATIENCE);
        loop {
            if let Some(status) = self.child.try_wait()? {
                let status: ExitStatus = status;
                return Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()));
            }
            if begun.elapsed() > limit {
                self.signal(Signal::KILL);
                bail!("does not end in {} s:\n{}", limit.as_secs(), self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal(Signal::KILL);
            self.child.wait().ok();
        }
    }
}

/// Sends a signal to a process.
pub fn send(process: Process, signal: Signal) {
    if let Some(pid) = i32::try_from(process.pid).ok().and_then(Pid::from_raw)
        && process.runs()
    {
        kill_process(pid, signal).ok();
    }
}
