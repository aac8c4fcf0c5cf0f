//! Brings the cloud to what the inputs say.

use super::session::Session;
use crate::approval::Changes;
use crate::cluster::applied::Outcome;
use crate::engine::{Engine, LOCK_TIMEOUT};
use crate::failure::Failure;
use crate::inputs::Approval;
use crate::say;
use crate::stop::Stop;

/// The plan's file, in the work folder. It may hold secrets, and goes with the pod.
pub(super) const PLAN: &str = "tenantry.tfplan";

impl Session<'_> {
    pub(super) async fn apply(&mut self) -> Result<(), Failure> {
        let engine = self.begin().await?;
        let run = &self.inputs.run;
        let variables = self.variables();
        let changes = self
            .steadily(&engine, &[&variables], async || match run.approval {
                Approval::None => self.apply_directly(&engine).await,
                approval => self.apply_approved(&engine, approval).await,
            })
            .await?;
        self.changes = changes;
        self.publish(&engine).await?;
        self.cluster.remember(self.inputs, Outcome::Applied).await
    }

    /// One command, which plans and applies: a plan of its own would read everything twice.
    async fn apply_directly(&self, engine: &Engine) -> Result<Option<crate::engine::events::Changes>, Failure> {
        let variables = self.variables();
        let arguments = ["apply", "-auto-approve", "-input=false", LOCK_TIMEOUT, "-json", &variables];
        let mut ended = self.spoken(engine, &arguments).await?;
        let changes = ended.changes.take();
        ended.into_result(engine, &self.stop).map(|()| changes)
    }

    /// Plans, sees that what needs approval has it, and applies that very plan.
    async fn apply_approved(
        &self,
        engine: &Engine,
        approval: Approval,
    ) -> Result<Option<crate::engine::events::Changes>, Failure> {
        let changes = self.planned(engine).await?;
        let needed = match approval {
            Approval::None => false,
            Approval::Destructive => changes.0.iter().any(crate::approval::Change::is_destructive),
            Approval::All => !changes.is_empty(),
        };
        if needed {
            self.approved(&changes).await?;
        }
        let mut ended = self.spoken(engine, &["apply", "-input=false", LOCK_TIMEOUT, "-json", PLAN]).await?;
        let changes = ended.changes.take();
        ended.into_result(engine, &self.stop).map(|()| changes)
    }

    /// Whether a person has approved all of these changes.
    async fn approved(&self, changes: &Changes) -> Result<(), Failure> {
        let run = &self.inputs.run;
        let key = self.cluster.plan_key(&self.inputs.run.tenant).await?;
        let approved = match &run.approved_plan {
            Some(hash) if self.cluster.spent_before(&run.tenant).await?.lines().any(|spent| spent == hash) => {
                say::line(format!("plan `{hash}` was approved for once, and was applied: nothing is approved"));
                Changes::default()
            }
            Some(hash) => {
                let found = self.cluster.plan(&run.tenant, hash, &key).await?;
                if found.is_none() {
                    say::line(format!("no plan `{hash}` is known for this tenant: nothing is approved"));
                }
                found.unwrap_or_default()
            }
            None => Changes::default(),
        };
        let beyond = changes.beyond(&approved);
        if beyond.is_empty() {
            say::line(format!("all {} changes were approved", changes.0.len()));
            return Ok(());
        }
        for change in &beyond.0 {
            say::line(format!("not approved: {} of {}", change.actions.join(" and "), change.address));
        }
        let hash = self.cluster.keep_plan(&run.tenant, changes, &key).await?;
        Err(Failure::ApprovalNeeded { tenant: run.tenant.clone(), open: beyond.0.len(), all: changes.0.len(), hash })
    }

    /// Writes what the module puts out for the tenant.
    async fn publish(&self, engine: &Engine) -> Result<(), Failure> {
        if self.inputs.run.module.outputs.is_empty() {
            return Ok(());
        }
        // All is applied: what is left is done even if the run has to stop.
        let outputs = engine.output(&["output", "-json", "-no-color"], &Stop::never()).await?;
        let outputs = serde_json::from_slice(&outputs).map_err(|error| Failure::Gibberish {
            engine: engine.name(),
            what: "its outputs",
            reason: error.to_string(),
        })?;
        self.cluster.publish(&self.inputs.run, &outputs).await
    }
}
