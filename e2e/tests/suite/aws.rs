//! The shipped fleet with the shipped module: `terraform/tenant`, the real AWS provider, and moto for AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};
use e2e::aws::{hold_back, query};
use e2e::rights::standing::{Role, Standing};
use e2e::secrets;
use e2e::terraform_image::Engine;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::fleet::{fill_the_store, namespace, pods_are_as_wanted, tenants, until_all_are_well};
use crate::objects::{CONFIG_MAP, POD};
use crate::runs::{Backend, CONTROL, Site};
use crate::tenant::{Tenant, text};
use crate::times::{aws_calls, job_times, now, shown};
use crate::world::World;

/// What is in AWS, by name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    roles: BTreeSet<String>,
    buckets: BTreeSet<String>,
    databases: BTreeSet<String>,
    secrets: BTreeSet<String>,
}

impl Names {
    /// What has this in its name.
    fn of(world: &World, part: &str) -> Result<Self> {
        let standing = standing(world)?;
        let only = |names: Vec<String>| names.into_iter().filter(|name| name.contains(part)).collect();
        Ok(Self {
            roles: only(standing.roles.into_iter().map(|role| role.name).collect()),
            buckets: only(standing.buckets.into_keys().collect()),
            databases: only(standing.databases),
            secrets: only(standing.secrets.into_iter().map(|secret| secret.name).collect()),
        })
    }
}

/// What has this in its name is these, and nothing else.
fn are(world: &World, part: &str, expected: &Names) -> Result<()> {
    let names = Names::of(world, part)?;
    ensure!(names == *expected, "in AWS: {names:#?}\nexpected: {expected:#?}");
    Ok(())
}

/// What moto has now.
pub(crate) fn standing(world: &World) -> Result<Standing> {
    Standing::read(&world.cluster.parts.moto)
}

fn role(world: &World, name: &str) -> Result<Role> {
    standing(world)?.roles.into_iter().find(|role| role.name == name).with_context(|| format!("no role `{name}`"))
}

/// What is rendered for a tenant as its variables; none where Terraform applies nothing.
pub(crate) fn variables(set: &[Value]) -> Result<Option<Value>> {
    let applies = |object: &Value| {
        let command = &object["spec"]["template"]["spec"]["containers"][0]["command"];
        object["kind"] == "Job" && command[1] == "terraform" && command[2] == "apply"
    };
    let applies = set.iter().any(applies);
    let inputs = set.iter().find_map(|object| object["data"]["terraform.tfvars.json"].as_str());
    inputs.filter(|_| applies).map(|text| Ok(serde_json::from_str(text)?)).transpose()
}

fn destroys(object: &Value) -> bool {
    object["kind"] == "Job" && text(&object["metadata"]["name"]).contains("--terraform-destroy-")
}

/// What is rendered for each tenant of `testdata/fleet`, all of which are up afterwards.
pub(crate) fn fleet(world: &World) -> Result<&'static Sets> {
    static UP: OnceLock<Sets> = OnceLock::new();
    if let Some(sets) = UP.get() {
        return Ok(sets);
    }
    let revision = world.platform()?;
    let mut sets = BTreeMap::new();
    for tenant in tenants(world)? {
        let set = world.rendered(&format!("tenants/{tenant}"))?;
        sets.insert(tenant, set);
    }
    // What people put there, and Terraform does not make.
    let made = |object: &&Value| text(&object["metadata"]["name"]) != "database";
    fill_the_store(sets.values().flatten().filter(made))?;
    let begun = now()?;
    let mut pinned = BTreeMap::new();
    for (tenant, set) in &sets {
        pinned.insert(tenant.clone(), now()?);
        world.pin(tenant, namespace(set)?, &revision)?;
    }
    let well = until_all_are_well(world, pinned, 600)?;
    let slowest = well.values().map(|(_, healthy)| healthy - begun).fold(0.0, f64::max);
    let (pinned, healthy) = well.get("lighthouse").context("no lighthouse")?;
    world.note(&[
        String::new(),
        format!("## The shipped fleet with the real AWS provider: {} tenants at once", well.len()),
        String::new(),
        format!(
            "All Healthy after {slowest:.0} s; the enterprise tenant, with a database, after {:.0} s. For a database the provider waits \
             80 s at least, though moto has it at once.",
            healthy - pinned
        ),
    ]);
    Ok(UP.get_or_init(|| sets))
}

