//! A tenant's life, from commit to commit: each step changes what it should, and nothing else.

use anyhow::{Context as _, Result, bail, ensure};

use crate::objects::{APPLICATION, JOB, explained, same};
use crate::tenant::{Tenant, text};
use crate::world::World;

/// A variable decides what Terraform does: a new Job for it, the old one gone, everything else as it was; and the Job of an
/// earlier value runs again when that value comes back.
pub(crate) fn a_variable_changes_and_changes_back(world: &World) -> Result<()> {
    let without = "{tier: pro, terraform: {variables: {extra_policies: []}}}";
    let with = "{tier: pro, terraform: {variables: {extra_policies: ['arn:aws:iam::111122223333:policy/willow']}}}";
    let (willow, _) = Tenant::create(world, "willow", without)?;
    let (first, others) = (willow.jobs()?, willow.others()?);
    ensure!(first.len() == 1, "{first:?}");

    willow.change(with)?;
    let second = willow.jobs()?;
    ensure!(second.len() == 1 && second.keys().ne(first.keys()), "{first:?} became {second:?}");
    same(&others, &willow.others()?)?;

    willow.change(without)?;
    let third = willow.jobs()?;
    ensure!(third.keys().eq(first.keys()) && third != first, "{first:?} came back as {third:?}");
    for name in third.keys() {
        let job = world.get(JOB, "tenantry-system", name)?;
        ensure!(job["status"]["succeeded"] == 1, "{name}: {}", job["status"]);
    }
    same(&others, &willow.others()?)?;
    Ok(())
}

/// A chart value rolls the release, and Terraform does not run.
pub(crate) fn a_value_changes_the_release_alone(world: &World) -> Result<()> {
    let (maple, _) = Tenant::create(world, "maple", "{tier: pro}")?;
    let (jobs, deployment) = (maple.jobs()?, maple.deployment("zenml")?["metadata"]["uid"].clone());
    maple.change("{tier: pro, releases: {zenml: {values: {server: {replicaCount: 2}}}}}")?;
    world.until("two replicas", 60, || {
        let replicas = maple.replicas("zenml")?;
        ensure!(replicas == 2, "{replicas}");
        Ok(())
    })?;
    ensure!(maple.jobs()? == jobs, "Terraform ran");
    ensure!(maple.deployment("zenml")?["metadata"]["uid"] == deployment, "the release was made anew");

    // Suspended, nothing runs and everything stays; resumed, it is as before.
    let others = maple.others()?;
    maple.change("{tier: pro, state: suspended, releases: {zenml: {values: {server: {replicaCount: 2}}}}}")?;
    world.until("no replicas", 60, || {
        let status = maple.deployment("zenml")?["status"].take();
        ensure!(status["replicas"].as_u64().unwrap_or_default() == 0, "{status}");
        Ok(())
    })?;
    // All but the drift runs, which pause.
    let mut paused = others.clone();
    ensure!(paused.remove("CronJob maple--terraform-drift").is_some());
    same(&paused, &maple.others()?)?;
    same(&jobs, &maple.jobs()?)?;
    maple.change("{tier: pro, releases: {zenml: {values: {server: {replicaCount: 2}}}}}")?;
    world.until("two replicas again", 60, || {
        let replicas = maple.replicas("zenml")?;
        ensure!(replicas == 2, "{replicas}");
        Ok(())
    })?;
    let mut resumed = maple.others()?;
    resumed.remove("CronJob maple--terraform-drift").context("drift runs go on")?;
    same(&paused, &resumed)?;
    same(&jobs, &maple.jobs()?)
}

/// Another tier: its quota, and Terraform, which the tenant had not had.
pub(crate) fn a_tenant_moves_to_another_tier(world: &World) -> Result<()> {
    let (rowan, free) = Tenant::create(world, "rowan", "{tier: free}")?;
    let quota =
        || Ok::<_, anyhow::Error>(world.get(("v1", "ResourceQuota"), "t-rowan", "tenant")?["spec"]["hard"].take());
    ensure!(quota()?["pods"] == "10" && rowan.jobs()?.is_empty());
    rowan.change("{tier: pro}")?;
    ensure!(quota()?["pods"] == "40" && rowan.jobs()?.len() == 1);
    // The pin goes back: what the newer commit brought is pruned, as that commit was never asked for.
    rowan.moved_to(&free)?;
    ensure!(quota()?["pods"] == "10" && rowan.jobs()?.is_empty());
    Ok(())
}

