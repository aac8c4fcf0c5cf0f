//! Objects of any kind, as JSON.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::fleet::{fill_the_store, namespace};
use crate::runs::Site;
use crate::world::World;

/// A kind of objects: its `apiVersion` and its name.
pub(crate) type Kind = (&'static str, &'static str);

pub(crate) const APPLICATION: Kind = ("argoproj.io/v1alpha1", "Application");
pub(crate) const CONFIG_MAP: Kind = ("v1", "ConfigMap");
pub(crate) const JOB: Kind = ("batch/v1", "Job");
pub(crate) const POD: Kind = ("v1", "Pod");

pub(crate) fn api(client: &Client, (version, kind): (&str, &str), namespace: Option<&str>) -> Api<DynamicObject> {
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    match namespace {
        Some(namespace) if !namespace.is_empty() => Api::namespaced_with(client.clone(), namespace, &resource),
        _ => Api::all_with(client.clone(), &resource),
    }
}

/// The hash that a shipped tenant's file gives: no cluster's plan has it, for each has a key of its own.
const SHIPPED_PLAN: &str = "5f0c1d2e3b4a59687786a5b4c3d2e1f0";

impl World {
    /// An object, if it is there.
    pub(crate) fn find(&self, kind: (&str, &str), namespace: &str, name: &str) -> Result<Option<Value>> {
        let found = self.wait(api(&self.client, kind, Some(namespace)).get_opt(name))?;
        Ok(found.map(serde_json::to_value).transpose()?)
    }

    /// An object that has to be there.
    pub(crate) fn get(&self, kind: (&str, &str), namespace: &str, name: &str) -> Result<Value> {
        self.find(kind, namespace, name)?.with_context(|| format!("there is no {} {namespace}/{name}", kind.1))
    }

    /// The objects of a namespace (of all: an empty one) with these labels.
    pub(crate) fn list(&self, kind: (&str, &str), namespace: &str, labels: &str) -> Result<Vec<Value>> {
        let found = self.wait(api(&self.client, kind, Some(namespace)).list(&ListParams::default().labels(labels)))?;
        found.items.into_iter().map(|object| Ok(serde_json::to_value(object)?)).collect()
    }

    /// Asks the API server, as somebody, whether it would take an object in place of the one that is there: strictly, no
    /// field that it does not know and none twice, and nothing changes. By merge patch, which is JSON: what is applied on
    /// the server's side is read as YAML, and that refuses control characters.
    pub(crate) fn would_take(&self, object: &Value) -> Result<()> {
        let (kind, namespace, name) = identity(object)?;
        let parameters = PatchParams { dry_run: true, ..PatchParams::default() }.validation_strict();
        self.wait(api(&self.client, kind, Some(namespace)).patch(name, &parameters, &Patch::Merge(object)))?;
        Ok(())
    }

    /// Applies an object by server-side apply with strict validation, as somebody; `dry` changes nothing.
    pub(crate) fn apply_as(&self, client: &Client, object: &Value, dry: bool) -> Result<Value> {
        let (kind, namespace, name) = identity(object)?;
        let mut parameters = PatchParams::apply("e2e").force().validation_strict();
        parameters.dry_run = dry;
        let api = api(client, kind, Some(namespace));
        let applied = self.wait(api.patch(name, &parameters, &Patch::Apply(object)))?;
        Ok(serde_json::to_value(applied)?)
    }

    /// Applies an object as the administrator.
    pub(crate) fn apply(&self, object: &Value) -> Result<Value> {
        self.apply_as(&self.client, object, false)
    }

    /// Changes a part of an object.
    pub(crate) fn patch(&self, kind: (&str, &str), namespace: &str, name: &str, patch: &Value) -> Result<()> {
        let patched = api(&self.client, kind, Some(namespace));
        self.wait(patched.patch(name, &PatchParams::default(), &Patch::Merge(patch)))?;
        Ok(())
    }

    /// Changes a part of an object's status, as a controller does.
    pub(crate) fn patch_status(&self, kind: (&str, &str), namespace: &str, name: &str, patch: &Value) -> Result<()> {
        let patched = api(&self.client, kind, Some(namespace));
        self.wait(patched.patch_status(name, &PatchParams::default(), &Patch::Merge(patch)))?;
        Ok(())
    }

