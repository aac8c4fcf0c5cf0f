//! Secrets by reference, with the External Secrets operator and a store: made once, kept, rotated, followed, missing, and seen
//! by nobody whom they do not concern.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, ensure};
use e2e::secrets;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use serde_json::{Value, json};

use crate::cell::Cell;
use crate::contract::refresh;
use crate::objects::{APPLICATION, JOB, Kind, POD};
use crate::redis;
use crate::world::World;

const EXTERNAL: Kind = ("external-secrets.io/v1", "ExternalSecret");

/// A Secret: its number, whether it may change, and what is in it.
type Held = (String, bool, BTreeMap<String, Vec<u8>>);

fn held(world: &World, namespace: &str, name: &str) -> Result<Held> {
    let secrets: Api<Secret> = Api::namespaced(world.client.clone(), namespace);
    let secret = world.wait(secrets.get(name)).with_context(|| format!("Secret {namespace}/{name}"))?;
    let data = secret.data.unwrap_or_default().into_iter().map(|(key, value)| (key, value.0)).collect();
    Ok((secret.metadata.uid.unwrap_or_default(), secret.immutable.unwrap_or_default(), data))
}

/// Generated secrets, and one of the store with a generation: made once, and each generation for ever.
pub(crate) fn what_is_made_once_stays(world: &World) -> Result<()> {
    let cell = Cell::create(world, "vault", |platform| {
        platform["spec"]["secrets"]["generated"] = json!("externalSecrets");
    })?;
    secrets::put("tenants/vault/licence", &json!({"file": "first licence"}))?;
    secrets::put(
        "tenants/vault/warehouse",
        &json!({"username": "reader", "password": "first password", "other": "x"}),
    )?;
    let spec = |generation: u32| {
        json!({"tier": "free", "secrets": {
            "jwt": {"generation": generation},
            "installation": {"source": "generated", "keys": {
                "id": "uuid", "pin": {"length": 16, "charset": "digits"}, "word": {"length": 64, "charset": "symbols"},
            }},
            "licence": {"source": "external", "key": "licence", "keys": ["file"], "generation": 1},
            "warehouse": {"source": "external", "key": "warehouse", "keys": ["username", "password"]},
        }})
    };
    cell.tenant(world, "vault", &json!({}), &spec(1))?;
    let first = world.fleet.tenants.commit("Secrets")?;
    cell.pin(world, "vault", &first)?;
    world.until_synced("argocd", "vault", Some(&first), 120)?;
    let now = |names: &[&str]| -> Result<Vec<Held>> { names.iter().map(|name| held(world, "t-vault", name)).collect() };

    let once = ["jwt-g1", "installation-g1", "licence-g1"];
    let made = now(&once)?;
    ensure!(made.iter().all(|(_, immutable, _)| *immutable), "may change");
    shapes(&made)?;
    let (_, immutable, followed) = held(world, "t-vault", "warehouse")?;
    let wanted = [("password", "first password"), ("username", "reader")];
    ensure!(!immutable && followed == data(&wanted), "{followed:?}");
    uses(world, "jwt-g1")?;

    // The store changes: one follows, the other does not.
    secrets::change("tenants/vault/licence", &json!({"file": "second licence"}))?;
    secrets::change("tenants/vault/warehouse", &json!({"username": "reader", "password": "second password"}))?;
    for name in once.iter().chain(&["warehouse"]) {
        look_again(world, "t-vault", name, "1")?;
    }
    world.until("the store's new password", 60, || {
        let (_, _, followed) = held(world, "t-vault", "warehouse")?;
        ensure!(followed == data(&[("password", "second password"), ("username", "reader")]), "{followed:?}");
        Ok(())
    })?;
    refresh(world, "vault", "hard")?;
    ensure!(now(&once)? == made, "a refresh changed a secret");
    let resync =
        json!({"operation": {"initiatedBy": {"username": "somebody"}, "sync": {"revision": first, "prune": true}}});
    world.patch(APPLICATION, "argocd", "vault", &resync)?;
    world.until_synced("argocd", "vault", Some(&first), 120)?;
    ensure!(now(&once)? == made, "a sync changed a secret");
    for name in once {
        let before = world.get(EXTERNAL, "t-vault", name)?["metadata"]["uid"].take();
        world.delete(EXTERNAL, "t-vault", name)?;
        world.until(&format!("{name} made anew"), 90, || {
            let external = world.get(EXTERNAL, "t-vault", name)?;
            ensure!(external["metadata"]["uid"] != before, "still the old one");
            ready(&external)
        })?;
    }
    world.until_synced("argocd", "vault", Some(&first), 120)?;
    ensure!(now(&once)? == made, "an ExternalSecret that was made anew changed its Secret");

    // A rotation, and the way back.
    cell.tenant(world, "vault", &json!({}), &spec(2))?;
    let second = world.fleet.tenants.commit("A rotation")?;
    cell.pin(world, "vault", &second)?;
    world.until_synced("argocd", "vault", Some(&second), 120)?;
    uses(world, "jwt-g2")?;
    let rotated = held(world, "t-vault", "jwt-g2")?;
    ensure!(rotated.1 && rotated.2["key"] != made[0].2["key"], "not another one");
    ensure!(world.find(EXTERNAL, "t-vault", "jwt-g1")?.is_none(), "the old reference is still there");
    ensure!(now(&once)? == made, "a rotation changed another secret");
    cell.pin(world, "vault", &first)?;
    world.until_synced("argocd", "vault", Some(&first), 120)?;
    uses(world, "jwt-g1")?;
    ensure!(now(&once)? == made, "the way back changed a secret");
    ensure!(held(world, "t-vault", "jwt-g2")? == rotated, "the way back changed the newer one");

    // No ExternalSecret came before its generator: it would have been Degraded for a moment, and might have failed a sync.
    let events = world.list(("v1", "Event"), "t-vault", "")?;
    let failed: Vec<&Value> = events.iter().filter(|event| event["reason"] == "UpdateFailed").collect();
    ensure!(failed.is_empty(), "{failed:?}");

    nobody_sees(world, "t-vault")?;
    cell.remove(world, &["vault"])
}