/// What is rendered for tenants, by their names.
type Sets = BTreeMap<String, Vec<Value>>;

/// Every tenant of `testdata/fleet` is Synced and Healthy, and has in AWS what its files say, and nobody has anything else.
pub(crate) fn every_tenant_comes_up(world: &World) -> Result<()> {
    let sets = fleet(world)?;
    let standing = standing(world)?;
    let mut expected = Names {
        roles: ["tenantry-state", "tenantry-terraform"].map(str::to_owned).into(),
        buckets: ["tenants-state".to_owned()].into(),
        ..Names::default()
    };
    for (tenant, set) in sets {
        pods_are_as_wanted(world, tenant, set)?;
        let references = set.iter().flat_map(|object| object["spec"]["data"].as_array()).flatten();
        expected
            .secrets
            .extend(references.filter_map(|reference| Some(reference["remoteRef"]["key"].as_str()?.to_owned())));
        let Some(variables) = variables(set)? else { continue };
        let id = text(&variables["tenant_id"]);
        if variables["create_role"] == true {
            let name = text(&variables["role_name"]);
            let role = standing.roles.iter().find(|role| role.name == name).with_context(|| name.clone())?;
            has_its_role(role, &variables).with_context(|| tenant.clone())?;
            expected.roles.insert(name);
        }
        if variables["bucket_mode"] == "dedicated" {
            expected.buckets.insert(format!("example-tenants-{id}"));
        }
        if variables["database_mode"] == "dedicated" {
            expected.databases.insert(format!("tenant-{id}"));
            expected.secrets.insert(format!("tenants/{id}/database"));
            has_its_password(world, namespace(set)?, &id).with_context(|| tenant.clone())?;
        }
    }
    are(world, "", &expected)?;
    let lighthouse = Names::of(world, "0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90")?;
    ensure!(lighthouse.roles.len() == 1 && lighthouse.databases.len() == 1, "{lighthouse:#?}");
    Ok(())
}

/// Inside the boundary, with a policy of its own and those that its file names.
fn has_its_role(role: &Role, variables: &Value) -> Result<()> {
    let policies = variables["extra_policies"].as_array().cloned().unwrap_or_default();
    let wanted: BTreeSet<String> = policies.iter().map(text).collect();
    let attached: BTreeSet<String> = role.attached.keys().cloned().collect();
    ensure!(attached == wanted, "attached: {attached:?}, wanted: {wanted:?}");
    ensure!(role.inline.keys().eq(["tenant"]), "{:?}", role.inline.keys());
    let boundary = role.boundary.as_ref().map(|boundary| boundary.arn.as_str());
    ensure!(boundary == variables["permissions_boundary"].as_str(), "{boundary:?}");
    Ok(())
}

/// The Secret in the tenant's namespace has what Terraform drew for the database.
fn has_its_password(world: &World, namespace: &str, id: &str) -> Result<()> {
    let drawn = secrets::get(&format!("tenants/{id}/database"))?;
    let secret = world.get(("v1", "Secret"), namespace, "database")?;
    let data: BTreeMap<String, k8s_openapi::ByteString> = serde_json::from_value(secret["data"].clone())?;
    let password = data.get("password").context("no password")?;
    ensure!(drawn["password"].as_str().map(str::as_bytes) == Some(password.0.as_slice()), "another password");
    ensure!(password.0.len() == 40, "{} characters", password.0.len());
    Ok(())
}

