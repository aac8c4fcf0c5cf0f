//! A cell of a test's own: a folder beside the fleet with a platform file that is the shipped one adapted, so that what a
//! test breaks is nobody else's.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::objects::{APPLICATION, tenant_application};
use crate::world::World;

/// A cell, by its folder in the team's repository.
pub(crate) struct Cell {
    folder: String,
}

impl Cell {
    /// Writes the cell's platform file and its modules. The cluster's owner stays the fleet: two owners would undo each
    /// other's work.
    pub(crate) fn create(world: &World, name: &str, adapt: impl FnOnce(&mut Value)) -> Result<Self> {
        world.platform()?;
        let cell = Self { folder: format!("cells/{name}") };
        let tenants = &world.fleet.tenants;
        let mut platform: Value = serde_yaml::from_str(&tenants.read("platform.yaml")?)?;
        platform["spec"]["cluster"].as_object_mut().context("no cluster")?.remove("owner");
        adapt(&mut platform);
        cell.write(world, "platform.yaml", platform.to_string())?;
        tenants.copy(&tenants.checkout.join("modules"), &format!("{}/modules", cell.folder))?;
        Ok(cell)
    }

    /// Where a file of the cell lies in the repository.
    pub(crate) fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }

    /// Writes a file of the cell.
    pub(crate) fn write(&self, world: &World, file: &str, text: impl AsRef<[u8]>) -> Result<()> {
        world.fleet.tenants.write(&self.path(file), text)
    }

    /// Writes a tenant's file.
    pub(crate) fn tenant(&self, world: &World, name: &str, metadata: &Value, spec: &Value) -> Result<()> {
        let mut file = json!({
            "apiVersion": "tenantry.dev/v1alpha1", "kind": "Tenant", "metadata": metadata, "spec": spec,
        });
        file["metadata"]["name"] = json!(name);
        self.write(world, &format!("tenants/{name}/tenant.yaml"), ascii(&file))
    }

    /// The Application of a tenant as `deploy/argocd/example` shows it.
    pub(crate) fn application(&self, tenant: &str, revision: &str) -> Result<Value> {
        tenant_application(tenant, &format!("t-{tenant}"), &self.path(&format!("tenants/{tenant}")), revision)
    }

    /// Creates the Application of a tenant, or moves its pin.
    pub(crate) fn pin(&self, world: &World, tenant: &str, revision: &str) -> Result<()> {
        world.apply(&self.application(tenant, revision)?).map(drop)
    }

    /// Takes the cell out of the repository, and its tenants' Applications with all that they made out of the cluster.
    pub(crate) fn remove(self, world: &World, tenants: &[&str]) -> Result<()> {
        for tenant in tenants {
            world.delete(APPLICATION, "argocd", tenant)?;
        }
        world.fleet.tenants.remove(&self.folder)?;
        world.fleet.tenants.commit("Without a cell").map(drop)
    }
}

/// Makes the tier `free` one whose tenants are quickly there: a small chart, and nothing that anybody else has to do.
pub(crate) fn quiet(platform: &mut Value) {
    let spec = &mut platform["spec"];
    let commit = spec["charts"]["mlflow"]["profiles"][0]["commits"][0].clone();
    spec["tiers"]["free"]["secrets"] = json!({});
    spec["tiers"]["free"]["releases"] = json!({"mlflow": {"commit": commit}});
}

/// JSON in ASCII, which is YAML: what YAML does not take as it is gets escaped.
pub(crate) fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() && c != '\u{7f}' {
            text.push(c);
        } else {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
        }
    }
    text
}
