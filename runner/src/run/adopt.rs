//! Adopts what is in the cloud and not in the state, as after a run that was killed between making a thing and writing it down.
//! Only where the module says how, and only what carries this tenant's tags.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::session::Session;
use crate::engine::state::{Instance, State};
use crate::engine::{Engine, LOCK_TIMEOUT, backend};
use crate::failure::Failure;
use crate::inputs::Import;
use crate::say;

impl Session<'_> {
    /// Adopts the resources at these addresses. `failure` is what made it necessary, and is what is left where nothing can be
    /// adopted.
    pub(super) async fn adopt(
        &self,
        engine: &Engine,
        variables: &[&str],
        addresses: &[String],
        failure: Failure,
    ) -> Result<(), Failure> {
        let imports = &self.inputs.run.module.imports;
        let found =
            addresses.iter().filter_map(|address| find(imports, address).map(|(import, id)| (address, import, id)));
        let wanted: Vec<(&String, &Import, String)> = found.collect();
        if wanted.is_empty() {
            return Err(failure);
        }
        let scratch = self.scratch(engine).await?;
        let mut adopted = Ok(());
        for (address, import, id) in wanted {
            adopted = self.adopt_one(engine, &scratch, variables, (address, import, &id)).await;
            if adopted.is_err() {
                break;
            }
        }
        // What was looked at may be secret.
        fs::remove_dir_all(&scratch.folder).ok();
        adopted
    }

    async fn adopt_one(
        &self,
        engine: &Engine,
        scratch: &Engine,
        variables: &[&str],
        (address, import, id): (&String, &Import, &str),
    ) -> Result<(), Failure> {
        say::line(format!("{address}: exists in the cloud and not in the state; looking whether it is this tenant's"));
        let arguments = [&["import", "-input=false", "-no-color"], variables].concat();
        let what = [address.as_str(), id];
        scratch.output(&[arguments.as_slice(), &what].concat(), &self.stop).await?;
        let path = scratch.folder.join(SCRATCH_STATE);
        let bytes = fs::read(&path).map_err(|source| Failure::Unreadable { path, source })?;
        let seen = State::parse(bytes)?.instances().into_iter().find(|instance| instance.address == *address);
        let attributes = seen.as_ref().map(|seen| seen.attributes.clone()).unwrap_or_default();
        owned(address, &attributes, import)?;
        // Under two addresses one of them would take it away from the other.
        let held = engine.pull(&self.stop).await?.map(|state| state.instances()).unwrap_or_default();
        let same = |held: &&Instance| {
            held.address != *address
                && attributes["id"].is_string()
                && held.attributes["id"] == attributes["id"]
                && seen.as_ref().is_some_and(|seen| seen.kind == held.kind)
        };
        if let Some(other) = held.iter().find(same) {
            return Err(Failure::HeldElsewhere { address: address.clone(), other: other.address.clone() });
        }
        match engine.output(&[arguments.as_slice(), &[LOCK_TIMEOUT], &what].concat(), &self.stop).await {
            Ok(_) => say::line(format!("{address}: adopted")),
            // What waits for the lock comes by here again.
            Err(Failure::Locked { lock, .. }) => drop(self.settle(engine, *lock).await?),
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    /// A copy of the work folder with an empty state of its own: what is looked at there is in nobody's state.
    async fn scratch(&self, engine: &Engine) -> Result<Engine, Failure> {
        let folder = engine.folder.with_file_name("adopt");
        let unwritable = |source| Failure::Unwritable { path: folder.clone(), source };
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(unwritable)?;
        }
        copy(&engine.folder, &folder).map_err(unwritable)?;
        let local = json!({"terraform": {"backend": {"local": {"path": SCRATCH_STATE}}}});
        fs::write(folder.join(backend::FILE), local.to_string()).map_err(unwritable)?;
        let mut scratch = Engine { folder: folder.clone(), ..engine.clone() };
        scratch.environment.push(("TF_DATA_DIR", folder.join(".terraform").into()));
        scratch.init(&self.stop).await?;
        Ok(scratch)
    }
}

