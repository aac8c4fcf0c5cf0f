//! Whatever happens to a run: the next one ends with all that is in the cloud in the state, once, with no lock left and nothing
//! lost.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use e2e::chamber::send;
use e2e::terraform_image::Engine;
use rustix::process::Signal;
use serde_json::json;

use crate::objects::POD;
use crate::runs::{Backend, CONTROL, LEASE, Site};
use crate::world::World;

/// How many times something is done to a run, with all engines and backends; `TENANTRY_KILLS` says another number.
const KILLS: u32 = 50;

/// What is done to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    /// The pod is deleted, or the node drained.
    Terminate,
    /// Twice.
    TerminateTwice,
    /// The node is lost, or all of the container killed for its memory.
    Kill,
    /// Terraform alone is killed for its memory.
    KillEngine,
    /// A provider crashes.
    KillProvider,
}

const BLOWS: [Blow; 5] = [Blow::Terminate, Blow::TerminateTwice, Blow::Kill, Blow::KillEngine, Blow::KillProvider];

/// Blows at random times.
pub(crate) fn blows_at_random_times(world: &World, engine: Engine, backend: Backend) -> Result<()> {
    let wanted = std::env::var("TENANTRY_KILLS").ok().map_or(Ok(KILLS), |kills| kills.parse())?.div_ceil(4);
    let name = format!("blows-{}-{}", engine.name(), backend.name());
    // Another row of numbers for each.
    let mut random =
        Random(name.bytes().fold(0x7465_6e61_6e74_7279, |seed, byte| seed.rotate_left(8) ^ u64::from(byte)));
    let mut site = Site::create(world, &name, engine, backend)?;
    let begun = Instant::now();
    let mut seen = std::collections::BTreeMap::new();
    for number in 0..wanted {
        let blow = BLOWS[random.below(5) as usize];
        let exit =
            one_blow(&mut site, blow, &mut random).with_context(|| format!("{blow:?}, number {number} of {name}"))?;
        *seen.entry(format!("{blow:?} → {exit}")).or_insert(0_u32) += 1;
    }
    let seen: Vec<String> = seen.into_iter().map(|(what, count)| format!("{what}: {count}")).collect();
    world.note(&[
        String::new(),
        format!("## Blows at random times, {} with {backend:?}", engine.name()),
        format!(
            "{wanted} in {:.0} s, nothing lost. Exit codes of the runs that were hit: {}",
            begun.elapsed().as_secs_f64(),
            seen.join(", ")
        ),
    ]);
    site.remove()
}

/// One blow, and the run after it. The exit code of the one that was hit.
fn one_blow(site: &mut Site<'_>, blow: Blow, random: &mut Random) -> Result<i32> {
    // Another wish each time, so that there is something to make, change and take away.
    let policies: Vec<String> =
        (0..6).filter(|_| random.below(2) == 0).map(|n| format!("arn:aws:iam::111122223333:policy/p{n}")).collect();
    site.change(&json!({"terraform": {"generation": 1 + random.below(1_000_000), "variables": {
        "extra_policies": policies, "database_mode": "dedicated",
    }}}))?;
    let delay = [100, 300, 500, 800][random.below(4) as usize];
    let own = format!("*{}*", site.tenant);
    site.misbehave(
        &json!([{"method": "PUT", "name": own, "delayMs": delay}, {"method": "DELETE", "name": own, "delayMs": delay}]),
    )?;
    let mut run = site.start("apply")?;
    std::thread::sleep(Duration::from_millis(u64::from(50 + random.below(1700))));
    match blow {
        Blow::Terminate => run.running.signal(Signal::TERM),
        Blow::TerminateTwice => {
            run.running.signal(Signal::TERM);
            std::thread::sleep(Duration::from_millis(u64::from(random.below(300))));
            run.running.signal(Signal::TERM);
        }
        Blow::Kill => run.running.signal(Signal::KILL),
        Blow::KillEngine => {
            ["terraform", "tofu"].iter().flat_map(|name| run.running.named(name)).for_each(|it| send(it, Signal::KILL));
        }
        Blow::KillProvider => {
            run.running.named("terraform-provider-cloud_v1.0.0").into_iter().for_each(|it| send(it, Signal::KILL));
        }
    }
    let exit = run.running.end(120)?;
    site.ended(&run)?;
    let hit = run.running.log();
    site.misbehave(&json!([]))?;
    let log = site.succeeds("apply").with_context(|| format!("after a run that said:\n{hit}"))?;
    site.nothing_is_lost().with_context(|| format!("after a run that said:\n{hit}\nand one that said:\n{log}"))?;
    Ok(exit)
}

