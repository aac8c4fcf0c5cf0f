//! Waiting until something is ready, with a deadline, and an end as soon as the cluster has ended.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use k8s_openapi::api::core::v1::{Node, ServiceAccount};
use kube::Api;

use crate::cluster::Cluster;

/// Asks until the answer is there; `what` names it in the error. The last answer that was not it is told, too.
///
/// # Errors
/// The time is over, or a component of the cluster has ended.
pub async fn until<T, F>(cluster: &Cluster, what: &str, limit: Duration, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let (begun, limit) = (Instant::now(), limit * PATIENCE);
    loop {
        let answer = ask().await;
        let Err(reason) = answer else { return answer };
        cluster.check()?;
        if begun.elapsed() > limit {
            bail!("{what}: not after {} s: {reason:#}", limit.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until the node takes pods, with names and accounts.
///
/// # Errors
/// It does not in a minute.
pub async fn node(cluster: &Cluster) -> Result<()> {
    let client = cluster.client();
    let client = match client {
        Ok(client) => client,
        // The API server writes its certificate while it starts.
        Err(_) => until(cluster, "the API server's certificate", MINUTE, || async { cluster.client() }).await?,
    };
    let nodes: Api<Node> = Api::all(client.clone());
    let accounts: Api<ServiceAccount> = Api::default_namespaced(client);
    until(cluster, "a node that is ready", MINUTE, || async {
        let node = nodes.get("node").await?;
        let conditions = node.status.and_then(|status| status.conditions).unwrap_or_default();
        if !conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True") {
            bail!("{conditions:?}");
        }
        let taints = node.spec.and_then(|spec| spec.taints).unwrap_or_default();
        if !taints.is_empty() {
            bail!("{taints:?}");
        }
        accounts.get("default").await?;
        Ok(())
    })
    .await
}

/// How many times as slow as usual a machine may be: limits are what is enough on one that does nothing else, and longer ones cost
/// nothing where all goes well.
pub const PATIENCE: u32 = 4;

/// A minute.
pub const MINUTE: Duration = Duration::from_secs(60);
