//! Says what an apply would change, and keeps the list, so that it can be approved before anything is applied.

use serde_json::Value;

use super::apply::PLAN;
use super::session::Session;
use crate::approval::Changes;
use crate::engine::{Engine, LOCK_TIMEOUT};
use crate::failure::Failure;
use crate::say;

impl Session<'_> {
    pub(super) async fn plan(&mut self) -> Result<(), Failure> {
        let engine = self.begin().await?;
        let changes = self.steadily(&engine, &[], async || self.planned(&engine).await).await?;
        if changes.is_empty() {
            say::line("nothing would change");
            return Ok(());
        }
        let key = self.cluster.plan_key(&self.inputs.run.tenant).await?;
        let tenant = &self.inputs.run.tenant;
        let hash = self.cluster.keep_plan(tenant, &changes, &key).await?;
        let text = format!(
            "{} changes, listed in ConfigMap `{tenant}--plan-{hash}`; to approve them: `terraform: {{approvedPlan: {hash}}}`",
            changes.0.len()
        );
        say::line(&text);
        say::terminated(&text);
        Ok(())
    }

    /// Plans into a file, and lists what it changes.
    pub(super) async fn planned(&self, engine: &Engine) -> Result<Changes, Failure> {
        let (out, variables) = (format!("-out={PLAN}"), self.variables());
        let ended = self.spoken(engine, &["plan", "-input=false", LOCK_TIMEOUT, "-json", &out, &variables]).await?;
        ended.into_result(engine, &self.stop)?;
        let plan = self.shown(engine).await?;
        let key = self.cluster.plan_key(&self.inputs.run.tenant).await?;
        Ok(Changes::of_plan(&plan, &key))
    }

    /// The plan's file, as JSON. It holds secrets.
    pub(super) async fn shown(&self, engine: &Engine) -> Result<Value, Failure> {
        let shown = engine.output(&["show", "-json", PLAN], &self.stop).await?;
        serde_json::from_slice(&shown).map_err(|error| Failure::Gibberish {
            engine: engine.name(),
            what: "its plan",
            reason: error.to_string(),
        })
    }
}