/// Generated secrets by a Job of the runner, which is what the fleet has: made once, and each generation for ever.
pub(crate) fn what_a_job_makes_stays(world: &World) -> Result<()> {
    let cell = Cell::create(world, "strongbox", |_| {})?;
    let spec = |generation: u32| {
        json!({"tier": "free", "secrets": {
            "jwt": {"generation": generation},
            "installation": {"source": "generated", "keys": {
                "id": "uuid", "pin": {"length": 16, "charset": "digits"}, "word": {"length": 64, "charset": "symbols"},
            }},
        }})
    };
    cell.tenant(world, "strongbox", &json!({}), &spec(1))?;
    let first = world.fleet.tenants.commit("Secrets by a Job")?;
    cell.pin(world, "strongbox", &first)?;
    world.until_synced("argocd", "strongbox", Some(&first), 120)?;
    let now = || -> Result<Vec<Held>> {
        ["jwt-g1", "installation-g1"].iter().map(|name| held(world, "t-strongbox", name)).collect()
    };
    let made = now()?;
    ensure!(made.iter().all(|(_, immutable, _)| *immutable), "may change");
    drawn(&made)?;

    // Argo CD knows nothing of them, and the Job that is made anew finds them there.
    let resources = world.get(APPLICATION, "argocd", "strongbox")?["status"]["resources"].take();
    ensure!(!resources.to_string().contains("\"Secret\""), "{resources}");
    refresh(world, "strongbox", "hard")?;
    let set = world.rendered(&cell.path("tenants/strongbox"))?;
    let is_job = |object: &&Value| object["kind"] == "Job" && object["metadata"]["namespace"] == "t-strongbox";
    let job = set.iter().find(is_job).context("no Job")?;
    let name = job["metadata"]["name"].as_str().context("no name")?;
    let uid = || Ok::<_, anyhow::Error>(world.get(JOB, "t-strongbox", name)?["metadata"]["uid"].clone());
    let before = uid()?;
    world.delete(JOB, "t-strongbox", name)?;
    let resync = json!({"operation": {"initiatedBy": {"username": "somebody"}, "sync": {"revision": first}}});
    world.patch(APPLICATION, "argocd", "strongbox", &resync)?;
    world.until("another Job", 120, || {
        ensure!(uid()? != before, "still the same");
        let job = world.get(JOB, "t-strongbox", name)?;
        ensure!(job["status"]["succeeded"] == 1, "{}", job["status"]);
        Ok(())
    })?;
    world.until_synced("argocd", "strongbox", Some(&first), 120)?;
    ensure!(now()? == made, "a Job that was made anew changed a Secret");

    // A rotation, and the way back.
    cell.tenant(world, "strongbox", &json!({}), &spec(2))?;
    let second = world.fleet.tenants.commit("A rotation by a Job")?;
    cell.pin(world, "strongbox", &second)?;
    world.until_synced("argocd", "strongbox", Some(&second), 120)?;
    let rotated = held(world, "t-strongbox", "jwt-g2")?;
    ensure!(rotated.1 && rotated.2["key"] != made[0].2["key"], "not another one");
    cell.pin(world, "strongbox", &first)?;
    world.until_synced("argocd", "strongbox", Some(&first), 120)?;
    ensure!(now()? == made && held(world, "t-strongbox", "jwt-g2")? == rotated, "the way back changed a Secret");

    // Two Jobs at once where there is nothing yet: one of them makes it.
    let secrets: Api<Secret> = Api::namespaced(world.client.clone(), "t-strongbox");
    for name in ["jwt-g1", "installation-g1"] {
        world.wait(secrets.delete(name, &Default::default()))?;
    }
    let copies = ["copy-1", "copy-2"];
    for name in copies {
        let mut copy = job.clone();
        copy["metadata"] = json!({"name": name, "namespace": "t-strongbox"});
        world.apply(&copy)?;
    }
    for name in copies {
        world.until(name, 90, || {
            let job = world.get(JOB, "t-strongbox", name)?;
            ensure!(job["status"]["succeeded"] == 1 && job["status"]["failed"].is_null(), "{}", job["status"]);
            Ok(())
        })?;
        world.delete(JOB, "t-strongbox", name)?;
    }
    drawn(&now()?)?;

    // A Secret of that name with other keys is somebody else's: never changed, and told.
    world.wait(secrets.delete("jwt-g1", &Default::default()))?;
    world.apply(
        &json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "jwt-g1", "namespace": "t-strongbox"},
        "stringData": {"other": "somebody's"}}),
    )?;
    let somebodys = held(world, "t-strongbox", "jwt-g1")?;
    let mut copy = job.clone();
    copy["metadata"] = json!({"name": "copy-3", "namespace": "t-strongbox"});
    world.apply(&copy)?;
    let message = world.until("a Job that refuses", 90, || {
        let pods = world.list(POD, "t-strongbox", "job-name=copy-3")?;
        let ended = &pods.first().context("no pod")?["status"]["containerStatuses"][0]["state"]["terminated"];
        ensure!(ended["exitCode"] == 65, "{ended}");
        Ok(ended["message"].as_str().unwrap_or_default().to_owned())
    })?;
    ensure!(message.contains("Secret `jwt-g1` exists without key `key`"), "{message}");
    ensure!(held(world, "t-strongbox", "jwt-g1")? == somebodys, "somebody's Secret was changed");
    world.until("the Job that was refused to fail at once", 60, || {
        let job = world.get(JOB, "t-strongbox", "copy-3")?;
        let failed = job["status"]["conditions"].as_array().into_iter().flatten().any(|it| it["type"] == "Failed");
        ensure!(failed && job["status"]["failed"] == 1, "{}", job["status"]);
        Ok(())
    })?;
    nobody_sees(world, "t-strongbox")?;
    world.delete(JOB, "t-strongbox", "copy-3")?;
    cell.remove(world, &["strongbox"])
}

