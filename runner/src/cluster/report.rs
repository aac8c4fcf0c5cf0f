//! The drift report: what somebody changed behind Terraform's back, for dashboards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Cluster, of_tenant};
use crate::approval::Changes;
use crate::failure::Failure;

/// A look for drift.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// When it was made.
    pub checked: Timestamp,
    /// What was found.
    pub result: Result,
    /// Why nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What an apply of the last inputs would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// What a look for drift found. A label of the ConfigMap says it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Result {
    /// Nothing.
    None,
    /// Something.
    Drifted,
    /// Nothing that could be relied on.
    Unknown,
}

impl Result {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Drifted => "drifted",
            Self::Unknown => "unknown",
        }
    }
}

impl Cluster {
    /// Writes the report in place of the last one.
    ///
    /// # Errors
    /// The API server refuses it.
    pub async fn write_report(&self, tenant: &str, report: &Report) -> std::result::Result<(), Failure> {
        let text = serde_json::to_string_pretty(report).unwrap_or_default();
        let mut map = of_tenant(tenant, "terraform-drift");
        map.data = Some(BTreeMap::from([("report.json".to_owned(), text)]));
        let labels = map.metadata.labels.get_or_insert_default();
        labels.insert("tenantry.dev/drift".to_owned(), report.result.word().to_owned());
        self.write(&map).await
    }
}