/// Two tenants, one after the other: where the seconds go with the real provider.
pub(crate) fn one_tenant_at_a_time(world: &World) -> Result<()> {
    world.platform()?;
    world.note(&[
        String::new(),
        "## One tenant at a time, with the real AWS provider (707 MB): a role, its policy, a part of the shared bucket".to_owned(),
        String::new(),
        "Seconds since the tenant's Application was created. Where a time comes from an object, it is one of a whole second.".to_owned(),
        String::new(),
        "| tenant | Job made | pod scheduled | container started | backend's first call (`init`) | provider's first call | Job done | all Healthy |".to_owned(),
        "| --- | --- | --- | --- | --- | --- | --- | --- |".to_owned(),
    ]);
    for name in ["larch", "spruce"] {
        let (init, provider) = (aws_calls(world, "s3.")?.len(), aws_calls(world, "iam.")?.len());
        let begun = now()?;
        Tenant::create(world, name, "{tier: pro}")?;
        let healthy = now()?;
        let [made, scheduled, started, _, done] = job_times(world, name)?.context("no Terraform")?;
        let first = |host: &str, before: usize| -> Result<f64> {
            aws_calls(world, host)?.get(before).copied().with_context(|| format!("{host} was not called"))
        };
        let steps = [made, scheduled, started, first("s3.", init)?, first("iam.", provider)?, done, healthy];
        world.note(&[format!("| {name} | {} |", shown(&steps.map(|step| step - begun)))]);
    }
    Ok(())
}

/// Created, changed, approved, changed by somebody else, suspended, resumed, destroyed without and with its data.
pub(crate) fn a_life(world: &World) -> Result<()> {
    let spec = |more: &str, terraform: &str, variables: &str| {
        format!(
            "{{tier: pro, {more} terraform: {{{terraform} variables: {{bucket_mode: dedicated, secrets: {{licence: Theirs}}, \
             extra_policies: [{variables}]}}}}}}"
        )
    };
    let (data, name) = ("arn:aws:iam::111122223333:policy/lighthouse-data", "zenml-rowan");
    let (rowan, _) = Tenant::create(world, "rowan", &spec("", "", ""))?;
    let one = |name: &str| BTreeSet::from([name.to_owned()]);
    let expected = Names {
        roles: one(name),
        buckets: one("example-tenants-rowan"),
        databases: BTreeSet::new(),
        secrets: one("tenants/rowan/licence"),
    };
    are(world, "rowan", &expected)?;
    let role_now = || role(world, name);
    let attached = || -> Result<BTreeSet<String>> { Ok(role_now()?.attached.into_keys().collect()) };
    let first = role_now()?;

    rowan.change(&spec("", "", data))?;
    ensure!(attached()? == one(data), "{:?}", role_now()?);

    // What takes a right away waits for a person.
    let revision = rowan.write(&spec("", "approval: destructive,", ""))?;
    rowan.pin(&revision)?;
    let hash = world.until("a plan that waits", 120, || {
        let pods = world.list(POD, CONTROL, "tenantry.dev/tenant=rowan,tenantry.dev/task=terraform-apply")?;
        let said = |pod: &Value| text(&pod["status"]["containerStatuses"][0]["state"]["terminated"]["message"]);
        let hash = |message: String| Some(message.split_once("approvedPlan: ")?.1.split('}').next()?.to_owned());
        pods.iter().map(said).find_map(hash).context("no pod says what to approve")
    })?;
    ensure!(attached()? == one(data), "it was not waited for");
    rowan.change(&spec("", &format!("approval: destructive, approvedPlan: {hash},"), ""))?;
    ensure!(attached()?.is_empty(), "{:?}", role_now()?);

    // Somebody lets everybody in. It is told, and not touched.
    let open = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    ]});
    let fields = [("RoleName", name), ("PolicyDocument", &open.to_string())];
    query("iam", "2010-05-08", "UpdateAssumeRolePolicy", &fields)?;
    let opened = role_now()?.trust;
    ensure!(opened != first.trust, "{opened}");
    let cron = world.get(("batch/v1", "CronJob"), CONTROL, "rowan--terraform-drift")?;
    world.apply(&json!({
        "apiVersion": "batch/v1", "kind": "Job", "spec": cron["spec"]["jobTemplate"]["spec"],
        "metadata": {"name": "rowan--looked", "namespace": CONTROL},
    }))?;
    let report = world.until("a look for drift", 120, || {
        let report = world.get(CONFIG_MAP, CONTROL, "rowan--terraform-drift")?;
        Ok(serde_json::from_str::<Value>(&text(&report["data"]["report.json"]))?)
    })?;
    let addresses: Vec<String> =
        report["changes"].as_array().into_iter().flatten().map(|change| text(&change["address"])).collect();
    ensure!(report["result"] == "drifted" && addresses == ["aws_iam_role.tenant[0]"], "{report}");
    ensure!(role_now()?.trust == opened, "looking changed something");

    // Suspended, it keeps everything; resumed, what somebody did is undone.
    rowan.change(&spec("state: suspended,", "", ""))?;
    are(world, "rowan", &expected)?;
    rowan.change(&spec("", "generation: 1,", ""))?;
    let last = role_now()?;
    ensure!((&last.id, &last.trust) == (&first.id, &first.trust), "{last:?} was {first:?}");

    destroyed(world, &rowan, &spec("state: destroying, destroy: {confirm: rowan},", "generation: 1,", ""))?;
    let kept = Names { roles: BTreeSet::new(), ..expected };
    are(world, "rowan", &kept)?;
    let all = "state: destroying, destroy: {confirm: rowan, data: delete},";
    destroyed(world, &rowan, &spec(all, "generation: 1,", ""))?;
    are(world, "rowan", &Names::default())?;
    Ok(())
}