/// A lock that somebody holds.
pub(crate) fn a_held_lock(world: &World, backend: Backend) -> Result<()> {
    let name = &format!("lock-{}", backend.name());
    let mut site = Site::create(world, name, Engine::Terraform, backend)?;
    // By one that is alive: waited for.
    site.misbehave(&json!([{"method": "PUT", "name": format!("{name}/bucket"), "delayMs": 25_000}]))?;
    let mut first = site.start("apply")?;
    first.running.until("cloud_thing.bucket: Creating", 30)?;
    let mut second = site.start("apply")?;
    second.running.until(&format!("pod `{}` runs; waiting for it", first.pod), 30)?;
    // Somebody who labels the Lease does not keep it from being given back.
    world.patch(LEASE, CONTROL, &site.lease(), &json!({"metadata": {"labels": {"example.com/seen": "yes"}}}))?;
    ensure!(first.running.end(60)? == 0, "{}", first.running.log());
    site.ended(&first)?;
    ensure!(second.running.end(60)? == 0, "{}", second.running.log());
    site.ended(&second)?;
    site.nothing_is_lost()?;

    // By one that was killed: its containers have ended, so the lock is broken, and what it made is adopted.
    let policies = json!({"terraform": {"variables": {"extra_policies": ["arn:aws:iam::111122223333:policy/one"]}}});
    site.change(&policies)?;
    site.misbehave(&json!([{"method": "PUT", "name": format!("{name}/one"), "delayMs": 30_000}]))?;
    let killed = held(&mut site, "cloud_thing.policy[\"one\"]: Creating")?;
    ensure!(site.is_locked()?, "a run that was killed has released its lock");
    site.ended(&killed)?;
    site.misbehave(&json!([]))?;
    let log = site.succeeds("apply")?;
    ensure!(log.contains(&format!("the containers of pod `{}` have ended; deleting it", killed.pod)), "{log}");
    ensure!(log.contains("cloud_thing.policy[\"one\"]: adopted"), "{log}");
    site.nothing_is_lost()?;

    // By one whose pod is gone: it may run on a node that is cut off, until its deadline is over.
    site.change(&json!({"terraform": {"variables": {"extra_policies": []}}}))?;
    site.misbehave(&json!([{"method": "DELETE", "name": format!("{name}/one"), "delayMs": 30_000}]))?;
    let gone = held(&mut site, "cloud_thing.policy[\"one\"]: Destroying")?;
    world.delete(POD, CONTROL, &gone.pod)?;
    site.misbehave(&json!([]))?;
    let mut waiting = site.start("apply")?;
    waiting.running.until(&format!("pod `{}` is gone, but may run on a node that is cut off", gone.pod), 30)?;
    waiting.running.signal(Signal::TERM);
    ensure!(waiting.running.end(30)? == 130, "{}", waiting.running.log());
    site.ended(&waiting)?;
    ensure!(site.is_locked()?, "the lock of a run that may be alive was broken");
    // Its deadline was over long ago.
    age(&site)?;
    let log = site.succeeds("apply")?;
    ensure!(log.contains("its deadline was over at"), "{log}");
    site.nothing_is_lost()?;

    // A Lease that nobody holds, as after a person's hand, is nobody's.
    let metadata = json!({"name": site.lease(), "namespace": CONTROL});
    world.apply(&json!({"apiVersion": LEASE.0, "kind": LEASE.1, "metadata": metadata, "spec": {}}))?;
    site.succeeds("apply")?;
    site.nothing_is_lost()?;
    site.remove()
}

/// Starts a run, and kills all of it when it says this.
fn held(site: &mut Site<'_>, said: &str) -> Result<crate::runs::Run> {
    let mut run = site.start("apply")?;
    run.running.until(said, 30)?;
    std::thread::sleep(Duration::from_millis(300));
    run.running.signal(Signal::KILL);
    run.running.end(10)?;
    Ok(run)
}

/// Makes lock and Lease look as if they were held for long.
fn age(site: &Site<'_>) -> Result<()> {
    let old = |text: &str| -> Result<String> {
        let mut lock: serde_json::Value = serde_json::from_str(text)?;
        lock["Created"] = json!("2026-01-01T00:00:00Z");
        Ok(lock.to_string())
    };
    let since = json!({"spec": {"acquireTime": "2026-01-01T00:00:00.000000Z"}});
    site.world.patch(LEASE, CONTROL, &site.lease(), &since)?;
    match site.backend {
        Backend::S3 => {
            let key = format!("tenants/{}/terraform.tfstate.tflock", site.tenant);
            e2e::aws::put_object(&key, &old(&e2e::aws::object(&key)?.context("no lock")?)?)
        }
        Backend::Kubernetes => {
            let name = format!("lock-tfstate-default-{}-tenant", site.tenant);
            let lease = site.world.get(LEASE, CONTROL, &name)?;
            let note = "app.terraform.io/lock-info";
            let text = lease["metadata"]["annotations"][note].as_str().context("no note of the lock")?;
            let patch = json!({"metadata": {"annotations": {note: old(text)?}}});
            site.world.patch(LEASE, CONTROL, &name, &patch)
        }
    }
}

