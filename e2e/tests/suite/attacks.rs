//! Attacks by somebody who may write to the folder of one tenant, `hobby`, and to nothing else.

use std::os::unix::fs::symlink;

use anyhow::{Context as _, Result, ensure};
use e2e::cache::workspace;
use serde_json::{Value, json};

use crate::attack::{Attack, End, File, Means};
use crate::attack_folder::FOLDERS;
use crate::attack_plain::MANIFESTS;
use crate::attack_pods::PODS;
use crate::objects::{APPLICATION, JOB, POD, api, explained, identity};
use crate::projects::{application, default_project, refused, said};
use crate::world::World;

const FOLDER: &str = "tenants/hobby";
const FLEET: &str = "https://git.example.com/tenants.git";

impl Attack {
    /// Tries it. What is in the way has to refuse it by its words, nothing of it may be in the cluster, and both the
    /// tenant and another one have to run on as they were.
    pub(crate) fn is_tried(&self, world: &World) -> Result<()> {
        let base = world.up(&["acme", "hobby", "lighthouse"])?;
        default_project(world)?;
        let before = inventory(world)?;
        let tried = match self.means {
            Means::Folder(files) => folder(world, files, "t-hobby", self),
            Means::Id(file) => id(world, file),
            Means::Destination(namespace) => folder(world, &[], namespace, self),
            Means::Plain(manifest) => plain(world, manifest, self),
            Means::Pod(change) => pod(world, change, self),
            Means::Ephemeral => ephemeral(world, self),
        };
        // Before the next attack all is as it was, also after one that went further than it should.
        commit(world, &base, &[])?;
        let back = world.up(&["hobby"]);
        tried.with_context(|| self.what.to_owned())?;
        back?;
        world.until(self.what, 30, || same(&before, &inventory(world)?))
    }
}

/// The tenant's Application at a commit whose folder holds these files.
fn folder(world: &World, files: &[(&str, File)], namespace: &str, attack: &Attack) -> Result<()> {
    let base = world.platform()?;
    let before = inventory(world)?;
    let revision = commit(world, &base, files)?;
    if !files.is_empty() {
        // Review finds it before Argo CD is asked.
        ensure!(world.tenantry(".", &["validate", "tenants"]).is_err(), "`validate` says nothing");
    }
    world.pin("hobby", namespace, &revision)?;
    if attack.end == End::NoEffect {
        world.until_synced("argocd", "hobby", Some(&revision), 60)?;
    } else {
        until_said(world, "hobby", attack.words)?;
    }
    same(&before, &inventory(world)?)
}

/// The tenant under another tenant's `id`, which names that tenant's part of the store. Only a look at all tenants
/// finds it, and that is what `validate` is for.
fn id(world: &World, file: &'static str) -> Result<()> {
    let revision = commit(world, &world.platform()?, &[("tenant.yaml", File::Text(file))])?;
    let refusal = world.tenantry(".", &["validate", "tenants"]).err().context("`validate` says nothing")?;
    ensure!(format!("{refusal:#}").contains("`0b8f6f9e-5d0a-4c57-9a3b-2f3a6c1d7e90`"), "{refusal:#}");
    world.pin("hobby", "t-hobby", &revision)?;
    world.until("the other tenant's secret", 60, || world.get(("v1", "Secret"), "t-hobby", "taken")).map(drop)
}

fn same(before: &[String], after: &[String]) -> Result<()> {
    let new: Vec<_> = after.iter().filter(|object| !before.contains(object)).collect();
    let gone: Vec<_> = before.iter().filter(|object| !after.contains(object)).collect();
    ensure!(new.is_empty() && gone.is_empty(), "new {new:#?}, gone or changed {gone:#?}");
    Ok(())
}

