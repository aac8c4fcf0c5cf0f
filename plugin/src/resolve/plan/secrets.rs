//! Secrets, by reference and shape.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::spec::Charset;
use crate::spec::value::Cidr;

/// A secret, as charts refer to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretPlan {
    /// The Secret's name.
    pub name: String,
    /// Its generation.
    pub generation: i64,
    /// When it is there.
    pub wave: u8,
}

/// A secret from the store.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalSecretPlan {
    /// The name of Secret and ExternalSecret.
    pub name: String,
    /// The key in the store.
    pub key: String,
    /// The properties to take.
    pub properties: Vec<String>,
    /// Whether the Secret is made once and stays as it is.
    pub immutable: bool,
    /// When it is made.
    pub wave: u8,
    /// The store.
    pub store: StorePlan,
    /// How often it is read again.
    pub refresh_interval: String,
}

/// A store.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorePlan {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A generated secret.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedSecretPlan {
    /// The name of Secret and ExternalSecret.
    pub name: String,
    /// Its keys.
    pub keys: Vec<GeneratedKeyPlan>,
    /// When it is made.
    pub wave: u8,
}

/// A key of a generated secret.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedKeyPlan {
    /// The key.
    pub key: String,
    /// The generator's name.
    pub generator: String,
    /// `Password` or `UUID`.
    pub kind: &'static str,
    /// What the generator calls its one value.
    pub output: &'static str,
}

/// A generator of the operator.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GeneratorPlan {
    /// Its name.
    pub generator: String,
    /// `Password` or `UUID`.
    pub kind: &'static str,
    /// How many characters; null for a UUID.
    pub length: Option<i64>,
    /// How many of them are digits; null for a UUID.
    pub digits: Option<i64>,
    /// How many of them are symbols; null for a UUID.
    pub symbols: Option<i64>,
    /// Of which kind the characters are; null for a UUID.
    pub charset: Option<Charset>,
    /// When it is made.
    pub wave: u8,
}

/// The Jobs that make generated secrets, and what they have in common.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretJobsPlan {
    /// The runner's image.
    pub image: String,
    /// When the first of them runs: what they need is there by then.
    pub wave: u8,
    /// The Secrets that they make.
    pub names: Vec<String>,
    /// The API server's addresses.
    pub api_server: Vec<Cidr>,
    /// What their containers ask for.
    pub resources: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
    /// The Jobs, one a wave.
    pub jobs: Vec<SecretJobPlan>,
}

/// A Job that makes generated secrets.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretJobPlan {
    /// Its name and that of what it is told, before their contents' hashes.
    pub name: &'static str,
    /// When it runs.
    pub wave: u8,
    /// What it is told.
    pub spec: SecretJobSpec,
}

/// `secrets.json`: what a Job is to make.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretJobSpec {
    /// The tenant's name.
    pub tenant: String,
    /// The Secrets.
    pub secrets: Vec<SecretSpecPlan>,
}

/// A Secret that a Job is to make.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretSpecPlan {
    /// Its name.
    pub name: String,
    /// Its keys by their shape.
    pub keys: BTreeMap<String, SecretShapePlan>,
}

/// The shape of a key.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretShapePlan {
    /// A random UUID.
    Uuid,
    /// So many random characters.
    #[serde(untagged)]
    Random {
        /// How many.
        length: i64,
        /// Of which kind.
        charset: Charset,
    },
}
