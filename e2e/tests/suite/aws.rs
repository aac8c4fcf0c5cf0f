//! The shipped fleet with the shipped module: `terraform/tenant`, the real AWS provider, and moto for AWS.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use e2e::aws::{call, elements, hold_back, query};
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
struct Standing {
    roles: BTreeSet<String>,
    buckets: BTreeSet<String>,
    databases: BTreeSet<String>,
    secrets: BTreeSet<String>,
}

impl Standing {
    /// What moto has now.
    fn now() -> Result<Self> {
        let names = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        let roles = query("iam", "2010-05-08", "ListRoles", &[])?;
        let buckets = call("s3", "GET", "/", &[], "")?.body;
        let databases = query("rds", "2014-10-31", "DescribeDBInstances", &[])?;
        let headers = [("X-Amz-Target", "secretsmanager.ListSecrets"), ("Content-Type", "application/x-amz-json-1.1")];
        let secrets: Value = serde_json::from_str(&call("secretsmanager", "POST", "/", &headers, "{}")?.body)?;
        let secrets = secrets["SecretList"].as_array().context("no list of secrets")?;
        Ok(Self {
            roles: names(elements(&roles, "RoleName")),
            buckets: names(elements(&buckets, "Name")),
            databases: names(elements(&databases, "DBInstanceIdentifier")),
            secrets: secrets.iter().map(|secret| text(&secret["Name"])).collect(),
        })
    }

    /// What has one of these names or is below it.
    fn of(&self, id: &str) -> Self {
        let only = |names: &BTreeSet<String>| names.iter().filter(|name| name.contains(id)).cloned().collect();
        Self {
            roles: only(&self.roles),
            buckets: only(&self.buckets),
            databases: only(&self.databases),
            secrets: only(&self.secrets),
        }
    }
}

