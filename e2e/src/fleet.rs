//! `testdata/fleet` on a cluster: the repository that its Applications name, with images, charts and buckets that are there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::account::Account;
use crate::aws;
use crate::cache::workspace;
use crate::cluster::Cluster;
use crate::image::Archive;
use crate::images::{release_binary, single};
use crate::parts::Parts;
use crate::process::run;
use crate::registry;
use crate::repository::Repository;
use crate::terraform_image::{self, Engine};

/// The commit of the second chart that the shipped files name.
const SHIPPED_COMMIT: &str = "3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7";
/// The digit of which the shipped platform file makes the digest of the runner's image.
const SHIPPED_RUNNER: char = '1';
/// The digit of which it makes the digest of Terraform's image.
const SHIPPED_TERRAFORM: char = '2';

/// The file in which the shipped fleet has its module's description.
const DESCRIPTION: &str = "modules/tenant-2.0.0.json";
/// What the shipped fleet says of Pod Identity's associations, which moto does not have.
const ASSOCIATIONS: &str = "          cluster: ${{ platform.cluster }}\n";

/// Where tenants' Terraform makes what they have.
#[derive(Clone, Copy, Debug)]
pub enum Modules<'a> {
    /// In the tests' own cloud, by `testdata/modules`. It takes what the fleet maps, in a moment, and fails as it is told.
    StandIn,
    /// In moto, by `terraform/tenant` and the real provider of a mirror, which holds no other.
    Shipped {
        /// The mirror's folder.
        mirror: &'a Path,
    },
}

/// The team's repositories, and the images that their files name.
#[derive(Debug)]
pub struct Fleet {
    /// `https://git.example.com/tenants.git`: the shipped fleet, with nothing changed but the digests of images, the commit of a
    /// chart and, for the stand-in, the module's description; against moto no associations are made.
    pub tenants: Repository,
    /// `https://git.example.com/charts.git`.
    pub charts: Repository,
    /// `registry.example.com/tenantry-runner`.
    pub runner: Archive,
    /// `registry.example.com/terraform`.
    pub terraform: Archive,
    /// The modules in it, as `NAME/VERSION/`.
    pub modules: PathBuf,
    /// What it is made from: the cluster's, with the provider of the modules.
    pub parts: Parts,
    /// The AWS account; none for the stand-in, which needs no more of it than a bucket.
    pub account: Option<Account>,
}

impl Fleet {
    /// Makes both repositories, the registry and what is to be in AWS, and gives the images to the node. `tenantry` is the release
    /// binary of this checkout.
    ///
    /// # Errors
    /// A part of it cannot be made.
    pub fn create(cluster: &Cluster, program: &Path, used: Modules<'_>) -> Result<Self> {
        let testdata = workspace().join("testdata");
        registry::push(cluster, &testdata.join("charts/zenml"), "zenml")?;
        let charts = Repository::create(cluster, "charts")?;
        charts.copy(&testdata.join("charts"), ".")?;
        let commit = charts.commit("Charts")?;

        let runner = terraform_image::runner()?.write(&cluster.folder, "tenantry-runner")?;
        let mut parts = cluster.parts.clone();
        let (modules, account) = match used {
            Modules::StandIn => {
                aws::make_bucket()?;
                (testdata.join("modules"), None)
            }
            Modules::Shipped { mirror } => {
                parts.provider = mirror.to_owned();
                let account = Account::create(&cluster.folder.join("account"), mirror)?;
                (shipped_modules(&cluster.folder.join("modules"))?, Some(account))
            }
        };
        let terraform = terraform_image::terraform(&parts, &cluster.authority, Engine::Terraform, &modules)?
            .write(&cluster.folder, "terraform")?;
        for (name, image) in [("tenantry-runner", &runner), ("terraform", &terraform)] {
            cluster.import(program, &format!("registry.example.com/{name}@{}", image.digest), image)?;
        }
        let workload = single(&cluster.parts.own.join("workload")).write(&cluster.folder, "workload")?;
        for name in ["zenml-server:0.94.2", "mlflow:1"] {
            cluster.import(program, &format!("registry.example.com/{name}"), &workload)?;
        }

        let tenants = Repository::create(cluster, "tenants")?;
        tenants.copy(&testdata.join("fleet"), ".")?;
        let mut platform = tenants.read("platform.yaml")?.replace(SHIPPED_COMMIT, &commit);
        for (digit, image) in [(SHIPPED_RUNNER, &runner), (SHIPPED_TERRAFORM, &terraform)] {
            platform = platform.replace(&shipped(digit), &image.digest);
        }
        match used {
            Modules::StandIn => tenants.write(DESCRIPTION, described(&modules.join("tenant/2.0.0"))?)?,
            Modules::Shipped { .. } => platform = platform.replace(ASSOCIATIONS, ""),
        }
        tenants.write("platform.yaml", platform)?;
        for entry in fs::read_dir(tenants.checkout.join("tenants"))? {
            let path = format!("tenants/{}/tenant.yaml", entry?.file_name().to_string_lossy());
            tenants.write(&path, tenants.read(&path)?.replace(SHIPPED_COMMIT, &commit))?;
        }
        Ok(Self { tenants, charts, runner, terraform, modules, parts, account })
    }
}

/// A folder of modules that has the shipped one, as the image wants it.
fn shipped_modules(folder: &Path) -> Result<PathBuf> {
    let version = folder.join("tenant/2.0.0");
    fs::create_dir_all(&version)?;
    run(Command::new("cp").arg("-r").arg(workspace().join("terraform/tenant/.")).arg(&version))?;
    // What somebody's own `init` left.
    fs::remove_dir_all(version.join(".terraform")).ok();
    Ok(folder.to_owned())
}

/// What `tenantry` says of a module.
fn described(module: &Path) -> Result<String> {
    run(Command::new(release_binary("tenantry")).args(["module", "describe"]).arg(module))
        .with_context(|| module.display().to_string())
}

/// A digest that the shipped files name.
fn shipped(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}
