//! Lists of changes that a person may approve, each in a ConfigMap of its own named by its hash.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Patch, PatchParams};

use super::{Cluster, MANAGER, is_taken, of_tenant, tried};
use crate::approval::{Key, List};
use crate::failure::Failure;

/// The Secret with the key of all hashes. Without it nobody can test guesses of a sensitive value against a list.
const KEY: &str = "tenantry-plan-key";
/// How many bytes it has.
const BYTES: usize = 32;
/// What a ConfigMap holds at most, with room for its name and labels.
const LIMIT: usize = 1_000_000;

impl Cluster {
    /// The key of hashes; made where it is not there.
    ///
    /// # Errors
    /// The API server does not answer, or there are no random bytes.
    pub async fn plan_key(&self, tenant: &str) -> Result<Key, Failure> {
        let secrets = self.secrets();
        let mut refused = None;
        loop {
            let doing = format!("reading Secret `{KEY}`");
            if let Some(secret) = tried(doing, || secrets.get_opt(KEY)).await? {
                let key = secret.data.unwrap_or_default().remove("key").unwrap_or_default().0;
                if key.len() < BYTES {
                    return Err(Failure::BadKey(KEY));
                }
                // Each tenant has a key of its own, so that two tenants' equal values are not seen to be equal.
                return Ok(Key::new(Key::new(key).digest(&["tenant", tenant]).into_bytes()));
            }
            if let Some(source) = refused {
                return Err(Failure::Kubernetes { doing: format!("making Secret `{KEY}`"), source: Box::new(source) });
            }
            let mut bytes = [0; BYTES];
            getrandom::fill(&mut bytes).map_err(|error| Failure::NoRandomness(error.to_string()))?;
            let data = BTreeMap::from([("key".to_owned(), ByteString(bytes.to_vec()))]);
            let mut secret = Secret { data: Some(data), immutable: Some(true), ..Secret::default() };
            secret.metadata.name = Some(KEY.to_owned());
            secret.metadata.labels =
                Some(BTreeMap::from([("app.kubernetes.io/managed-by".to_owned(), MANAGER.to_owned())]));
            // Without force: where two runs are the first, the second one's bytes are refused, and it reads the first one's.
            let parameters = PatchParams::apply(&format!("{MANAGER}-{}", self.pod));
            let doing = format!("making Secret `{KEY}`");
            refused = tried(doing, || async {
                match secrets.patch(KEY, &parameters, &Patch::Apply(&secret)).await {
                    Err(error @ kube::Error::Api(_)) if is_taken(&error) => Ok(Some(error)),
                    answer => answer.map(|_| None),
                }
            })
            .await?;
        }
    }

    /// Keeps a list, and gives its hash.
    ///
    /// # Errors
    /// It is too large, or the API server refuses it.
    pub async fn keep_plan(&self, tenant: &str, list: &List, key: &Key) -> Result<String, Failure> {
        let text = list.text();
        if text.len() > LIMIT {
            return Err(Failure::PlanTooLarge(text.len()));
        }
        let hash = hash(&text, key);
        let data = Some(BTreeMap::from([("changes.json".to_owned(), text)]));
        self.create(ConfigMap { data, ..of_tenant(tenant, &format!("plan-{hash}")) }).await?;
        Ok(hash)
    }

    /// The list of this hash; none where there is none. What it holds is compared with its name: whoever may write ConfigMaps
    /// here has not the key.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn plan(&self, tenant: &str, wanted: &str, key: &Key) -> Result<Option<List>, Failure> {
        let map = self.config_map(&format!("{tenant}--plan-{wanted}")).await?;
        let text = map.and_then(|map| map.data?.remove("changes.json"));
        Ok(text.filter(|text| hash(text, key) == wanted).and_then(|text| List::parse(&text)))
    }
}

/// 32 hexadecimal digits, which is what fits a person's eye and a commit.
fn hash(text: &str, key: &Key) -> String {
    let mut digits = key.digest(&["plan", text]);
    digits.truncate(32);
    digits
}
