//! A cluster: starting one, finding one that runs, stopping one.

use std::fs;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::authority::Authority;
use crate::cache::Cache;
use crate::cgroup;
use crate::component::ADMINISTRATOR;
use crate::images;
use crate::node::{self, ADDRESS, Settings};
use crate::parts::Parts;
use crate::process::{Process, last_lines, run};
use crate::store;

/// A cluster that runs.
#[derive(Debug)]
pub struct Cluster {
    /// Its folder.
    pub folder: PathBuf,
    /// The programs that it consists of.
    pub parts: Parts,
    /// Whom its images trust.
    pub authority: Authority,
    /// The first process of its node.
    pub node: Process,
    /// The process that this one has to ask how it ended, where it started it.
    child: Option<Child>,
}

/// What is noted about a cluster in its folder, so that it can be stopped by somebody else.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// The process that made the namespaces.
    outer: Process,
    /// The first process in them.
    node: Process,
}

impl Cluster {
    /// Starts a cluster of this name, after what is left of an earlier one is cleared away. `program` is the program of
    /// this crate. One that does not last ends with the thread that started it.
    ///
    /// # Errors
    /// A part cannot be made, or a component ends.
    pub fn up(cache: &Cache, name: &str, program: &Path, lasts: bool) -> Result<Self> {
        clear(cache, name)?;
        let parts = Parts::get(cache)?;
        let authority = Authority::get(cache)?;
        let lasting = images::lasting(cache, &parts, &authority)?;
        let store = store::get(cache, program, &lasting)?;

        let folder = folder(cache, name);
        for below in ["log", "pki", "repositories", "registry/blobs", "registry/manifests", "bin"] {
            fs::create_dir_all(folder.join(below))?;
        }
        store::copy(&store, &folder.join("containerd"))?;
        for key in authority.accounts() {
            fs::copy(&key, folder.join("pki").join(key.file_name().unwrap_or_default()))?;
        }
        // Programs outside the cluster's network reach it by entering that.
        let kubectl = format!(
            "#!/bin/sh\nexec nsenter --net=/proc/$(cat '{0}/node.pid')/ns/net '{1}' \"$@\"\n",
            folder.display(),
            parts.kubernetes.join("kubectl").display()
        );
        fs::write(folder.join("bin/kubectl"), kubectl)?;
        fs::set_permissions(folder.join("bin/kubectl"), PermissionsExt::from_mode(0o755))?;
        let settings = Settings {
            kubernetes: parts.kubernetes.clone(),
            moto: parts.moto.clone(),
            forge: parts.own.join("forge"),
            certificate: (authority.forge_certificate(), authority.forge_key()),
            cgroup: cgroup::of(name),
        };
        fs::write(folder.join("node.json"), serde_json::to_vec_pretty(&settings)?)?;
        fs::write(folder.join("kubeconfig"), kubeconfig())?;
        // For a shell; more is written when there is more.
        fs::write(folder.join("environment"), environment(&folder))?;
        cgroup::make(&settings.cgroup)?;

        let mut child = node::start(program, &folder, lasts)?;
        let begun = Instant::now();
        let cluster = loop {
            if let Some(status) = child.try_wait()? {
                bail!("the node ended at once: {status}\n{}", log(&folder, "node"));
            }
            let outer = Process::of(child.id()).context("the node has ended")?;
            if let Some(node) = outer.children().first().copied() {
                fs::write(folder.join("node.pid"), node.pid.to_string())?;
                fs::write(folder.join("cluster.json"), serde_json::to_vec(&Note { outer, node })?)?;
                break Self { folder, parts, authority, node, child: Some(child) };
            }
            if begun.elapsed() > Duration::from_secs(10) {
                bail!("the node does not start");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        cluster.wait_until_started()?;
        Ok(cluster)
    }

    /// The cluster of this name that runs, if there is one.
    ///
    /// # Errors
    /// The parts that it was made of are no longer there.
    pub fn find(cache: &Cache, name: &str) -> Result<Option<Self>> {
        let folder = folder(cache, name);
        let Some(note) = note(&folder) else { return Ok(None) };
        if !note.node.runs() {
            return Ok(None);
        }
        let (parts, authority) = (Parts::get(cache)?, Authority::get(cache)?);
        Ok(Some(Self { folder, parts, authority, node: note.node, child: None }))
    }

    /// Stops it and leaves nothing of it.
    ///
    /// # Errors
    /// A process of it does not end, or a folder cannot be removed.
    pub fn down(mut self, cache: &Cache, name: &str) -> Result<()> {
        self.node.kill()?;
        if let Some(child) = &mut self.child {
            child.wait()?;
        }
        clear(cache, name)
    }

    /// Whether all of it still runs.
    ///
    /// # Errors
    /// A component has ended: which, how, and the last it said.
    pub fn check(&self) -> Result<()> {
        if !self.node.runs() {
            bail!("the cluster's node has ended:\n{}", log(&self.folder, "node"));
        }
        let Ok(ended) = fs::read_to_string(self.folder.join("ended")) else { return Ok(()) };
        let name = ended.split(' ').next().unwrap_or_default();
        bail!("{}; the end of its log:\n{}", ended.trim_end(), log(&self.folder, name))
    }

    /// The process of a component.
    ///
    /// # Errors
    /// It has ended.
    pub fn component(&self, name: &str) -> Result<Process> {
        let is = |process: &Process| {
            let command = fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
            let program = command.split(|byte| *byte == 0).next().map(String::from_utf8_lossy).unwrap_or_default();
            program.ends_with(&format!("/{name}"))
        };
        self.node.children().into_iter().find(is).with_context(|| format!("{name} has ended"))
    }

    /// Moves this thread into the cluster's network; threads that it starts afterwards are there too.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn enter_network(&self) -> Result<()> {
        let network = fs::File::open(format!("/proc/{}/ns/net", self.node.pid))?;
        let kind = rustix::thread::LinkNameSpaceType::Network;
        Ok(rustix::thread::move_into_link_name_space(network.as_fd(), Some(kind))?)
    }

    /// A command that runs in all of the node's namespaces.
    pub fn inside(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.node.pid.to_string(), "--net", "--mount", "--ipc", "--uts", "--pid", "--"]);
        command.arg(program);
        command
    }

    /// `kubectl` as the cluster's administrator.
    pub fn kubectl(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.node.pid.to_string(), "--net", "--"]);
        command.arg(self.parts.kubernetes.join("kubectl"));
        command.arg("--kubeconfig").arg(self.folder.join("kubeconfig"));
        command
    }

    /// A client as the cluster's administrator. To be called in the cluster's network.
    ///
    /// # Errors
    /// The cluster's certificate cannot be read.
    pub fn client(&self) -> Result<kube::Client> {
        self.client_with_token(ADMINISTRATOR)
    }

    /// A client with a token of somebody's.
    ///
    /// # Errors
    /// The cluster's certificate cannot be read.
    pub fn client_with_token(&self, token: &str) -> Result<kube::Client> {
        Ok(kube::Client::try_from(self.config(token)?)?)
    }

    /// A client that the administrator uses in somebody's name.
    ///
    /// # Errors
    /// The cluster's certificate cannot be read.
    pub fn client_as(&self, user: &str, groups: &[String]) -> Result<kube::Client> {
        let mut config = self.config(ADMINISTRATOR)?;
        config.auth_info.impersonate = Some(user.to_owned());
        config.auth_info.impersonate_groups = Some(groups.to_vec());
        Ok(kube::Client::try_from(config)?)
    }

    fn config(&self, token: &str) -> Result<kube::Config> {
        let mut config = kube::Config::new(format!("https://{ADDRESS}").parse()?);
        let certificates = pem::parse_many(fs::read(self.folder.join("pki/apiserver.crt"))?)?;
        config.root_cert = Some(certificates.into_iter().map(pem::Pem::into_contents).collect());
        config.auth_info.token = Some(token.to_owned().into());
        Ok(config)
    }

    /// Gives an image to the node.
    ///
    /// # Errors
    /// containerd refuses it.
    pub fn import(&self, program: &Path, name: &str, image: &crate::image::Archive) -> Result<()> {
        run(self.inside(program).arg("import").arg(name).arg(&image.path).arg(&image.digest))?;
        Ok(())
    }

    fn wait_until_started(&self) -> Result<()> {
        let begun = Instant::now();
        while !self.folder.join("started").exists() {
            self.check()?;
            if begun.elapsed() > Duration::from_secs(120) {
                bail!("the node's components did not start in two minutes:\n{}", log(&self.folder, "node"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

/// The folder of the cluster of this name.
pub fn folder(cache: &Cache, name: &str) -> PathBuf {
    cache.folder().join("clusters").join(name)
}

fn note(folder: &Path) -> Option<Note> {
    serde_json::from_slice(&fs::read(folder.join("cluster.json")).ok()?).ok()
}

/// The last that a component said.
pub fn log(folder: &Path, name: &str) -> String {
    let text = fs::read(folder.join(format!("log/{name}.log"))).unwrap_or_default();
    last_lines(&String::from_utf8_lossy(&text), 15)
}

/// Ends what still runs of a cluster, and removes its control groups and its folder.
///
/// # Errors
/// A process does not end, or the folder cannot be removed.
pub fn clear(cache: &Cache, name: &str) -> Result<()> {
    let folder = folder(cache, name);
    if let Some(note) = note(&folder) {
        note.node.kill()?;
        note.outer.kill()?;
    }
    cgroup::remove(&cgroup::of(name));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// What a shell has to evaluate to have the cluster's `kubectl`.
pub fn environment(folder: &Path) -> String {
    format!("export PATH='{0}/bin':\"$PATH\"\nexport KUBECONFIG='{0}/kubeconfig'\n", folder.display())
}

fn kubeconfig() -> String {
    serde_json::json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "node",
        "clusters": [{"name": "node", "cluster": {
            "server": format!("https://{ADDRESS}"), "certificate-authority": "pki/apiserver.crt",
        }}],
        "users": [{"name": "admin", "user": {"token": ADMINISTRATOR}}],
        "contexts": [{"name": "node", "context": {"cluster": "node", "user": "admin"}}],
    })
    .to_string()
}
