//! What takes time in a run of Terraform, and how many Jobs at once are queued. Measured where `TENANTRY_BENCH` is set: these
//! figures want a machine that does nothing else.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use e2e::cache::workspace;
use e2e::terraform_image::{self, Engine};
use serde_json::{Value, json};

use crate::logs::seconds;
use crate::objects::{JOB, POD};
use crate::runs::{Backend, CONTROL, Site};
use crate::times::{aws_calls, now};
use crate::world::World;

/// Whether figures are wanted.
pub(crate) fn is_set() -> bool {
    std::env::var_os("TENANTRY_BENCH").is_some()
}

fn wanted() -> bool {
    let wanted = is_set();
    if !wanted {
        eprintln!("e2e: not measured: `TENANTRY_BENCH` is not set");
    }
    wanted
}

/// The real AWS provider against moto: from the container's start to its first call, and what of a run is ours.
pub(crate) fn the_real_provider(world: &World) -> Result<()> {
    if !wanted() {
        return Ok(());
    }
    let mirror = e2e::mirror::find().context(e2e::mirror::MISSING)?;
    let root = world.cluster.folder.join("root-aws");
    fs::create_dir_all(&root)?;
    let parts = e2e::parts::Parts { provider: mirror, ..world.cluster.parts.clone() };
    let modules = workspace().join("testdata/bench");
    terraform_image::terraform(&parts, &world.cluster.authority, Engine::Terraform, &modules)?.unpack(&root)?;
    let mut site = Site::create(world, "bench-aws", Engine::Terraform, Backend::S3)?;
    world.note(&[
        String::new(),
        "## The real AWS provider (707 MB) against moto".to_owned(),
        String::new(),
        "Seconds since the container's start.".to_owned(),
        String::new(),
        "| run | page cache | provider's first call | done | of that not Terraform's |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ]);
    for (number, cache) in ["cold", "warm", "warm"].into_iter().enumerate() {
        if cache == "cold" {
            e2e::process::run(Command::new("sync").arg("-f").arg(&root))?;
            fs::write("/proc/sys/vm/drop_caches", "3")?;
        }
        let calls = aws_calls(world, "iam.")?.len();
        let begun = now()?;
        let mut run = site.start_with("apply", |container| {
            container.root.clone_from(&root);
            let inputs = "/inputs/run.json";
            let mut told: Value = serde_json::from_str(&container.files[inputs]).unwrap_or_default();
            told["module"] = json!({"name": "aws", "version": "1.0.0"});
            container.files.insert(inputs.to_owned(), told.to_string());
            let variables = json!({"tenant_id": format!("bench-{number}")}).to_string();
            container.files.insert("/inputs/terraform.tfvars.json".to_owned(), variables);
        })?;
        let code = run.running.end(240)?;
        let log = run.running.log();
        site.ended(&run)?;
        ensure!(code == 0, "ended with {code}:\n{log}");
        let first = aws_calls(world, "iam.")?.get(calls).copied().context("IAM was not called")?;
        let (took, spent) = took(&log)?;
        world.note(&[format!("| {} | {cache} | {:.2} | {took:.2} | {:.3} |", number + 1, first - begun, took - spent)]);
    }
    site.remove()
}

/// What a run costs beside plain Terraform: with the tests' small provider, where Terraform itself takes least. Runs with and
/// without outputs take turns: the latter's `init` and `apply` are what plain Terraform would be told to do.
pub(crate) fn the_runners_share(world: &World) -> Result<()> {
    if !wanted() {
        return Ok(());
    }
    let mut site = Site::create(world, "bench-share", Engine::Terraform, Backend::S3)?;
    site.succeeds("apply")?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..15 {
        let (whole, _) = took(&site.succeeds("apply")?)?;
        let mut run = site.start_with("apply", |container| {
            let inputs = "/inputs/run.json";
            let mut told: Value = serde_json::from_str(&container.files[inputs]).unwrap_or_default();
            told["module"]["outputs"] = json!([]);
            container.files.insert(inputs.to_owned(), told.to_string());
        })?;
        let code = run.running.end(60)?;
        let log = run.running.log();
        site.ended(&run)?;
        ensure!(code == 0, "ended with {code}:\n{log}");
        let (without, plain) = took(&log)?;
        times.iter_mut().zip([whole, plain, without - plain]).for_each(|(all, time)| all.push(time));
    }
    let [whole, plain, ours] = times.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2] * 1e3
    });
    world.note(&[
        String::new(),
        "## The runner's own share of a run".to_owned(),
        String::new(),
        format!(
            "An apply that changes nothing, medians of 15: `init` and `apply` of plain Terraform {plain:.0} ms; beside them the \
             runner {ours:.0} ms; the whole run, with outputs published, {whole:.0} ms."
        ),
    ]);
    site.remove()
}