/// A broken file: what runs goes on running, and the Application says which line is wrong.
pub(crate) fn a_broken_file_changes_nothing(world: &World) -> Result<()> {
    let (hazel, good) = Tenant::create(world, "hazel", "{tier: pro}")?;
    let (jobs, others, pods) = (hazel.jobs()?, hazel.others()?, hazel.deployment("zenml")?["status"].take());
    let broken = hazel.write("{tier: pro, quta: {pods: 20}}")?;
    hazel.pin(&broken)?;
    let condition = world.until("the Application's condition", 60, || {
        let application = world.get(APPLICATION, "argocd", "hazel")?;
        let conditions = application["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let error = conditions.into_iter().find(|condition| condition["type"] == "ComparisonError");
        error.with_context(|| explained(&application["status"]))
    })?;
    let message = text(&condition["message"]);
    let wanted = "tenants/hazel/tenant.yaml:4:19: unknown field `quta`; did you mean `quota`?";
    ensure!(message.trim_end().ends_with(wanted), "{message}");
    ensure!(hazel.jobs()? == jobs && hazel.deployment("zenml")?["status"] == pods, "what runs was touched");
    hazel.moved_to(&good)?;
    // `others` reads what the checkout's file renders.
    hazel.write("{tier: pro}")?;
    same(&others, &hazel.others()?)?;
    same(&jobs, &hazel.jobs()?)
}

/// Destroying: the releases go first, the last wave before the others; then Terraform; then, when a person has said so, the
/// Namespace.
pub(crate) fn a_tenant_is_destroyed_in_order(world: &World) -> Result<()> {
    let spec = "{tier: pro, releases: {zenml: {version: 0.94.2}, mlflow: {commit: COMMIT, after: [terraform]}}";
    let commit = world.fleet.charts.git(&["rev-parse", "HEAD"])?;
    let spec = spec.replace("COMMIT", commit.trim());
    let (aspen, _) = Tenant::create(world, "aspen", &format!("{spec}}}"))?;
    let apply = aspen.jobs()?;
    ensure!(aspen.children()?.len() == 2);
    let revision = aspen.write(&format!("{spec}, state: destroying, destroy: {{confirm: aspen}}}}"))?;
    aspen.pin(&revision)?;

    let mut seen = Vec::new();
    let mut note = |what: &'static str| {
        if seen.last() != Some(&what) {
            seen.push(what);
        }
    };
    world.until("the question", 120, || {
        let children: Vec<String> = aspen.children()?.iter().map(|child| text(&child["metadata"]["name"])).collect();
        let destroy = aspen.jobs()?.into_keys().find(|name| name.contains("--terraform-destroy-"));
        let has = |name: &str| children.iter().any(|child| child == name);
        note(match (has("aspen--mlflow"), has("aspen--zenml"), destroy.is_some()) {
            (true, true, false) => "both releases",
            (false, true, false) => "the release of wave 1",
            (false, false, false) => "no release",
            (false, false, true) => "the destroy Job",
            other => bail!("{other:?}"),
        });
        // The question stands from the beginning; what it is about goes last all the same.
        let name = destroy.context("no destroy Job yet")?;
        let job = world.get(JOB, "tenantry-system", &name)?;
        ensure!(job["status"]["succeeded"] == 1, "{name}: {}", job["status"]);
        let application = world.get(APPLICATION, "argocd", "aspen")?;
        let message = text(&application["status"]["operationState"]["message"]);
        ensure!(message.contains("pruning confirmation of"), "{message}: {}", explained(&application["status"]));
        Ok(())
    })?;
    // A step may be too short to be seen; none is seen out of order.
    let order = ["both releases", "the release of wave 1", "no release", "the destroy Job"];
    let places: Vec<_> = seen.iter().map(|step| order.iter().position(|known| known == step)).collect();
    ensure!(places.is_sorted() && seen.last() == Some(&"the destroy Job"), "{seen:?}");
    let jobs = aspen.jobs()?;
    ensure!(jobs.len() == 1 && jobs.keys().ne(apply.keys()), "{jobs:?}");
    world.get(("v1", "Namespace"), "", "t-aspen").context("the Namespace waits for a person")?;
    // Pods that nobody's Application made may run there still.
    world.get(("networking.k8s.io/v1", "NetworkPolicy"), "t-aspen", "default-deny").context("the fence stays")?;

    aspen.approve_deletion()?;
    world.until("the Namespace is gone", 90, || {
        ensure!(world.find(("v1", "Namespace"), "", "t-aspen")?.is_none(), "still there");
        Ok(())
    })?;
    world.until_synced("argocd", "aspen", Some(&revision), 60)?;
    Ok(())
}
