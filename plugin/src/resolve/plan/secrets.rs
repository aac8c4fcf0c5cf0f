//! Secrets, by reference and shape.

use serde::Serialize;

use crate::spec::Charset;

/// A secret, as charts refer to it.
#[derive(Clone, Debug, Serialize)]
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
#[derive(Debug, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorePlan {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// A generated secret.
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
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
