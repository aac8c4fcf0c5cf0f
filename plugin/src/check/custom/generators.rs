//! Generators of the External Secrets operator
//! (`config/crds/bases/generators.external-secrets.io_{passwords,uuids}.yaml` of version 0.19.2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `generators.external-secrets.io/v1alpha1` `Password`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Password {
    api_version: String,
    kind: String,
    metadata: Value,
    spec: PasswordSpec,
}

/// The CRD lists `length`, `noUpper` and `allowRepeat` as required, and has a default for each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PasswordSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    symbols: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    symbol_characters: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_upper: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_repeat: Option<bool>,
}

/// `generators.external-secrets.io/v1alpha1` `UUID`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Uuid {
    api_version: String,
    kind: String,
    metadata: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec: Option<UuidSpec>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UuidSpec {}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    fn generator(kind: &str, spec: Value) -> Value {
        json!({
            "apiVersion": "generators.external-secrets.io/v1alpha1",
            "kind": kind,
            "metadata": {"name": "jwt", "namespace": "t-acme"},
            "spec": spec,
        })
    }

    fn refusal<T: DeserializeOwned + std::fmt::Debug>(object: Value) -> String {
        serde_json::from_value::<T>(object).unwrap_err().to_string()
    }

    #[test]
    fn generators_read_and_write_the_same() {
        let password = generator(
            "Password",
            json!({"length": 48, "digits": 12, "symbols": 0, "noUpper": false, "allowRepeat": true}),
        );
        let uuid = generator("UUID", json!({}));
        let read: (Password, Uuid) = serde_json::from_value(json!([password, uuid])).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), json!([password, uuid]));
    }

    #[test]
    fn refused() {
        assert_eq!(
            [
                refusal::<Password>(generator("Password", json!({"length": "48"}))),
                refusal::<Password>(generator("Password", json!({"charset": "alphanumeric"}))),
                refusal::<Password>(json!({"apiVersion": "v", "kind": "Password", "metadata": {}})),
                refusal::<Uuid>(generator("UUID", json!({"version": 4}))),
            ],
            [
                "invalid type: string \"48\", expected i64",
                "unknown field `charset`, expected one of `length`, `digits`, `symbols`, `symbolCharacters`, `noUpper`, \
                 `allowRepeat`",
                "missing field `spec`",
                "unknown field `version`, there are no fields",
            ]
        );
    }
}
