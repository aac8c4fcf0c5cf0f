//! A tenant's life with Terraform, by its rendered Jobs as processes: with both engines and both backends.

use anyhow::{Result, ensure};
use e2e::terraform_image::Engine;
use serde_json::{Value, json};

use crate::runs::{Backend, CONTROL, Site};
use crate::world::World;

const MAP: (&str, &str) = ("v1", "ConfigMap");

/// Up, changed, looked at for drift, suspended data, gone.
pub(crate) fn a_life(world: &World, engine: Engine, backend: Backend) -> Result<()> {
    let mut site = Site::create(world, &format!("life-{}-{}", engine.name(), backend.name()), engine, backend)?;
    one_life(&mut site)?;
    site.remove()
}

fn one_life(site: &mut Site<'_>) -> Result<()> {
    let role = format!("zenml-{}", site.tenant);
    let below = |name: &str| format!("{}/{name}", site.tenant);
    let (bucket, database, policy) = (below("bucket"), below("database"), below("audit"));

    site.succeeds("apply")?;
    ensure!(site.in_cloud()? == [bucket.clone(), role.clone()], "{:?}", site.in_cloud()?);
    site.nothing_is_lost()?;
    let serial = site.state()?["serial"].clone();
    let log = site.succeeds("apply")?;
    ensure!(log.contains("0 added, 0 changed, 0 destroyed"), "a second apply changes something:\n{log}");
    ensure!(site.state()?["serial"] == serial, "a second apply writes the state");

    // What it puts out is in the tenant's namespace, and nowhere in a log.
    site.change(&json!({"terraform": {"variables": {
        "database_mode": "dedicated", "extra_policies": ["arn:aws:iam::111122223333:policy/audit"],
    }}}))?;
    let log = site.succeeds("apply")?;
    ensure!(
        site.in_cloud()? == [policy.clone(), bucket.clone(), database.clone(), role.clone()],
        "{:?}",
        site.in_cloud()?
    );
    let outputs = site.world.get(("v1", "Secret"), &format!("t-{}", site.tenant), "terraform-outputs")?;
    let password = site.cloud().thing(&database)?.and_then(|thing| Some(thing["secret"].as_str()?.to_owned()));
    let password = password.unwrap_or_default();
    let published: std::collections::BTreeMap<String, k8s_openapi::ByteString> =
        serde_json::from_value(outputs["data"].clone())?;
    let published: Vec<(&str, &[u8])> =
        published.iter().map(|(key, value)| (key.as_str(), value.0.as_slice())).collect();
    let address = format!("cloud:{bucket}");
    let expected =
        [("bucket", address.as_bytes()), ("database_password", password.as_bytes()), ("role", role.as_bytes())];
    ensure!(published == expected, "{outputs}");
    ensure!(!log.contains(&password), "the log holds a password");

    // Drift: none, then what somebody did.
    site.succeeds("drift")?;
    let report = drift(site)?;
    ensure!(report["result"] == "none", "{report}");
    let mut thing = site.cloud().thing(&bucket)?.unwrap_or_default();
    thing["value"] = json!("changed by hand");
    site.cloud().put(&bucket, &thing)?;
    site.succeeds("drift")?;
    let report = drift(site)?;
    let changes = json!([{"address": "cloud_thing.bucket", "actions": ["update"], "values": {"value": {"to": format!("for {}", site.tenant)}}}]);
    ensure!(report["result"] == "drifted" && report["changes"] == changes, "{report}");
    ensure!(site.cloud().thing(&bucket)?.unwrap_or_default() == thing, "looking for drift changed something");
    // What is written in the tenant's file and not applied yet is no drift.
    site.change(&json!({"terraform": {"variables": {"database_mode": "shared"}}}))?;
    site.succeeds("drift")?;
    ensure!(drift(site)?["changes"] == changes, "{}", drift(site)?);
    site.change(&json!({"terraform": {"variables": {"database_mode": "dedicated"}}}))?;
    site.succeeds("apply")?;
    site.nothing_is_lost()?;

    // Destroyed: what holds data stays where nothing else is said.
    site.change(&json!({"state": "destroying", "destroy": {"confirm": site.tenant, "data": "keep"}}))?;
    site.succeeds("destroy")?;
    ensure!(site.in_cloud()? == [bucket.clone(), database.clone()], "{:?}", site.in_cloud()?);
    site.nothing_is_lost()?;
    ensure!(applied(site)?["outcome"] == "dataKept", "{}", applied(site)?);
    site.change(&json!({"destroy": {"data": "delete"}}))?;
    site.succeeds("destroy")?;
    ensure!(site.in_cloud()?.is_empty(), "{:?}", site.in_cloud()?);
    site.nothing_is_lost()?;
    ensure!(applied(site)?["outcome"] == "destroyed", "{}", applied(site)?);
    ensure!(!site.state()?.is_null(), "the empty state is gone");

    // The last five runs are to be read, whatever became of their pods.
    let runs = site.world.get(MAP, CONTROL, &format!("{}--terraform-runs", site.tenant))?;
    let runs: Vec<Value> = runs["data"]
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::values)
        .map(|run| serde_json::from_str(run.as_str().unwrap_or_default()))
        .collect::<Result<_, _>>()?;
    let seen: Vec<(&str, &str)> = runs
        .iter()
        .map(|run| (run["action"].as_str().unwrap_or_default(), run["exit"].as_str().unwrap_or_default()))
        .collect();
    let expected = [("drift", "done"), ("drift", "done"), ("apply", "done"), ("destroy", "done"), ("destroy", "done")];
    ensure!(seen == expected, "{seen:?}");
    Ok(())
}

