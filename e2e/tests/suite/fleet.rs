//! The shipped fleet, tenant by tenant: taken by the API server, Synced, Healthy, and unchanged from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use e2e::secrets;
use serde_json::{Value, json};

use crate::objects::{APPLICATION, JOB, POD, holds, identity};
use crate::times::{note_fleet, now};
use crate::world::World;

/// The platform's own set, by the shipped Application.
pub(crate) fn platform_is_synced(world: &World) -> Result<()> {
    world.platform()?;
    let platform = world.get(APPLICATION, "argocd", "platform")?;
    is_as_rendered(world, &platform, ".")?;
    let puller = world.until("the image puller", 60, || {
        let pods = world.list(POD, "tenantry-system", "tenantry.dev/task=image-puller")?;
        ensure!(pods.len() == 1 && pods[0]["status"]["phase"] == "Running", "{} pods", pods.len());
        let statuses = pods[0]["status"]["containerStatuses"].as_array().cloned().unwrap_or_default();
        // Ready is one that has read all that it is told to.
        ensure!(statuses.len() == 2 && statuses.iter().all(|status| status["ready"] == true), "{statuses:?}");
        Ok(pods[0].clone())
    })?;
    let name = puller["metadata"]["name"].as_str().context("no name")?;
    let mut kubectl = world.cluster.kubectl();
    kubectl.args(["-n", "tenantry-system", "logs", name, "--container=terraform"]);
    let said = e2e::process::run(&mut kubectl)?;
    ensure!(said.contains("MB of 2 paths"), "{said}");
    Ok(())
}

/// Every tenant of `testdata/fleet`.
pub(crate) fn every_tenant_comes_up_and_stays(world: &World) -> Result<()> {
    let revision = world.platform()?;
    let tenants = tenants(world)?;
    let sets: BTreeMap<&str, Vec<Value>> = tenants
        .iter()
        .map(|tenant| Ok((tenant.as_str(), world.rendered(&format!("tenants/{tenant}"))?)))
        .collect::<Result<_>>()?;
    fill_the_store(sets.values().flatten())?;

    let mut pinned = BTreeMap::new();
    for (tenant, set) in &sets {
        pinned.insert((*tenant).to_owned(), now()?);
        world.pin(tenant, namespace(set)?, &revision)?;
    }
    note_fleet(world, &until_all_are_well(world, pinned, 300)?)?;
    for (tenant, set) in &sets {
        let application = world.until_synced("argocd", tenant, Some(&revision), 240)?;
        is_as_rendered(world, &application, &format!("tenants/{tenant}"))?;
        for object in set {
            world.would_take(object).with_context(|| format!("{:?}", identity(object)))?;
        }
        for child in set.iter().filter(|object| object["kind"] == "Application") {
            let (_, namespace, name) = identity(child)?;
            world.until_synced(namespace, name, None, 120)?;
        }
        pods_are_as_wanted(world, tenant, set)?;
    }

    let jobs = jobs(world)?;
    for round in 0..3 {
        for tenant in &tenants {
            let refresh = json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}});
            world.patch(APPLICATION, "argocd", tenant, &refresh)?;
        }
        for tenant in &tenants {
            world.until(&format!("refresh {round} of {tenant}"), 120, || {
                let application = world.get(APPLICATION, "argocd", tenant)?;
                ensure!(application["metadata"]["annotations"]["argocd.argoproj.io/refresh"].is_null(), "not done");
                Ok(())
            })?;
            let status = world.get(APPLICATION, "argocd", tenant)?["status"].take();
            ensure!(
                status["sync"]["status"] == "Synced",
                "{tenant} has drifted: {}",
                crate::objects::explained(&status)
            );
            let history = status["history"].as_array().map(Vec::len);
            ensure!(history == Some(1), "{tenant} was synced {history:?} times");
        }
    }
    ensure!(jobs == self::jobs(world)?, "a Job was made anew");
    Ok(())
}

/// Waits until all of these tenants are Synced and Healthy, with their releases; when each was for the first time.
pub(crate) fn until_all_are_well(
    world: &World,
    pinned: BTreeMap<String, f64>,
    seconds: u64,
) -> Result<BTreeMap<String, (f64, f64)>> {
    let mut well = BTreeMap::new();
    world.until("all tenants", seconds, || {
        let is_well = |application: &Value| {
            let status = &application["status"];
            status["sync"]["status"] == "Synced" && status["health"]["status"] == "Healthy"
        };
        let releases = world.list(APPLICATION, "tenantry-releases", "")?;
        let at = now()?;
        for application in world.list(APPLICATION, "argocd", "")? {
            let name = application["metadata"]["name"].as_str().unwrap_or_default();
            let mut own =
                releases.iter().filter(|release| release["metadata"]["labels"]["tenantry.dev/tenant"] == name);
            if let Some(pinned) = pinned.get(name)
                && is_well(&application)
                && own.all(is_well)
            {
                well.entry(name.to_owned()).or_insert((*pinned, at));
            }
        }
        let missing: Vec<_> = pinned.keys().filter(|name| !well.contains_key(*name)).collect();
        ensure!(missing.is_empty(), "not yet: {missing:?}");
        Ok(())
    })?;
    Ok(well)
}

