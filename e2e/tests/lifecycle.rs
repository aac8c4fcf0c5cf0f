//! Starting and stopping clusters: side by side, broken off, killed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use e2e::cache::Cache;
use e2e::process::Process;

/// A cluster of a test, which is gone at the test's end, however that comes.
struct Named(String);

impl Named {
    fn new(what: &str) -> Self {
        Self(format!("test-{what}-{}", std::process::id()))
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_e2e"));
        command.args([name, "--name", &self.0]).stdin(Stdio::null());
        command
    }

    fn run(&self, name: &str) -> Output {
        self.command(name).output().unwrap()
    }

    fn up(&self) -> Command {
        let mut command = self.command("up");
        command.arg("--bare");
        command
    }

    fn folder(&self) -> PathBuf {
        Cache::open().unwrap().folder().join("clusters").join(&self.0)
    }

    /// The node's first process.
    fn node(&self) -> Process {
        let pid = std::fs::read_to_string(self.folder().join("node.pid")).unwrap();
        Process::of(pid.parse().unwrap()).unwrap()
    }

    fn process(&self, component: &str) -> Process {
        let children = self.node().children();
        let is = |process: &&Process| {
            let command = std::fs::read_to_string(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
            command.split('\0').next().is_some_and(|program| program.ends_with(component))
        };
        *children.iter().find(is).unwrap()
    }

    /// No process, no folder, no control group. Mounts, namespaces and interfaces go with the last process.
    fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            if command.contains(&self.0) && Process::of(entry.file_name().to_string_lossy().parse().unwrap()).is_some()
            {
                left.push(command);
            }
        }
        let groups = std::fs::read_dir("/sys/fs/cgroup").unwrap().flatten();
        left.extend(
            groups.map(|group| group.path().join(format!("tenantry-e2e-{}", self.0))).filter(exists).map(shown),
        );
        left.extend(Some(self.folder()).filter(exists).map(shown));
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
        left.extend(mounts.lines().filter(|mount| mount.contains(&self.0)).map(str::to_owned));
        left
    }
}

fn exists(path: &PathBuf) -> bool {
    Path::new(path).exists()
}

fn shown(path: PathBuf) -> String {
    path.display().to_string()
}

impl Drop for Named {
    fn drop(&mut self) {
        self.run("down");
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn clusters_come_and_go() {
    if let Some(missing) = e2e::requirements::missing() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        eprintln!("not run: {missing}");
        return;
    }
    let [one, two] = ["one", "two"].map(Named::new);

    // Two at once.
    let mut starting = [&one, &two].map(|named| named.up().stderr(Stdio::piped()).spawn().unwrap());
    for child in &mut starting {
        assert!(child.wait().unwrap().success());
    }
    assert!(one.run("status").status.success() && two.run("status").status.success());
    let again = one.run("up");
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("runs already; stop it with `down`"), "{}", said(&again));

    // Stopping one leaves nothing of it, and the other as it is.
    assert!(one.run("down").status.success());
    assert_eq!(one.left(), Vec::<String>::new());
    assert!(two.run("status").status.success());

    // A component that ends is named, with what it said last.
    two.process("kube-scheduler").kill().unwrap();
    until("a scheduler that was killed is noticed", || !two.run("status").status.success());
    let status = said(&two.run("status"));
    assert!(status.starts_with("error: kube-scheduler ended: signal: 9 (SIGKILL); the end of its log:\n"), "{status}");

    // Killed from outside, all of it ends; what it leaves in folders, the next start clears away.
    let etcd = two.process("etcd");
    two.node().kill().unwrap();
    until("all ends with the node", || !etcd.runs());
    assert!(said(&two.run("status")).contains("no cluster"), "it does not run");
    assert!(two.up().output().unwrap().status.success());
    assert!(two.run("status").status.success());
    assert!(two.run("down").status.success());
    assert_eq!(two.left(), Vec::<String>::new());

    // Broken off in the middle of starting.
    let broken = Named::new("broken");
    let child = broken.up().stderr(Stdio::piped()).spawn().unwrap();
    until("a node to break off", || broken.folder().join("cluster.json").exists());
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert_eq!(broken.left(), Vec::<String>::new());
}
