//! A cluster without a registry of images: what its pods run lies on the node, under the names that they call for.

use anyhow::Result;
use serde_json::json;

use crate::argo::apply;
use crate::cluster::Cluster;
use crate::ready::{self, MINUTE};

/// Has no pod ask a registry whether an image is still the newest of its name, as Argo CD's own manifests want it.
///
/// # Errors
/// The API server refuses the policy.
pub async fn install(cluster: &Cluster) -> Result<()> {
    let here = |list: &str| {
        format!(
            "has(object.spec.{list}) ? Object{{spec: Object.spec{{{list}: object.spec.{list}.map(c, \
             Object.spec.{list}{{name: c.name, imagePullPolicy: 'IfNotPresent'}})}}}} : Object{{}}"
        )
    };
    let mutation = |list| json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": here(list)}});
    let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]);
    let policy = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy",
         "metadata": {"name": "images-are-here"}, "spec": {
            "failurePolicy": "Fail", "reinvocationPolicy": "Never", "matchConstraints": {"resourceRules": rules},
            "mutations": [mutation("containers"), mutation("initContainers")],
        }},
        {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding",
         "metadata": {"name": "images-are-here"}, "spec": {"policyName": "images-are-here"}},
    ]});
    ready::until(cluster, "a policy for images", MINUTE, || async {
        apply(cluster, &[], policy.to_string().as_bytes())
    })
    .await?;
    Ok(())
}