/// As declared: length and letters.
fn shapes(made: &[Held]) -> Result<()> {
    drawn(made)?;
    // Of each kind at least one: External Secrets' promise. A Job draws each letter fairly from 66, 62 of them no symbols.
    ensure!(made[1].2["word"].iter().any(|letter| b"-_.~".contains(letter)), "no symbol");
    ensure!(made[2].2 == data(&[("file", "first licence")]), "{:?}", made[2].2);
    Ok(())
}

/// The two generated ones.
fn drawn(made: &[Held]) -> Result<()> {
    let text =
        |at: usize, key: &str| -> Result<&str> { Ok(std::str::from_utf8(made[at].2.get(key).context("no key")?)?) };
    let keys = |at: usize| made[at].2.keys().map(String::as_str).collect::<Vec<_>>();
    ensure!(keys(0) == ["key"] && keys(1) == ["id", "pin", "word"]);
    let is = |text: &str, length: usize, letter: fn(char) -> bool| text.len() == length && text.chars().all(letter);
    ensure!(is(text(0, "key")?, 48, |c| c.is_ascii_alphanumeric()));
    ensure!(is(text(1, "pin")?, 16, |c| c.is_ascii_digit()));
    ensure!(is(text(1, "word")?, 64, |c| c.is_ascii_alphanumeric() || "-_.~".contains(c)));
    let groups: Vec<&str> = text(1, "id")?.split('-').collect();
    ensure!(groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]));
    ensure!(groups.concat().chars().all(|c| c.is_ascii_hexdigit()) && groups[2].starts_with('4'));
    Ok(())
}

