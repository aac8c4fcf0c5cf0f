//! The forge's registry of charts, filled as `helm push` fills one: by the paths of the OCI distribution specification.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::cluster::Cluster;
use crate::image::digest;
use crate::process::run;

/// Packs a chart and puts it into the registry as `REPOSITORY/<chart's name>:<version>`.
///
/// # Errors
/// Helm refuses the chart.
pub fn push(cluster: &Cluster, chart: &Path, repository: &str) -> Result<()> {
    let packed = cluster.folder.join("packed");
    fs::create_dir_all(&packed)?;
    let helm = cluster.parts.helm.join("helm");
    run(Command::new(&helm).arg("package").arg(chart).arg("--destination").arg(&packed).env("HOME", &packed))?;
    let archive = fs::read_dir(&packed)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .context("helm packed nothing")?;
    let file = archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (name, version) = file.rsplit_once('-').context("a chart's archive is NAME-VERSION.tgz")?;
    let bytes = fs::read(&archive)?;
    let config = serde_json::to_vec(&json!({"apiVersion": "v2", "name": name, "version": version}))?;
    let manifest = serde_json::to_vec(&json!({
        "schemaVersion": 2,
        "config": blob(cluster, "application/vnd.cncf.helm.config.v1+json", &config)?,
        "layers": [blob(cluster, "application/vnd.cncf.helm.chart.content.v1.tar+gzip", &bytes)?],
    }))?;
    blob(cluster, "", &manifest)?;
    let tag = cluster.folder.join(format!("registry/manifests/{repository}/{name}/{version}"));
    tag.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(tag, digest(&manifest))?;
    Ok(fs::remove_file(archive)?)
}

fn blob(cluster: &Cluster, media_type: &str, bytes: &[u8]) -> Result<serde_json::Value> {
    let digest = digest(bytes);
    fs::write(cluster.folder.join("registry/blobs").join(&digest), bytes)?;
    Ok(json!({"mediaType": media_type, "digest": digest, "size": bytes.len()}))
}
