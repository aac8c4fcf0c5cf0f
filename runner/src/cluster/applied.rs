//! What was applied last: drift is looked for against it, not against what somebody has written since.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use super::{Cluster, of_tenant};
use crate::failure::Failure;
use crate::inputs::{Inputs, Run};

const PART: &str = "terraform-applied";

/// What became of the tenant's infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is as the inputs say.
    Applied,
    /// What holds data is left.
    DataKept,
    /// Nothing is left; the empty state stays in its backend.
    Destroyed,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::DataKept => "dataKept",
            Self::Destroyed => "destroyed",
        }
    }
}

/// The inputs of the last run that succeeded.
#[derive(Clone, Debug)]
pub struct Applied {
    /// `run.json`.
    pub run: String,
    /// `terraform.tfvars.json`.
    pub variables: String,
}

impl Cluster {
    /// Remembers what was done; `approved` where an open approval is used up by it.
    ///
    /// # Errors
    /// The API server refuses it.
    pub async fn remember(&self, inputs: &Inputs, outcome: Outcome, approved: bool) -> Result<(), Failure> {
        let approvals = self.approvals(&inputs.run.tenant).await?.saturating_add(u64::from(approved)).to_string();
        let data = [
            ("outcome", outcome.word()),
            ("approvals", &approvals),
            ("run.json", &inputs.run_text),
            ("terraform.tfvars.json", &inputs.variables_text),
        ];
        let data: BTreeMap<String, String> = data.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        self.write(&ConfigMap { data: Some(data), ..of_tenant(&inputs.run.tenant, PART) }).await
    }

    /// How many approvals of this tenant were used up.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn approvals(&self, tenant: &str) -> Result<u64, Failure> {
        let count = self.record(tenant).await?.get("approvals").and_then(|count| count.parse().ok());
        Ok(count.unwrap_or_default())
    }

    /// The run that was last done for this tenant to its end, whatever it was.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn last_run(&self, tenant: &str) -> Result<Option<Run>, Failure> {
        Ok(self.record(tenant).await?.get("run.json").and_then(|run| serde_json::from_str(run).ok()))
    }

    /// All that is remembered of a tenant; nothing where nothing was ever done to its end.
    async fn record(&self, tenant: &str) -> Result<BTreeMap<String, String>, Failure> {
        let map = self.config_map(&format!("{tenant}--{PART}")).await?;
        Ok(map.and_then(|map| map.data).unwrap_or_default())
    }

    /// What was applied last; none where there is nothing, or nothing any more.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn applied(&self, tenant: &str) -> Result<Option<Applied>, Failure> {
        let mut data = self.record(tenant).await?;
        let mut take = |key: &str| data.remove(key);
        Ok(match (take("outcome"), take("run.json"), take("terraform.tfvars.json")) {
            (Some(outcome), Some(run), Some(variables)) if outcome == Outcome::Applied.word() => {
                Some(Applied { run, variables })
            }
            _ => None,
        })
    }
}
