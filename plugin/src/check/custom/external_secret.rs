//! An ExternalSecret (`config/crds/bases/external-secrets.io_externalsecrets.yaml` of the External Secrets operator 0.19.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::external_secret_data::{Data, DataFrom, StoreRef};

/// `external-secrets.io/v1` `ExternalSecret`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalSecret {
    api_version: String,
    kind: String,
    metadata: Value,
    spec: Spec,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_policy: Option<RefreshPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_store_ref: Option<StoreRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Vec<Data>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_from: Option<Vec<DataFrom>>,
}

#[derive(Debug, Serialize, Deserialize)]
enum RefreshPolicy {
    CreatedOnce,
    Periodic,
    OnChange,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Target {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_policy: Option<CreationPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_policy: Option<DeletionPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    immutable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Template>,
}

#[derive(Debug, Serialize, Deserialize)]
enum CreationPolicy {
    Owner,
    Orphan,
    Merge,
    None,
}

#[derive(Debug, Serialize, Deserialize)]
enum DeletionPolicy {
    Delete,
    Merge,
    Retain,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Template {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    secret_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_version: Option<EngineVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merge_policy: Option<MergePolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<TemplateMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_from: Option<Vec<TemplateFrom>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum EngineVersion {
    V2,
}

#[derive(Debug, Serialize, Deserialize)]
enum MergePolicy {
    Replace,
    Merge,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TemplateMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TemplateFrom {
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<TemplateTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    literal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config_map: Option<TemplateRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<TemplateRef>,
}

#[derive(Debug, Serialize, Deserialize)]
enum TemplateTarget {
    Data,
    Annotations,
    Labels,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TemplateRef {
    name: String,
    items: Vec<TemplateRefItem>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TemplateRefItem {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_as: Option<TemplateAs>,
}

#[derive(Debug, Serialize, Deserialize)]
enum TemplateAs {
    Values,
    KeysAndValues,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secret(spec: Value) -> Value {
        json!({
            "apiVersion": "external-secrets.io/v1",
            "kind": "ExternalSecret",
            "metadata": {"name": "database", "namespace": "t-acme"},
            "spec": spec,
        })
    }

    #[test]
    fn secrets_read_and_write_the_same() {
        let external = secret(json!({
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": "aws"},
            "target": {"name": "database", "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [{"secretKey": "password", "remoteRef": {"key": "tenants/acme/database", "property": "password"}}],
        }));
        let generated = secret(json!({
            "refreshPolicy": "CreatedOnce",
            "target": {"name": "jwt-g1", "creationPolicy": "Orphan", "immutable": true, "template": {"engineVersion": "v2", "data": {"key": "{{ .password }}"}}},
            "dataFrom": [{
                "sourceRef": {"generatorRef": {"apiVersion": "generators.external-secrets.io/v1alpha1", "kind": "Password", "name": "jwt"}},
                "rewrite": [{"regexp": {"source": "password", "target": "key"}}],
            }],
        }));
        let secrets = json!([external, generated]);
        let read: Vec<ExternalSecret> = serde_json::from_value(secrets.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), secrets);
    }

    #[test]
    fn refused() {
        let refusals = [
            json!({"refreshPolicy": "Once"}),
            json!({"target": {"creationPolicy": "owner"}}),
            json!({"data": [{"secretKey": "password", "remoteRef": {"property": "password"}}]}),
            json!({"secretStoreRef": {"kind": "VaultStore"}}),
        ]
        .map(|spec| serde_json::from_value::<ExternalSecret>(secret(spec)).unwrap_err().to_string());
        assert_eq!(
            refusals,
            [
                "unknown variant `Once`, expected one of `CreatedOnce`, `Periodic`, `OnChange`",
                "unknown variant `owner`, expected one of `Owner`, `Orphan`, `Merge`, `None`",
                "missing field `key`",
                "unknown variant `VaultStore`, expected `SecretStore` or `ClusterSecretStore`",
            ]
        );
    }
}
