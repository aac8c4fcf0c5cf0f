//! Secrets that are made once, of random characters, and never changed: a new generation is a new Secret.

mod shape;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde::Deserialize;

use crate::cluster::{Cluster, MANAGER, is_taken, labels, tried};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::say;
use crate::stop::{Reason, Signals};
use shape::Shape;

/// The file that declares them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    tenant: String,
    secrets: Vec<DeclaredSecret>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredSecret {
    name: String,
    keys: BTreeMap<String, Shape>,
}

/// Makes the declared Secrets that are not there.
pub async fn ensure(spec: &Path) -> Exit {
    let made = async {
        let mut signals = Signals::listen().map_err(|error| Failure::NoCluster(format!("no signals: {error}")))?;
        tokio::select! {
            made = all(spec) => made,
            // Each Secret is made whole or not at all.
            () = signals.next() => Err(Failure::Stopped(Reason::Signal)),
        }
    };
    match made.await {
        Ok(()) => Exit::Done,
        Err(failure) => say::failure(&failure),
    }
}

async fn all(spec: &Path) -> Result<(), Failure> {
    let text = fs::read_to_string(spec).map_err(|source| Failure::Unreadable { path: spec.to_owned(), source })?;
    let declared: Declared = serde_json::from_str(&text)
        .map_err(|error| Failure::Misunderstood { path: spec.to_owned(), reason: error.to_string() })?;
    // All shapes are looked at before the first Secret is made.
    for secret in &declared.secrets {
        for (key, shape) in &secret.keys {
            shape.check().map_err(|reason| Failure::BadShape {
                name: secret.name.clone(),
                reason: format!("key `{key}`: {reason}"),
            })?;
        }
    }
    let cluster = Cluster::connect()?;
    let secrets = cluster.secrets_of(&cluster.namespace);
    for secret in &declared.secrets {
        one(&secrets, &declared.tenant, secret).await?;
    }
    Ok(())
}

async fn one(secrets: &Api<Secret>, tenant: &str, declared: &DeclaredSecret) -> Result<(), Failure> {
    let name = &declared.name;
    let mut refused = None;
    loop {
        let found = tried(format!("reading Secret `{name}`"), || secrets.get_opt(name)).await?;
        if let Some(found) = found {
            return complete(&found, declared);
        }
        if let Some(source) = refused {
            return Err(Failure::Kubernetes { doing: format!("making Secret `{name}`"), source: Box::new(source) });
        }
        let mut data = BTreeMap::new();
        for (key, shape) in &declared.keys {
            let value = shape.draw().map_err(|error| Failure::NoRandomness(error.to_string()))?;
            data.insert(key.clone(), ByteString(value.into_bytes()));
        }
        let mut secret = Secret { data: Some(data), immutable: Some(true), ..Secret::default() };
        secret.metadata.name = Some(name.clone());
        secret.metadata.labels = Some(labels(tenant));
        // With server-side apply the right to create is looked up with the name, so that it can be limited to these names.
        // Each run is a manager of its own: without `force`, the second of two that are the first is refused, and reads what
        // the first one made.
        let manager = format!("{MANAGER}-{}", uuid::Uuid::new_v4().simple());
        let parameters = PatchParams::apply(&manager);
        refused = tried(format!("making Secret `{name}`"), || async {
            match secrets.patch(name, &parameters, &Patch::Apply(&secret)).await {
                Err(error) if is_taken(&error) => Ok(Some(error)),
                answer => answer.map(|_| None),
            }
        })
        .await?;
        if refused.is_none() {
            say::line(format!("Secret `{name}` is made"));
            return Ok(());
        }
    }
}

/// Whether a Secret that is there holds what was declared. One that was restored from a backup does.
fn complete(found: &Secret, declared: &DeclaredSecret) -> Result<(), Failure> {
    let has =
        |key: &String| found.data.as_ref().is_some_and(|data| data.get(key).is_some_and(|value| !value.0.is_empty()));
    let missing: Vec<String> = declared.keys.keys().filter(|key| !has(key)).map(|key| format!("key `{key}`")).collect();
    if missing.is_empty() {
        say::line(format!("Secret `{}` is there", declared.name));
        return Ok(());
    }
    Err(Failure::OtherSecret { name: declared.name.clone(), missing: missing.join(", ") })
}