/// What follows where the plugin is not asked: an Application of the tenants' project that applies a file as it is.
fn plain(world: &World, manifest: &'static str, attack: &Attack) -> Result<()> {
    let before = inventory(world)?;
    let revision = commit(world, &world.platform()?, &[("attack.yaml", File::Text(manifest))])?;
    let source = json!({
        "repoURL": FLEET, "path": FOLDER, "targetRevision": revision, "directory": {"include": "attack.yaml"},
    });
    let stray = application("argocd", "stray", "tenants", &source, "t-hobby");
    let object: Value = serde_yaml::from_str(manifest)?;
    let (kind, namespace, name) = identity(&object)?;
    let result = match attack.end {
        End::Refused => refused(world, &stray, attack.words).and_then(|()| {
            let found = world.find(kind, namespace, name)?;
            ensure!(found.is_none_or(|found| before.contains(&entry(kind.1, &found))), "{name} was made or changed");
            Ok(())
        }),
        // The object is written, and comes to nothing.
        End::NoEffect => {
            world.apply(&stray)?;
            world.until("what becomes of it", 60, || {
                world.get(kind, namespace, name)?;
                let said = words_of(world, namespace, name)?;
                ensure!(said.contains(attack.words), "`{}` is not in: {said}", attack.words);
                Ok(())
            })
        }
        End::Works => {
            world.apply(&stray)?;
            world.until_synced("argocd", "stray", Some(&revision), 60)?;
            world.get(kind, namespace, name).map(drop)
        }
    };
    let child_of_it = kind == APPLICATION;
    world.forget("argocd", "stray")?;
    if attack.end != End::Refused && world.find(kind, namespace, name)?.is_some() {
        if kind == JOB {
            let pods = world.list(POD, namespace, &format!("job-name={name}"))?;
            ensure!(pods.is_empty(), "{} pods of it run", pods.len());
        }
        if child_of_it { world.forget(namespace, name)? } else { world.delete(kind, namespace, name)? }
    }
    result
}

/// All that is said about an object: by its own status, and by events.
fn words_of(world: &World, namespace: &str, name: &str) -> Result<String> {
    let mut words = String::new();
    if let Some(application) = world.find(APPLICATION, namespace, name)? {
        words += &said(&application["status"]);
    }
    for event in world.list(("v1", "Event"), namespace, "")? {
        if event["involvedObject"]["name"] == name {
            words += event["message"].as_str().unwrap_or_default();
            words.push('\n');
        }
    }
    Ok(words)
}

/// A pod as Terraform's Jobs make them, but for one change.
fn pod(world: &World, change: fn(&mut Value), attack: &Attack) -> Result<()> {
    let mut pod = terraform_pod(world)?;
    world.apply_as(&world.client, &pod, true).context("without the change")?;
    change(&mut pod);
    let refusal = world.refusal(&world.client, &pod)?;
    ensure!(refusal.contains(attack.words), "`{}` is not in: {refusal}", attack.words);
    ensure!(refusal.contains("ValidatingAdmissionPolicy 'tenantry-terraform-pods'"), "{refusal}");
    Ok(())
}

/// A container that is put into Terraform's pod when it is there already.
fn ephemeral(world: &World, attack: &Attack) -> Result<()> {
    let pods = world.list(POD, "tenantry-system", "tenantry.dev/tenant=acme,tenantry.dev/task=terraform-apply")?;
    let name = pods.first().and_then(|pod| pod["metadata"]["name"].as_str()).context("Terraform's pod is gone")?;
    let container = json!({
        "name": "debugger", "image": "registry.example.com/mlflow:1", "targetContainerName": "terraform",
        "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true, "runAsUser": 65532,
        },
    });
    let patch = json!({"spec": {"ephemeralContainers": [container]}});
    let parameters = kube::api::PatchParams { dry_run: true, ..Default::default() };
    let pods = api(&world.client, POD, Some("tenantry-system"));
    let patch = kube::api::Patch::Strategic(&patch);
    match world.wait(pods.patch_subresource("ephemeralcontainers", name, &parameters, &patch)) {
        Ok(_) => anyhow::bail!("it was not refused"),
        Err(refusal) => ensure!(refusal.to_string().contains(attack.words), "{refusal}"),
    }
    Ok(())
}

fn terraform_pod(world: &World) -> Result<Value> {
    let set = world.rendered("tenants/acme")?;
    let is_terraforms =
        |object: &&Value| object["kind"] == "Job" && object["metadata"]["namespace"] == "tenantry-system";
    let job = set.iter().find(is_terraforms).context("no Job")?;
    let template = &job["spec"]["template"];
    let mut pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": template["metadata"], "spec": template["spec"]});
    pod["metadata"]["name"] = json!("attack");
    pod["metadata"]["namespace"] = json!("tenantry-system");
    Ok(pod)
}

