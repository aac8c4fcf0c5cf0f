//! What Terraform puts out and the module marks for the tenant: one Secret in the tenant's namespace.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Patch, PatchParams};
use serde::Deserialize;
use serde_json::Value;

use super::{Cluster, MANAGER, labels, tried};
use crate::failure::Failure;
use crate::inputs::Run;

/// The Secret's name. Fixed, so that the ServiceAccount may write this one and no other.
pub const SECRET: &str = "terraform-outputs";

/// An output, as `terraform output -json` gives it.
#[derive(Deserialize)]
pub struct Output {
    value: Value,
}

impl Cluster {
    /// Writes the outputs that the module marks. One that is null, as for a part that a tenant has not got, is left out.
    ///
    /// # Errors
    /// The API server refuses it.
    pub async fn publish(&self, run: &Run, outputs: &BTreeMap<String, Output>) -> Result<(), Failure> {
        let marked = run.module.outputs.iter().filter_map(|name| Some((name, &outputs.get(name)?.value)));
        let data =
            marked.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), bytes(value))).collect();
        let mut secret = Secret { data: Some(data), ..Secret::default() };
        secret.metadata.name = Some(SECRET.to_owned());
        secret.metadata.labels = Some(labels(&run.tenant));
        let secrets = self.secrets_of(&run.namespace);
        let parameters = PatchParams::apply(MANAGER).force();
        let patch = Patch::Apply(&secret);
        let doing = format!("writing Secret `{SECRET}` of namespace `{}`", run.namespace);
        tried(doing, || secrets.patch(SECRET, &parameters, &patch)).await.map(drop)
    }
}

/// A text as it is, anything else as JSON.
fn bytes(value: &Value) -> ByteString {
    ByteString(value.as_str().map_or_else(|| value.to_string(), str::to_owned).into_bytes())
}
