//! The last runs of a tenant, which stay readable after pod and node are gone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::ConfigMap;
use serde::Serialize;

use super::{Cluster, of_tenant};
use crate::command::Action;
use crate::engine::events::Count;
use crate::exit::Exit;
use crate::failure::Failure;

const PART: &str = "terraform-runs";
/// How many runs are kept.
const KEPT: usize = 5;
/// How much is kept of why a run failed, in bytes.
pub const REASON: usize = 4096;

/// A run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// What was done.
    pub action: Action,
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub seconds: f64,
    /// How it ended.
    pub exit: Exit,
    /// The pod.
    pub pod: String,
    /// The module's version.
    pub module: String,
    /// The generation.
    pub generation: i64,
    /// What was changed, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Count>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Cluster {
    /// Adds a run to the last ones.
    ///
    /// # Errors
    /// The API server refuses it.
    pub async fn add_run(&self, tenant: &str, summary: &Summary) -> Result<(), Failure> {
        let key = format!("{:.3}.{}", summary.started, self.pod).replace(':', "-");
        let value = serde_json::to_string(summary).unwrap_or_default();
        let old = self.config_map(&format!("{tenant}--{PART}")).await?.and_then(|map| map.data).unwrap_or_default();
        let data = with(old, key, value);
        // The applier's own fields are all of it, so what is left out is removed. Two runs that end in the same moment may lose
        // one summary of two, which is all that is at stake.
        self.write(&ConfigMap { data: Some(data), ..of_tenant(tenant, PART) }).await
    }
}

/// The last runs with one more. Keys begin with the time, so that their order is the runs'.
fn with(mut runs: BTreeMap<String, String>, key: String, value: String) -> BTreeMap<String, String> {
    runs.insert(key, value);
    while runs.len() > KEPT {
        runs.pop_first();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last() {
        let mut runs = BTreeMap::new();
        for number in 0..8 {
            runs = with(runs, format!("2026-01-01T00-00-0{number}.000Z.pod"), number.to_string());
        }
        assert_eq!(runs.into_values().collect::<Vec<_>>(), ["3", "4", "5", "6", "7"]);
    }
}