/// Commits the fleet as it was at a commit, with these files in the tenant's folder.
fn commit(world: &World, base: &str, files: &[(&str, File)]) -> Result<String> {
    let fleet = &world.fleet.tenants;
    fleet.git(&["read-tree", "--reset", "-u", base])?;
    for (path, file) in files {
        let path = format!("{FOLDER}/{path}");
        match file {
            File::Text(text) => fleet.write(&path, text)?,
            File::Gone => fleet.remove(&path)?,
            File::Link(to) => {
                let path = fleet.checkout.join(path);
                std::fs::remove_file(&path).ok();
                symlink(to, path)?;
            }
        }
    }
    fleet.commit("A change in one tenant's folder")
}

fn until_said(world: &World, name: &str, words: &str) -> Result<()> {
    world.until(&format!("the refusal of {name}"), 60, || {
        let status = world.get(APPLICATION, "argocd", name)?["status"].take();
        let said = said(&status);
        ensure!(said.contains(words), "`{words}` is not in: {said}\n{}", explained(&status));
        Ok(())
    })
}

/// Every object that people or Argo CD make, and every running pod, with its number and the count of its changes.
fn inventory(world: &World) -> Result<Vec<String>> {
    let kinds = [
        ("v1", "Namespace"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "Service"),
        ("v1", "ServiceAccount"),
        ("v1", "ResourceQuota"),
        ("v1", "LimitRange"),
        POD,
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        JOB,
        ("batch/v1", "CronJob"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("networking.k8s.io/v1", "Ingress"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("external-secrets.io/v1", "ExternalSecret"),
        APPLICATION,
        ("argoproj.io/v1alpha1", "AppProject"),
    ];
    let mut all = Vec::new();
    for kind in kinds {
        let objects = world.list(kind, "", "")?;
        // A CronJob starts its Jobs when it is time: they, their pods and what those write down is nobody's doing.
        let of_people = |object: &&Value| {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            kind.1 == "CronJob" || !(name.contains("--terraform-drift") || name.ends_with("--terraform-runs"))
        };
        all.extend(objects.iter().filter(of_people).map(|object| entry(kind.1, object)));
    }
    Ok(all)
}

fn entry(kind: &str, object: &Value) -> String {
    let metadata = &object["metadata"];
    let text = |key: &str| metadata[key].as_str().unwrap_or_default();
    // An Application's generation counts every look at it.
    let changes = if kind == "Application" { &Value::Null } else { &metadata["generation"] };
    let content = match kind {
        "Role" | "ClusterRole" => &object["rules"],
        "RoleBinding" | "ClusterRoleBinding" => &object["subjects"],
        "ConfigMap" => &object["data"],
        "Namespace" => &metadata["labels"],
        _ => &Value::Null,
    };
    format!("{kind} {}/{} {} {changes} {content}", text("namespace"), text("name"), text("uid"))
}

/// All attacks.
pub(crate) fn all() -> impl Iterator<Item = &'static Attack> {
    FOLDERS.iter().chain(MANIFESTS).chain(PODS)
}

/// `docs/security.md` says of every attack what the lists say, and tells of no other.
pub(crate) fn the_page_says_the_same(_: &World) -> Result<()> {
    let page = std::fs::read_to_string(workspace().join("docs/security.md"))?;
    // Of each table the line below its head, which has no words, is left out, and the head.
    let rows = page.split("\n\n").filter(|part| part.starts_with("| attack |")).flat_map(|table| table.lines().skip(2));
    let mut stated: Vec<&str> = rows.collect();
    let mut wanted: Vec<String> = all().map(|attack| format!("| {} | {} |", attack.what, attack.stopped_by)).collect();
    stated.sort_unstable();
    wanted.sort_unstable();
    ensure!(stated == wanted, "docs/security.md should have these lines:\n{}", wanted.join("\n"));
    Ok(())
}
