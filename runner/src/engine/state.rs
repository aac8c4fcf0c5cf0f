//! States: read from the backend, pushed to it, and what is said of them without reading what is in them.

use serde::Deserialize;
use serde_json::Value;

use super::{Engine, LOCK_TIMEOUT};
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

    /// The attributes of a resource's instance, by its address without a module's path.
    pub fn attributes(&self, address: &str) -> Option<Value> {
        let state: Value = serde_json::from_slice(&self.bytes).ok()?;
        let resources = state["resources"].as_array()?;
        resources.iter().find_map(|resource| {
            let base = format!("{}.{}", resource["type"].as_str()?, resource["name"].as_str()?);
            let base = match resource["module"].as_str() {
                Some(module) => format!("{module}.{base}"),
                None => base,
            };
            let instances = resource["instances"].as_array()?;
            let instance = instances.iter().find(|instance| match &instance["index_key"] {
                Value::Null => base == address,
                index => format!("{base}[{index}]") == address,
            })?;
            Some(instance["attributes"].clone())
        })
    }
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
        State::parse(bytes).map(Some)
    }

    /// Pushes a state. Terraform refuses one that does not follow the backend's.
    ///
    /// # Errors
    /// The backend does not take it.
    pub async fn push(&self, state: &State, stop: &Stop) -> Result<(), Failure> {
        self.fed(&["state", "push", LOCK_TIMEOUT, "-"], &state.bytes, stop).await.map(drop)
    }

    /// The addresses of what the state holds.
    ///
    /// # Errors
    /// The backend does not answer.
    pub async fn resources(&self, stop: &Stop) -> Result<Vec<String>, Failure> {
        // Without any state `state list` fails.
        if self.pull(stop).await?.is_none() {
            return Ok(Vec::new());
        }
        let listed = self.output(&["state", "list"], stop).await?;
        Ok(String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect())
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
            Err(failure) => Err(failure),
        }
    }
}
