//! Argo CD on a cluster, as users install it: its own manifests with `deploy/argocd` laid over them.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use kube::Api;
use kube::api::ListParams;

use crate::cache::workspace;
use crate::cluster::Cluster;
use crate::image::Archive;
use crate::process::run;
use crate::ready::{self, MINUTE};
use crate::site::PLUGIN;

/// Argo CD's namespace.
pub const NAMESPACE: &str = "argocd";

/// Installs it, with this image of the plugin as its sidecar. [`wait`] waits until all of it is ready.
///
/// # Errors
/// The API server refuses a part of it.
pub async fn install(cluster: &Cluster, plugin: &Archive) -> Result<()> {
    let overlay = overlay(cluster, plugin)?;
    let before = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        // Argo CD makes it itself where it is missing, while its other pods try again after longer and longer pauses.
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "argocd-redis", "namespace": NAMESPACE},
         "stringData": {"auth": "example"}},
    ]});
    apply(cluster, &[], before.to_string().as_bytes())?;
    let manifests =
        run(cluster.kubectl().args(["kustomize", "--load-restrictor", "LoadRestrictionsNone"]).arg(&overlay))?;
    // As the component's own text says, the project comes before its kind is known; here it alone is tried again.
    let (projects, others): (Vec<&str>, Vec<&str>) =
        manifests.split("\n---\n").partition(|object| object.lines().any(|line| line == "kind: AppProject"));
    apply(cluster, &["--force-conflicts"], others.join("\n---\n").as_bytes())?;
    ready::until(cluster, "Argo CD's kinds", MINUTE, || async {
        apply(cluster, &["--force-conflicts"], projects.join("\n---\n").as_bytes())
    })
    .await?;
    Ok(())
}

/// `kubectl apply --server-side`.
///
/// # Errors
/// What `kubectl` says.
pub fn apply(cluster: &Cluster, more: &[&str], manifests: &[u8]) -> Result<String> {
    use std::io::Write as _;
    let mut command = cluster.kubectl();
    command.args(["apply", "--server-side", "--filename", "-"]).args(more);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("a pipe")?.write_all(manifests)?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("kubectl apply: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The kustomization that a user writes, in the cluster's folder.
fn overlay(cluster: &Cluster, plugin: &Archive) -> Result<PathBuf> {
    let folder = cluster.folder.join("argocd");
    fs::create_dir_all(&folder)?;
    fs::copy(cluster.parts.argo_cd.join("manifests/core-install.yaml"), folder.join("core-install.yaml"))?;
    let component = folder.join("component");
    if component.exists() {
        fs::remove_dir_all(&component)?;
    }
    run(Command::new("cp").arg("-r").arg(workspace().join("deploy/argocd")).arg(&component))?;
    let kustomization = serde_json::json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": NAMESPACE,
        "resources": ["core-install.yaml"], "components": ["component"],
        "images": [{"name": PLUGIN, "newName": PLUGIN, "digest": plugin.digest}],
    });
    fs::write(folder.join("kustomization.yaml"), kustomization.to_string())?;
    Ok(folder)
}

/// Waits until every workload of Argo CD runs what was applied last.
///
/// # Errors
/// Not after two minutes.
pub async fn wait(cluster: &Cluster) -> Result<()> {
    let client = cluster.client()?;
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), NAMESPACE);
    let sets: Api<StatefulSet> = Api::namespaced(client, NAMESPACE);
    ready::until(cluster, "Argo CD's workloads", 2 * MINUTE, || async {
        for deployment in deployments.list(&ListParams::default()).await? {
            let status = deployment.status.unwrap_or_default();
            let wanted = deployment.spec.replicas.unwrap_or(1);
            let seen = status.observed_generation >= deployment.metadata.generation;
            let all = [status.updated_replicas, status.ready_replicas, status.replicas].map(Option::unwrap_or_default);
            if !seen || all != [wanted; 3] {
                bail!("deployment {} has {all:?} of {wanted}", deployment.metadata.name.unwrap_or_default());
            }
        }
        for set in sets.list(&ListParams::default()).await? {
            let status = set.status.unwrap_or_default();
            if status.observed_generation < set.metadata.generation || status.ready_replicas.unwrap_or_default() < 1 {
                bail!("stateful set {} is not ready", set.metadata.name.unwrap_or_default());
            }
        }
        Ok(())
    })
    .await
}