/// The scratch folder's own state.
const SCRATCH_STATE: &str = "looked-at.tfstate";

/// How a resource is adopted, and its id: by its whole address, or by the address without the instance's key. One without tags
/// could be anybody's.
fn find<'a>(imports: &'a std::collections::BTreeMap<String, Import>, address: &str) -> Option<(&'a Import, String)> {
    let tagged = |import: &&'a Import| !import.tags.is_empty();
    if let Some(import) = imports.get(address) {
        return Some(import).filter(tagged).map(|import| (import, import.id.clone()));
    }
    let key_of = |base: &str| address.strip_prefix(base)?.strip_prefix('[')?.strip_suffix(']').map(str::to_owned);
    let (import, key) = imports.iter().find_map(|(base, import)| Some((import, key_of(base)?)))?;
    // A key of `for_each` is written as Terraform writes texts, which is as JSON but for template marks.
    let key = serde_json::from_str::<String>(&key).unwrap_or(key).replace("$${", "${").replace("%%{", "%{");
    Some(import).filter(tagged).map(|import| (import, import.id.replace("{key}", &key)))
}

/// Whether the tags of what was found are this tenant's.
fn owned(address: &str, attributes: &Value, import: &Import) -> Result<(), Failure> {
    for (tag, wanted) in &import.tags {
        let sources = ["tags", "tags_all", "labels"];
        let found = sources.iter().find_map(|source| attributes[*source][tag].as_str());
        if found != Some(wanted) {
            return Err(Failure::NotOurs {
                address: address.to_owned(),
                tag: tag.clone(),
                found: found.map_or("missing".to_owned(), |found| format!("`{found}`")),
                wanted: wanted.clone(),
            });
        }
    }
    Ok(())
}

/// Copies a folder, without what Terraform keeps in it for itself.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if !entry.file_name().to_string_lossy().contains(".tfstate") {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_by_its_address() {
        let imports = serde_json::from_value(json!({
            "a.role": {"id": "zenml-1", "tags": {"t": "1"}}, "a.policy": {"id": "1/{key}", "tags": {"t": "1"}},
            "a.policy[\"own\"]": {"id": "own", "tags": {"t": "1"}}, "a.untagged": {"id": "1", "tags": {}},
        }))
        .unwrap();
        let id = |address: &str| find(&imports, address).map(|(_, id)| id);
        assert_eq!(id("a.role").as_deref(), Some("zenml-1"));
        assert_eq!(id("a.role[0]").as_deref(), Some("zenml-1"));
        assert_eq!(id("a.policy[\"data\"]").as_deref(), Some("1/data"));
        assert_eq!(id("a.policy[2]").as_deref(), Some("1/2"));
        assert_eq!(id("a.policy[\"own\"]").as_deref(), Some("own"));
        assert_eq!(id("a.policy[\"$${a} %%{b}\"]").as_deref(), Some("1/${a} %{b}"));
        assert_eq!(id("a.untagged"), None);
        assert_eq!(id("a.other"), None);
    }

    #[test]
    fn what_is_not_ours_stays_somebody_elses() {
        let import: Import = serde_json::from_value(json!({"id": "1", "tags": {"tenant": "acme"}})).unwrap();
        let owned = |attributes: Value| owned("a.b", &attributes, &import).map_err(|failure| failure.to_string());
        assert!(owned(json!({"tags": {"tenant": "acme"}})).is_ok());
        assert!(owned(json!({"tags": null, "tags_all": {"tenant": "acme"}})).is_ok());
        let missing = "`a.b` exists in the cloud and is not this tenant's: tag `tenant` is missing, not `acme`";
        assert_eq!(owned(json!({})).unwrap_err(), missing);
        let other = "`a.b` exists in the cloud and is not this tenant's: tag `tenant` is `globex`, not `acme`";
        assert_eq!(owned(json!({"tags": {"tenant": "globex"}})).unwrap_err(), other);
    }
}
