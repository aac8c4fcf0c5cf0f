//! What stands in AWS: `parts/aws-rights/standing.py` asks for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::cache::workspace;
use crate::component::AWS_PORT;
use crate::node::ADDRESS;
use crate::process::run;

/// All that decides who may do what.
#[derive(Clone, Debug, Deserialize)]
pub struct Standing {
    /// Roles.
    pub roles: Vec<Role>,
    /// The account's own managed policies: documents by ARN.
    pub policies: BTreeMap<String, Value>,
    /// Buckets, with the policy of each that has one.
    pub buckets: BTreeMap<String, Option<Value>>,
    /// Secrets.
    pub secrets: Vec<Secret>,
    /// The identifiers of databases.
    pub databases: Vec<String>,
}

/// A role.
#[derive(Clone, Debug, Deserialize)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// AWS's own id for it, by which other accounts' trusts know it.
    pub id: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whom it trusts.
    pub trust: Value,
    /// Policies that are its own: documents by name.
    pub inline: BTreeMap<String, Value>,
    /// Policies that are attached: documents by ARN.
    pub attached: BTreeMap<String, Value>,
    /// Its boundary.
    pub boundary: Option<Boundary>,
}

/// A role's boundary.
#[derive(Clone, Debug, Deserialize)]
pub struct Boundary {
    /// The policy's ARN.
    pub arn: String,
    /// Its document.
    pub document: Value,
}

/// A secret, without its value.
#[derive(Clone, Debug, Deserialize)]
pub struct Secret {
    /// Its ARN.
    pub arn: String,
    /// Its name, without what AWS adds to it in the ARN.
    pub name: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Standing {
    /// Asks moto, in a cluster's network. `packages` is the folder of its packages, which has AWS's client for Python in it.
    ///
    /// # Errors
    /// It does not answer as AWS does.
    pub fn read(packages: &Path) -> Result<Self> {
        let script = workspace().join("e2e/parts/aws-rights/standing.py");
        let endpoint = format!("http://{ADDRESS}:{AWS_PORT}");
        let said = run(Command::new("python3").arg(script).arg(endpoint).env("PYTHONPATH", packages))?;
        serde_json::from_str(&said).context("what stands in AWS")
    }

    /// The role of this ARN.
    pub fn role(&self, arn: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.arn == arn)
    }

    /// The secret of this name.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.iter().find(|secret| secret.name == name)
    }
}
