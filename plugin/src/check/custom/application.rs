//! An Argo CD Application (`manifests/crds/application-crd.yaml` of Argo CD 3.6.1).
//!
//! Without `operation` and `status`, which belong to Argo CD, and without `sourceHydrator`, which follows a branch and so
//! cannot be pinned.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::application_source::Source;

/// `argoproj.io/v1alpha1` `Application`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    api_version: String,
    kind: String,
    metadata: Value,
    spec: Spec,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    project: String,
    destination: Destination,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<Vec<Source>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_policy: Option<SyncPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_differences: Option<Vec<IgnoreDifferences>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Vec<Info>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_history_limit: Option<i64>,
}

/// A cluster, by its address or its name, and a namespace in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Destination {
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

impl Destination {
    /// The namespace that a project means to deny.
    pub(super) fn denied_namespace(&self) -> Option<&str> {
        self.namespace.as_deref().and_then(|namespace| namespace.strip_prefix('!'))
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SyncPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    automated: Option<Automated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_options: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<Retry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_namespace_metadata: Option<ManagedNamespaceMetadata>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Automated {
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prune: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    self_heal: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_empty: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Retry {
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<Backoff>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Backoff {
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_duration: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ManagedNamespaceMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IgnoreDifferences {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_pointers: Option<Vec<String>>,
    #[serde(rename = "jqPathExpressions", skip_serializing_if = "Option::is_none")]
    jq_path_expressions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_fields_managers: Option<Vec<String>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Info {
    name: String,
    value: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn release() -> Value {
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "acme--zenml", "namespace": "tenantry-releases"},
            "spec": {
                "project": "tenant-releases",
                "source": {
                    "repoURL": "public.ecr.aws/zenml",
                    "chart": "zenml",
                    "targetRevision": "0.94.2",
                    "helm": {
                        "releaseName": "zenml",
                        "valuesObject": {"server": {"replicaCount": 1, "ingress": {"enabled": false}}},
                    },
                },
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "t-acme"},
                "syncPolicy": {
                    "automated": {"prune": true, "selfHeal": true},
                    "syncOptions": ["ServerSideApply=true"],
                    "retry": {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}},
                },
                "ignoreDifferences": [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}],
                "revisionHistoryLimit": 3,
            },
        })
    }

    fn refusal(object: Value) -> String {
        serde_json::from_value::<Application>(object).unwrap_err().to_string()
    }

    #[test]
    fn a_release_reads_and_writes_the_same() {
        let read: Application = serde_json::from_value(release()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), release());
    }

    #[test]
    fn refused() {
        let mut misspelt = release();
        misspelt["spec"]["syncPolicy"]["automated"]["selfheal"] = json!(true);
        let mut without_project = release();
        without_project["spec"].as_object_mut().unwrap().remove("project");
        let mut text = release();
        text["spec"]["syncPolicy"]["retry"]["limit"] = json!("5");
        let mut operation = release();
        operation["operation"] = json!({});
        assert_eq!(
            [misspelt, without_project, text, operation].map(refusal),
            [
                "unknown field `selfheal`, expected one of `enabled`, `prune`, `selfHeal`, `allowEmpty`",
                "missing field `project`",
                "invalid type: string \"5\", expected i64",
                "unknown field `operation`, expected one of `apiVersion`, `kind`, `metadata`, `spec`",
            ]
        );
    }
}
