//! A tenant of a test's own, from commit to commit, as a team does it.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use crate::objects::{APPLICATION, JOB, identity};
use crate::world::World;

/// A tenant of a test's own.
pub(crate) struct Tenant<'a> {
    world: &'a World,
    /// Its name.
    pub(crate) name: &'static str,
}

/// Whose object it is: the number that an object has from its creation to its end.
pub(crate) type Numbers = BTreeMap<String, String>;

impl<'a> Tenant<'a> {
    /// Writes its file, commits it and pins it there; waits until it is Synced and Healthy, and its releases too.
    pub(crate) fn create(world: &'a World, name: &'static str, spec: &str) -> Result<(Self, String)> {
        world.platform()?;
        let tenant = Self { world, name };
        let revision = tenant.write(spec)?;
        tenant.moved_to(&revision)?;
        Ok((tenant, revision))
    }

    pub(crate) fn path(&self) -> String {
        format!("tenants/{}/tenant.yaml", self.name)
    }

    pub(crate) fn namespace(&self) -> String {
        format!("t-{}", self.name)
    }

    /// Commits its file with this `spec`.
    pub(crate) fn write(&self, spec: &str) -> Result<String> {
        let head = format!("apiVersion: tenantry.dev/v1alpha1\nkind: Tenant\nmetadata: {{name: {}}}\n", self.name);
        let tenants = &self.world.fleet.tenants;
        tenants.write(&self.path(), format!("{head}spec: {spec}\n"))?;
        tenants.commit(&format!("{}: {spec}", self.name))
    }

    pub(crate) fn pin(&self, revision: &str) -> Result<()> {
        self.world.pin(self.name, &self.namespace(), revision)
    }

    /// Moves its pin, and waits until everything is there.
    pub(crate) fn moved_to(&self, revision: &str) -> Result<()> {
        self.pin(revision)?;
        self.world.until_synced("argocd", self.name, Some(revision), 300)?;
        for child in self.children()? {
            let (_, namespace, name) = identity(&child)?;
            self.world.until_synced(namespace, name, None, 300)?;
        }
        Ok(())
    }

    /// Changes its `spec`, and waits until everything is there.
    pub(crate) fn change(&self, spec: &str) -> Result<String> {
        let revision = self.write(spec)?;
        self.moved_to(&revision)?;
        Ok(revision)
    }

    /// Says that what Argo CD asks about before it takes it away may go.
    pub(crate) fn approve_deletion(&self) -> Result<()> {
        let now = e2e::process::run(Command::new("date").args(["--utc", "+%Y-%m-%dT%H:%M:%SZ"]))?;
        let approved = json!({"metadata": {"annotations": {"argocd.argoproj.io/deletion-approved": now.trim()}}});
        self.world.patch(APPLICATION, "argocd", self.name, &approved)
    }

    pub(crate) fn children(&self) -> Result<Vec<Value>> {
        self.world.list(APPLICATION, "tenantry-releases", &format!("tenantry.dev/tenant={}", self.name))
    }

    /// Its Terraform Jobs, by name.
    pub(crate) fn jobs(&self) -> Result<Numbers> {
        let jobs = self.world.list(JOB, "tenantry-system", &format!("tenantry.dev/tenant={}", self.name))?;
        let plain = jobs.iter().filter(|job| job["metadata"]["ownerReferences"].is_null());
        Ok(plain.map(|job| (text(&job["metadata"]["name"]), text(&job["metadata"]["uid"]))).collect())
    }

    /// What Argo CD holds of it, but for Jobs and inputs, by kind and name.
    pub(crate) fn others(&self) -> Result<Numbers> {
        let mut numbers = Numbers::new();
        for object in self.world.rendered(&format!("tenants/{}", self.name))? {
            let (kind, namespace, name) = identity(&object)?;
            if kind == JOB || name.contains("--terraform-inputs-") {
                continue;
            }
            let live = self.world.get(kind, namespace, name)?;
            numbers.insert(format!("{} {name}", kind.1), text(&live["metadata"]["uid"]));
        }
        Ok(numbers)
    }

    pub(crate) fn deployment(&self, name: &str) -> Result<Value> {
        self.world.get(("apps/v1", "Deployment"), &self.namespace(), name)
    }

    pub(crate) fn replicas(&self, name: &str) -> Result<u64> {
        Ok(self.deployment(name)?["status"]["readyReplicas"].as_u64().unwrap_or_default())
    }
}

/// A text, or an empty one.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
