//! Terraform's rendered Jobs as processes: with exactly their command, environment and files, on the image's root file system,
//! each with a pod in the API that is marked as ended when the process has. So a test can kill a thousand of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use e2e::chamber::{Container, Running};
use e2e::cloud::Cloud;
use e2e::node::{ADDRESS, DNS};
use e2e::terraform_image::{self, Engine};
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};

use crate::cell::Cell;
use crate::objects::POD;
use crate::world::World;

/// The control namespace.
pub(crate) const CONTROL: &str = "tenantry-system";
/// The kind of a Lease.
pub(crate) const LEASE: (&str, &str) = ("coordination.k8s.io/v1", "Lease");
const ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Where a tenant's state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// In the bucket of the stand-in for AWS.
    S3,
    /// In a Secret.
    Kubernetes,
}

impl Backend {
    /// Its word in a platform file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Kubernetes => "kubernetes",
        }
    }
}

/// A tenant whose Jobs are run as processes.
pub(crate) struct Site<'a> {
    pub(crate) world: &'a World,
    /// The tenant's name, and its id.
    pub(crate) tenant: String,
    pub(crate) backend: Backend,
    root: PathBuf,
    /// Where its file lies.
    folder: String,
    /// The cell that was made for it; none where it is one of the fleet.
    cell: Option<Cell>,
    spec: Value,
    runs: u32,
}

/// A run.
pub(crate) struct Run {
    /// The process.
    pub(crate) running: Running,
    /// Its pod's name.
    pub(crate) pod: String,
}

impl<'a> Site<'a> {
    /// A tenant of a cell of its own, with what its runs need in the cluster: its namespace and the rights there.
    pub(crate) fn create(world: &'a World, name: &str, engine: Engine, backend: Backend) -> Result<Self> {
        let cell = Cell::create(world, name, |platform| {
            let terraform = &mut platform["spec"]["terraform"];
            terraform["engine"] = json!(engine.name());
            if backend == Backend::Kubernetes {
                terraform["backend"] = json!({"kubernetes": {}});
            }
        })?;
        let root = world.root(engine)?;
        let spec = json!({"tier": "pro", "id": name});
        if backend == Backend::Kubernetes {
            allow_state_in_the_cluster(world, &state_role(name))?;
        }
        let folder = cell.path(&format!("tenants/{name}"));
        let site = Self { world, tenant: name.to_owned(), backend, root, folder, cell: Some(cell), spec, runs: 0 };
        site.write()?;
        for object in site.rendered()? {
            let metadata = &object["metadata"];
            let wanted = object["kind"] == "Namespace" || metadata["name"] == "terraform-outputs";
            if wanted {
                world.apply(&object)?;
            }
        }
        Ok(site)
    }

    /// A tenant of the fleet, whose plans are looked at.
    pub(crate) fn of_the_fleet(world: &'a World, tenant: &str) -> Result<Self> {
        let (tenant, folder, root) = (tenant.to_owned(), format!("tenants/{tenant}"), world.root(Engine::Terraform)?);
        Ok(Self { world, tenant, backend: Backend::S3, root, folder, cell: None, spec: Value::Null, runs: 0 })
    }

    /// The hash of what an apply would change, by a person who runs the rendered Job with `plan` in place of `apply`.
    pub(crate) fn plan(&mut self) -> Result<String> {
        let mut run = self.start_with("apply", |container| {
            container.command.iter_mut().filter(|word| *word == "apply").for_each(|word| *word = "plan".to_owned());
        })?;
        let code = run.running.end(120)?;
        self.ended(&run)?;
        let log = run.running.log();
        ensure!(code == 0, "plan ended with {code}:\n{log}");
        let (_, rest) = log.split_once("approvedPlan: ").with_context(|| format!("no hash in:\n{log}"))?;
        Ok(rest.split('}').next().unwrap_or_default().to_owned())
    }

    /// Changes the tenant's file: this is laid over its spec.
    pub(crate) fn change(&mut self, part: &Value) -> Result<()> {
        merge(&mut self.spec, part);
        self.write()
    }

    fn write(&self) -> Result<()> {
        self.cell.as_ref().context("a tenant of the fleet")?.tenant(self.world, &self.tenant, &json!({}), &self.spec)
    }

    /// What is rendered for the tenant now.
    pub(crate) fn rendered(&self) -> Result<Vec<Value>> {
        self.world.rendered(&self.folder)
    }

    /// Starts the rendered Job of this action.
    pub(crate) fn start(&mut self, action: &str) -> Result<Run> {
        self.start_with(action, |_| ())
    }