/// The tenants of the fleet's checkout.
pub(crate) fn tenants(world: &World) -> Result<Vec<String>> {
    let entries = fs::read_dir(world.fleet.tenants.checkout.join("tenants"))?;
    let mut names: Vec<String> =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<Result<_>>()?;
    names.sort();
    Ok(names)
}

/// The tenant's namespace, as the record says: a tenant that is being destroyed has no other object that does.
pub(crate) fn namespace(set: &[Value]) -> Result<&str> {
    let record =
        set.iter().find(|object| object["metadata"]["name"].as_str().is_some_and(|name| name.ends_with("--record")));
    record.and_then(|record| record["data"]["namespace"].as_str()).context("no record")
}

/// Puts what the external secrets among these objects refer to into the store, where it is not there yet.
pub(crate) fn fill_the_store<'a>(objects: impl Iterator<Item = &'a Value>) -> Result<()> {
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for reference in objects.flat_map(|object| object["spec"]["data"].as_array()).flatten() {
        let reference = &reference["remoteRef"];
        let (Some(key), Some(property)) = (reference["key"].as_str(), reference["property"].as_str()) else { continue };
        wanted.entry(key).or_default().insert(property);
    }
    for (key, properties) in wanted {
        let values: BTreeMap<&str, String> =
            properties.iter().map(|name| (*name, format!("value of {name}"))).collect();
        let values = json!(values);
        secrets::put(key, &values).or_else(|_| secrets::change(key, &values))?;
    }
    Ok(())
}

/// What Argo CD applied is what `generate` prints on this machine: the same objects, and in each all that was rendered.
fn is_as_rendered(world: &World, application: &Value, folder: &str) -> Result<()> {
    let rendered = world.rendered(folder)?;
    let mut wanted = BTreeSet::new();
    for object in &rendered {
        let ((version, kind), namespace, name) = identity(object)?;
        let group = version.split_once('/').map_or("", |(group, _)| group);
        wanted.insert((group.to_owned(), kind.to_owned(), namespace.to_owned(), name.to_owned()));
        let live = world.get((version, kind), namespace, name)?;
        holds(&live, object, &format!("{kind} {namespace}/{name}"))?;
    }
    let text = |resource: &Value, key: &str| resource[key].as_str().unwrap_or_default().to_owned();
    let managed: BTreeSet<_> = application["status"]["resources"]
        .as_array()
        .context("no resources")?
        .iter()
        .map(|resource| {
            (text(resource, "group"), text(resource, "kind"), text(resource, "namespace"), text(resource, "name"))
        })
        .collect();
    ensure!(managed == wanted, "managed {managed:?}\nrendered {wanted:?}");
    Ok(())
}

/// The releases' pods run, as many as wanted; Terraform's Job is complete after one pod.
pub(crate) fn pods_are_as_wanted(world: &World, tenant: &str, set: &[Value]) -> Result<()> {
    for job in set.iter().filter(|object| object["kind"] == "Job") {
        let (_, namespace, name) = identity(job)?;
        let live = world.get(JOB, namespace, name)?;
        ensure!(live["status"]["succeeded"] == 1 && live["status"]["failed"].is_null(), "{name}: {}", live["status"]);
    }
    let releases: Vec<&Value> = set.iter().filter(|object| object["kind"] == "Application").collect();
    if releases.is_empty() {
        return Ok(());
    }
    let namespace = releases[0]["spec"]["destination"]["namespace"].as_str().context("no destination")?;
    for release in &releases {
        let name = release["spec"]["source"]["helm"]["releaseName"].as_str().context("no release name")?;
        let values = &release["spec"]["source"]["helm"]["valuesObject"];
        let wanted = values["server"]["replicaCount"].as_u64().or(values["replicaCount"].as_u64()).unwrap_or(1);
        let deployment = world.get(("apps/v1", "Deployment"), namespace, name)?;
        let ready = deployment["status"]["readyReplicas"].as_u64().unwrap_or_default();
        if ready != wanted {
            bail!("{tenant}: {ready} of {wanted} pods of {name} are ready");
        }
    }
    Ok(())
}

/// Every Job of the control namespace that is no CronJob's, with its own number.
fn jobs(world: &World) -> Result<BTreeMap<String, String>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let jobs = world.list(JOB, "tenantry-system", "")?;
    let plain = jobs.iter().filter(|job| job["metadata"]["ownerReferences"].is_null());
    Ok(plain.map(|job| (text(&job["metadata"]["name"]), text(&job["metadata"]["uid"]))).collect())
}