/// Fifty Jobs at once on one node: the scheduler queues them by their CPU requests.
pub(crate) fn fifty_jobs_queue(world: &World) -> Result<()> {
    if !wanted() {
        return Ok(());
    }
    let mut site = Site::create(world, "bench-queue", Engine::Terraform, Backend::S3)?;
    site.succeeds("apply")?;
    let set = site.rendered()?;
    for object in
        set.iter().filter(|object| object["kind"] == "ConfigMap" && object["metadata"]["namespace"] == CONTROL)
    {
        world.apply(object)?;
    }
    // Looking for drift holds no lock, so that what is measured is the queue.
    let cron = set.iter().find(|object| object["kind"] == "CronJob").context("no CronJob")?;
    let mut spec = cron["spec"]["jobTemplate"]["spec"].clone();
    // The node says that it has 96 processors: two Jobs at a time, which is what there really is.
    spec["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = json!("40");
    let make = |name: &str| {
        let metadata = json!({"name": name, "namespace": CONTROL, "labels": {"tenantry.dev/bench": "queue"}});
        world.apply(&json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec})).map(drop)
    };
    let done = |count: usize| {
        world.until(&format!("{count} Jobs"), 400, || {
            let jobs = world.list(JOB, CONTROL, "tenantry.dev/bench=queue")?;
            let done = jobs.iter().filter(|job| job["status"]["succeeded"] == 1).count();
            ensure!(done == count, "{done} of {count}");
            Ok(())
        })
    };
    make("bench-queue-alone")?;
    done(1)?;
    let begun = Instant::now();
    for number in 0..50 {
        make(&format!("bench-queue-{number}"))?;
    }
    done(51)?;
    let whole = begun.elapsed().as_secs_f64();
    let mut times = Vec::new();
    let mut alone = 0.0;
    for pod in world.list(POD, CONTROL, "tenantry.dev/tenant=bench-queue,job-name")? {
        let ended = &pod["status"]["containerStatuses"][0]["state"]["terminated"];
        let at = |key: &str| ended[key].as_str().and_then(seconds).context("no time");
        let time = at("finishedAt")? - at("startedAt")?;
        if pod["metadata"]["labels"]["job-name"] == "bench-queue-alone" { alone = time } else { times.push(time) }
    }
    times.sort_by(f64::total_cmp);
    world.note(&[
        String::new(),
        "## Fifty Jobs at once, two at a time by their CPU requests".to_owned(),
        String::new(),
        format!(
            "{whole:.0} s for all; a container's time (whole seconds): alone {alone:.0} s, among fifty {:.0} s (median), {:.0} s (longest).",
            times[times.len() / 2],
            times.last().copied().unwrap_or_default()
        ),
    ]);
    for job in world.list(JOB, CONTROL, "tenantry.dev/bench=queue")? {
        world.delete(JOB, CONTROL, job["metadata"]["name"].as_str().unwrap_or_default())?;
    }
    site.remove()
}

/// How long a run took, and how long Terraform did, by its last line.
fn took(log: &str) -> Result<(f64, f64)> {
    let line = log.lines().last().context("no log")?;
    let mut numbers = line.split(' ').filter_map(|word| word.parse::<f64>().ok()).skip(1);
    numbers.next().zip(numbers.next()).with_context(|| line.to_owned())
}