    /// The same, with something about its container changed.
    pub(crate) fn start_with(&mut self, action: &str, adapt: impl FnOnce(&mut Container)) -> Result<Run> {
        self.runs += 1;
        let set = self.rendered()?;
        let pod = pod_of(&set, action)?;
        let name = format!("{}--{action}-{}", self.tenant, self.runs);
        // The rendered pod, which no scheduler takes: only its name and its uid matter, and what its status says.
        let mut spec = pod.clone();
        spec["schedulerName"] = json!("nobody");
        let made = self.world.apply(&json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": CONTROL}, "spec": spec,
        }))?;
        let uid = made["metadata"]["uid"].as_str().context("a pod without uid")?;
        let mut container = self.container(&set, pod, &name, uid)?;
        adapt(&mut container);
        let folder = self.world.cluster.folder.join(format!("runs/{name}"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let running = container.start(Path::new(env!("CARGO_BIN_EXE_e2e")), &folder)?;
        self.world.patch_status(POD, CONTROL, &name, &status(&json!({"running": {}})))?;
        Ok(Run { running, pod: name })
    }

    /// Runs a Job to its end: the exit code and the log.
    pub(crate) fn run(&mut self, action: &str) -> Result<(i32, String)> {
        let mut run = self.start(action)?;
        let code = run.running.end(240)?;
        self.ended(&run)?;
        Ok((code, run.running.log()))
    }

    /// Runs a Job that has to end well: its log.
    pub(crate) fn succeeds(&mut self, action: &str) -> Result<String> {
        let (code, log) = self.run(action)?;
        ensure!(code == 0, "{action} ended with {code}:\n{log}");
        Ok(log)
    }

    /// Marks a run's pod as ended, as the kubelet does when the containers have.
    pub(crate) fn ended(&self, run: &Run) -> Result<()> {
        self.world.patch_status(POD, CONTROL, &run.pod, &status(&json!({"terminated": {"exitCode": 1}})))
    }

    /// What the state holds: the names of things, in order, each as often as it is there.
    pub(crate) fn in_state(&self) -> Result<Vec<String>> {
        let state = self.state()?;
        let things =
            state["resources"].as_array().into_iter().flatten().filter(|resource| resource["type"] == "cloud_thing");
        let instances = things.flat_map(|thing| thing["instances"].as_array().into_iter().flatten());
        let mut names: Vec<String> =
            instances.filter_map(|instance| Some(instance["attributes"]["name"].as_str()?.to_owned())).collect();
        names.sort();
        Ok(names)
    }

    /// The state, as it lies in its backend.
    pub(crate) fn state(&self) -> Result<Value> {
        match self.backend {
            Backend::S3 => {
                let text = e2e::aws::object(&self.key())?;
                text.map_or(Ok(Value::Null), |text| Ok(serde_json::from_str(&text)?))
            }
            Backend::Kubernetes => {
                let name = format!("tfstate-default-{}-tenant", self.tenant);
                let Some(secret) = self.world.find(("v1", "Secret"), CONTROL, &name)? else { return Ok(Value::Null) };
                let bytes = serde_json::from_value::<k8s_openapi::ByteString>(secret["data"]["tfstate"].clone())?;
                Ok(serde_json::from_reader(flate2::read::GzDecoder::new(bytes.0.as_slice()))?)
            }
        }
    }

    /// Writes a state into its backend, past Terraform.
    pub(crate) fn write_state(&self, state: &Value) -> Result<()> {
        match self.backend {
            Backend::S3 => e2e::aws::put_object(&self.key(), &state.to_string()),
            Backend::Kubernetes => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                std::io::Write::write_all(&mut encoder, state.to_string().as_bytes())?;
                let data = json!({"data": {"tfstate": k8s_openapi::ByteString(encoder.finish()?)}});
                self.world.patch(("v1", "Secret"), CONTROL, &format!("tfstate-default-{}-tenant", self.tenant), &data)
            }
        }
    }

    /// Breaks the lock, whoever holds it.
    pub(crate) fn unlock(&self) -> Result<()> {
        match self.backend {
            Backend::S3 => e2e::aws::remove_object(&format!("{}.tflock", self.key())),
            Backend::Kubernetes => {
                let free = json!({"spec": {"holderIdentity": null}});
                self.world.patch(LEASE, CONTROL, &format!("lock-tfstate-default-{}-tenant", self.tenant), &free)
            }
        }
    }

    /// Whether somebody holds the lock.
    pub(crate) fn is_locked(&self) -> Result<bool> {
        match self.backend {
            Backend::S3 => Ok(e2e::aws::object(&format!("{}.tflock", self.key()))?.is_some()),
            Backend::Kubernetes => {
                let name = format!("lock-tfstate-default-{}-tenant", self.tenant);
                let lease = self.world.find(LEASE, CONTROL, &name)?;
                Ok(lease.is_some_and(|lease| lease["spec"]["holderIdentity"].as_str().is_some_and(|id| !id.is_empty())))
            }
        }
    }

    /// The name of the Lease that a run of this tenant holds.
    pub(crate) fn lease(&self) -> String {
        format!("{}--terraform", self.tenant)
    }

    fn key(&self) -> String {
        format!("tenants/{}/terraform.tfstate", self.tenant)
    }

    /// The names of what the tenant has in the cloud, in order.
    pub(crate) fn in_cloud(&self) -> Result<Vec<String>> {
        let (below, role) = (format!("{}/", self.tenant), format!("zenml-{}", self.tenant));
        let all = self.cloud().names()?.into_iter().map(|name| name.replace("%2F", "/"));
        Ok(all.filter(|name| name.starts_with(&below) || *name == role).collect())
    }

    /// How the cloud misbehaves from now on, as [`Cloud::misbehave`] has it. Rules without a name are for everybody's things.
    pub(crate) fn misbehave(&self, rules: &Value) -> Result<()> {
        self.cloud().misbehave(&self.tenant, rules)
    }

    /// The cloud.
    pub(crate) fn cloud(&self) -> Cloud {
        Cloud::of(&self.world.cluster)
    }

    /// That nothing is lost: all that is in the cloud is in the state, once, no lock is left, and no state waits to be pushed.
    pub(crate) fn nothing_is_lost(&self) -> Result<()> {
        let (state, cloud) = (self.in_state()?, self.in_cloud()?);
        ensure!(state == cloud, "in the state: {state:?}, in the cloud: {cloud:?}");
        ensure!(!self.is_locked()?, "the lock is still held");
        let rescued = self.world.find(("v1", "Secret"), CONTROL, &format!("{}--rescued-state-0", self.tenant))?;
        ensure!(rescued.is_none(), "a rescued state still waits to be pushed");
        let lease = self.world.find(LEASE, CONTROL, &self.lease())?;
        ensure!(lease.is_none(), "a run that has ended still has its turn: {lease:?}");
        Ok(())
    }

    /// Takes everything away.
    pub(crate) fn remove(self) -> Result<()> {
        let (world, tenant) = (self.world, self.tenant.clone());
        self.cell.map_or(Ok(()), |cell| cell.remove(world, &[]))?;
        for kind in ["RoleBinding", "Role"] {
            let kind = ("rbac.authorization.k8s.io/v1", kind);
            if self.backend == Backend::Kubernetes {
                world.delete(kind, CONTROL, &state_role(&tenant))?;
            }
        }
        world.delete(("v1", "Namespace"), "", &format!("t-{tenant}"))
    }

    fn container(&self, set: &[Value], pod: &Value, name: &str, uid: &str) -> Result<Container> {
        let container = &pod["containers"][0];
        let texts = |value: &Value| {
            value.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
        };
        let mut environment: BTreeMap<String, String> = [
            // What the image, the container runtime and the kubelet add.
            ("PATH", "/usr/local/bin"),
            ("HOME", "/"),
            ("KUBERNETES_SERVICE_HOST", ADDRESS),
            ("KUBERNETES_SERVICE_PORT", "443"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for variable in container["env"].as_array().context("no env")? {
            let value = match variable["valueFrom"]["fieldRef"]["fieldPath"].as_str() {
                Some("metadata.name") => name.to_owned(),
                Some("metadata.uid") => uid.to_owned(),
                Some(other) => anyhow::bail!("the test knows no field `{other}`"),
                None => variable["value"].as_str().unwrap_or_default().to_owned(),
            };
            let value =
                environment.iter().fold(value, |text, (name, value)| text.replace(&format!("$({name})"), value));
            environment.insert(variable["name"].as_str().context("no name")?.to_owned(), value);
        }
        let mut files = BTreeMap::from([
            ("/etc/resolv.conf".to_owned(), format!("nameserver {DNS}\n")),
            (format!("{ACCOUNT}/namespace"), CONTROL.to_owned()),
            (format!("{ACCOUNT}/ca.crt"), fs::read_to_string(self.world.cluster.folder.join("pki/apiserver.crt"))?),
            (format!("{ACCOUNT}/token"), self.token(pod, None)?),
        ]);
        let mut volumes = BTreeMap::new();
        for mount in container["volumeMounts"].as_array().context("no mounts")? {
            let path = mount["mountPath"].as_str().context("no path")?;
            let all = pod["volumes"].as_array().context("no volumes")?;
            let volume = all.iter().find(|volume| volume["name"] == mount["name"]).context("no such volume")?;
            if volume["emptyDir"].is_object() {
                volumes.insert(path.to_owned(), String::new());
            } else if let Some(map) = volume["configMap"]["name"].as_str() {
                let map = set.iter().find(|object| object["kind"] == "ConfigMap" && object["metadata"]["name"] == map);
                for (key, text) in map.context("no such ConfigMap")?["data"].as_object().context("no data")? {
                    files.insert(format!("{path}/{key}"), text.as_str().unwrap_or_default().to_owned());
                }
            } else {
                let token = &volume["projected"]["sources"][0]["serviceAccountToken"];
                let file = token["path"].as_str().context("a volume of another kind")?;
                files.insert(format!("{path}/{file}"), self.token(pod, token["audience"].as_str())?);
            }
        }
        let hostname = name.to_owned();
        Ok(Container {
            root: self.root.clone(),
            hostname,
            command: texts(&container["command"]),
            environment,
            files,
            volumes,
        })
    }

    /// A token of the ServiceAccount that the pod has.
    fn token(&self, pod: &Value, audience: Option<&str>) -> Result<String> {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.world.client.clone(), CONTROL);
        let wanted = TokenRequest {
            spec: Some(TokenRequestSpec {
                audiences: audience.map(|audience| vec![audience.to_owned()]),
                expiration_seconds: Some(3600),
                ..TokenRequestSpec::default()
            }),
            ..TokenRequest::default()
        };
        let account = pod["serviceAccountName"].as_str().context("no ServiceAccount")?;
        let made = self.world.wait(accounts.create_token_request(account, &PostParams::default(), &wanted))?;
        made.status.and_then(|status| status.token).context("no token")
    }
}

