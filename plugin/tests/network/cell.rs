//! A cluster with all tenants of a cell on it: what the binary renders for them, the pods that run then, and whoever
//! else there is on such a cluster.

use std::net::IpAddr;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::files::{enabled, merged, profile, spec};
use super::policy::{Labels, Pod, Policies};
use super::support::{Run, copy, folders, name, testdata};

/// The cells with fixtures, and one whose secrets are made by Jobs beside servers that do not reach the API server.
pub(crate) static CELLS: LazyLock<[Cell; 3]> = LazyLock::new(|| {
    let [fleet, custom] = ["fleet", "custom"].map(|name| Cell::new(name, &testdata().join(name)));
    let folder = tempfile::tempdir().unwrap();
    copy(&testdata().join("custom"), folder.path());
    let platform = folder.path().join("platform.yaml");
    let text = std::fs::read_to_string(&platform).unwrap();
    let runner = format!("runner: {{image: registry.example.com/runner@sha256:{}}}", "1".repeat(64));
    let changed = text.replacen("secrets: {generated: externalSecrets}", &runner, 1);
    assert_ne!(changed, text);
    std::fs::write(platform, changed).unwrap();
    [fleet, custom, Cell::new("custom-by-jobs", folder.path())]
});

/// The addresses of the node that every pod runs on, and of the one beside it.
pub(crate) const NODE: [&str; 2] = ["10.0.16.1", "fd00:10:0:16::1"];
pub(crate) const OTHER_NODE: [&str; 2] = ["10.0.16.2", "fd00:10:0:16::2"];

/// A cell on its cluster.
pub(crate) struct Cell {
    pub(crate) name: &'static str,
    pub(crate) platform: Value,
    pub(crate) tenants: Vec<Tenant>,
    pub(crate) policies: Policies,
    /// Pods of the control and the releases namespace that are no tenant's.
    pub(crate) own: Vec<Pod>,
    pub(crate) others: Others,
}

/// A tenant and its pods.
pub(crate) struct Tenant {
    pub(crate) name: String,
    /// Its file over its tier.
    pub(crate) spec: Value,
    /// Pods of its namespace.
    pub(crate) pods: Vec<Pod>,
    /// Terraform's pods, in the control namespace.
    pub(crate) jobs: Vec<Pod>,
}

/// Pods that the platform did not make.
pub(crate) struct Others {
    pub(crate) dns: Pod,
    pub(crate) system: Pod,
    pub(crate) ingress: Pod,
    pub(crate) repo_server: Pod,
    pub(crate) prometheus: Pod,
}

impl Others {
    pub(crate) fn all(&self) -> [&Pod; 5] {
        [&self.dns, &self.system, &self.ingress, &self.repo_server, &self.prometheus]
    }
}

impl Tenant {
    pub(crate) fn is_destroying(&self) -> bool {
        self.spec["state"] == "destroying"
    }
}

/// Whether a pod is of a Job that makes secrets, or says so: it reaches the API server, whatever the profiles ask for.
pub(crate) fn makes_secrets(pod: &Pod) -> bool {
    pod.labels.get("tenantry.dev/task").is_some_and(|task| task == "secrets")
}

/// Gives every pod addresses that no other has.
#[derive(Default)]
struct Addresses(u16);

impl Addresses {
    fn pod(&mut self, namespace: &str, name: &str, labels: &Value) -> Pod {
        self.0 += 1;
        let own = self.0;
        let v4 = format!("10.64.{}.{}", own >> 8, own & 255);
        let v6 = format!("fd00:10:64::{own:x}");
        Pod {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            labels: labels_of(labels),
            addresses: [v4, v6].map(|text| text.parse::<IpAddr>().unwrap()).to_vec(),
            node: NODE.map(|text| text.parse().unwrap()).to_vec(),
            ports: Vec::new(),
        }
    }
}

fn labels_of(labels: &Value) -> Labels {
    serde_json::from_value(labels.clone()).unwrap_or_default()
}

impl Cell {
    pub(crate) fn new(name: &'static str, root: &Path) -> Self {
        let platform = spec(&root.join("platform.yaml"));
        let mut policies = Policies::default();
        let mut addresses = Addresses::default();
        let others = others(&platform, &mut policies, &mut addresses);
        let objects = rendered(root, &mut policies);
        let mut own = jobs(&objects, &mut addresses);
        for namespace in [&platform["control"]["namespace"], &platform["argocd"]["releases"]["namespace"]] {
            own.push(addresses.pod(namespace.as_str().unwrap(), "any other pod", &json!({})));
        }
        let tenants = folders(&root.join("tenants"));
        let tenants = tenants.iter().map(|folder| tenant(folder, &platform, &mut policies, &mut addresses)).collect();
        Self { name, platform, tenants, policies, own, others }
    }
}

