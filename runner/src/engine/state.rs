//! States: read from the backend, pushed to it, and what is said of them without reading what is in them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Engine;
use super::process::NO_STATE;
use crate::failure::Failure;
use crate::stop::Stop;

/// Which state it is.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Version {
    /// The same for all states that followed from one.
    pub lineage: String,
    /// Counts up.
    pub serial: u64,
}

/// A state, whole. It may hold secrets: it has no `Debug`, and is never printed.
pub struct State {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which it is.
    pub version: Version,
}

impl State {
    /// Reads a state.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Failure> {
        let version = serde_json::from_slice(&bytes).map_err(|error| Failure::BadRescue(error.to_string()))?;
        Ok(Self { bytes, version })
    }

    /// The same with another serial. Nothing else of it is touched: numbers may be larger than any type here.
    ///
    /// # Errors
    /// It is no state.
    pub fn with_serial(&self, serial: u64) -> Result<Self, Failure> {
        let bad = |error: serde_json::Error| Failure::BadRescue(error.to_string());
        let mut parts: BTreeMap<&str, &RawValue> = serde_json::from_slice(&self.bytes).map_err(bad)?;
        let serial = RawValue::from_string(serial.to_string()).map_err(bad)?;
        parts.insert("serial", &serial);
        Self::parse(serde_json::to_vec(&parts).map_err(bad)?)
    }

    /// The addresses of all that it holds.
    pub fn addresses(&self) -> Vec<String> {
        self.instances().into_iter().map(|instance| instance.address).collect()
    }

    /// What it holds.
    pub fn instances(&self) -> Vec<Instance> {
        let state: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let mut all = Vec::new();
        for resource in
            state["resources"].as_array().into_iter().flatten().filter(|resource| resource["mode"] == "managed")
        {
            let text = |key: &str| resource[key].as_str().unwrap_or_default();
            let module = resource["module"].as_str().map(|module| format!("{module}.")).unwrap_or_default();
            let base = format!("{module}{}.{}", text("type"), text("name"));
            for instance in resource["instances"].as_array().into_iter().flatten() {
                // What was replaced and is still to be deleted has its successor's address.
                if instance["deposed"].is_string() {
                    continue;
                }
                let address = match &instance["index_key"] {
                    Value::Null => base.clone(),
                    key => format!("{base}[{key}]"),
                };
                all.push(Instance {
                    address,
                    kind: text("type").to_owned(),
                    attributes: instance["attributes"].clone(),
                });
            }
        }
        all
    }
}

/// A resource's instance, as a state holds it.
#[derive(Clone)]
pub struct Instance {
    /// Its address.
    pub address: String,
    /// Its type, as `aws_iam_role`.
    pub kind: String,
    /// Its attributes. They may be secret.
    pub attributes: Value,
}

impl Engine {
    /// The backend's state; none where there was never one.
    ///
    /// # Errors
    /// The backend does not answer.
    pub async fn pull(&self, stop: &Stop) -> Result<Option<State>, Failure> {
        let bytes = self.output(&["state", "pull"], stop).await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        // Where there was never one, some backends give an empty one that nobody has written.
        let state = State::parse(bytes)?;
        Ok((state.version.serial > 0 || !state.addresses().is_empty()).then_some(state))
    }

    /// Pushes a state; `locked` where this run has the lock already. Terraform refuses one that does not follow the backend's.
    ///
    /// # Errors
    /// The backend does not take it.
    pub async fn push(&self, state: &State, locked: bool, stop: &Stop) -> Result<(), Failure> {
        let lock = if locked { "-lock=false" } else { "-lock-timeout=0s" };
        self.fed(&["state", "push", lock, "-"], &state.bytes, stop).await.map(drop)
    }

    /// Deletes a lock by its id; one that was taken meanwhile by somebody else has another.
    ///
    /// # Errors
    /// There is no such lock, or the backend does not answer.
    pub async fn unlock(&self, id: &str, stop: &Stop) -> Result<(), Failure> {
        self.output(&["force-unlock", "-force", id], stop).await.map(drop)
    }

    /// The lock that somebody holds; none where it is free. Takes it for an instant to see.
    ///
    /// # Errors
    /// The backend does not answer.
    pub async fn locked(&self, stop: &Stop) -> Result<Option<super::lock::Lock>, Failure> {
        // Takes the lock before it looks whether it has anything to do, and has nothing.
        match self.output(&["state", "rm", "-dry-run", "-lock-timeout=0s", "terraform_data.tenantry_none"], stop).await
        {
            Ok(_) => Ok(None),
            Err(Failure::Locked { lock, .. }) => Ok(Some(*lock)),
            // Said when it has the lock.
            Err(Failure::Engine { summary, .. }) if summary.contains(NO_STATE) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_serial_is_another() {
        let text =
            r#"{"version":4,"serial":7,"lineage":"l","outputs":{"n":{"value":123456789012345678901234567890.10}}}"#;
        let state = State::parse(text.as_bytes().to_vec()).unwrap().with_serial(5).unwrap();
        assert_eq!(state.version, Version { lineage: "l".to_owned(), serial: 5 });
        let expected =
            r#"{"lineage":"l","outputs":{"n":{"value":123456789012345678901234567890.10}},"serial":5,"version":4}"#;
        assert_eq!(String::from_utf8(state.bytes).unwrap(), expected);
    }

    #[test]
    fn addresses_are_as_terraform_writes_them() {
        let instance = |key: Value, name: &str| json!({"index_key": key, "attributes": {"name": name}});
        let state = json!({"lineage": "l", "serial": 3, "resources": [
            {"mode": "managed", "type": "cloud_thing", "name": "a", "instances": [{"attributes": {"name": "one"}}]},
            {"mode": "managed", "type": "cloud_thing", "name": "b", "instances": [instance(json!(0), "two")]},
            {"mode": "managed", "module": "module.m[\"x\"]", "type": "cloud_thing", "name": "c", "instances": [
                instance(json!("k"), "three"), {"index_key": "k", "deposed": "00", "attributes": {"name": "old"}},
            ]},
            {"mode": "data", "type": "cloud_thing", "name": "d", "instances": [{"attributes": {}}]},
        ]});
        let state = State::parse(state.to_string().into_bytes()).unwrap();
        let expected = ["cloud_thing.a", "cloud_thing.b[0]", "module.m[\"x\"].cloud_thing.c[\"k\"]"];
        assert_eq!(state.addresses(), expected);
        let names: Vec<Value> = state.instances().iter().map(|instance| instance.attributes["name"].clone()).collect();
        assert_eq!(names, ["one", "two", "three"]);
    }
}
