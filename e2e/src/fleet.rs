//! `testdata/fleet` on a cluster: the repository that its Applications name, with images and charts that are there.

use std::fs;

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::cache::workspace;
use crate::cluster::Cluster;
use crate::image::{Archive, Entry};
use crate::images::single;
use crate::registry;
use crate::repository::Repository;

/// The commit of the second chart that the shipped files name.
const SHIPPED_COMMIT: &str = "3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7";
/// The digests of the images of Terraform and of its runner that the shipped platform file names.
const SHIPPED_DIGESTS: [char; 2] = ['1', '2'];

/// The team's repositories, and the images that their files name.
#[derive(Debug)]
pub struct Fleet {
    /// `https://git.example.com/tenants.git`: the shipped fleet, with nothing changed but the digests of images and the
    /// commit of a chart.
    pub tenants: Repository,
    /// `https://git.example.com/charts.git`.
    pub charts: Repository,
}

impl Fleet {
    /// Makes both repositories and the registry, and gives the images to the node.
    ///
    /// # Errors
    /// A part of it cannot be made.
    pub fn create(cluster: &Cluster, program: &Path) -> Result<Self> {
        let testdata = workspace().join("testdata");
        registry::push(cluster, &testdata.join("charts/zenml"), "zenml")?;
        let charts = Repository::create(cluster, "charts")?;
        charts.copy(&testdata.join("charts"), ".")?;
        let commit = charts.commit("Charts")?;

        let runner = runner(cluster)?;
        for name in ["tenantry-runner", "terraform"] {
            cluster.import(program, &format!("registry.example.com/{name}@{}", runner.digest), &runner)?;
        }
        let workload = single(&cluster.parts.own.join("workload")).write(&cluster.folder, "workload")?;
        for name in ["zenml-server:0.94.2", "mlflow:1"] {
            cluster.import(program, &format!("registry.example.com/{name}"), &workload)?;
        }

        let tenants = Repository::create(cluster, "tenants")?;
        tenants.copy(&testdata.join("fleet"), ".")?;
        tenants.write("platform.yaml", adapted(&tenants.read("platform.yaml")?, &commit, &runner.digest))?;
        for entry in fs::read_dir(tenants.checkout.join("tenants"))? {
            let path = format!("tenants/{}/tenant.yaml", entry?.file_name().to_string_lossy());
            tenants.write(&path, tenants.read(&path)?.replace(SHIPPED_COMMIT, &commit))?;
        }
        Ok(Self { tenants, charts })
    }
}

fn adapted(platform: &str, commit: &str, digest: &str) -> String {
    SHIPPED_DIGESTS.iter().fold(platform.replace(SHIPPED_COMMIT, commit), |text, digit| {
        text.replace(&format!("sha256:{}", digit.to_string().repeat(64)), digest)
    })
}

/// The stand-in for the runner, in an image with the folders that the real one has.
fn runner(cluster: &Cluster) -> Result<Archive> {
    let mut image = single(&cluster.parts.own.join("runner"));
    let program = image.files.pop().context("an image of one program")?;
    image.files.push(Entry { path: "usr/local/bin/tenantry-runner".to_owned(), ..program });
    image.files.push(Entry::text("opt/terraform/providers/README", "no providers here\n"));
    image.run.entrypoint = vec!["/usr/local/bin/tenantry-runner".to_owned()];
    image.write(&cluster.folder, "runner")
}
