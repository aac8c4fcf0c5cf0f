//! What containerd keeps of images, unpacked once for all clusters.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cache::{Cache, key};
use crate::component::{CONTAINERD, Component, Ready, containerd_settings};
use crate::images::Named;
use crate::node::{self, INSIDE};
use crate::process::run;

/// A folder of containerd's in which these images are unpacked, made once.
///
/// # Errors
/// containerd refuses one of them.
pub fn get(cache: &Cache, program: &Path, images: &[Named]) -> Result<PathBuf> {
    let inputs: Vec<String> = images.iter().map(|image| format!("{} {}", image.name, image.archive.digest)).collect();
    cache.made("store", &key(inputs.iter().map(String::as_bytes)), |folder| {
        let wanted: Vec<(&str, &Path, &str)> = images
            .iter()
            .map(|image| (image.name.as_str(), image.archive.path.as_path(), image.archive.digest.as_str()))
            .collect();
        fs::write(folder.join("images.json"), serde_json::to_vec(&wanted)?)?;
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]);
        run(command.arg(program).arg("store").arg(folder))?;
        Ok(())
    })
}

/// Fills a store, as the first process of namespaces of its own.
///
/// # Errors
/// containerd does not start, or refuses an image.
pub fn fill(folder: &Path) -> Result<()> {
    node::set_up(folder)?;
    let images: Vec<(String, PathBuf, String)> = serde_json::from_slice(&fs::read(folder.join("images.json"))?)?;
    let containerd = Component {
        name: "containerd",
        program: PathBuf::from("containerd"),
        arguments: vec!["--config".to_owned(), format!("{INSIDE}/containerd.toml")],
        environment: Vec::new(),
        files: vec![("containerd.toml", containerd_settings(&format!("{INSIDE}/containerd")))],
        ready: Ready::Socket(CONTAINERD),
    };
    let child = node::spawn(&containerd)?;
    let id = child.id();
    let mut running = BTreeMap::from([(id, ("containerd", child))]);
    node::wait_for(&containerd, &mut running)?;
    for (name, path, digest) in &images {
        import(name, path, digest)?;
    }
    // What it has not written yet it writes when it is told to end.
    for (_, mut child) in running.into_values() {
        let pid =
            i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw).context("a process's number")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        child.wait()?;
    }
    Ok(())
}

/// Gives an image to the containerd of the namespaces that this is called in.
///
/// # Errors
/// containerd refuses it.
pub fn import(name: &str, path: &Path, digest: &str) -> Result<()> {
    let ctr = |arguments: &[&str]| {
        run(Command::new("ctr").args(["-a", CONTAINERD, "-n", "k8s.io", "images"]).args(arguments))
    };
    let repository = repository(name);
    ctr(&["import", "--digests", "--base-name", repository, &path.display().to_string()])?;
    let by_digest = format!("{repository}@{digest}");
    if by_digest != name {
        ctr(&["tag", "--force", &by_digest, name])?;
    }
    Ok(())
}

/// A name without its tag or digest.
fn repository(name: &str) -> &str {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    name[last..].find(':').map_or(name, |colon| &name[..last + colon])
}

/// A cluster's own copy of a store. Files are shared, since containerd never changes what is unpacked; but its databases are
/// the cluster's own.
///
/// # Errors
/// It cannot be copied.
pub fn copy(store: &Path, to: &Path) -> Result<()> {
    run(Command::new("cp").args(["--archive", "--link"]).arg(store.join("containerd")).arg(to))?;
    for database in databases(to)? {
        let own = database.with_extension("own");
        fs::copy(&database, &own)?;
        fs::rename(own, database)?;
    }
    Ok(())
}

fn databases(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for plugin in fs::read_dir(root)? {
        let plugin = plugin?.path();
        if !plugin.is_dir() {
            continue;
        }
        for entry in fs::read_dir(plugin)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "db") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::repository;

    #[test]
    fn takes_tag_and_digest_off_a_name() {
        assert_eq!(repository("registry.example.com/a:1"), "registry.example.com/a");
        assert_eq!(repository("registry.example.com:5000/a"), "registry.example.com:5000/a");
        assert_eq!(repository("registry.example.com/a@sha256:00"), "registry.example.com/a");
        assert_eq!(repository("registry.example.com/a:1@sha256:00"), "registry.example.com/a");
    }
}
