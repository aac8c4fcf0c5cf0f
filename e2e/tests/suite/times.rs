//! How long a tenant takes from its commit, and where the seconds go.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};
use e2e::cloud::Cloud;
use e2e::process::run;
use serde_json::Value;

use crate::logs::{calls, seconds};
use crate::objects::{CONFIG_MAP, JOB, POD};
use crate::world::World;

/// Three tenants, one after the other, while nothing else is done on the cluster.
pub(crate) fn one_tenant_at_a_time(world: &World) -> Result<()> {
    world.platform()?;
    let mut rows = Vec::new();
    for name in ["larch", "spruce", "yew"] {
        rows.push(measure(world, name)?);
    }
    world.note(&[
        String::new(),
        "## One tenant at a time, with a Helm release and a Terraform Job".to_owned(),
        String::new(),
        "Seconds since the commit was begun. Where a time comes from an object, it is one of a whole second."
            .to_owned(),
        String::new(),
        format!("| tenant | pushed | pinned | {STEPS} |"),
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |".to_owned(),
    ]);
    world.note(&rows.iter().map(|row| row.line()).collect::<Vec<_>>());
    world.note(&[
        String::new(),
        "| tenant | repo-server, all calls (ms) | sidecar (ms) | plugin itself (ms) | plugin's share of commit → Healthy |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ]);
    world.note(&rows.iter().map(|row| row.shares()).collect::<Vec<_>>());
    Ok(())
}

/// The heads of the columns of steps.
const STEPS: &str = "Job made | pod scheduled | container started | Job's first call | Job done | all Healthy";

/// The times of a tenant.
struct Row {
    name: &'static str,
    /// Seconds since the commit was begun, in the report's order.
    steps: Vec<f64>,
    /// Milliseconds in the repo-server, in the sidecar, in the plugin.
    spent: [f64; 3],
}

impl Row {
    fn line(&self) -> String {
        format!("| {} | {} |", self.name, shown(&self.steps))
    }

    fn shares(&self) -> String {
        let [repo_server, sidecar, plugin] = self.spent;
        let whole = self.steps.last().copied().unwrap_or_default() * 1e3;
        format!("| {} | {repo_server:.0} | {sidecar:.0} | {plugin:.1} | {:.2} % |", self.name, plugin / whole * 100.0)
    }
}

pub(crate) fn shown(steps: &[f64]) -> String {
    steps.iter().map(|step| format!("{step:.1}")).collect::<Vec<_>>().join(" | ")
}

fn measure(world: &World, name: &'static str) -> Result<Row> {
    let tenants = &world.fleet.tenants;
    let before = calls(world)?;
    let begun = now()?;
    let text =
        format!("apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec: {{tier: pro}}\n");
    tenants.write(&format!("tenants/{name}/tenant.yaml"), text)?;
    let revision = tenants.commit(name)?;
    let pushed = now()?;
    world.pin(name, &format!("t-{name}"), &revision)?;
    let pinned = now()?;
    world.until_synced("argocd", name, Some(&revision), 120)?;
    world.until_synced("tenantry-releases", &format!("{name}--zenml"), None, 120)?;
    let healthy = now()?;
    let spent = calls(world)?.since(&before);
    let job = job_times(world, name)?.context("no Terraform")?;
    let steps = [&[pushed, pinned][..], &job, &[healthy]].concat().iter().map(|time| time - begun).collect();
    Ok(Row { name, steps, spent: [spent.repo_server, spent.sidecar, spent.plugin].map(|seconds| seconds * 1e3) })
}

/// When a tenant's Terraform Job was made, its pod scheduled, its container started, its first call made and all done, as
/// seconds of the day; none for a tenant without.
pub(crate) fn job_times(world: &World, tenant: &str) -> Result<Option<[f64; 5]>> {
    let labels = format!("tenantry.dev/tenant={tenant},tenantry.dev/task in (terraform-apply, terraform-destroy)");
    let Some(pod) = world.list(POD, "tenantry-system", &labels)?.into_iter().next() else { return Ok(None) };
    let job = pod["metadata"]["labels"]["job-name"].as_str().context("a pod of no Job")?;
    let job = world.get(JOB, "tenantry-system", job)?;
    let mut conditions = pod["status"]["conditions"].as_array().into_iter().flatten();
    let scheduled = conditions.find(|condition| condition["type"] == "PodScheduled").context("not scheduled")?;
    let state = &pod["status"]["containerStatuses"][0]["state"]["terminated"];
    let first_call = first_call(world, &pod)?;
    let at = |value: &Value| value.as_str().and_then(seconds).context("no time");
    Ok(Some([
        at(&job["metadata"]["creationTimestamp"])?,
        at(&scheduled["lastTransitionTime"])?,
        at(&state["startedAt"])?,
        first_call.map_or_else(|| at(&state["finishedAt"]), Ok)?,
        at(&state["finishedAt"])?,
    ]))
}

/// When the cloud was first asked for something of a tenant's, by what a pod of its Job was given; never, where nothing of
/// the tenant's is there to be destroyed.
fn first_call(world: &World, pod: &Value) -> Result<Option<f64>> {
    let mut volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
    let inputs = volumes.find_map(|volume| volume["configMap"]["name"].as_str()).context("no inputs")?;
    let inputs = world.get(CONFIG_MAP, "tenantry-system", inputs)?;
    let run: Value = serde_json::from_str(inputs["data"]["run.json"].as_str().context("no `run.json`")?)?;
    let things = format!("{}/", run["id"].as_str().context("no id")?);
    let calls = Cloud::of(&world.cluster).calls()?;
    let Some(call) = calls.iter().find(|call| call.name.starts_with(&things)) else { return Ok(None) };
    seconds(&call.time).context("no time").map(Some)
}

/// Notes the times of tenants that came up together: each with the seconds of the day at which it was pinned and Healthy.
pub(crate) fn note_fleet(world: &World, times: &BTreeMap<String, (f64, f64)>) -> Result<()> {
    world.note(&[
        String::new(),
        format!("## {} tenants at once", times.len()),
        String::new(),
        "Seconds since the tenant's Application was created.".to_owned(),
        String::new(),
        format!("| tenant | {STEPS} |"),
        "| --- | --- | --- | --- | --- | --- | --- |".to_owned(),
    ]);
    for (tenant, (pinned, healthy)) in times {
        let job = match job_times(world, tenant)? {
            Some(job) => shown(&job.map(|time| time - pinned)),
            None => "- | - | - | - | -".to_owned(),
        };
        world.note(&[format!("| {tenant} | {job} | {:.1} |", healthy - pinned)]);
    }
    Ok(())
}

/// When a service of AWS was called, by a part of its host's name, as the forge noted it. Terraform's backend asks S3 and STS
/// only, before its provider asks anybody.
pub(crate) fn aws_calls(world: &World, host: &str) -> Result<Vec<f64>> {
    let text = fs::read_to_string(world.cluster.folder.join("cloud/aws.jsonl")).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let wanted = lines.filter(|line| line["host"].as_str().is_some_and(|name| name.contains(host)));
    wanted.map(|line| line["time"].as_str().and_then(seconds).context("no time")).collect()
}

/// The seconds of the day.
pub(crate) fn now() -> Result<f64> {
    let time = run(Command::new("date").args(["--utc", "+%Y-%m-%dT%H:%M:%S.%N"]))?;
    seconds(time.trim()).context("no time")
}
