//! States that their backend did not take: kept in Secrets of the control namespace until it does.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt as _;
use kube::api::{DeleteParams, Patch, PatchParams};

use super::{Cluster, MANAGER, labels, tried};
use crate::engine::state::State;
use crate::failure::Failure;

/// What one Secret holds at most; a larger state takes several.
const PIECE: usize = 900_000;
/// More pieces than any state has: 60 MB compressed.
const PIECES: usize = 64;

impl Cluster {
    /// Keeps a state, and gives the name of its first Secret.
    ///
    /// # Errors
    /// The API server refuses it.
    pub async fn rescue(&self, tenant: &str, state: &State) -> Result<String, Failure> {
        let secrets = self.secrets();
        let bytes = compressed(&state.bytes)?;
        let pieces: Vec<&[u8]> = bytes.chunks(PIECE).collect();
        let parameters = PatchParams::apply(MANAGER).force();
        // From the last to the first: where the first is, all are.
        for (number, piece) in pieces.iter().enumerate().rev() {
            let name = name(tenant, number);
            let mut secret = Secret { data: Some(BTreeMap::new()), ..Secret::default() };
            secret.metadata.name = Some(name.clone());
            secret.metadata.labels = Some(labels(tenant));
            let data = secret.data.get_or_insert_default();
            data.insert("pieces".to_owned(), ByteString(pieces.len().to_string().into_bytes()));
            data.insert("state.gz".to_owned(), ByteString(piece.to_vec()));
            let patch = Patch::Apply(&secret);
            tried(format!("writing Secret `{name}`"), || secrets.patch(&name, &parameters, &patch)).await?;
        }
        Ok(name(tenant, 0))
    }

    /// The state that was kept; none where there is nothing to rescue.
    ///
    /// # Errors
    /// The API server does not answer, or a piece is missing.
    pub async fn rescued(&self, tenant: &str) -> Result<Option<State>, Failure> {
        let mut bytes = Vec::new();
        let mut pieces = 1;
        let mut number = 0;
        while number < pieces {
            let name = name(tenant, number);
            let secrets = self.secrets();
            let Some(secret) = tried(format!("reading Secret `{name}`"), || secrets.get_opt(&name)).await? else {
                if number == 0 {
                    return Ok(None);
                }
                return Err(Failure::BadRescue(format!("Secret `{name}` is missing")));
            };
            let mut data = secret.data.unwrap_or_default();
            let count = data.remove("pieces").and_then(|count| String::from_utf8(count.0).ok()?.parse().ok());
            pieces = count.filter(|count| (1..=PIECES).contains(count)).unwrap_or(1);
            bytes.extend(data.remove("state.gz").unwrap_or_default().0);
            number += 1;
        }
        let mut state = Vec::new();
        GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut state)
            .map_err(|error| Failure::BadRescue(format!("Secret `{}`: {error}", name(tenant, 0))))?;
        State::parse(state).map(Some)
    }

    /// Forgets the state that was kept: its backend has it.
    ///
    /// # Errors
    /// The API server refuses it.
    pub async fn forget_rescued(&self, tenant: &str) -> Result<(), Failure> {
        let secrets = self.secrets();
        // From the first: without it the others are no state.
        for number in 0..PIECES {
            let name = name(tenant, number);
            let found = tried(format!("reading Secret `{name}`"), || secrets.get_opt(&name)).await?;
            let Some(found) = found else { break };
            let parameters = DeleteParams::default();
            tried(format!("deleting Secret `{name}`"), || async {
                match secrets.delete(&found.name_any(), &parameters).await {
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                    answer => answer.map(drop),
                }
            })
            .await?;
        }
        Ok(())
    }
}

fn name(tenant: &str, number: usize) -> String {
    format!("{tenant}--rescued-state-{number}")
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| Failure::BadRescue(error.to_string()))
}
