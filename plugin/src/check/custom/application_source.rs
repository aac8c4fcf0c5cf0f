//! Where an Argo CD Application takes its manifests from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An item of `spec.sources`, or `spec.source`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Source {
    #[serde(rename = "repoURL")]
    repo_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chart: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_revision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_prefix: Option<String>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    helm: Option<Helm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kustomize: Option<Kustomize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<Directory>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<Plugin>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Helm {
    #[serde(skip_serializing_if = "Option::is_none")]
    release_name: Option<String>,
    /// The chart's own values.
    #[serde(skip_serializing_if = "Option::is_none")]
    values_object: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_files: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_missing_value_files: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<HelmParameter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_parameters: Option<Vec<HelmFileParameter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kube_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_versions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pass_credentials: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_crds: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_schema_validation: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_tests: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HelmParameter {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    force_string: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HelmFileParameter {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kustomize {
    #[serde(skip_serializing_if = "Option::is_none")]
    name_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_suffix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<Vec<KustomizeReplicas>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patches: Option<Vec<KustomizePatch>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_missing_components: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    common_labels: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    force_common_labels: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_without_selector: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_include_templates: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    common_annotations: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    force_common_annotations: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    common_annotations_envsubst: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kube_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_versions: Option<Vec<String>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KustomizeReplicas {
    name: String,
    count: Count,
}

/// Kubernetes' int-or-string.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Count {
    Integer(i64),
    Text(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KustomizePatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<KustomizeTarget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<BTreeMap<String, bool>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KustomizeTarget {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_selector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotation_selector: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Directory {
    #[serde(skip_serializing_if = "Option::is_none")]
    recurse: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exclude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_extension_filter: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jsonnet: Option<Jsonnet>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Jsonnet {
    #[serde(skip_serializing_if = "Option::is_none")]
    libs: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext_vars: Option<Vec<JsonnetVariable>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tlas: Option<Vec<JsonnetVariable>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JsonnetVariable {
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plugin {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<Vec<PluginVariable>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<PluginParameter>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PluginVariable {
    name: String,
    value: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PluginParameter {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    array: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<BTreeMap<String, String>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_tool_reads_and_writes_the_same() {
        let sources = json!([
            {
                "repoURL": "https://git.example.com/charts.git",
                "path": "mlflow",
                "targetRevision": "3f1c0b6e2f4d5a69788796a5b4c3d2e1f0a9b8c7",
                "helm": {"parameters": [{"name": "a", "value": "b", "forceString": true}], "skipCrds": true, "valuesObject": {}},
            },
            {"repoURL": "https://git.example.com/a.git", "ref": "values", "kustomize": {
                "replicas": [{"name": "web", "count": 2}, {"name": "worker", "count": "50%"}],
                "patches": [{"patch": "[]", "target": {"kind": "Deployment"}, "options": {"allowNameChange": true}}],
            }},
            {"repoURL": "https://git.example.com/b.git", "directory": {"recurse": true, "jsonnet": {"tlas": [{"name": "a", "value": "1", "code": true}]}}},
            {"repoURL": "https://git.example.com/c.git", "plugin": {"name": "tool", "parameters": [{"name": "a", "map": {"b": "c"}}]}},
        ]);
        let read: Vec<Source> = serde_json::from_value(sources.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), sources);
    }

    #[test]
    fn refused() {
        let refusals = [
            json!({"chart": "zenml", "targetRevision": "0.94.2"}),
            json!({"repoURL": "r", "helm": {"valuesObject": "replicaCount: 1"}}),
            json!({"repoURL": "r", "helm": {"parameters": [{"name": "a", "value": 1}]}}),
            json!({"repoURL": "r", "directory": {"recursive": true}}),
        ]
        .map(|source| serde_json::from_value::<Source>(source).unwrap_err().to_string());
        assert_eq!(
            refusals,
            [
                "missing field `repoURL`",
                "invalid type: string \"replicaCount: 1\", expected a map",
                "invalid type: integer `1`, expected a string",
                "unknown field `recursive`, expected one of `recurse`, `include`, `exclude`, `disableExtensionFilter`, `jsonnet`",
            ]
        );
    }
}
