//! What is in the repository and how: links in it, a file that goes, an object that is no longer rendered, and what is not
//! in it and therefore decides nothing.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::os::unix::fs::symlink;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::cell::{Cell, quiet};
use crate::contract::{PREFIX, by_plugin, by_us, refresh, refusal};
use crate::objects::{APPLICATION, identity, same, wanted};
use crate::world::World;

/// A link to a file is followed where it stays in what Argo CD hands over. Any other is told, and takes nothing away.
pub(crate) fn links(world: &World) -> Result<()> {
    let cell = Cell::create(world, "links", quiet)?;
    let beyond = Cell::create(world, "beyond", quiet)?;
    let tenants = &world.fleet.tenants;
    let spec = json!({"tier": "free", "state": "suspended"});
    for name in ["link-file", "link-folder"] {
        cell.tenant(world, name, &json!({}), &spec)?;
    }
    let moved = |from: &str, to: &str, link: &str| -> Result<()> {
        let [from, to] = [from, to].map(|path| tenants.checkout.join(cell.path(path)));
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::rename(&from, to)?;
        Ok(symlink(link, from)?)
    };
    // Of one folder a file is a link; the other one is a link itself.
    moved("tenants/link-file/tenant.yaml", "shared/file.yaml", "../../shared/file.yaml")?;
    cell.write(world, "tenants/link-file/README.md", "A customer.\n")?;
    moved("tenants/link-folder", "shared/link-folder", "../shared/link-folder")?;
    // In the repository, but not in the cell that is handed over.
    beyond.tenant(world, "neighbour", &json!({}), &spec)?;
    beyond.write(world, "tenants/beyond/README.md", "A customer.\n")?;
    let target = "../../../links/shared/file.yaml";
    symlink(target, tenants.checkout.join(beyond.path("tenants/beyond/tenant.yaml")))?;
    let good = tenants.commit("Links")?;
    for tenant in ["link-file", "link-folder"] {
        cell.pin(world, tenant, &good)?;
    }
    for tenant in ["beyond", "neighbour"] {
        beyond.pin(world, tenant, &good)?;
    }
    world.until_synced("argocd", "link-file", Some(&good), 90)?;
    let words = "link-folder: no `platform.yaml` in a folder above `link-folder`; put it into a folder above the tenants'; \
                 under Argo CD, name it in the annotation `argocd.argoproj.io/manifest-generate-paths`";
    is(&refusal(world, "link-folder")?, &by_us("link-folder", words))?;
    // For all tenants of the cell, since the whole cell is handed over.
    let words = "error generating manifests in cmp: rpc error: code = Unknown desc = generate manifest error receiving stream: \
                 error decompressing tgz file: error checking symlink \"../links/shared/file.yaml\" target: statat \
                 ../links/shared/file.yaml: path escapes from parent";
    for tenant in ["beyond", "neighbour"] {
        is(&refusal(world, tenant)?, &by_plugin(tenant, words))?;
    }

    // Not in the repository: Argo CD takes nothing of such a commit, for no Application.
    cell.write(world, "tenants/outside/README.md", "A customer.\n")?;
    symlink("../../../../../somewhere", tenants.checkout.join(cell.path("tenants/outside/tenant.yaml")))?;
    let bad = tenants.commit("A link out of the repository")?;
    tenants.remove(&cell.path("tenants/outside"))?;
    tenants.commit("Without that link")?;
    let words = "repository contains out-of-bounds symlinks. file: cells/links/tenants/outside/tenant.yaml";
    let before = objects(world, "link-file")?;
    for tenant in ["outside", "link-file"] {
        cell.pin(world, tenant, &bad)?;
        refresh(world, tenant, "hard")?;
        is(&refusal(world, tenant)?, &format!("{PREFIX}{words}"))?;
    }
    cell.pin(world, "link-file", &good)?;
    world.until_synced("argocd", "link-file", Some(&good), 90)?;
    is(&objects(world, "link-file")?, &before)?;
    beyond.remove(world, &["beyond", "neighbour"])?;
    cell.remove(world, &["link-file", "link-folder", "outside"])
}

fn is<T: PartialEq + Debug + ?Sized>(found: &T, wanted: &T) -> Result<()> {
    ensure!(found == wanted, "{found:?} is not {wanted:?}");
    Ok(())
}