/// An enterprise tenant goes: its database stays until a second word is said.
pub(crate) fn a_database_is_kept_and_deleted(world: &World) -> Result<()> {
    let (saffron, _) = Tenant::create(world, "saffron", "{tier: enterprise}")?;
    let before = Names::of(world, "saffron")?;
    ensure!(before.databases.len() == 1 && before.buckets.len() == 1 && before.secrets.len() == 1, "{before:#?}");
    destroyed(world, &saffron, "{tier: enterprise, state: destroying, destroy: {confirm: saffron}}")?;
    let kept = Names { roles: BTreeSet::new(), ..before };
    are(world, "saffron", &kept)?;
    destroyed(world, &saffron, "{tier: enterprise, state: destroying, destroy: {confirm: saffron, data: delete}}")?;
    are(world, "saffron", &Names::default())?;
    Ok(())
}

/// Writes a file that destroys a tenant, and waits until Terraform has.
fn destroyed(world: &World, tenant: &Tenant<'_>, spec: &str) -> Result<()> {
    let revision = tenant.write(spec)?;
    tenant.pin(&revision)?;
    let set = world.rendered(&format!("tenants/{}", tenant.name))?;
    let wanted = set.iter().find(|object| destroys(object)).context("no Job destroys")?;
    let name = text(&wanted["metadata"]["name"]);
    world.until(&name, 300, || {
        let job = world.get(("batch/v1", "Job"), CONTROL, &name)?;
        ensure!(job["status"]["succeeded"] == 1, "{}", job["status"]);
        Ok(())
    })?;
    // The Namespace waits for it, and a later commit for the Namespace.
    tenant.approve_deletion()?;
    world.until_synced("argocd", tenant.name, Some(&revision), 120).map(drop)
}

/// Killed when AWS has made the role and no state knows of it: the next run takes it for its own, by its tag.
pub(crate) fn a_kill_between_the_role_and_the_state(world: &World) -> Result<()> {
    let mut site = Site::create(world, "alder", Engine::Terraform, Backend::S3)?;
    hold_back(&world.cluster, Some("CreateRole"))?;
    let run = site.start("apply")?;
    let made = world.until("a role", 60, || role(world, "zenml-alder").context(run.running.log()))?;
    run.running.signal(Signal::KILL);
    hold_back(&world.cluster, None)?;
    site.ended(&run)?;
    let known = |state: &Value| state["resources"].as_array().is_some_and(|all| !all.is_empty());
    ensure!(!known(&site.state()?), "the state knew of it: {}", site.state()?);
    let log = site.succeeds("apply")?;
    ensure!(log.contains("aws_iam_role.tenant[0]: adopted"), "{log}");
    ensure!(known(&site.state()?), "{}", site.state()?);
    let last = role(world, "zenml-alder")?;
    ensure!(last.id == made.id, "{last:?} was {made:?}");
    let log = site.succeeds("apply")?;
    ensure!(log.contains("0 added, 0 changed, 0 destroyed"), "{log}");
    Ok(())
}
