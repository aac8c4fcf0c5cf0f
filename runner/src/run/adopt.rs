//! Adopts what is in the cloud and not in the state, as after a run that was killed between making a thing and writing it down.
//! Only where the module says how, and only what carries this tenant's tags.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::session::Session;
use crate::engine::Engine;
use crate::engine::backend;
use crate::engine::state::State;
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
        let mut wanted = Vec::new();
        for address in addresses {
            if let Some((import, id)) = find(&self.inputs.run.module.imports, address) {
                wanted.push((address, import, id));
            }
        }
        if wanted.is_empty() {
            return Err(failure);
        }
        let scratch = self.scratch(engine).await?;
        for (address, import, id) in wanted {
            say::line(format!(
                "{address}: exists in the cloud and not in the state; looking whether it is this tenant's"
            ));
            let mut arguments = vec!["import", "-input=false", "-no-color"];
            arguments.extend(variables);
            scratch.output(&[arguments.as_slice(), &[address.as_str(), id.as_str()]].concat(), &self.stop).await?;
            let seen = State::parse(read(&scratch.folder.join(SCRATCH_STATE))?)?;
            owned(address, &seen.attributes(address).unwrap_or_default(), import)?;
            arguments.push(crate::engine::LOCK_TIMEOUT);
            let imported =
                engine.output(&[arguments.as_slice(), &[address.as_str(), id.as_str()]].concat(), &self.stop).await;
            match imported {
                Ok(_) => say::line(format!("{address}: adopted")),
                // What waits for the lock comes by here again.
                Err(Failure::Locked { lock, .. }) => self.settle(engine, *lock).await?,
                Err(failure) => return Err(failure),
            }
        }
        fs::remove_dir_all(&scratch.folder).ok();
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

/// How a resource is adopted, and its id: by its whole address, or by the address without the instance's key.
fn find<'a>(imports: &'a std::collections::BTreeMap<String, Import>, address: &str) -> Option<(&'a Import, String)> {
    if let Some(import) = imports.get(address) {
        return Some((import, import.id.clone()));
    }
    let key_of = |base: &str| address.strip_prefix(base)?.strip_prefix('[')?.strip_suffix(']').map(str::to_owned);
    let (import, key) = imports.iter().find_map(|(base, import)| Some((import, key_of(base)?)))?;
    // A key of `for_each` is written as Terraform writes texts, which is as JSON but for template marks.
    let key = serde_json::from_str::<String>(&key).unwrap_or(key);
    Some((import, import.id.replace("{key}", &key)))
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

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|source| Failure::Unreadable { path: path.to_owned(), source })
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
            "a.policy[\"own\"]": {"id": "own", "tags": {"t": "1"}},
        }))
        .unwrap();
        let id = |address: &str| find(&imports, address).map(|(_, id)| id);
        assert_eq!(id("a.role").as_deref(), Some("zenml-1"));
        assert_eq!(id("a.role[0]").as_deref(), Some("zenml-1"));
        assert_eq!(id("a.policy[\"data\"]").as_deref(), Some("1/data"));
        assert_eq!(id("a.policy[2]").as_deref(), Some("1/2"));
        assert_eq!(id("a.policy[\"own\"]").as_deref(), Some("own"));
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