/// What the folder that Terraform works in has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    Nothing,
    Bytes,
    Files,
}

/// The backend does not take the state: it is kept in a Secret until it does.
pub(crate) fn a_lost_backend(world: &World, backend: Backend, full: Full) -> Result<()> {
    let name = format!("lost-{}-{full:?}", backend.name()).to_lowercase();
    let mut site = Site::create(world, &name, Engine::Terraform, backend)?;
    // Where there was never a state, and where there is one already.
    if (backend, full) != (Backend::S3, Full::Nothing) {
        site.succeeds("apply")?;
    }
    let log = lost(&mut site, "policy", full)?;
    ensure!((full == Full::Bytes) == log.contains("could write its state nowhere"), "{full:?}: {log}");
    let log = site.succeeds("apply")?;
    ensure!(log.contains("an earlier run kept its state in a Secret"), "{log}");
    ensure!(log.contains("0 added, 0 changed, 0 destroyed"), "something was made twice:\n{log}");
    site.nothing_is_lost()?;
    site.remove()
}

/// While a state waits in a Secret, somebody writes another one: neither is lost, and a person has to say which it is.
pub(crate) fn a_state_that_waits(world: &World, backend: Backend) -> Result<()> {
    let name = format!("waits-{}", backend.name());
    let mut site = Site::create(world, &name, Engine::Terraform, backend)?;
    site.succeeds("apply")?;
    lost(&mut site, "one", Full::Nothing)?;
    // Meanwhile nothing is known of drift, for what is in the backend is not what was made last.
    site.succeeds("drift")?;
    let report = crate::terraform::drift(&site)?;
    let expected = if backend == Backend::S3 { "something is at work: lock" } else { "waits to be pushed" };
    let reason = report["reason"].as_str().unwrap_or_default();
    ensure!(report["result"] == "unknown" && reason.contains(expected), "{report}");
    // By hand, with the lock broken: an older one, so that its serial does not tell.
    let mut by_hand = site.state()?;
    by_hand["serial"] = json!(by_hand["serial"].as_u64().context("no serial")? - 1);
    by_hand["outputs"]["by_hand"] = json!({"value": "yes", "type": "string"});
    // What kept the state from the backend takes a moment to be gone.
    world.until("the backend to take a state", 30, || site.write_state(&by_hand))?;
    site.unlock()?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 65 && log.contains("is not known to follow the backend's"), "{code}: {log}");
    ensure!(site.state()? == by_hand, "the state was written over");
    // The person takes the one by hand; what is not in it is adopted.
    world.delete(("v1", "Secret"), CONTROL, &format!("{name}--rescued-state-0"))?;
    let log = site.succeeds("apply")?;
    ensure!(log.contains("cloud_thing.policy[\"one\"]: adopted"), "{log}");
    site.nothing_is_lost()?;
    site.remove()
}

/// A run that makes this policy, and whose backend is lost meanwhile: it ends with its state in a Secret. Its log.
fn lost(site: &mut Site<'_>, policy: &str, full: Full) -> Result<String> {
    let variables = json!({"extra_policies": [format!("arn:aws:iam::111122223333:policy/{policy}")]});
    site.change(&json!({"terraform": {"variables": variables}}))?;
    let name = format!("{}/{policy}", site.tenant);
    site.misbehave(&json!([{"method": "PUT", "name": name, "delayMs": 3000}]))?;
    // A folder that a test can fill.
    let small = |container: &mut e2e::chamber::Container| {
        container.volumes.insert("/tf".to_owned(), ",size=4m,nr_inodes=400".to_owned());
    };
    let mut run = site.start_with("apply", small)?;
    run.running.until(&format!("cloud_thing.policy[\"{policy}\"]: Creating"), 30)?;
    fill(&run, full)?;
    lose(site, true)?;
    let code = run.running.end(200)?;
    let log = run.running.log();
    site.ended(&run)?;
    ensure!(code == 75 && log.contains("the state is kept in Secret"), "ended with {code}:\n{log}");
    let message = run.running.message();
    ensure!(message.contains("was saved to Secret") && message.contains("nothing is lost"), "{message}");
    lose(site, false)?;
    site.misbehave(&json!([]))?;
    Ok(log)
}

