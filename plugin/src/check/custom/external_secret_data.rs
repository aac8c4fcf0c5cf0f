//! What an ExternalSecret reads, and from where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `spec.secretStoreRef`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StoreRef {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<StoreKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
enum StoreKind {
    SecretStore,
    ClusterSecretStore,
}

/// An item of `spec.data`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Data {
    secret_key: String,
    remote_ref: RemoteRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ref: Option<SourceRef>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RemoteRef {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    property: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata_policy: Option<MetadataPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversion_strategy: Option<ConversionStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoding_strategy: Option<DecodingStrategy>,
}

#[derive(Debug, Serialize, Deserialize)]
enum MetadataPolicy {
    None,
    Fetch,
}

#[derive(Debug, Serialize, Deserialize)]
enum ConversionStrategy {
    Default,
    Unicode,
}

#[derive(Debug, Serialize, Deserialize)]
enum DecodingStrategy {
    Auto,
    Base64,
    Base64URL,
    None,
}

/// Exactly one of them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum SourceRef {
    StoreRef(StoreRef),
    GeneratorRef(GeneratorRef),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GeneratorRef {
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<String>,
    kind: GeneratorKind,
    name: String,
}

#[derive(Debug, Serialize, Deserialize)]
enum GeneratorKind {
    #[serde(rename = "ACRAccessToken")]
    AcrAccessToken,
    ClusterGenerator,
    #[serde(rename = "ECRAuthorizationToken")]
    EcrAuthorizationToken,
    Fake,
    #[serde(rename = "GCRAccessToken")]
    GcrAccessToken,
    GithubAccessToken,
    Grafana,
    #[serde(rename = "MFA")]
    Mfa,
    Password,
    QuayAccessToken,
    #[serde(rename = "SSHKey")]
    SshKey,
    #[serde(rename = "STSSessionToken")]
    StsSessionToken,
    #[serde(rename = "UUID")]
    Uuid,
    VaultDynamicSecret,
    Webhook,
}

/// An item of `spec.dataFrom`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DataFrom {
    #[serde(skip_serializing_if = "Option::is_none")]
    extract: Option<RemoteRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    find: Option<Find>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rewrite: Option<Vec<Rewrite>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ref: Option<SourceRef>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Find {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<FindName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversion_strategy: Option<ConversionStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoding_strategy: Option<DecodingStrategy>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FindName {
    #[serde(skip_serializing_if = "Option::is_none")]
    regexp: Option<String>,
}

/// Exactly one of them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Rewrite {
    Merge(RewriteMerge),
    Regexp(RewriteRegexp),
    Transform(RewriteTransform),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RewriteMerge {
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy: Option<RewriteStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict_policy: Option<ConflictPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    into: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Vec<String>>,
}

/// `ExternalSecretRewriteMergeStrategy`; the CRD itself takes any string.
#[derive(Debug, Serialize, Deserialize)]
enum RewriteStrategy {
    Extract,
    #[serde(rename = "JSON")]
    Json,
}

/// `ExternalSecretRewriteMergeConflictPolicy`; the CRD itself takes any string.
#[derive(Debug, Serialize, Deserialize)]
enum ConflictPolicy {
    Ignore,
    Error,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RewriteRegexp {
    source: String,
    target: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RewriteTransform {
    template: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_reads_and_writes_the_same() {
        let all = json!([
            {"extract": {"key": "a", "metadataPolicy": "Fetch", "conversionStrategy": "Unicode", "decodingStrategy": "Base64URL"}},
            {"find": {"path": "tenants/acme", "name": {"regexp": ".*"}, "tags": {"tenant": "acme"}}},
            {"sourceRef": {"storeRef": {"kind": "SecretStore", "name": "aws"}}, "rewrite": [
                {"merge": {"strategy": "JSON", "into": "all", "conflictPolicy": "Ignore", "priority": ["a"]}},
                {"regexp": {"source": "a", "target": "b"}},
                {"transform": {"template": "{{ .value }}"}},
            ]},
            {"sourceRef": {"generatorRef": {"kind": "UUID", "name": "id"}}},
        ]);
        let read: Vec<DataFrom> = serde_json::from_value(all.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), all);
    }

    #[test]
    fn refused() {
        let refusals = [
            json!({"sourceRef": {"generatorRef": {"kind": "Password", "name": "a"}, "storeRef": {"name": "b"}}}),
            json!({"sourceRef": {"generatorRef": {"kind": "Password"}}}),
            json!({"rewrite": [{}]}),
            json!({"rewrite": [{"regexp": {"source": "a"}}]}),
            json!({"find": {"regexp": ".*"}}),
        ]
        .map(|from| serde_json::from_value::<DataFrom>(from).unwrap_err().to_string());
        assert_eq!(
            refusals,
            [
                "invalid value: map, expected map with a single key",
                "missing field `name`",
                "invalid value: map, expected map with a single key",
                "missing field `target`",
                "unknown field `regexp`, expected one of `path`, `name`, `tags`, `conversionStrategy`, `decodingStrategy`",
            ]
        );
    }
}