/// A secret that the store does not have: before the releases, and after Terraform.
pub(crate) fn what_is_missing_is_told(world: &World) -> Result<()> {
    let cell = Cell::create(world, "missing", |_| {})?;
    let warehouse = json!({"source": "external", "key": "warehouse", "keys": ["password"]});
    let mut later = warehouse.clone();
    later["after"] = json!(["terraform"]);
    cell.tenant(world, "first", &json!({}), &json!({"tier": "free", "secrets": {"warehouse": warehouse}}))?;
    cell.tenant(world, "later", &json!({}), &json!({"tier": "pro", "secrets": {"warehouse": later}}))?;
    let revision = world.fleet.tenants.commit("Secrets that are missing")?;
    for tenant in ["first", "later"] {
        cell.pin(world, tenant, &revision)?;
    }
    // In the first wave: nothing runs without it. The sync fails, is tried again as the Application says, and says of what.
    let operation = world.until("a sync that fails", 120, || {
        is_missing(world, "first")?;
        let operation = world.get(APPLICATION, "argocd", "first")?["status"]["operationState"].take();
        let message = operation["message"].as_str().unwrap_or_default();
        ensure!(message.contains("etrying"), "{message}");
        Ok(operation)
    })?;
    let results = operation["syncResult"]["resources"].as_array().cloned().unwrap_or_default();
    let failed: Vec<_> = results.iter().filter(|result| result["hookPhase"] == "Failed").collect();
    ensure!(failed.len() == 1 && failed[0]["name"] == "warehouse" && failed[0]["message"] == UNKNOWN, "{failed:?}");
    ensure!(
        world.find(APPLICATION, "tenantry-releases", "first--zenml")?.is_none(),
        "a release runs without its secret"
    );

    // After Terraform: all else is there, Terraform has run, and the sync is over.
    world.until("a tenant but for one secret", 180, || {
        is_missing(world, "later")?;
        let operation = world.get(APPLICATION, "argocd", "later")?["status"]["operationState"].take();
        ensure!(operation["phase"] == "Succeeded", "{operation}");
        Ok(())
    })?;
    let jobs = world.list(JOB, "tenantry-system", "tenantry.dev/tenant=later")?;
    ensure!(jobs.iter().filter(|job| job["status"]["succeeded"] == 1).count() == 1, "{jobs:?}");
    world.until_synced("tenantry-releases", "later--zenml", None, 60)?;

    // Somebody, or Terraform, puts it there.
    for tenant in ["first", "later"] {
        secrets::put(
            &format!("tenants/{tenant}/warehouse"),
            &json!({"password": format!("the password of {tenant}")}),
        )?;
        look_again(world, &format!("t-{tenant}"), "warehouse", "1")?;
    }
    for tenant in ["first", "later"] {
        world.until_synced("argocd", tenant, Some(&revision), 180)?;
        let (_, _, found) = held(world, &format!("t-{tenant}"), "warehouse")?;
        ensure!(found == data(&[("password", &format!("the password of {tenant}"))]), "{found:?}");
    }
    cell.remove(world, &["first", "later"])
}

/// What the operator says of a secret that the store does not have.
const UNKNOWN: &str = "could not get secret data from provider";

