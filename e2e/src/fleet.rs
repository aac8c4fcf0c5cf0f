//! `testdata/fleet` on a cluster: the repository that its Applications name, with images, charts and a bucket that are there.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::aws;
use crate::cache::workspace;
use crate::cluster::Cluster;
use crate::image::Archive;
use crate::images::single;
use crate::registry;
use crate::repository::Repository;
use crate::terraform_image::{self, Engine};

/// The commit of the second chart that the shipped files name.
const SHIPPED_COMMIT: &str = "3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7";
/// The digit of which the shipped platform file makes the digest of the runner's image.
const SHIPPED_RUNNER: char = '1';
/// The digit of which it makes the digest of Terraform's image.
const SHIPPED_TERRAFORM: char = '2';

/// The team's repositories, and the images that their files name.
#[derive(Debug)]
pub struct Fleet {
    /// `https://git.example.com/tenants.git`: the shipped fleet, with nothing changed but the digests of images
    /// and the commit of a chart.
    pub tenants: Repository,
    /// `https://git.example.com/charts.git`.
    pub charts: Repository,
    /// `registry.example.com/tenantry-runner`.
    pub runner: Archive,
    /// `registry.example.com/terraform`.
    pub terraform: Archive,
}

impl Fleet {
    /// Makes both repositories, the registry and the bucket of states, and gives the images to the node.
    ///
    /// # Errors
    /// A part of it cannot be made.
    pub fn create(cluster: &Cluster, program: &Path) -> Result<Self> {
        aws::make_bucket()?;
        let testdata = workspace().join("testdata");
        registry::push(cluster, &testdata.join("charts/zenml"), "zenml")?;
        let charts = Repository::create(cluster, "charts")?;
        charts.copy(&testdata.join("charts"), ".")?;
        let commit = charts.commit("Charts")?;

        let runner = terraform_image::runner()?.write(&cluster.folder, "tenantry-runner")?;
        let modules = testdata.join("modules");
        let terraform = terraform_image::terraform(&cluster.parts, &cluster.authority, Engine::Terraform, &modules)?
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
        tenants.write("platform.yaml", platform)?;
        for entry in fs::read_dir(tenants.checkout.join("tenants"))? {
            let path = format!("tenants/{}/tenant.yaml", entry?.file_name().to_string_lossy());
            tenants.write(&path, tenants.read(&path)?.replace(SHIPPED_COMMIT, &commit))?;
        }
        Ok(Self { tenants, charts, runner, terraform })
    }
}

/// A digest that the shipped files name.
fn shipped(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}
