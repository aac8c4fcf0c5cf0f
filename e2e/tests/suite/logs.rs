//! What Argo CD's programs said in their logs, as times.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::world::World;

/// Calls for manifests, all together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    /// How many renders the sidecar did.
    pub(crate) renders: usize,
    /// Seconds that the repo-server was at them.
    pub(crate) repo_server: f64,
    /// Seconds that the sidecar was, with unpacking what it was sent.
    pub(crate) sidecar: f64,
    /// Seconds that the plugin's own process ran.
    pub(crate) plugin: f64,
}

impl Calls {
    /// What came since.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            renders: self.renders - before.renders,
            repo_server: self.repo_server - before.repo_server,
            sidecar: self.sidecar - before.sidecar,
            plugin: self.plugin - before.plugin,
        }
    }
}

/// All calls up to now.
pub(crate) fn calls(world: &World) -> Result<Calls> {
    let mut calls = Calls::default();
    for (_, line) in lines(world, "argocd_argocd-repo-server", "argocd-repo-server")? {
        if line["msg"] == "finished call" && line["grpc.method"] == "GenerateManifest" {
            calls.repo_server += milliseconds(&line)? / 1e3;
        }
    }
    let mut begun = BTreeMap::new();
    for (at, line) in lines(world, "argocd_argocd-repo-server", "tenantry-v0-1-0")? {
        if line["msg"] == "finished call" && line["grpc.method"] == "GenerateManifest" {
            calls.sidecar += milliseconds(&line)? / 1e3;
        }
        let Some(run) = line["execID"].as_str() else { continue };
        if let Some(begun) = begun.insert(run.to_owned(), at) {
            calls.renders += 1;
            calls.plugin += at - begun;
        }
    }
    Ok(calls)
}

/// Seconds and texts of a container's log, in which each line is JSON; others are left out.
pub(crate) fn lines(world: &World, pod: &str, container: &str) -> Result<Vec<(f64, Value)>> {
    Ok(kept(world, pod, container)?.iter().filter_map(|line| json_line(line)).collect())
}

/// The lines of a container of the pods whose `NAMESPACE_NAME` begins so, as the kubelet keeps them.
fn kept(world: &World, pod: &str, container: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(world.cluster.folder.join("log/pods"))? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(pod) {
            continue;
        }
        let folder = entry.path().join(container);
        for file in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            found.extend(fs::read_to_string(file?.path())?.lines().map(str::to_owned));
        }
    }
    Ok(found)
}

/// A line as the kubelet keeps it: `<time> <stream> F <text>`.
fn json_line(line: &str) -> Option<(f64, Value)> {
    let mut words = line.splitn(4, ' ');
    let at = seconds(words.next()?)?;
    Some((at, serde_json::from_str(words.nth(2)?).ok()?))
}

/// The seconds of the day of a time like `2026-01-31T12:34:56.789Z`. A run over midnight is not measured.
pub(crate) fn seconds(time: &str) -> Option<f64> {
    let clock = time.split_once('T')?.1.trim_end_matches('Z');
    let mut parts = clock.split(':').map(str::parse::<f64>);
    let (hours, minutes, seconds) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    Some(hours * 3600.0 + minutes * 60.0 + seconds)
}

fn milliseconds(line: &Value) -> Result<f64> {
    Ok(line["grpc.time_ms"].as_str().context("no time")?.parse()?)
}