/// Fills the folder that Terraform works in.
fn fill(run: &crate::runs::Run, full: Full) -> Result<()> {
    let first = run.running.first().context("the run has ended")?;
    // As the process sees it.
    let folder = Path::new("/proc").join(first.pid.to_string()).join("root").join("tf");
    match full {
        Full::Nothing => {}
        Full::Bytes => {
            let mut file = std::fs::File::create(folder.join("fill"))?;
            while std::io::Write::write_all(&mut file, &[0; 512]).is_ok() {}
        }
        Full::Files => {
            let full = (0..10_000).any(|number| std::fs::write(folder.join(format!("fill-{number}")), "").is_err());
            ensure!(full, "the folder takes any number of files");
        }
    }
    Ok(())
}

/// Takes the backend away, or gives it back.
fn lose(site: &Site<'_>, lost: bool) -> Result<()> {
    match site.backend {
        Backend::S3 => e2e::aws::refuse(&site.world.cluster, &site.tenant, lost),
        Backend::Kubernetes => {
            let name = format!("lost-{}", site.tenant);
            let policy = json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
                "spec": {
                    "failurePolicy": "Fail",
                    "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["secrets"]}]},
                    "validations": [{"expression": format!("object.metadata.name != 'tfstate-default-{}-tenant'", site.tenant), "message": "connection refused"}],
                },
            });
            let binding = json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
                "spec": {"policyName": name, "validationActions": ["Deny"]},
            });
            if lost {
                site.world.apply(&policy)?;
                site.world.apply(&binding)?;
                return Ok(());
            }
            let kind = |kind| ("admissionregistration.k8s.io/v1", kind);
            site.world.delete(kind("ValidatingAdmissionPolicyBinding"), "", &name)?;
            site.world.delete(kind("ValidatingAdmissionPolicy"), "", &name)
        }
    }
}

/// What passes is tried again; what does not is told at once.
pub(crate) fn a_failing_cloud(world: &World) -> Result<()> {
    let mut site = Site::create(world, "failing", Engine::Terraform, Backend::S3)?;
    let throttled = json!([{"method": "PUT", "name": "failing/bucket", "status": 429, "code": "ThrottlingException", "message": "Rate exceeded", "times": 2}]);
    site.misbehave(&throttled)?;
    let log = site.succeeds("apply")?;
    ensure!(log.matches("trying again in").count() == 2, "{log}");
    site.nothing_is_lost()?;

    site.change(&json!({"terraform": {"variables": {"database_mode": "dedicated"}}}))?;
    site.misbehave(&json!([{"method": "PUT", "name": "failing/database", "crash": true, "times": 1}]))?;
    let log = site.succeeds("apply")?;
    ensure!(log.contains("cloud_thing.database[0]: adopted"), "{log}");
    site.nothing_is_lost()?;

    let denied = json!([{"method": "PUT", "name": "*failing*", "status": 403, "code": "AccessDenied", "message": "not authorized to perform cloud:Make"}]);
    site.misbehave(&denied)?;
    site.change(&json!({"terraform": {"variables": {"extra_policies": ["arn:aws:iam::111122223333:policy/one"]}}}))?;
    let mut run = site.start("apply")?;
    let code = run.running.end(60)?;
    site.ended(&run)?;
    let message = run.running.message();
    ensure!(code == 65, "ended with {code}: {}", run.running.log());
    ensure!(message.contains("`cloud_thing.policy[\"one\"]`") && message.contains("AccessDenied"), "{message}");
    ensure!(!run.running.log().contains("trying again"), "{}", run.running.log());
    site.misbehave(&json!([]))?;

    // What is there and somebody else's stays somebody else's.
    let foreign = json!({"name": "failing/two", "value": "x", "secret": "s", "protected": false, "tags": {"tenant": "another"}, "created": "2026-01-01T00:00:00Z"});
    site.cloud().put("failing/two", &foreign)?;
    site.change(&json!({"terraform": {"variables": {"extra_policies": ["arn:aws:iam::111122223333:policy/two"]}}}))?;
    let (code, log) = site.run("apply")?;
    let refused =
        "`cloud_thing.policy[\"two\"]` exists in the cloud and is not this tenant's: tag `tenant` is `another`";
    ensure!(code == 65 && log.contains(refused), "{code}: {log}");
    ensure!(!site.in_state()?.contains(&"failing/two".to_owned()), "another's thing is in the state");
    ensure!(site.cloud().thing("failing/two")?.as_ref() == Some(&foreign), "another's thing was changed");
    site.cloud().remove("failing/two")?;
    site.succeeds("apply")?;
    site.nothing_is_lost()?;
    site.remove()
}

/// A small generator of numbers that are the same in each run, so that what is found can be found again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        // Xorshift, as in Marsaglia's paper.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(bound)).unwrap_or_default()
    }
}