    /// Deletes an object.
    pub(crate) fn delete(&self, kind: (&str, &str), namespace: &str, name: &str) -> Result<()> {
        self.wait(api(&self.client, kind, Some(namespace)).delete(name, &DeleteParams::default()))?;
        Ok(())
    }

    /// What `generate` prints in a folder of the fleet, object by object.
    pub(crate) fn rendered(&self, folder: &str) -> Result<Vec<Value>> {
        let printed = self.tenantry(folder, &["generate"])?;
        printed.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// The platform's own set, which every other test needs: Synced by the shipped Application at the commit that the tests
    /// begin with. That commit. What a person has to approve in it is approved: `lighthouse` wants that for every plan.
    pub(crate) fn platform(&self) -> Result<String> {
        let mut known = self.revision.lock().map_err(|_| anyhow::anyhow!("a test panicked"))?;
        if let Some(revision) = &*known {
            return Ok(revision.clone());
        }
        let revision = self.fleet.tenants.commit("Fleet")?;
        let text = include_str!("../../../deploy/argocd/example/platform-application.yaml");
        let mut application: Value = serde_yaml::from_str(text)?;
        application["spec"]["source"]["targetRevision"] = json!(revision);
        self.apply(&application)?;
        self.until_synced("argocd", "platform", Some(&revision), 90)?;
        let hash = Site::of_the_fleet(self, "lighthouse")?.plan()?;
        let file = "tenants/lighthouse/tenant.yaml";
        self.fleet.tenants.replace(file, SHIPPED_PLAN, &hash)?;
        let revision = self.fleet.tenants.commit("A plan is approved")?;
        application["spec"]["source"]["targetRevision"] = json!(revision);
        self.apply(&application)?;
        self.until_synced("argocd", "platform", Some(&revision), 90)?;
        Ok(known.insert(revision).clone())
    }

    /// Creates the Application of a tenant as `deploy/argocd/example` shows it, or moves its pin.
    pub(crate) fn pin(&self, tenant: &str, namespace: &str, revision: &str) -> Result<()> {
        self.pin_at(tenant, namespace, &format!("tenants/{tenant}"), revision)
    }

    /// The same for a tenant in a cell's folder; the Application bears the cell's name.
    pub(crate) fn pin_at(&self, tenant: &str, namespace: &str, path: &str, revision: &str) -> Result<()> {
        let mut application = tenant_application(tenant, namespace, path, revision)?;
        if let Some((cell, _)) = path.strip_prefix("cells/").and_then(|rest| rest.split_once('/')) {
            application["metadata"]["labels"] = json!({"tenantry.dev/cell": cell});
        }
        self.apply(&application).map(drop)
    }

    /// Brings tenants of the fleet up, or back to the commit of the platform's own set. That commit.
    pub(crate) fn up(&self, tenants: &[&str]) -> Result<String> {
        let revision = self.platform()?;
        for tenant in tenants {
            let set = self.rendered(&format!("tenants/{tenant}"))?;
            fill_the_store(set.iter())?;
            self.pin(tenant, namespace(&set)?, &revision)?;
        }
        for tenant in tenants {
            self.until_synced("argocd", tenant, Some(&revision), 240)?;
        }
        Ok(revision)
    }

    /// By what words the API server refuses an object that somebody applies.
    pub(crate) fn refusal(&self, client: &Client, object: &Value) -> Result<String> {
        match self.apply_as(client, object, true) {
            Ok(_) => bail!("this was not refused: {object}"),
            Err(refused) => Ok(format!("{refused:#}")),
        }
    }

    /// Waits until an Application is Synced at a revision and Healthy; what it says of itself then.
    pub(crate) fn until_synced(
        &self,
        namespace: &str,
        name: &str,
        revision: Option<&str>,
        seconds: u64,
    ) -> Result<Value> {
        self.until(&format!("Application {name}"), seconds, || {
            let application = self.get(APPLICATION, namespace, name)?;
            let status = &application["status"];
            let is = (status["sync"]["status"].as_str(), status["health"]["status"].as_str());
            let at = status["sync"]["revision"].as_str();
            let done = status["operationState"]["phase"] == "Succeeded" && application["operation"].is_null();
            if is != (Some("Synced"), Some("Healthy")) || (revision.is_some() && at != revision) || !done {
                bail!("{is:?} at {at:?}: {}", explained(status));
            }
            Ok(application)
        })
    }
}

/// The Application of a tenant as `deploy/argocd/example` shows it.
pub(crate) fn tenant_application(tenant: &str, namespace: &str, path: &str, revision: &str) -> Result<Value> {
    let text = include_str!("../../../deploy/argocd/example/tenant-application.yaml");
    let mut application: Value = serde_yaml::from_str(text)?;
    application["metadata"]["name"] = json!(tenant);
    application["spec"]["source"]["path"] = json!(path);
    application["spec"]["source"]["targetRevision"] = json!(revision);
    application["spec"]["destination"]["namespace"] = json!(namespace);
    Ok(application)
}

/// What an Application says of why it is not well.
pub(crate) fn explained(status: &Value) -> String {
    let unwell = |resource: &&Value| {
        let health = resource["health"]["status"].as_str();
        resource["status"] != "Synced" || health.is_some_and(|health| health != "Healthy")
    };
    let resources: Vec<&Value> = status["resources"].as_array().into_iter().flatten().filter(unwell).collect();
    json!({
        "conditions": status["conditions"], "phase": status["operationState"]["phase"],
        "message": status["operationState"]["message"], "resources": resources,
    })
    .to_string()
}

/// Kind, namespace and name of an object.
pub(crate) fn identity(object: &Value) -> Result<((&str, &str), &str, &str)> {
    let version = object["apiVersion"].as_str().context("no apiVersion")?;
    let kind = object["kind"].as_str().context("no kind")?;
    let name = object["metadata"]["name"].as_str().context("no name")?;
    Ok(((version, kind), object["metadata"]["namespace"].as_str().unwrap_or_default(), name))
}

/// An object's own number and what is wanted of it, without what controllers note in it: it stays the same as long as nobody
/// changes the object or makes it anew.
pub(crate) fn wanted(live: &Value) -> Value {
    let mut wanted = live.clone();
    if let Some(fields) = wanted.as_object_mut() {
        fields.remove("status");
        // Argo CD's own note of a sync that it begins.
        fields.remove("operation");
        let metadata = fields.remove("metadata").unwrap_or_default();
        fields.insert("metadata".to_owned(), json!({"uid": metadata["uid"], "labels": metadata["labels"]}));
    }
    wanted
}

/// Whether these are the same objects, by name: none more, none fewer, none that differs.
pub(crate) fn same<T: PartialEq>(before: &BTreeMap<String, T>, after: &BTreeMap<String, T>) -> Result<()> {
    let only = |one: &BTreeMap<String, T>, other: &BTreeMap<String, T>| -> Vec<String> {
        one.iter().filter(|(name, value)| other.get(*name) != Some(value)).map(|(name, _)| name.clone()).collect()
    };
    let (gone, new) = (only(before, after), only(after, before));
    ensure!(gone.is_empty() && new.is_empty(), "gone: {gone:?}; new: {new:?}");
    Ok(())
}

/// Checks that everything of `rendered` is in `live` as it was rendered. What the API server added beside it is no matter.
pub(crate) fn holds(live: &Value, rendered: &Value, path: &str) -> Result<()> {
    match (live, rendered) {
        (Value::Object(live), Value::Object(rendered)) => {
            for (key, value) in rendered {
                let found = live.get(key).unwrap_or(&Value::Null);
                // An empty map or list, and what is false, is left out when it is written.
                let nothing = [json!({}), json!([]), json!(false)].contains(value);
                if !(found.is_null() && nothing) {
                    holds(found, value, &format!("{path}.{key}"))?;
                }
            }
        }
        (Value::Array(live), Value::Array(rendered)) => {
            ensure!(live.len() == rendered.len(), "{path}: {} items are {}", rendered.len(), live.len());
            for (index, (live, rendered)) in live.iter().zip(rendered).enumerate() {
                holds(live, rendered, &format!("{path}[{index}]"))?;
            }
        }
        _ => ensure!(live == rendered, "{path}: {rendered} is {live}"),
    }
    Ok(())
}
