//! What the machine must have before anything is started.

use std::path::Path;

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

/// Why a cluster cannot be started here, in one message that lists everything; none where it can.
pub fn missing() -> Option<String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Some("a cluster needs Linux on x86-64".to_owned());
    }
    let mut lines = Vec::new();
    if !rustix::process::geteuid().is_root() {
        lines.push("root: namespaces, mounts and cgroups are made (run it with `sudo -E`)".to_owned());
    }
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

/// Where programs lie; a root's `PATH` may lack the second half.
const FOLDERS: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

fn is_in_path(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':').chain(FOLDERS.split(':')).any(|folder| Path::new(folder).join(program).is_file())
}
