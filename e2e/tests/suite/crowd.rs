//! One cell of a repository of ten, created in one push: of twenty tenants, or where `TENANTRY_BENCH` is set, of two hundred, which
//! keeps two cores busy for minutes.

use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::bench;
use crate::logs::{Calls, calls};
use crate::objects::{APPLICATION, POD, explained};
use crate::world::World;

/// Cells in the repository.
const CELLS: usize = 10;

/// Tenants in each.
fn tenants() -> usize {
    if bench::is_set() { 200 } else { 20 }
}

/// All of a cell come up, in one go, and nothing fails. Nobody runs their Terraform pods: the pool that these ask for is
/// empty, and each is marked as done, so that what is measured is Argo CD and the plugin.
pub(crate) fn a_cell_in_one_push(world: &World) -> Result<()> {
    world.platform()?;
    let tenants = tenants();
    let revision = write(world, tenants)?;
    let before = calls(world)?;
    let begun = Instant::now();
    for number in 0..tenants {
        let (name, namespace) = (name(0, number), format!("t-{}", name(0, number)));
        world.pin_at(&name, &namespace, &format!("cells/c00/tenants/{name}"), &revision)?;
    }
    let pushed = begun.elapsed();
    world
        .until("all tenants of the cell", 1500, || {
            finish_pods(world)?;
            let applications = world.list(APPLICATION, "argocd", "tenantry.dev/cell=c00")?;
            let well = |application: &&Value| {
                let status = &application["status"];
                status["sync"]["status"] == "Synced" && status["health"]["status"] == "Healthy"
            };
            let left = tenants - applications.iter().filter(well).count();
            let failed = applications.iter().find(|application| {
                let phase = application["status"]["operationState"]["phase"].as_str();
                matches!(phase, Some("Failed" | "Error")) || !application["status"]["conditions"].is_null()
            });
            if let Some(failed) = failed {
                // Not to be waited for: nothing may fail.
                return Ok(Err(format!("{}: {}", failed["metadata"]["name"], explained(&failed["status"]))));
            }
            ensure!(left == 0, "{left} of {tenants} are not there yet");
            Ok(Ok(()))
        })?
        .map_err(anyhow::Error::msg)?;
    let took = begun.elapsed();
    let spent = calls(world)?.since(&before);
    note(world, tenants, took.as_secs_f64(), pushed.as_secs_f64(), &spent);
    for number in 0..tenants {
        world.delete(APPLICATION, "argocd", &name(0, number))?;
    }
    Ok(())
}

fn name(cell: usize, number: usize) -> String {
    format!("cell-{cell:02}-{number:03}")
}

/// Writes the cells: the shipped platform file, with a tier that has no release.
fn write(world: &World, tenants: usize) -> Result<String> {
    let repository = &world.fleet.tenants;
    let platform = repository.read("platform.yaml")?;
    let tier = "  tiers:\n    cell:\n      quota: {requests.cpu: \"1\", requests.memory: 2Gi, pods: 10}\n      \
                limits: {default: {memory: 512Mi}, defaultRequest: {cpu: 100m, memory: 256Mi}}\n      identity: {type: irsa}\n      terraform: {module: tenant}\n";
    let platform = platform
        .replace(", owner: true", "")
        .replace("  tiers:\n", tier)
        .replace("{pool: terraform}", "{pool: nobody}");
    for cell in 0..CELLS {
        repository.write(&format!("cells/c{cell:02}/platform.yaml"), &platform)?;
        repository.write(
            &format!("cells/c{cell:02}/modules/tenant-2.0.0.json"),
            repository.read("modules/tenant-2.0.0.json")?,
        )?;
        for number in 0..tenants {
            let name = name(cell, number);
            let text = format!(
                "apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec: {{tier: cell}}\n"
            );
            repository.write(&format!("cells/c{cell:02}/tenants/{name}/tenant.yaml"), text)?;
        }
    }
    repository.commit("Ten cells")
}

/// Marks the pods that wait for the empty pool as done.
fn finish_pods(world: &World) -> Result<()> {
    for pod in world.list(POD, "tenantry-system", "tenantry.dev/task=terraform-apply")? {
        if pod["spec"]["nodeSelector"]["pool"] == "nobody" && pod["status"]["phase"] == "Pending" {
            let name = pod["metadata"]["name"].as_str().unwrap_or_default();
            world.patch_status(POD, "tenantry-system", name, &json!({"status": {"phase": "Succeeded"}}))?;
        }
    }
    Ok(())
}

fn note(world: &World, tenants: usize, took: f64, pushed: f64, spent: &Calls) {
    world.note(&[
        String::new(),
        format!("## {tenants} tenants of a cell at once, in a repository of {}", tenants * CELLS),
        String::new(),
        "| what | seconds |".to_owned(),
        "| --- | --- |".to_owned(),
        format!("| first Application created → all Synced and Healthy | {took:.1} |"),
        format!("| of which: creating the Applications | {pushed:.1} |"),
        format!("| repo-server: {} renders, together | {:.1} |", spent.renders, spent.repo_server),
        format!("| of which in the sidecar, with unpacking | {:.1} |", spent.sidecar),
        format!(
            "| of which the plugin itself | {:.2} ({:.1} ms each) |",
            spent.plugin,
            spent.plugin * 1e3 / f64::from(u32::try_from(tenants).unwrap_or(u32::MAX))
        ),
    ]);
}