fn tenant(folder: &Path, platform: &Value, policies: &mut Policies, addresses: &mut Addresses) -> Tenant {
    let name = name(folder);
    let spec = merged(platform, &spec(&folder.join("tenant.yaml")));
    let prefix = platform["namespace"]["prefix"].as_str().unwrap();
    let namespace = spec["namespace"].as_str().map_or_else(|| format!("{prefix}{name}"), str::to_owned);
    // The namespace stands until a person confirms that it may go, whatever is rendered.
    policies.namespace(&namespace, Labels::new());
    let objects = rendered(folder, policies);
    if spec["state"] == "destroying" {
        rendered_last(folder, policies);
    }
    let mut pods = Vec::new();
    for (release, chosen) in enabled(&spec["releases"]) {
        let parts = profile(platform, release, chosen)["serviceAccounts"].as_object().unwrap();
        for part in parts.keys() {
            let labels = json!({"app.kubernetes.io/instance": release, "app.kubernetes.io/component": part});
            pods.push(addresses.pod(&namespace, &format!("{release} {part}"), &labels));
        }
    }
    pods.push(addresses.pod(&namespace, "any other pod", &json!({})));
    // People and servers choose their pods' labels, so these must buy nothing.
    let borrowed = json!({"k8s-app": "kube-dns", "tenantry.dev/task": "terraform-apply", "tenantry.dev/tenant": "x"});
    pods.push(addresses.pod(&namespace, "a pod with others' labels", &borrowed));
    let (own, jobs) = jobs(&objects, addresses).into_iter().partition(|pod| pod.namespace == namespace);
    pods.extend::<Vec<Pod>>(own);
    Tenant { name, spec, pods, jobs }
}

/// What stays in the namespace of a tenant that is being destroyed, until that goes: of the set that it had before, the
/// policies that are pruned last.
fn rendered_last(folder: &Path, policies: &mut Policies) {
    let before = tempfile::tempdir().unwrap();
    let cell = folder.parent().and_then(Path::parent).unwrap();
    copy(cell, before.path());
    let folder = before.path().join("tenants").join(name(folder));
    let file = folder.join("tenant.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let lives = |line: &&str| !["state:", "destroy:"].iter().any(|field| line.trim_start().starts_with(field));
    std::fs::write(&file, text.lines().filter(lives).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let mut all = Policies::default();
    for object in rendered(&folder, &mut all) {
        let options = object["metadata"]["annotations"]["argocd.argoproj.io/sync-options"].as_str();
        if object["kind"] == "NetworkPolicy" && options.is_some_and(|options| options.contains("PruneLast=true")) {
            policies.add(serde_json::from_value(object).unwrap()).unwrap();
        }
    }
}

/// What the binary prints for a folder. Takes namespaces and policies in.
fn rendered(folder: &Path, policies: &mut Policies) -> Vec<Value> {
    let ended = Run::new(folder, ["generate"]).run();
    assert_eq!(ended.code, 0, "{ended}");
    let objects: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for object in &objects {
        match object["kind"].as_str().unwrap() {
            "Namespace" => {
                policies
                    .namespace(object["metadata"]["name"].as_str().unwrap(), labels_of(&object["metadata"]["labels"]));
            }
            "NetworkPolicy" => policies.add(serde_json::from_value(object.clone()).unwrap()).unwrap(),
            _ => {}
        }
    }
    objects
}

/// The pods of the workloads among these objects, named by their task.
fn jobs(objects: &[Value], addresses: &mut Addresses) -> Vec<Pod> {
    let mut pods = Vec::new();
    for object in objects {
        let template = match object["kind"].as_str().unwrap() {
            "Job" | "DaemonSet" => &object["spec"]["template"],
            "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"],
            "Deployment" | "StatefulSet" | "Pod" => panic!("a workload that no table knows: {object}"),
            _ => continue,
        };
        let labels = &template["metadata"]["labels"];
        let task = labels["tenantry.dev/task"].as_str().unwrap();
        pods.push(addresses.pod(object["metadata"]["namespace"].as_str().unwrap(), task, labels));
    }
    pods
}

fn others(platform: &Value, policies: &mut Policies, addresses: &mut Addresses) -> Others {
    let ingress = platform["network"]["ingress"]["namespace"].as_str().unwrap_or("ingress-nginx");
    let argocd = platform["argocd"]["namespace"].as_str().unwrap();
    for namespace in ["kube-system", "monitoring", ingress, argocd] {
        policies.namespace(namespace, Labels::new());
    }
    let labels = &platform["network"]["dns"][0]["labels"];
    let app = |name: &str| json!({"app.kubernetes.io/name": name});
    Others {
        dns: addresses.pod("kube-system", "kube-dns", labels),
        system: addresses.pod("kube-system", "metrics-server", &json!({"k8s-app": "metrics-server"})),
        ingress: addresses.pod(ingress, "ingress controller", &app("ingress-nginx")),
        repo_server: addresses.pod(argocd, "repo-server", &app("argocd-repo-server")),
        prometheus: addresses.pod("monitoring", "prometheus", &app("prometheus")),
    }
}