/// The ExternalSecret says that it has nothing, and the Application is Degraded and names it.
fn is_missing(world: &World, tenant: &str) -> Result<()> {
    let external = world.get(EXTERNAL, &format!("t-{tenant}"), "warehouse")?;
    let condition = &external["status"]["conditions"][0];
    let said = (condition["status"].as_str(), condition["reason"].as_str(), condition["message"].as_str());
    ensure!(said == (Some("False"), Some("SecretSyncedError"), Some(UNKNOWN)), "{said:?}");
    let health = world.get(APPLICATION, "argocd", tenant)?["status"]["health"].take();
    let message = format!("Caused by external-secrets.io/ExternalSecret:t-{tenant}/warehouse");
    ensure!(health["status"] == "Degraded" && health["message"] == message, "{health}");
    Ok(())
}

/// What an ExternalSecret says of itself.
fn ready(external: &Value) -> Result<()> {
    let conditions = external["status"]["conditions"].as_array().context("not looked at yet")?;
    ensure!(
        conditions.iter().any(|condition| condition["type"] == "Ready" && condition["status"] == "True"),
        "{conditions:?}"
    );
    Ok(())
}

/// Has the operator look at an ExternalSecret now: it does when something of it changes.
fn look_again(world: &World, namespace: &str, name: &str, mark: &str) -> Result<()> {
    world.patch(EXTERNAL, namespace, name, &json!({"metadata": {"annotations": {"force-sync": mark}}}))
}

/// The release's pods, and no others, have the key of this Secret.
fn uses(world: &World, name: &str) -> Result<()> {
    world.until(&format!("pods with {name}"), 90, || {
        let pods = world.list(POD, "t-vault", "app.kubernetes.io/name=zenml")?;
        let used: BTreeSet<&str> = pods
            .iter()
            .flat_map(|pod| pod["spec"]["containers"][0]["env"].as_array())
            .flatten()
            .filter_map(|variable| variable["valueFrom"]["secretKeyRef"]["name"].as_str())
            .collect();
        ensure!(used == BTreeSet::from([name]), "{} pods use {used:?}", pods.len());
        ensure!(pods.iter().any(|pod| pod["status"]["phase"] == "Running"), "none runs");
        Ok(())
    })
}

fn data(entries: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    entries.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect()
}

/// No value of this namespace's Secrets, as it is or as Kubernetes writes it, is in what Argo CD keeps, shows or logs.
fn nobody_sees(world: &World, namespace: &str) -> Result<()> {
    let mut texts: BTreeSet<String> = BTreeSet::new();
    for object in world.list(("v1", "Secret"), namespace, "")? {
        let name = object["metadata"]["name"].as_str().context("no name")?;
        // The chart's own has only what stands in the platform file.
        if name == "zenml" {
            continue;
        }
        for (key, value) in held(world, namespace, name)?.2 {
            texts.insert(object["data"][&key].as_str().context("no data")?.to_owned());
            texts.insert(String::from_utf8(value)?);
        }
    }
    // What is short is found anywhere.
    texts.retain(|text| text.len() > 8);
    let mut places = redis::contents(world)?;
    let keys = places.len();
    ensure!(places.iter().any(|(_, text)| text.contains("jwt-g2")), "the rendered set is not where it is looked for");
    let applications = world.list(APPLICATION, "", "")?;
    places.extend(applications.iter().map(|application| ("an Application".to_owned(), application.to_string())));
    let mut folders = vec![world.cluster.folder.join("log/pods")];
    let mut logs = 0;
    while let Some(folder) = folders.pop() {
        // A pod of another test may just have gone.
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry?.path();
            let name = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name.contains("/argocd_") {
                logs += 1;
                places.push((name, String::from_utf8_lossy(&fs::read(path)?).into_owned()));
            }
        }
    }
    let holds = |text: &str| texts.iter().any(|secret| text.contains(secret));
    let seen: Vec<&str> = places.iter().filter(|(_, text)| holds(text)).map(|(name, _)| name.as_str()).collect();
    ensure!(seen.is_empty(), "a secret is in {seen:?}");
    eprintln!(
        "e2e: {} secret texts are in none of {keys} keys of Redis, {logs} logs and {} Applications",
        texts.len(),
        applications.len()
    );
    ensure!(texts.len() >= 8 && logs >= 4, "{} texts, {logs} logs", texts.len());
    Ok(())
}