/// The name of the Role by which Terraform's account may have a tenant's state in the cluster.
fn state_role(tenant: &str) -> String {
    format!("tenantry-terraform-state-{tenant}")
}

/// Gives Terraform's account the rights that a platform with its states in the cluster renders, by a Role of this name beside
/// those of the fleet's, which has a bucket.
fn allow_state_in_the_cluster(world: &World, role: &str) -> Result<()> {
    let tenants = &world.fleet.tenants;
    let mut platform: Value = serde_yaml::from_str(&tenants.read("platform.yaml")?)?;
    platform["spec"]["terraform"]["backend"] = json!({"kubernetes": {}});
    let folder = world.cluster.folder.join(role);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("platform.yaml"), platform.to_string())?;
    e2e::process::run(Command::new("cp").arg("-r").arg(tenants.checkout.join("modules")).arg(&folder))?;
    let named = |object: &Value| {
        object["metadata"]["name"] == "tenantry-terraform" && object["metadata"]["namespace"] == CONTROL
    };
    for mut object in world.rendered(&folder.display().to_string())? {
        if named(&object) && ["Role", "RoleBinding"].contains(&object["kind"].as_str().unwrap_or_default()) {
            object["metadata"]["name"] = json!(role);
            if object["kind"] == "RoleBinding" {
                object["roleRef"]["name"] = json!(role);
            }
            world.apply(&object)?;
        }
    }
    Ok(())
}

