//! What a run is told: the folder that `tenantry` renders as a ConfigMap.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The inputs' folder, read.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// `run.json`.
    pub run: Run,
    /// Its text.
    pub run_text: String,
    /// The file of variables.
    pub variables: PathBuf,
    /// Its text.
    pub variables_text: String,
}

/// `run.json`. Read strictly: a key that is unknown here was written by a plugin that wants more than this runner can do.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Run {
    /// The tenant's name.
    pub tenant: String,
    /// Its id, which is in the names of what it has in the cloud.
    pub id: String,
    /// Its namespace.
    pub namespace: String,
    /// Its role in the cloud.
    pub role: Option<String>,
    /// The cluster, which is part of a lock's holder.
    pub cluster: String,
    /// The module.
    pub module: Module,
    /// The program.
    pub engine: Engine,
    /// Where state is.
    pub backend: Backend,
    /// The role that reads and writes state.
    pub state_role: Option<String>,
    /// Which plans need an approved hash.
    pub approval: Approval,
    /// The hash of the approved list of changes.
    pub approved_plan: Option<String>,
    /// Whether a lock may be broken.
    pub unlock: Unlock,
    /// What is to be destroyed.
    pub destroy: Option<Destroy>,
    /// Raised to run again.
    pub generation: i64,
    /// How long the pod may run, in seconds from its start.
    pub deadline_seconds: u64,
}

/// A module of the image.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The hash of its files.
    pub digest: Option<String>,
    /// Addresses of resources that hold data.
    #[serde(default)]
    pub holds_data: Vec<String>,
    /// The variable that keeps them and takes everything else away.
    pub keep_data: Option<String>,
    /// The variable that lets them be deleted.
    pub delete_data: Option<String>,
    /// How to adopt what is in the cloud and not in the state, by address.
    #[serde(default)]
    pub imports: BTreeMap<String, Import>,
    /// Outputs that go into the tenant's namespace.
    #[serde(default)]
    pub outputs: Vec<String>,
}

/// How a resource is adopted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Its id; `{key}` in it stands for the instance's key.
    pub id: String,
    /// The tags by which it is this tenant's.
    pub tags: BTreeMap<String, String>,
}

/// The program.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// HashiCorp's.
    Terraform,
    /// The Linux Foundation's.
    OpenTofu,
}

impl Engine {
    /// Its program's name.
    pub fn program(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "tofu",
        }
    }
}

/// Where state is.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Backend {
    /// In a bucket.
    S3 {
        /// Its name.
        bucket: String,
        /// Its region.
        region: String,
        /// The state's key.
        key: String,
    },
    /// In a Secret of the control namespace.
    #[serde(rename_all = "camelCase")]
    Kubernetes {
        /// Its namespace.
        namespace: String,
        /// The end of its name.
        secret_suffix: String,
    },
}

/// Which plans need an approved hash.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Approval {
    /// None.
    None,
    /// Those that destroy, replace or forget something.
    Destructive,
    /// All that change something.
    All,
}

/// Whether a lock may be broken.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Unlock {
    /// Never.
    Never,
    /// When its holder is provably gone.
    IfHolderGone,
}

/// What is to be destroyed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destroy {
    /// The tenant's name, as a person wrote it once more.
    pub confirm: String,
    /// What becomes of data.
    pub data: Data,
}

/// What becomes of data.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Data {
    /// It stays, with all that holds it.
    Keep,
    /// It is deleted.
    Delete,
}

impl Inputs {
    /// Reads the folder.
    ///
    /// # Errors
    /// A file cannot be read, or `run.json` is none that this runner understands.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let read = |name: &str| {
            let path = folder.join(name);
            let text =
                fs::read_to_string(&path).map_err(|source| Failure::Unreadable { path: path.clone(), source })?;
            Ok((path, text))
        };
        let (path, run_text) = read("run.json")?;
        let run: Run = serde_json::from_str(&run_text)
            .map_err(|source| Failure::Misunderstood { path, reason: source.to_string() })?;
        let (variables, variables_text) = read("terraform.tfvars.json")?;
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&variables_text)
            .map_err(|source| Failure::Misunderstood { path: variables.clone(), reason: source.to_string() })?;
        Ok(Self { run, run_text, variables, variables_text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_and_where() {
        let folder = tempfile::tempdir().unwrap();
        let message =
            || Inputs::read(folder.path()).unwrap_err().to_string().replace(&folder.path().display().to_string(), "");
        assert_eq!(message(), "cannot read `/run.json`: No such file or directory (os error 2)");
        fs::write(folder.path().join("run.json"), "{\n \"tenant\": \"acme\",\n \"colour\": \"red\"}").unwrap();
        let known = "`tenant`, `id`, `namespace`, `role`, `cluster`, `module`, `engine`, `backend`, `stateRole`, `approval`, \
                     `approvedPlan`, `unlock`, `destroy`, `generation`, `deadlineSeconds`";
        let expected = format!(
            "cannot understand `/run.json`: unknown field `colour`, expected one of {known} at line 3 column 9"
        );
        assert_eq!(message(), expected);
    }
}