/// What is rendered for a tenant as its variables; none where Terraform applies nothing.
fn variables(set: &[Value]) -> Result<Option<Value>> {
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

/// Every tenant of `testdata/fleet` is Synced and Healthy, and has in AWS what its files say, and nobody has anything else.
pub(crate) fn every_tenant_comes_up(world: &World) -> Result<()> {
    let revision = world.platform()?;
    let mut sets = BTreeMap::new();
    for tenant in tenants(world)? {
        let set = world.rendered(&format!("tenants/{tenant}"))?;
        sets.insert(tenant, set);
    }
    // What people put there, and Terraform does not make.
    let made = |object: &&Value| text(&object["metadata"]["name"]) != "database";
    fill_the_store(sets.values().flatten().filter(made))?;
    let before = Standing::now()?;

    let begun = now()?;
    let mut pinned = BTreeMap::new();
    for (tenant, set) in &sets {
        pinned.insert(tenant.clone(), now()?);
        world.pin(tenant, namespace(set)?, &revision)?;
    }
    let well = until_all_are_well(world, pinned, 600)?;
    let slowest = well.values().map(|(_, healthy)| healthy - begun).fold(0.0, f64::max);
    let lighthouse = well.get("lighthouse").context("no lighthouse")?;
    world.note(&[
        String::new(),
        format!("## The shipped fleet with the real AWS provider: {} tenants at once", well.len()),
        String::new(),
        format!(
            "All Healthy after {slowest:.0} s; the enterprise tenant, with a database, after {:.0} s. For a database the provider waits \
             80 s at least, though moto has it at once.",
            lighthouse.1 - lighthouse.0
        ),
    ]);

    let mut expected = before;
    for (tenant, set) in &sets {
        pods_are_as_wanted(world, tenant, set)?;
        let Some(variables) = variables(set)? else { continue };
        let id = text(&variables["tenant_id"]);
        if variables["create_role"] == true {
            expected.roles.insert(text(&variables["role_name"]));
            has_its_role(&variables).with_context(|| tenant.clone())?;
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
    let standing = Standing::now()?;
    ensure!(standing == expected, "in AWS: {standing:#?}\nexpected: {expected:#?}");
    ensure!(standing.of("0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90").roles.len() == 1, "lighthouse has no role");
    Ok(())
}

/// Inside the boundary, with a policy of its own and those that its file names.
fn has_its_role(variables: &Value) -> Result<()> {
    let role = role(&text(&variables["role_name"]))?.context("no role")?;
    let policies = variables["extra_policies"].as_array().cloned().unwrap_or_default();
    let wanted: BTreeSet<String> = policies.iter().map(text).collect();
    ensure!(role.attached == wanted, "attached: {:?}, wanted: {wanted:?}", role.attached);
    ensure!(role.inline == ["tenant"], "{:?}", role.inline);
    let boundary = text(&variables["permissions_boundary"]);
    ensure!(role.boundary == boundary, "{}", role.boundary);
    Ok(())
}

/// The Secret in the tenant's namespace has what Terraform drew for the database.
fn has_its_password(world: &World, namespace: &str, id: &str) -> Result<()> {
    let headers = [("X-Amz-Target", "secretsmanager.GetSecretValue"), ("Content-Type", "application/x-amz-json-1.1")];
    let wanted = json!({"SecretId": format!("tenants/{id}/database")}).to_string();
    let answer: Value = serde_json::from_str(&call("secretsmanager", "POST", "/", &headers, &wanted)?.body)?;
    let drawn: Value = serde_json::from_str(&text(&answer["SecretString"]))?;
    let secret = world.get(("v1", "Secret"), namespace, "database")?;
    let data: BTreeMap<String, k8s_openapi::ByteString> = serde_json::from_value(secret["data"].clone())?;
    let password = data.get("password").context("no password")?;
    ensure!(drawn["password"].as_str().map(str::as_bytes) == Some(password.0.as_slice()), "another password");
    ensure!(password.0.len() == 40, "{} characters", password.0.len());
    Ok(())
}

/// A role as it stands.
#[derive(Debug)]
struct Role {
    /// AWS's own number for it, by which customers' accounts know it.
    id: String,
    boundary: String,
    trust: String,
    attached: BTreeSet<String>,
    inline: Vec<String>,
}

fn role(name: &str) -> Result<Option<Role>> {
    if !Standing::now()?.roles.contains(name) {
        return Ok(None);
    }
    let ask = |action: &str| query("iam", "2010-05-08", action, &[("RoleName", name)]);
    let (role, attached, inline) = (ask("GetRole")?, ask("ListAttachedRolePolicies")?, ask("ListRolePolicies")?);
    let one = |element: &str| elements(&role, element).first().map(|text| (*text).to_owned()).unwrap_or_default();
    let all = |answer: &str, element: &str| -> Vec<String> {
        elements(answer, element).into_iter().map(str::to_owned).collect()
    };
    Ok(Some(Role {
        id: one("RoleId"),
        boundary: one("PermissionsBoundaryArn"),
        trust: one("AssumeRolePolicyDocument"),
        attached: all(&attached, "PolicyArn").into_iter().collect(),
        inline: all(&inline, "member"),
    }))
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
    let whole = Standing::now()?.of("rowan");
    let one = |name: &str| BTreeSet::from([name.to_owned()]);
    let expected = Standing {
        roles: one(name),
        buckets: one("example-tenants-rowan"),
        databases: BTreeSet::new(),
        secrets: one("tenants/rowan/licence"),
    };
    ensure!(whole == expected, "{whole:#?}");
    let first = role(name)?.context("no role")?;

    rowan.change(&spec("", "", data))?;
    let role_now = || role(name)?.context("no role");
    ensure!(role_now()?.attached == one(data), "{:?}", role_now()?);

    // What takes a right away waits for a person.
    let revision = rowan.write(&spec("", "approval: destructive,", ""))?;
    rowan.pin(&revision)?;
    let hash = world.until("a plan that waits", 120, || {
        let pods = world.list(POD, CONTROL, "tenantry.dev/tenant=rowan,tenantry.dev/task=terraform-apply")?;
        let said = |pod: &Value| text(&pod["status"]["containerStatuses"][0]["state"]["terminated"]["message"]);
        let hash = |message: String| Some(message.split_once("approvedPlan: ")?.1.split('}').next()?.to_owned());
        pods.iter().map(said).find_map(hash).context("no pod says what to approve")
    })?;
    ensure!(role_now()?.attached == one(data), "it was not waited for");
    rowan.change(&spec("", &format!("approval: destructive, approvedPlan: {hash},"), ""))?;
    ensure!(role_now()?.attached.is_empty(), "{:?}", role_now()?);

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
    ensure!(Standing::now()?.of("rowan") == expected, "{:#?}", Standing::now()?.of("rowan"));
    rowan.change(&spec("", "generation: 1,", ""))?;
    let last = role_now()?;
    ensure!((&last.id, &last.trust) == (&first.id, &first.trust), "{last:?} was {first:?}");

    destroyed(world, &rowan, &spec("state: destroying, destroy: {confirm: rowan},", "generation: 1,", ""))?;
    let kept = Standing { roles: BTreeSet::new(), ..expected };
    ensure!(Standing::now()?.of("rowan") == kept, "{:#?}", Standing::now()?.of("rowan"));
    let all = "state: destroying, destroy: {confirm: rowan, data: delete},";
    destroyed(world, &rowan, &spec(all, "generation: 1,", ""))?;
    ensure!(Standing::now()?.of("rowan") == Standing::default(), "{:#?}", Standing::now()?.of("rowan"));
    Ok(())
}

/// An enterprise tenant goes: its database stays until a second word is said.
pub(crate) fn a_database_is_kept_and_deleted(world: &World) -> Result<()> {
    let (saffron, _) = Tenant::create(world, "saffron", "{tier: enterprise}")?;
    let before = Standing::now()?.of("saffron");
    ensure!(before.databases.len() == 1 && before.buckets.len() == 1 && before.secrets.len() == 1, "{before:#?}");
    destroyed(world, &saffron, "{tier: enterprise, state: destroying, destroy: {confirm: saffron}}")?;
    let kept = Standing { roles: BTreeSet::new(), ..before };
    ensure!(Standing::now()?.of("saffron") == kept, "{:#?}", Standing::now()?.of("saffron"));
    destroyed(world, &saffron, "{tier: enterprise, state: destroying, destroy: {confirm: saffron, data: delete}}")?;
    ensure!(Standing::now()?.of("saffron") == Standing::default(), "{:#?}", Standing::now()?.of("saffron"));
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
    let begun = std::time::Instant::now();
    while role("zenml-alder")?.is_none() {
        ensure!(begun.elapsed().as_secs() < 60, "no role is made:\n{}", run.running.log());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    run.running.signal(Signal::KILL);
    hold_back(&world.cluster, None)?;
    let made = role("zenml-alder")?.context("no role")?;
    site.ended(&run)?;
    let known = |state: &Value| state["resources"].as_array().is_some_and(|all| !all.is_empty());
    ensure!(!known(&site.state()?), "the state knew of it: {}", site.state()?);
    let log = site.succeeds("apply")?;
    ensure!(log.contains("aws_iam_role.tenant[0]: adopted"), "{log}");
    ensure!(known(&site.state()?), "{}", site.state()?);
    let last = role("zenml-alder")?.context("no role")?;
    ensure!(last.id == made.id, "{last:?} was {made:?}");
    let log = site.succeeds("apply")?;
    ensure!(log.contains("0 added, 0 changed, 0 destroyed"), "{log}");
    Ok(())
}
