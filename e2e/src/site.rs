//! A cluster with what a platform team has: the operator of secrets, repositories, charts, images, and Argo CD.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::cache::Cache;
use crate::cluster::{Cluster, environment};
use crate::fleet::{Fleet, Modules};
use crate::image::Archive;
use crate::repository::Repository;
use crate::{argo, images, ready, registryless, secrets};

/// The plugin's image, by the name that `deploy/argocd` says to replace.
pub const PLUGIN: &str = "registry.example.com/tenantry";

/// A team's cluster.
#[derive(Debug)]
pub struct Site {
    /// The cluster.
    pub cluster: Cluster,
    /// The team's repositories.
    pub fleet: Fleet,
    /// The plugin's image, which the node has.
    pub plugin: Archive,
}

impl Site {
    /// Starts one, with Argo CD or ready for it, and moves this thread into its network. `program` is the program of this crate.
    ///
    /// # Errors
    /// A part of it cannot be made.
    pub fn up(
        cache: &Cache,
        name: &str,
        program: &Path,
        modules: Modules<'_>,
        lasts: bool,
        with_argo_cd: bool,
    ) -> Result<Self> {
        let begun = Instant::now();
        let say = |what: &str| eprintln!("e2e: {what} after {:.1} s", begun.elapsed().as_secs_f64());
        let cluster = Cluster::up(cache, name, program, lasts)?;
        cluster.enter_network()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let plugin = images::plugin(&cluster.folder)?;
        cluster.import(program, &format!("{PLUGIN}@{}", plugin.digest), &plugin)?;
        runtime.block_on(ready::node(&cluster))?;
        say("a node is ready");
        runtime.block_on(registryless::install(&cluster))?;
        if with_argo_cd {
            runtime.block_on(argo::install(&cluster, &plugin))?;
            runtime.block_on(argo::wait(&cluster))?;
            say("Argo CD is ready");
        }
        runtime.block_on(secrets::install(&cluster))?;
        let fleet = Fleet::create(&cluster, program, modules)?;
        let site = Self { cluster, fleet, plugin };
        site.write_environment()?;
        say("repositories, images and the secrets' operator are there");
        Ok(site)
    }

    /// What a shell needs to work on it as the README says: `kubectl`, git that finds Argo CD's repository here, where the
    /// tenants' repository is checked out, and where the plugin's image was "pushed".
    fn write_environment(&self) -> Result<()> {
        let folder = &self.cluster.folder;
        let argo_cd = Repository::create(&self.cluster, "argo-cd")?;
        argo_cd.copy(&self.cluster.parts.argo_cd.join("manifests"), "manifests")?;
        argo_cd.commit("Manifests")?;
        argo_cd.git(&[
            "push",
            "--quiet",
            "origin",
            &format!("HEAD:refs/tags/v{}", self.cluster.parts.argo_cd_version),
        ])?;
        let lines = [
            "GIT_CONFIG_COUNT=1".to_owned(),
            format!("GIT_CONFIG_KEY_0='url.{}/.insteadOf'", folder.join("repositories").display()),
            "GIT_CONFIG_VALUE_0=https://github.com/argoproj/".to_owned(),
            format!("TENANTS='{}'", self.fleet.tenants.checkout.display()),
            format!("IMAGE={PLUGIN}"),
            format!("DIGEST={}", self.plugin.digest),
        ];
        self.fleet.tenants.commit("Fleet")?;
        let text: String = lines.iter().map(|line| format!("export {line}\n")).collect();
        Ok(fs::write(folder.join("environment"), environment(folder) + &text)?)
    }
}
