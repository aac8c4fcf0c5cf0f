//! The External Secrets operator on a cluster, with a store that moto keeps in AWS's place.

use std::fs;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::argo::apply;
use crate::aws;
use crate::cluster::Cluster;
use crate::component::AWS_PORT;
use crate::images::OPERATOR;
use crate::node::ADDRESS;
use crate::ready::{self, MINUTE};

/// Installs the operator and the ClusterSecretStore `aws` that the shipped platform file names.
///
/// # Errors
/// It does not start.
pub async fn install(cluster: &Cluster) -> Result<()> {
    let mut kinds = Vec::new();
    let mut files: Vec<_> = fs::read_dir(cluster.parts.external_secrets.join("crds"))?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files.iter().filter(|file| file.file_name() != "kustomization.yaml") {
        kinds.extend(b"---\n");
        kinds.extend(fs::read(file.path())?);
    }
    apply(cluster, &[], &kinds)?;
    apply(cluster, &[], operator().to_string().as_bytes())?;
    let store = json!({
        "apiVersion": "external-secrets.io/v1", "kind": "ClusterSecretStore", "metadata": {"name": "aws"},
        "spec": {"provider": {"aws": {"service": "SecretsManager", "region": "eu-central-1", "auth": {"secretRef": {
            "accessKeyIDSecretRef": {"name": "aws", "namespace": "external-secrets", "key": "id"},
            "secretAccessKeySecretRef": {"name": "aws", "namespace": "external-secrets", "key": "key"},
        }}}}},
    });
    ready::until(cluster, "the kinds of external secrets", MINUTE, || async {
        apply(cluster, &[], store.to_string().as_bytes())
    })
    .await?;
    Ok(())
}

fn operator() -> serde_json::Value {
    let endpoint = format!("http://{ADDRESS}:{AWS_PORT}");
    let name = json!({"name": "external-secrets", "namespace": "external-secrets"});
    let subject = json!({"kind": "ServiceAccount", "name": "external-secrets", "namespace": "external-secrets"});
    let role = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"});
    let container = json!({
        "name": "operator", "image": OPERATOR, "args": ["--metrics-addr=:8081", "--concurrent=4"],
        "env": [
            {"name": "AWS_SECRETSMANAGER_ENDPOINT", "value": endpoint}, {"name": "AWS_STS_ENDPOINT", "value": endpoint},
        ],
    });
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "external-secrets"}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": name},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "external-secrets"},
         "roleRef": role, "subjects": [subject]},
        // moto takes any credentials.
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "aws", "namespace": "external-secrets"},
         "stringData": {"id": "example", "key": "example"}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": name, "spec": {
            "selector": {"matchLabels": {"app": "external-secrets"}},
            "template": {"metadata": {"labels": {"app": "external-secrets"}}, "spec": {
                "serviceAccountName": "external-secrets", "containers": [container],
            }},
        }},
    ]})
}

/// Puts a secret into the store, by the API of AWS Secrets Manager. To be called in the cluster's network.
///
/// # Errors
/// moto refuses it.
pub fn put(name: &str, value: &serde_json::Value) -> Result<()> {
    let text = json!({"Name": name, "SecretString": value.to_string()}).to_string();
    call("CreateSecret", &text).map(drop)
}

/// Gives a secret of the store another value.
///
/// # Errors
/// moto refuses it.
pub fn change(name: &str, value: &serde_json::Value) -> Result<()> {
    let text = json!({"SecretId": name, "SecretString": value.to_string()}).to_string();
    call("PutSecretValue", &text).map(drop)
}

/// What a secret of the store holds.
///
/// # Errors
/// It is not there, or is no JSON.
pub fn get(name: &str) -> Result<serde_json::Value> {
    let answer: serde_json::Value =
        serde_json::from_str(&call("GetSecretValue", &json!({"SecretId": name}).to_string())?)?;
    Ok(serde_json::from_str(answer["SecretString"].as_str().unwrap_or_default())?)
}

fn call(action: &str, body: &str) -> Result<String> {
    let target = format!("secretsmanager.{action}");
    let headers = [("X-Amz-Target", target.as_str()), ("Content-Type", "application/x-amz-json-1.1")];
    let answer = aws::call("secretsmanager", "POST", "/", &headers, body)?;
    ensure!(answer.status == 200, "moto: {action}: {}", answer.body);
    Ok(answer.body)
}
