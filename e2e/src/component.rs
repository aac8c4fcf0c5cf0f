//! The processes of a node, in the order in which they are started, each with its settings.

use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::account::ACCOUNT;
use crate::authority::FORGE;
use crate::images::PAUSE;
use crate::node::{ADDRESS, DNS, FORGE_ADDRESS, INSIDE, Settings};

/// A process.
#[derive(Debug)]
pub struct Component {
    /// Its name, which is its log's too.
    pub name: &'static str,
    /// The program.
    pub program: PathBuf,
    /// What it is told.
    pub arguments: Vec<String>,
    /// What its environment holds beside what all have.
    pub environment: Vec<(&'static str, String)>,
    /// Files that it reads, below the node's folder.
    pub files: Vec<(&'static str, String)>,
    /// What the next one waits for.
    pub ready: Ready,
}

/// When the next component may start.
#[derive(Debug)]
pub enum Ready {
    /// At once.
    Now,
    /// When somebody listens at this address.
    Listens(&'static str, u16),
    /// When somebody listens at this socket.
    Socket(&'static str),
}

impl Ready {
    /// Whether it may now.
    pub fn holds(&self) -> bool {
        match self {
            Self::Now => true,
            Self::Listens(address, port) => address.parse().is_ok_and(|address| {
                TcpStream::connect_timeout(&SocketAddr::new(address, *port), Duration::from_millis(200)).is_ok()
            }),
            Self::Socket(path) => UnixStream::connect(path).is_ok(),
        }
    }
}

/// Where containerd listens.
pub const CONTAINERD: &str = "/run/containerd/containerd.sock";
/// Where etcd listens.
const ETCD: &str = "http://127.0.0.1:2379";
/// The token of the cluster's administrator. It is worth nothing outside the node's own network.
pub const ADMINISTRATOR: &str = "administrator";
/// The port at which moto stands for AWS.
pub const AWS_PORT: u16 = 5000;

/// containerd's settings, with its folders below `root`.
pub fn containerd_settings(root: &str) -> String {
    format!(
        r#"version = 2
root = "{root}"
state = "/run/containerd/state"
[grpc]
  address = "{CONTAINERD}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  # Without the right to raise a process's standing with the kernel's out-of-memory killer, runc would fail.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{INSIDE}/cni"
"#
    )
}

/// All of them.
pub fn all(settings: &Settings) -> Vec<Component> {
    let kubernetes = |name: &'static str, arguments: Vec<String>, ready: Ready| Component {
        name,
        program: settings.kubernetes.join(name),
        arguments,
        environment: Vec::new(),
        files: Vec::new(),
        ready,
    };
    let kubeconfig = format!("--kubeconfig={INSIDE}/kubeconfig");
    let inside = |path: &str| format!("{INSIDE}/{path}");
    vec![
        kubernetes("etcd", etcd(), Ready::Now),
        Component {
            name: "containerd",
            program: PathBuf::from("containerd"),
            arguments: vec!["--config".to_owned(), inside("containerd.toml")],
            environment: Vec::new(),
            files: vec![
                ("containerd.toml", containerd_settings(&inside("containerd"))),
                ("cni/10-node.conflist", network()),
            ],
            ready: Ready::Now,
        },
        Component {
            files: vec![("tokens.csv", format!("{ADMINISTRATOR},admin,admin,system:masters\n"))],
            ..kubernetes("kube-apiserver", api_server(), Ready::Listens(ADDRESS, 443))
        },
        kubernetes(
            "kube-controller-manager",
            vec![
                kubeconfig.clone(),
                format!("--service-account-private-key-file={INSIDE}/pki/accounts.key"),
                format!("--root-ca-file={INSIDE}/pki/apiserver.crt"),
                "--leader-elect=false".to_owned(),
                "--controllers=*,-node-ipam-controller".to_owned(),
                "--bind-address=127.0.0.1".to_owned(),
                // Jobs, service accounts and quotas are what a tenant waits for.
                "--kube-api-qps=200".to_owned(),
                "--kube-api-burst=400".to_owned(),
                "--concurrent-resource-quota-syncs=10".to_owned(),
            ],
            Ready::Now,
        ),
        kubernetes(
            "kube-scheduler",
            vec![kubeconfig.clone(), "--leader-elect=false".to_owned(), "--bind-address=127.0.0.1".to_owned()],
            Ready::Socket(CONTAINERD),
        ),
        Component {
            files: vec![("kubelet.yaml", kubelet(settings))],
            ..kubernetes(
                "kubelet",
                vec![
                    format!("--config={INSIDE}/kubelet.yaml"),
                    kubeconfig.clone(),
                    format!("--root-dir={INSIDE}/kubelet"),
                    "--hostname-override=node".to_owned(),
                    format!("--node-ip={ADDRESS}"),
                    format!("--cert-dir={INSIDE}/pki-kubelet"),
                    // The pool that Terraform's Jobs of `testdata/fleet` run on.
                    "--node-labels=pool=terraform".to_owned(),
                ],
                Ready::Now,
            )
        },
        kubernetes(
            "kube-proxy",
            vec![
                kubeconfig,
                "--proxy-mode=iptables".to_owned(),
                "--hostname-override=node".to_owned(),
                "--cluster-cidr=10.201.0.0/16".to_owned(),
                format!("--bind-address={ADDRESS}"),
                "--healthz-bind-address=127.0.0.1:10256".to_owned(),
                "--metrics-bind-address=127.0.0.1:10249".to_owned(),
                "--conntrack-max-per-core=0".to_owned(),
            ],
            Ready::Now,
        ),
        Component {
            files: vec![("Corefile", names())],
            ..kubernetes("coredns", vec!["-conf".to_owned(), inside("Corefile")], Ready::Now)
        },
        forge(settings),
        Component {
            name: "moto",
            program: PathBuf::from("python3"),
            arguments: [&inside("moto-server.py"), "--host", ADDRESS, "--port", &AWS_PORT.to_string()]
                .map(str::to_owned)
                .into(),
            environment: vec![
                ("PYTHONPATH", settings.moto.display().to_string()),
                ("MOTO_ACCOUNT_ID", ACCOUNT.to_owned()),
            ],
            files: vec![("moto-server.py", include_str!("../parts/moto/server.py").to_owned())],
            ready: Ready::Now,
        },
    ]
}

fn etcd() -> Vec<String> {
    [
        &format!("--data-dir={INSIDE}/etcd"),
        &format!("--listen-client-urls={ETCD}"),
        &format!("--advertise-client-urls={ETCD}"),
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--initial-advertise-peer-urls=http://127.0.0.1:2380",
        "--initial-cluster=default=http://127.0.0.1:2380",
        // Nothing in it outlives the cluster.
        "--unsafe-no-fsync",
        "--log-level=error",
    ]
    .map(str::to_owned)
    .into()
}

fn api_server() -> Vec<String> {
    [
        &format!("--etcd-servers={ETCD}"),
        "--secure-port=443",
        &format!("--bind-address={ADDRESS}"),
        &format!("--advertise-address={ADDRESS}"),
        &format!("--cert-dir={INSIDE}/pki"),
        "--service-account-issuer=https://kubernetes.default.svc",
        &format!("--service-account-key-file={INSIDE}/pki/accounts.pub"),
        &format!("--service-account-signing-key-file={INSIDE}/pki/accounts.key"),
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        // As in every cluster of a cloud: what refuses a privileged pod is Pod Security, not this flag.
        "--allow-privileged=true",
        &format!("--token-auth-file={INSIDE}/tokens.csv"),
        "--kubelet-preferred-address-types=InternalIP",
    ]
    .map(str::to_owned)
    .into()
}

/// One bridge; pods of one node need no more.
fn network() -> String {
    serde_json::json!({
        "cniVersion": "1.0.0", "name": "node",
        "plugins": [{
            "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false,
            "ipam": {
                "type": "host-local", "dataDir": format!("{INSIDE}/addresses"),
                "ranges": [[{"subnet": "10.201.0.0/16"}]], "routes": [{"dst": "0.0.0.0/0"}],
            },
        }],
    })
    .to_string()
}

fn kubelet(settings: &Settings) -> String {
    // JSON is YAML.
    serde_json::json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "failCgroupV1": false, "failSwapOn": false, "cgroupDriver": "cgroupfs", "cgroupRoot": settings.cgroup,
        "enforceNodeAllocatable": [], "oomScoreAdj": 0, "localStorageCapacityIsolation": false,
        "authentication": {"anonymous": {"enabled": true}, "webhook": {"enabled": false}},
        "authorization": {"mode": "AlwaysAllow"},
        "address": ADDRESS, "healthzPort": 0, "maxPods": 500, "podLogsDir": format!("{INSIDE}/log/pods"),
        "containerRuntimeEndpoint": format!("unix://{CONTAINERD}"), "resolvConf": "",
        "clusterDNS": [DNS], "clusterDomain": "cluster.local",
        "evictionHard": {"memory.available": "100Mi"},
        "registerWithTaints": [], "serializeImagePulls": false, "kubeAPIQPS": 200, "kubeAPIBurst": 400,
    })
    .to_string()
}

fn names() -> String {
    let mut hosts = String::new();
    let mut rewritten = String::new();
    for name in FORGE {
        match name.strip_prefix("*.") {
            None => hosts.push_str(&format!("    {FORGE_ADDRESS} {name}\n")),
            // A name of hosts is a whole name: those of this form are asked for by another that is there.
            Some(rest) => rewritten.push_str(&format!(
                "  rewrite stop name regex ^[^.]+\\.{}\\.$ {rest} answer auto\n",
                rest.replace('.', "\\.")
            )),
        }
    }
    format!(
        ".:53 {{\n  bind {DNS}\n  errors\n{rewritten}  hosts {{\n{hosts}    fallthrough\n  }}\n  kubernetes cluster.local {{\n    \
         kubeconfig {INSIDE}/kubeconfig node\n  }}\n}}\n"
    )
}

fn forge(settings: &Settings) -> Component {
    let (certificate, key) = &settings.certificate;
    Component {
        name: "forge",
        program: settings.forge.clone(),
        arguments: vec![
            format!("-address={FORGE_ADDRESS}:443"),
            format!("-certificate={}", certificate.display()),
            format!("-key={}", key.display()),
            format!("-repositories={INSIDE}/repositories"),
            format!("-registry={INSIDE}/registry"),
            format!("-backend={}", git_backend().display()),
            format!("-cloud={INSIDE}/cloud"),
            format!("-aws=http://{ADDRESS}:{AWS_PORT}"),
        ],
        environment: Vec::new(),
        files: Vec::new(),
        ready: Ready::Now,
    }
}

/// Git's program for repositories over HTTP lies where git was built to have it.
fn git_backend() -> PathBuf {
    let folder = crate::process::run(std::process::Command::new("git").arg("--exec-path")).unwrap_or_default();
    Path::new(folder.trim()).join("git-http-backend")
}
