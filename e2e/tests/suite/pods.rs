//! Terraform's rendered Jobs in real pods, and what happens to pods: deleted, out of memory, killed, their node's agent gone.

use anyhow::{Context as _, Result, ensure};
use e2e::chamber::send;
use e2e::process::Process;
use e2e::terraform_image::Engine;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::objects::{JOB, POD};
use crate::runs::{Backend, CONTROL, Site};
use crate::world::World;

/// A Job with its pods.
struct Job<'a> {
    world: &'a World,
    name: String,
}

impl<'a> Job<'a> {
    /// Makes the rendered Job of an action, with its inputs, by another name and adapted.
    fn make(site: &Site<'a>, action: &str, name: &str, adapt: impl FnOnce(&mut Value)) -> Result<Self> {
        let (world, set) = (site.world, site.rendered()?);
        let inputs =
            set.iter().filter(|object| object["kind"] == "ConfigMap" && object["metadata"]["namespace"] == CONTROL);
        for object in inputs {
            world.apply(object)?;
        }
        let wanted = |object: &&Value| object["spec"]["template"]["spec"]["containers"][0]["command"][2] == action;
        let mut job = set.iter().find(wanted).with_context(|| format!("no Job for `{action}`"))?.clone();
        job["metadata"]["name"] = json!(name);
        adapt(&mut job);
        world.apply(&job)?;
        Ok(Self { world, name: name.to_owned() })
    }

    fn pods(&self) -> Result<Vec<Value>> {
        self.world.list(POD, CONTROL, &format!("job-name={}", self.name))
    }

    /// Waits until the cloud is asked for something, by its name.
    fn until_called(&self, site: &Site<'_>, name: &str) -> Result<()> {
        self.world.until(&format!("a call for {name}"), 60, || {
            let calls = site.cloud().calls()?;
            let found = calls.iter().any(|call| call.name == name && call.method == "PUT");
            found.then_some(()).with_context(|| format!("{} calls: {}", calls.len(), self.log()))
        })
    }

    /// Waits until the Job is done.
    fn until_done(&self) -> Result<()> {
        self.world.until(&format!("Job {}", self.name), 150, || {
            let job = self.world.get(JOB, CONTROL, &self.name)?;
            (job["status"]["succeeded"] == 1)
                .then_some(())
                .with_context(|| format!("{}\n{}", job["status"], self.log()))
        })
    }

    /// What its pods said.
    fn log(&self) -> String {
        let mut kubectl = self.world.cluster.kubectl();
        kubectl.args(["-n", CONTROL, "logs", "--prefix", "--tail=-1", "-l", &format!("job-name={}", self.name)]);
        e2e::process::run(&mut kubectl).unwrap_or_else(|error| error.to_string())
    }

    /// The first process of its running container.
    fn runner(&self) -> Result<Process> {
        let pods = self.pods()?;
        let names: Vec<&str> = pods.iter().filter_map(|pod| pod["metadata"]["name"].as_str()).collect();
        for entry in std::fs::read_dir("/proc")? {
            let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            let environment = String::from_utf8_lossy(&environment);
            let of = |name: &&&str| environment.split('\0').any(|pair| pair == format!("POD_NAME={name}"));
            if command.trim_end() == "tenantry-runner" && names.iter().any(|name| of(&name)) {
                return Process::of(pid).context("it has ended");
            }
        }
        anyhow::bail!("no runner of {names:?}")
    }

    /// Deletes it with its pods.
    fn delete(self) -> Result<()> {
        e2e::process::run(self.world.cluster.kubectl().args([
            "-n",
            CONTROL,
            "delete",
            "job",
            &self.name,
            "--wait=false",
        ]))?;
        Ok(())
    }
}

/// Gives a site another policy to make, which takes the cloud so long.
fn slow(site: &mut Site<'_>, policy: &str, seconds: u32) -> Result<String> {
    site.change(&json!({"terraform": {"variables": {"extra_policies": [format!("arn:aws:iam::111122223333:policy/{policy}")]}}}))?;
    let name = format!("{}/{policy}", site.tenant);
    site.misbehave(&json!([{"method": "PUT", "name": name, "delayMs": seconds * 1000, "times": 1}]))?;
    Ok(name)
}

