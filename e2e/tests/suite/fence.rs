//! The fence around a tenant, in the live cluster: what its namespace refuses.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::objects::POD;
use crate::world::World;

/// Pod Security, quota and limits of a tenant's namespace.
pub(crate) fn the_namespace_refuses(world: &World) -> Result<()> {
    world.up(&["hobby", "lighthouse"])?;
    let refused = |object: &Value| world.refusal(&world.client, object);
    let has = |text: &str, words: &str| -> Result<()> {
        ensure!(text.contains(words), "`{words}` is not in: {text}");
        Ok(())
    };

    let mut privileged = pod("t-hobby", "privileged");
    privileged["spec"]["containers"][0]["securityContext"] = json!({"privileged": true});
    let text = refused(&privileged)?;
    has(&text, r#"violates PodSecurity "restricted:v1.37": privileged"#)?;
    let mut node = pod("t-hobby", "node");
    node["spec"]["hostNetwork"] = json!(true);
    node["spec"]["volumes"] = json!([{"name": "node", "hostPath": {"path": "/"}}]);
    let text = refused(&node)?;
    has(&text, "host namespaces (hostNetwork=true)")?;
    has(&text, r#"restricted volume types (volume "node" uses restricted volume type "hostPath")"#)?;

    for (kind, quota) in [("LoadBalancer", "services.loadbalancers"), ("NodePort", "services.nodeports")] {
        let service = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "open", "namespace": "t-hobby"},
            "spec": {"type": kind, "selector": {"app": "open"}, "ports": [{"port": 80, "protocol": "TCP"}]},
        });
        let text = refused(&service)?;
        has(&text, "exceeded quota: tenant")?;
        has(&text, &format!("{quota}=0"))?;
    }

    // As many pods as the quota has room for, none of which is ever started, and one more.
    let quota = world.get(("v1", "ResourceQuota"), "t-hobby", "tenant")?;
    ensure!(quota["status"]["hard"]["pods"] == "10", "{}", quota["status"]);
    let held = |name: &str| {
        let mut pod = pod("t-hobby", name);
        pod["spec"]["schedulingGates"] = json!([{"name": "example.com/never"}]);
        pod["spec"]["containers"][0]["resources"] = json!({
            "requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1m", "memory": "1Mi"},
        });
        pod
    };
    let mut made = Vec::new();
    let refusal = loop {
        ensure!(made.len() <= 10, "the quota of pods has no end");
        let name = format!("held-{}", made.len());
        match world.apply(&held(&name)) {
            Ok(_) => made.push(name),
            Err(refusal) => break format!("{refusal:#}"),
        }
    };
    for name in &made {
        world.delete(POD, "t-hobby", name)?;
    }
    has(&refusal, "exceeded quota: tenant, requested: pods=1, used: pods=10, limited: pods=10")?;
    ensure!(!made.is_empty(), "there was no room at all");

    let plain = world.apply_as(&world.client, &pod("t-hobby", "plain"), true)?;
    let defaults =
        json!({"limits": {"cpu": "250m", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "450Mi"}});
    let found = &plain["spec"]["containers"][0]["resources"];
    ensure!(*found == defaults, "a pod that says nothing gets {found}");
    let mut large = pod("t-lighthouse", "large");
    large["spec"]["containers"][0]["resources"] = json!({"limits": {"cpu": "9", "memory": "25Gi"}});
    let text = refused(&large)?;
    has(&text, "maximum cpu usage per Container is 8, but limit is 9")?;
    has(&text, "maximum memory usage per Container is 24Gi, but limit is 25Gi")?;
    let mut small = pod("t-lighthouse", "small");
    small["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "1m", "memory": "1Mi"}});
    let text = refused(&small)?;
    has(&text, "minimum cpu usage per Container is 10m, but request is 1m")?;
    has(&text, "minimum memory usage per Container is 16Mi, but request is 1Mi")
}

/// A pod that a tenant may have.
fn pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "server", "image": "registry.example.com/mlflow:1",
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
            }],
        },
    })
}