/// The pod that is rendered for an action.
pub(crate) fn pod_of<'a>(set: &'a [Value], action: &str) -> Result<&'a Value> {
    let pods = set.iter().filter_map(|object| match object["kind"].as_str()? {
        "Job" => Some(&object["spec"]["template"]["spec"]),
        "CronJob" => Some(&object["spec"]["jobTemplate"]["spec"]["template"]["spec"]),
        _ => None,
    });
    let wanted = json!(["tenantry-runner", "terraform", action, "--inputs", "/inputs"]);
    let found = pods.into_iter().find(|pod| pod["containers"][0]["command"] == wanted);
    found.with_context(|| format!("no Job for `{action}` is rendered"))
}

fn status(state: &Value) -> Value {
    json!({"status": {"containerStatuses": [
        {"name": "terraform", "image": "", "imageID": "", "ready": false, "restartCount": 0, "state": state},
    ]}})
}

fn merge(into: &mut Value, part: &Value) {
    match (into.as_object_mut(), part.as_object()) {
        (Some(map), Some(part)) => {
            part.iter().for_each(|(key, value)| merge(map.entry(key).or_insert(Value::Null), value))
        }
        _ => *into = part.clone(),
    }
}

impl World {
    /// The root file system of Terraform's image with an engine; made once in a run of the suite.
    pub(crate) fn root(&self, engine: Engine) -> Result<PathBuf> {
        let root = self.cluster.folder.join(format!("root-{}", engine.name()));
        let _one_at_a_time = self.roots.lock().map_err(|_| anyhow::anyhow!("a test panicked"))?;
        if !root.exists() {
            fs::create_dir_all(&root)?;
            terraform_image::terraform(&self.fleet.parts, &self.cluster.authority, engine, &self.fleet.modules)?
                .unpack(&root)?;
        }
        Ok(root)
    }
}
