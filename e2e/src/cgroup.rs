//! The control group under which the kubelet of a cluster puts its pods, so that two clusters do not meet.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The group of the cluster of this name, from the controllers' roots.
pub fn of(name: &str) -> String {
    format!("/tenantry-e2e-{name}")
}

/// The roots of the control groups: one, or one for each controller.
fn roots() -> Vec<PathBuf> {
    let root = Path::new("/sys/fs/cgroup");
    if root.join("cgroup.controllers").exists() {
        return vec![root.to_owned()];
    }
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink()).collect()
}

/// Makes a cluster's group, under each controller.
///
/// # Errors
/// The kernel refuses.
pub fn make(name: &str) -> Result<()> {
    for root in roots() {
        let group = root.join(name.trim_start_matches('/'));
        fs::create_dir_all(&group).with_context(|| format!("cannot make {}", group.display()))?;
        // A group of this controller has no processors of its own until it is given some.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            if group.join(file).exists() && root.join(file).exists() {
                fs::write(group.join(file), fs::read(root.join(file))?)?;
            }
        }
    }
    Ok(())
}

/// Removes a cluster's group with all below it. What is not there, or holds a process still, stays as it is.
pub fn remove(name: &str) {
    fn below(group: &Path) {
        for entry in fs::read_dir(group).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                below(&entry.path());
            }
        }
        fs::remove_dir(group).ok();
    }
    for root in roots() {
        below(&root.join(name.trim_start_matches('/')));
    }
}
