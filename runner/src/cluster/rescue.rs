//! States that their backend did not take: kept in Secrets of the control namespace until it does.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt as _;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions};
use sha2::{Digest as _, Sha256};

use super::{Cluster, MANAGER, labels, tried};
use crate::failure::Failure;
use crate::hex::hex;

/// What one Secret holds at most; a larger state takes several.
const PIECE: usize = 900_000;
/// More pieces than any state has: 57 MB compressed.
const PIECES: usize = 64;

/// A state that is kept, with what is needed to know whether it may be pushed.
pub struct Kept {
    /// The state, as Terraform wrote it. It may be no whole state.
    pub state: Vec<u8>,
    /// The run that could not save it, as a lock's `Who`: while its lock is held, nobody has written to the backend since.
    pub holder: String,
    /// What was in the backend when that run ended; none where nobody knows.
    pub backend: Option<String>,
    /// Its Secrets by name and uid, the first first.
    secrets: Vec<(String, Option<String>)>,
}

impl Cluster {
    /// Keeps a state, and gives the name of its first Secret. One that is kept already stays as it is, but for `backend`.
    ///
    /// # Errors
    /// Another state is kept; it is too large; the API server refuses it.
    pub async fn keep(
        &self,
        tenant: &str,
        state: &[u8],
        holder: &str,
        backend: Option<&str>,
    ) -> Result<String, Failure> {
        let bytes = compressed(state)?;
        let hash = hex(&Sha256::digest(state));
        let pieces: Vec<&[u8]> = bytes.chunks(PIECE).collect();
        if pieces.len() > PIECES {
            return Err(Failure::BadRescue(format!("{} bytes are more than {PIECES} Secrets hold", bytes.len())));
        }
        let first = name(tenant, 0);
        let found = self.piece(&first).await?;
        if let Some(found) = &found
            && found.text("hash") != hash
        {
            return Err(Failure::BadRescue(format!("Secret `{first}` keeps another state, which is not overwritten")));
        }
        let secrets = self.secrets();
        let parameters = PatchParams::apply(MANAGER).force();
        // From the last to the first: where the first is, all are.
        for (number, piece) in pieces.iter().enumerate().rev().filter(|(number, _)| found.is_none() || *number == 0) {
            let mut data = BTreeMap::from([
                ("pieces", pieces.len().to_string().into_bytes()),
                ("hash", hash.clone().into_bytes()),
                ("holder", holder.as_bytes().to_vec()),
                ("state.gz", piece.to_vec()),
            ]);
            data.extend(backend.map(|backend| ("backend", backend.as_bytes().to_vec())));
            let data = data.into_iter().map(|(key, value)| (key.to_owned(), ByteString(value))).collect();
            let mut secret = Secret { data: Some(data), ..Secret::default() };
            let name = name(tenant, number);
            secret.metadata.name = Some(name.clone());
            secret.metadata.labels = Some(labels(tenant));
            let patch = Patch::Apply(&secret);
            tried(format!("writing Secret `{name}`"), || secrets.patch(&name, &parameters, &patch)).await?;
        }
        Ok(first)
    }

    /// The state that was kept; none where there is nothing to rescue.
    ///
    /// # Errors
    /// The API server does not answer, or a piece is missing or of another state.
    pub async fn kept(&self, tenant: &str) -> Result<Option<Kept>, Failure> {
        let Some(first) = self.piece(&name(tenant, 0)).await? else { return Ok(None) };
        let (hash, holder, count) = (first.text("hash"), first.text("holder"), first.text("pieces"));
        let backend = Some(first.text("backend")).filter(|backend| !backend.is_empty());
        let count = count.parse().ok().filter(|count| (1..=PIECES).contains(count));
        let Some(count) = count else { return Err(first.unreadable("no number of pieces")) };
        let (mut bytes, mut secrets) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        for number in 0..count {
            let name = name(tenant, number);
            let piece = match next.take() {
                Some(piece) => piece,
                None => self.piece(&name).await?.ok_or(Failure::BadRescue(format!("Secret `{name}` is missing")))?,
            };
            if piece.text("hash") != hash {
                return Err(piece.unreadable("a piece of another state"));
            }
            bytes.extend(piece.bytes("state.gz"));
            secrets.push((name, piece.0.uid()));
        }
        let mut state = Vec::new();
        GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut state)
            .map_err(|error| Failure::BadRescue(format!("Secret `{}`: {error}", name(tenant, 0))))?;
        if hex(&Sha256::digest(&state)) != hash {
            return Err(Failure::BadRescue(format!("Secret `{}`: its hash is another one's", name(tenant, 0))));
        }
        Ok(Some(Kept { state, holder, backend, secrets }))
    }

    /// Forgets the state that was kept: its backend has it. What was kept anew meanwhile stays.
    ///
    /// # Errors
    /// The API server refuses it.
    pub async fn forget(&self, kept: &Kept) -> Result<(), Failure> {
        let secrets = self.secrets();
        // From the first: without it the others are no state, and are written over by the next one.
        for (name, uid) in &kept.secrets {
            let preconditions = Some(Preconditions { uid: uid.clone(), resource_version: None });
            let parameters = DeleteParams { preconditions, ..DeleteParams::default() };
            tried(format!("deleting Secret `{name}`"), || async {
                match secrets.delete(name, &parameters).await {
                    Err(kube::Error::Api(status)) if status.code == 404 || status.code == 409 => Ok(()),
                    answer => answer.map(drop),
                }
            })
            .await?;
        }
        Ok(())
    }

    async fn piece(&self, name: &str) -> Result<Option<Piece>, Failure> {
        let secrets = self.secrets();
        Ok(tried(format!("reading Secret `{name}`"), || secrets.get_opt(name)).await?.map(Piece))
    }
}

struct Piece(Secret);

impl Piece {
    fn bytes(&self, key: &str) -> &[u8] {
        self.0.data.as_ref().and_then(|data| data.get(key)).map_or(&[], |bytes| bytes.0.as_slice())
    }

    fn text(&self, key: &str) -> String {
        String::from_utf8_lossy(self.bytes(key)).into_owned()
    }

    fn unreadable(&self, why: &str) -> Failure {
        Failure::BadRescue(format!("Secret `{}`: {why}", self.0.name_any()))
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
