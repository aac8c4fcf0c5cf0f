//! What the machine must have before anything is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::Cache;

/// A program, and the Debian package that it comes in.
const PROGRAMS: &[(&str, &str)] = &[
    ("apt-get", "apt"),
    ("containerd", "containerd"),
    ("ctr", "containerd"),
    ("dpkg-deb", "dpkg"),
    ("git", "git"),
    ("ip", "iproute2"),
    ("iptables", "iptables"),
    ("hostname", "hostname"),
    ("mount", "mount"),
    ("musl-gcc", "musl-tools"),
    ("nsenter", "util-linux"),
    ("openssl", "openssl"),
    ("pip3", "python3-pip"),
    ("python3", "python3"),
    ("runc", "runc"),
    ("setpriv", "util-linux"),
    ("tar", "tar"),
    ("unshare", "util-linux"),
];

/// Files that a program needs and that are no programs.
const FILES: &[(&str, &str)] = &[("/usr/lib/cni/bridge", "containernetworking-plugins")];

/// The Terraform that the tests are written for, by the beginning of its version. No package of a distribution has it.
const TERRAFORM: &str = "1.11.";

/// What the largest cluster of the tests takes, with the AWS provider in its images, and something over: else it is told after
/// half an hour, by whatever happens to write then.
const SPACE: u64 = 6 << 30;

/// Why a cluster cannot be started here, in one message that lists everything; none where it can.
pub fn missing() -> Option<String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Some("a cluster needs Linux on x86-64".to_owned());
    }
    let mut lines = Vec::new();
    if !rustix::process::geteuid().is_root() {
        lines.push("root: namespaces, mounts and cgroups are made (run it with `sudo -E`)".to_owned());
    }
    if let Some(wrong) = wrong_terraform() {
        lines.push(format!(
            "`terraform` {TERRAFORM}x in PATH: {wrong} (unpack \
             https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip into /usr/local/bin)"
        ));
    }
    lines.extend(too_little_space());
    let mut packages: Vec<&str> = Vec::new();
    let absent = PROGRAMS.iter().filter(|(program, _)| !is_in_path(program));
    for (what, package) in absent.chain(FILES.iter().filter(|(file, _)| !Path::new(file).exists())) {
        lines.push(format!("`{what}`, of the Debian package `{package}`"));
        if !packages.contains(package) {
            packages.push(package);
        }
    }
    if lines.is_empty() {
        return None;
    }
    let mut message = format!("a cluster cannot be started here; missing:\n  - {}", lines.join("\n  - "));
    if !packages.is_empty() {
        message.push_str(&format!(
            "\nto get the packages: apt-get install --no-install-recommends {}",
            packages.join(" ")
        ));
    }
    Some(message)
}

/// How much room there must be for clusters, where there is less.
fn too_little_space() -> Option<String> {
    let folder = Cache::open().ok()?.folder().to_owned();
    let system = rustix::fs::statvfs(&folder).ok()?;
    let free = system.f_bavail * system.f_frsize;
    let gigabytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    (free < SPACE).then(|| {
        format!("{:.0} GiB of free space in {}: there are {:.1}", gigabytes(SPACE), folder.display(), gigabytes(free))
    })
}

/// Where programs lie; a root's `PATH` may lack the second half.
const FOLDERS: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn is_in_path(program: &str) -> bool {
    in_path(program).is_some()
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':').chain(FOLDERS.split(':')).map(|folder| Path::new(folder).join(program)).find(|file| file.is_file())
}

/// Terraform, as it lies in `PATH`.
pub fn terraform() -> Option<PathBuf> {
    in_path("terraform")
}

/// What is wrong with the Terraform of this machine.
fn wrong_terraform() -> Option<String> {
    let Some(program) = terraform() else { return Some("there is none".to_owned()) };
    let said = Command::new(&program).arg("version").env("CHECKPOINT_DISABLE", "1").output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let version = said.lines().find_map(|line| line.strip_prefix("Terraform v")).unwrap_or("of an unknown version");
    (!version.starts_with(TERRAFORM)).then(|| format!("{} is {version}", program.display()))
}