/// The report of the last look for drift.
pub(crate) fn drift(site: &Site<'_>) -> Result<Value> {
    let report = site.world.get(MAP, CONTROL, &format!("{}--terraform-drift", site.tenant))?;
    let text = report["data"]["report.json"].as_str().unwrap_or_default();
    let parsed: Value = serde_json::from_str(text)?;
    ensure!(report["metadata"]["labels"]["tenantry.dev/drift"] == parsed["result"], "{report}");
    Ok(parsed)
}

fn applied(site: &Site<'_>) -> Result<Value> {
    Ok(site.world.get(MAP, CONTROL, &format!("{}--terraform-applied", site.tenant))?["data"].clone())
}

/// Plans that a person has to approve.
pub(crate) fn an_approval(world: &World) -> Result<()> {
    let mut site = Site::create(world, "approval", Engine::Terraform, Backend::S3)?;
    site.change(&json!({"terraform": {"approval": "all", "variables": {"database_mode": "dedicated"}}}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3, "ended with {code}:\n{log}");
    ensure!(site.in_cloud()?.is_empty(), "something was made without approval");
    let hash = hash(&log)?;
    let map = site.world.get(MAP, CONTROL, &format!("approval--plan-{hash}"))?;
    ensure!(map["immutable"] == true, "{map}");
    let list: Value = serde_json::from_str(map["data"]["changes.json"].as_str().unwrap_or_default())?;
    let changes = list["changes"].as_array().into_iter().flatten();
    let addresses: Vec<&str> = changes.filter_map(|change| change["address"].as_str()).collect();
    let expected = [
        "cloud_thing.bucket",
        "cloud_thing.database[0]",
        "cloud_thing.role[0]",
        "terraform_data.settings[0]",
        "output.bucket",
        "output.database_password",
        "output.role",
        "output.settings",
    ];
    ensure!(addresses == expected && list["approval"] == 1, "{list}");

    // A hash that nobody has seen approves nothing; that of another tenant's plan neither.
    site.change(&json!({"terraform": {"approvedPlan": "0123456789abcdef0123456789abcdef"}}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3 && log.contains("no plan `0123456789abcdef0123456789abcdef` is known"), "{code}: {log}");
    // A list that somebody else has put there is none: its name is a hash that only the runner can make.
    let forged = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"changes.json": list.to_string()},
        "metadata": {"name": "approval--plan-0123456789abcdef0123456789abcdef", "namespace": CONTROL}});
    world.apply(&forged)?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3 && log.contains("no plan `0123456789abcdef0123456789abcdef` is known"), "{code}: {log}");

    // Broken off half-way, the rest of what was approved is still approved.
    site.change(&json!({"terraform": {"approvedPlan": hash}}))?;
    site.misbehave(&json!([{"method": "PUT", "name": "approval/database", "status": 400, "code": "ValidationError", "message": "no"}]))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 65, "ended with {code}:\n{log}");
    site.misbehave(&json!([]))?;
    let log = site.succeeds("apply")?;
    ensure!(log.contains("changes were approved"), "{log}");
    site.nothing_is_lost()?;
    // An empty plan needs none.
    site.succeeds("apply")?;

    // More than was approved is not.
    site.change(&json!({"terraform": {"variables": {"extra_policies": ["arn:aws:iam::111122223333:policy/more"]}}}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3 && log.contains("not approved: create of cloud_thing.policy[\"more\"]"), "{code}: {log}");
    let made = self::hash(&log)?;
    site.change(&json!({"terraform": {"approvedPlan": made}}))?;
    site.succeeds("apply")?;

    // An approval counts once; the same may be approved again.
    site.change(&json!({"terraform": {"variables": {"extra_policies": []}}}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3 && log.contains("not approved: delete of cloud_thing.policy[\"more\"]"), "{code}: {log}");
    site.change(&json!({"terraform": {"approvedPlan": self::hash(&log)?}}))?;
    site.succeeds("apply")?;
    site.change(&json!({"terraform": {
        "approvedPlan": made, "variables": {"extra_policies": ["arn:aws:iam::111122223333:policy/more"]},
    }}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3 && log.contains(&format!("plan `{made}` was approved for once")), "{code}: {log}");
    ensure!(self::hash(&log)? != made, "the same hash for another approval");
    site.change(&json!({"terraform": {"approvedPlan": self::hash(&log)?}}))?;
    site.succeeds("apply")?;

    // It is used up too where what needed it was done by a run that did not get to its end.
    let policy = |name: &str| format!("arn:aws:iam::111122223333:policy/{name}");
    let policies = |names: &[&str]| json!({"variables": {"extra_policies": names.iter().map(|name| policy(name)).collect::<Vec<_>>()}});
    site.change(&json!({"terraform": {"approval": "destructive"}}))?;
    site.change(&json!({"terraform": policies(&["next"])}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3 && log.contains("not approved: delete of cloud_thing.policy[\"more\"]"), "{code}: {log}");
    site.change(&json!({"terraform": {"approvedPlan": self::hash(&log)?}}))?;
    let refused =
        json!([{"method": "PUT", "name": "approval/next", "status": 400, "code": "ValidationError", "message": "no"}]);
    site.misbehave(&refused)?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 65 && log.contains("cloud_thing.policy[\"more\"]: Destruction complete"), "{code}: {log}");
    site.misbehave(&json!([]))?;
    site.succeeds("apply")?;
    site.change(&json!({"terraform": policies(&["next", "more"])}))?;
    site.succeeds("apply")?;
    site.change(&json!({"terraform": policies(&["next"])}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 3 && log.contains("was approved for once"), "{code}: {log}");
    site.nothing_is_lost()?;
    site.remove()
}

/// Data that is to be kept is kept even where the module's own switch does not keep it.
pub(crate) fn kept_data(world: &World) -> Result<()> {
    let mut site = Site::create(world, "kept", Engine::Terraform, Backend::S3)?;
    site.succeeds("apply")?;
    site.change(&json!({"state": "destroying", "destroy": {"confirm": "kept", "data": "keep"}}))?;
    let before = site.in_cloud()?;
    // The role is taken away by the switch, and said to hold data here.
    let mut run = site.start_with("destroy", |container| {
        let inputs = container.files.get_mut("/inputs/run.json");
        inputs.into_iter().for_each(|run| *run = run.replace("\"cloud_thing.bucket\"]", "\"cloud_thing.role\"]"));
    })?;
    let code = run.running.end(60)?;
    site.ended(&run)?;
    let message = run.running.message();
    let expected = "error: the plan takes away what holds data: `cloud_thing.role[0]`\n\
        hint: nothing was changed; the module's variable that keeps data does not keep this: mend the module";
    ensure!(code == 65 && message == expected, "{code}: {message}");
    ensure!(site.in_cloud()? == before, "something was taken away");
    site.succeeds("destroy")?;
    ensure!(site.in_cloud()? == ["kept/bucket"], "{:?}", site.in_cloud()?);
    site.nothing_is_lost()?;
    site.remove()
}

/// The hash that a log says to write.
fn hash(log: &str) -> Result<String> {
    let (_, rest) = log.split_once("approvedPlan: ").ok_or_else(|| anyhow::anyhow!("no hash in:\n{log}"))?;
    Ok(rest.split('}').next().unwrap_or_default().to_owned())
}

/// An id is one tenant's for good.
pub(crate) fn a_binding(world: &World) -> Result<()> {
    let mut site = Site::create(world, "binding", Engine::Terraform, Backend::S3)?;
    site.succeeds("apply")?;
    // Nor is its state looked for where it never was.
    let mut elsewhere = site.start_with("apply", |container| {
        let inputs = container.files.get_mut("/inputs/run.json");
        inputs.into_iter().for_each(|run| *run = run.replace("tenants/binding/", "tenants/elsewhere/"));
    })?;
    let code = elsewhere.running.end(60)?;
    site.ended(&elsewhere)?;
    let message = elsewhere.running.message();
    let expected = "error: the last run had its state in another backend, and there is none in this one\n\
        hint: copy the state first: `terraform state pull` there, `terraform state push` here";
    ensure!(code == 65 && message == expected, "{code}: {message}");
    ensure!(e2e::aws::object("tenants/elsewhere/terraform.tfstate")?.is_none(), "another state was made");
    site.change(&json!({"id": "somebody-else"}))?;
    let (code, log) = site.run("apply")?;
    ensure!(code == 65 && log.contains("tenant `binding` is bound otherwise: id is `binding`"), "{code}: {log}");
    ensure!(site.world.find(MAP, CONTROL, "id.somebody-else")?.is_none(), "a refused run has taken an id");
    let mut other = Site::create(world, "other", Engine::Terraform, Backend::S3)?;
    other.change(&json!({"id": "binding"}))?;
    let (code, log) = other.run("apply")?;
    ensure!(code == 65 && log.contains("id `binding` is bound otherwise: tenant is `binding`"), "{code}: {log}");
    ensure!(site.world.find(MAP, CONTROL, "tenant.other")?.is_none(), "a refused run has bound its tenant");
    other.change(&json!({"id": "other"}))?;
    other.succeeds("apply")?;
    // Nobody changes a binding, the runner's own account least of all.
    let client = world
        .wait(async { world.cluster.client_as(&format!("system:serviceaccount:{CONTROL}:tenantry-terraform"), &[]) })?;
    let change = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "id.binding", "namespace": CONTROL}, "data": {"tenant": "other"}});
    let refusal = world.refusal(&client, &change)?;
    ensure!(refusal.contains("immutable"), "{refusal}");
    other.remove()?;
    site.remove()
}