/// Pods that come to harm, one after the other: each time the Job ends well all the same, and nothing is lost.
pub(crate) fn what_happens_to_pods(world: &World) -> Result<()> {
    let mut site = Site::create(world, "pods", Engine::Terraform, Backend::S3)?;

    // Deleted: Terraform ends what it has begun, and the next pod has nothing left to do.
    let thing = slow(&mut site, "deleted", 4)?;
    let job = Job::make(&site, "apply", "pods-deleted", |_| ())?;
    job.until_called(&site, &thing)?;
    let pod = job.pods()?[0]["metadata"]["name"].as_str().context("a pod")?.to_owned();
    world.delete(POD, CONTROL, &pod)?;
    job.until_done()?;
    ensure!(job.log().contains("0 added, 0 changed, 0 destroyed"), "what was in flight was lost:\n{}", job.log());
    site.nothing_is_lost()?;
    job.delete()?;

    // All of the container killed, as for its memory where the kernel kills all of it: its lock is broken, and what it made
    // is adopted.
    let thing = slow(&mut site, "killed", 20)?;
    let job = Job::make(&site, "apply", "pods-killed", |_| ())?;
    job.until_called(&site, &thing)?;
    send(job.runner()?, Signal::KILL);
    job.until_done()?;
    let log = job.log();
    ensure!(
        log.contains("have ended; deleting it") && log.contains("cloud_thing.policy[\"killed\"]: adopted"),
        "{log}"
    );
    let ended = job.pods()?;
    let codes: Vec<&Value> =
        ended.iter().map(|pod| &pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"]).collect();
    ensure!(codes.contains(&&json!(137)) && codes.contains(&&json!(0)), "{codes:?}");
    site.nothing_is_lost()?;
    job.delete()?;

    // Out of memory: said in so many words.
    slow(&mut site, "memory", 0)?;
    let small = |job: &mut Value| {
        let container = &mut job["spec"]["template"]["spec"]["containers"][0];
        container["resources"] = json!({"requests": {"cpu": "100m", "memory": "24Mi"}, "limits": {"memory": "24Mi"}});
        job["spec"]["backoffLimit"] = json!(0);
    };
    let job = Job::make(&site, "apply", "pods-memory", small)?;
    let failed = || Ok::<_, anyhow::Error>(world.get(JOB, CONTROL, "pods-memory")?["status"]["failed"] == 1);
    world.until("Terraform is killed for its memory", 150, || {
        ensure!(failed()? || job.log().contains("was ended by signal 9: out of memory, most likely"), "{}", job.log());
        Ok(())
    })?;
    // Where the kernel kills one process, the others go on with hardly any memory, for as long as that takes. What comes next
    // is what happens where it kills all of them.
    if !failed()? {
        send(job.runner()?, Signal::KILL);
    }
    world.until("a Job without memory fails", 60, || {
        ensure!(failed()?, "{}", job.log());
        Ok(())
    })?;
    let pods = job.pods()?;
    let ended = &pods[0]["status"]["containerStatuses"][0]["state"]["terminated"];
    let told = job.log().contains("out of memory, most likely");
    ensure!(told || ended["reason"] == "OOMKilled", "{ended}\n{}", job.log());
    let enough = Job::make(&site, "apply", "pods-enough-memory", |_| ())?;
    enough.until_done()?;
    site.nothing_is_lost()?;
    job.delete()?;
    enough.delete()?;

    // The node's agent stops for a while: what runs goes on.
    let thing = slow(&mut site, "agent", 6)?;
    let job = Job::make(&site, "apply", "pods-agent", |_| ())?;
    job.until_called(&site, &thing)?;
    let agent = world.cluster.component("kubelet")?;
    send(agent, Signal::STOP);
    let ended = world.until("a run ends while its node's agent is stopped", 20, || {
        ensure!(!site.is_locked()?, "it holds its lock");
        Ok(())
    });
    send(agent, Signal::CONT);
    ended?;
    job.until_done()?;
    site.nothing_is_lost()?;
    job.delete()?;

    // Two Jobs at once: one waits for the other.
    let thing = slow(&mut site, "twice", 5)?;
    let one = Job::make(&site, "apply", "pods-one", |_| ())?;
    one.until_called(&site, &thing)?;
    let two = Job::make(&site, "apply", "pods-two", |_| ())?;
    one.until_done()?;
    two.until_done()?;
    ensure!(two.log().contains("runs; waiting for it"), "{}", two.log());
    site.nothing_is_lost()?;
    one.delete()?;
    two.delete()?;

    // Drift, by the CronJob.
    let name = format!("{}/bucket", site.tenant);
    let mut bucket = site.cloud().thing(&name)?.context("no bucket")?;
    bucket["value"] = json!("changed by hand");
    site.cloud().put(&name, &bucket)?;
    let set = site.rendered()?;
    let cron = set.iter().find(|object| object["kind"] == "CronJob").context("no CronJob")?;
    let drift = json!({"apiVersion": "batch/v1", "kind": "Job", "spec": cron["spec"]["jobTemplate"]["spec"],
        "metadata": {"name": "pods-drift", "namespace": CONTROL}});
    world.apply(&drift)?;
    let job = Job { world, name: "pods-drift".to_owned() };
    job.until_done()?;
    let report = world.get(("v1", "ConfigMap"), CONTROL, "pods--terraform-drift")?;
    ensure!(report["metadata"]["labels"]["tenantry.dev/drift"] == "drifted", "{report}");
    job.delete()?;

    // Destroyed, with its data.
    site.change(&json!({"state": "destroying", "destroy": {"confirm": "pods", "data": "delete"}}))?;
    let job = Job::make(&site, "destroy", "pods-destroy", |_| ())?;
    job.until_done()?;
    ensure!(site.in_cloud()?.is_empty(), "{:?}", site.in_cloud()?);
    site.nothing_is_lost()?;
    job.delete()?;
    site.remove()
}