/// What is no longer rendered goes; what is not rendered because something is wrong stays.
pub(crate) fn what_is_gone(world: &World) -> Result<()> {
    let cell = Cell::create(world, "gone", quiet)?;
    let spec = json!({
        "tier": "free", "state": "suspended", "network": {"egress": {"warehouse": {"to": "203.0.113.0/24", "ports": [5439]}}},
    });
    cell.tenant(world, "gone", &json!({}), &spec)?;
    let first = world.fleet.tenants.commit("A tenant")?;
    cell.pin(world, "gone", &first)?;
    world.until_synced("argocd", "gone", Some(&first), 90)?;
    let all = objects(world, "gone")?;
    let policy = ("networking.k8s.io/v1", "NetworkPolicy");
    let policies = |world: &World| -> Result<Vec<Value>> {
        let all = world.list(policy, "t-gone", "")?;
        Ok(all
            .into_iter()
            .filter(|policy| policy["metadata"]["name"].as_str().is_some_and(|name| name.contains("warehouse")))
            .collect())
    };
    ensure!(policies(world)?.len() == 1);

    // Nothing of it decides: what the cluster can do, and what Argo CD tells the plugin of that.
    world.apply(&kind())?;
    world.until("a kind", 30, || {
        let kind = world.get(("apiextensions.k8s.io/v1", "CustomResourceDefinition"), "", "lamps.example.com")?;
        let conditions = kind["status"]["conditions"].as_array().cloned().unwrap_or_default();
        ensure!(conditions.iter().any(|condition| condition["type"] == "Established" && condition["status"] == "True"));
        Ok(())
    })?;
    refresh(world, "gone", "hard")?;
    let application = world.until_synced("argocd", "gone", Some(&first), 60)?;
    ensure!(application["status"]["history"].as_array().map(Vec::len) == Some(1), "synced again");
    same(&all, &objects(world, "gone")?)?;

    let without = json!({"tier": "free", "state": "suspended"});
    cell.tenant(world, "gone", &json!({}), &without)?;
    let second = world.fleet.tenants.commit("Without a warehouse")?;
    cell.pin(world, "gone", &second)?;
    world.until_synced("argocd", "gone", Some(&second), 90)?;
    world.until("a policy that is pruned", 30, || {
        ensure!(policies(world)?.is_empty());
        Ok(())
    })?;
    let left = objects(world, "gone")?;
    ensure!(left.len() + 1 == all.len(), "{left:?}\n{all:?}");

    world.fleet.tenants.remove(&cell.path("tenants/gone/tenant.yaml"))?;
    cell.write(world, "tenants/gone/README.md", "Gone.\n")?;
    let third = world.fleet.tenants.commit("Without its file")?;
    cell.pin(world, "gone", &third)?;
    let words = "tenants/gone: `tenants/gone` holds neither `tenant.yaml` nor `platform.yaml`; render a tenant's folder, or the \
                 platform's";
    is(&refusal(world, "gone")?, &by_us("gone", words))?;
    world.fleet.tenants.remove(&cell.path("tenants/gone"))?;
    let fourth = world.fleet.tenants.commit("Without its folder")?;
    cell.pin(world, "gone", &fourth)?;
    world.until("the second refusal", 60, || {
        let words = format!("{PREFIX}{}: app path does not exist", cell.path("tenants/gone"));
        is(&refusal(world, "gone")?, &words)
    })?;
    refresh(world, "gone", "hard")?;
    same(&left, &objects(world, "gone")?).context("a file that is gone took something with it")?;

    cell.pin(world, "gone", &second)?;
    world.until_synced("argocd", "gone", Some(&second), 60)?;
    same(&left, &objects(world, "gone")?).context("coming back changed something")?;
    cell.remove(world, &["gone"])
}

/// The objects that an Application manages, each with its own number and what is wanted of it.
fn objects(world: &World, tenant: &str) -> Result<BTreeMap<String, Value>> {
    let rendered = world.get(APPLICATION, "argocd", tenant)?["status"]["resources"].take();
    let mut found = BTreeMap::new();
    for resource in rendered.as_array().into_iter().flatten() {
        let text = |key: &str| resource[key].as_str().unwrap_or_default().to_owned();
        let version = [text("group"), text("version")].join("/");
        let live = world.get((version.trim_start_matches('/'), &text("kind")), &text("namespace"), &text("name"))?;
        let (kind, namespace, name) = identity(&live)?;
        found.insert(format!("{} {namespace}/{name}", kind.1), wanted(&live));
    }
    Ok(found)
}

fn kind() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "lamps.example.com"},
        "spec": {
            "group": "example.com", "names": {"kind": "Lamp", "plural": "lamps"}, "scope": "Namespaced",
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    })
}
