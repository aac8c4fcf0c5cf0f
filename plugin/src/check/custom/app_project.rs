//! An Argo CD AppProject (`manifests/crds/appproject-crd.yaml` of Argo CD 3.6.1).

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::application::Destination;

/// `argoproj.io/v1alpha1` `AppProject`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppProject {
    api_version: String,
    kind: String,
    metadata: Value,
    spec: Spec,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_repos: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_namespaces: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_integrity: Option<SourceIntegrity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_keys: Option<Vec<SignatureKey>>,
    #[serde(default, deserialize_with = "destinations", skip_serializing_if = "Option::is_none")]
    destinations: Option<Vec<Destination>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_service_accounts: Option<Vec<DestinationServiceAccount>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permit_only_project_scoped_clusters: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_resource_whitelist: Option<Vec<ClusterResource>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_resource_blacklist: Option<Vec<ClusterResource>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace_resource_whitelist: Option<Vec<GroupKind>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace_resource_blacklist: Option<Vec<GroupKind>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    orphaned_resources: Option<OrphanedResources>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<Role>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_windows: Option<Vec<SyncWindow>>,
}

/// Argo CD takes a denied namespace for a permission: to `isDestinationMatched` (3.6.1) a project whose destinations are
/// `t-*` and `!t-system` permits every namespace but `t-system`.
fn destinations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Destination>>, D::Error> {
    let destinations: Option<Vec<Destination>> = Option::deserialize(deserializer)?;
    let denied = destinations.iter().flatten().find_map(Destination::denied_namespace);
    match denied {
        Some(denied) => Err(D::Error::custom(format!(
            "namespace `!{denied}` would permit every namespace but `{denied}`; write `{{server: \"!http*\", namespace: {denied}}}`"
        ))),
        None => Ok(destinations),
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SourceIntegrity {
    git: GitIntegrity,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GitIntegrity {
    policies: Vec<GitPolicy>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GitPolicy {
    repos: Vec<GitPolicyRepo>,
    gpg: GpgPolicy,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GitPolicyRepo {
    url: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GpgPolicy {
    mode: GpgMode,
    keys: Vec<String>,
}

/// `SourceIntegrityGitPolicyGPGMode`; the CRD itself takes any string.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum GpgMode {
    None,
    Head,
    Strict,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SignatureKey {
    #[serde(rename = "keyID")]
    key_id: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DestinationServiceAccount {
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    default_service_account: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClusterResource {
    group: String,
    kind: String,
    /// A glob; absent, all of the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GroupKind {
    group: String,
    kind: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OrphanedResources {
    #[serde(skip_serializing_if = "Option::is_none")]
    warn: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore: Option<Vec<OrphanedResource>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OrphanedResource {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Role {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_tokens: Option<Vec<JwtToken>>,
}

/// The record of a token that was given out, not the token.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JwtToken {
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// The CRD requires none of it; Argo CD refuses the project without `kind`, `schedule` and `duration`
/// (`InlineSyncWindow.Validate`).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SyncWindow {
    kind: SyncWindowKind,
    schedule: String,
    duration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applications: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespaces: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clusters: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    and_operator: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manual_sync: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_overrun: Option<bool>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum SyncWindowKind {
    Allow,
    Deny,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn project() -> Value {
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "tenants", "namespace": "argocd"},
            "spec": {
                "description": "Tenants",
                "sourceRepos": ["https://git.example.com/tenants.git"],
                "sourceNamespaces": ["tenantry-releases"],
                "destinations": [{"server": "https://kubernetes.default.svc", "namespace": "t-*"}],
                "clusterResourceWhitelist": [{"group": "", "kind": "Namespace", "name": "t-*"}],
                "namespaceResourceWhitelist": [{"group": "batch", "kind": "Job"}],
                "syncWindows": [{"kind": "deny", "schedule": "0 22 * * *", "duration": "8h", "applications": ["*"], "manualSync": true}],
                "sourceIntegrity": {"git": {"policies": [
                    {"repos": [{"url": "*"}], "gpg": {"mode": "strict", "keys": ["D56C4FCA57A46444"]}},
                ]}},
            },
        })
    }

    #[test]
    fn a_project_reads_and_writes_the_same() {
        let read: AppProject = serde_json::from_value(project()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), project());
    }

    #[test]
    fn refused() {
        let refusals = [
            ("clusterResourceWhitelist", json!([{"group": ""}])),
            ("namespaceResourceBlacklist", json!([{"group": "", "kind": "Secret", "name": "a"}])),
            ("syncWindows", json!([{"kind": "permit", "schedule": "* * * * *", "duration": "1h"}])),
            ("sourceRepositories", json!(["*"])),
            ("destinations", json!([{"server": "https://kubernetes.default.svc", "namespace": "!t-system"}])),
        ]
        .map(|(field, value)| {
            let mut project = project();
            project["spec"] = json!({field: value});
            serde_json::from_value::<AppProject>(project).unwrap_err().to_string()
        });
        assert_eq!(
            refusals,
            [
                "missing field `kind`",
                "unknown field `name`, expected `group` or `kind`",
                "unknown variant `permit`, expected `allow` or `deny`",
                "unknown field `sourceRepositories`, expected one of `description`, `sourceRepos`, `sourceNamespaces`, \
                 `sourceIntegrity`, `signatureKeys`, `destinations`, `destinationServiceAccounts`, \
                 `permitOnlyProjectScopedClusters`, `clusterResourceWhitelist`, `clusterResourceBlacklist`, \
                 `namespaceResourceWhitelist`, `namespaceResourceBlacklist`, `orphanedResources`, `roles`, `syncWindows`",
                "namespace `!t-system` would permit every namespace but `t-system`; write `{server: \"!http*\", namespace: t-system}`",
            ]
        );
    }
}
