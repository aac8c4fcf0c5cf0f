//! Says what an apply would change, and keeps the list, so that it can be approved before anything is applied.

use serde_json::Value;

use super::session::Session;
use crate::approval::Changes;
use crate::engine::events::Count;
use crate::engine::{Engine, LOCK_TIMEOUT};
use crate::failure::Failure;
use crate::say;

/// The plan's file, in the work folder. It may hold secrets, and goes with the pod.
pub(super) const FILE: &str = "tenantry.tfplan";

impl Session<'_> {
    pub(super) async fn plan(&mut self) -> Result<(), Failure> {
        let engine = self.begin().await?;
        let variables = self.variables();
        let planned = self.steadily(&engine, &[], async || self.planned(&engine, &[&variables]).await).await;
        let (changes, count) = planned?;
        self.count = count;
        if changes.is_empty() {
            say::line("nothing would change");
            return Ok(());
        }
        let tenant = &self.inputs.run.tenant;
        let key = self.cluster.plan_key(tenant).await?;
        let list = self.list(changes).await?;
        let hash = self.cluster.keep_plan(tenant, &list, &key).await?;
        let text = format!(
            "{} changes, listed in ConfigMap `{tenant}--plan-{hash}`; to approve them: `terraform: {{approvedPlan: {hash}}}`",
            list.changes.0.len()
        );
        say::line(&text);
        say::terminated(&text);
        Ok(())
    }

    /// Plans into the file, and lists what it changes.
    pub(super) async fn planned(
        &self,
        engine: &Engine,
        variables: &[&str],
    ) -> Result<(Changes, Option<Count>), Failure> {
        let count = self.plan_into_file(engine, &[&[LOCK_TIMEOUT], variables].concat()).await?;
        let plan = self.shown(engine).await?;
        let key = self.cluster.plan_key(&self.inputs.run.tenant).await?;
        let changes = Changes::of_plan(&plan, &key).map_err(|reason| strange(engine, reason))?;
        Ok((changes, count))
    }

    pub(super) async fn plan_into_file(&self, engine: &Engine, more: &[&str]) -> Result<Option<Count>, Failure> {
        let out = format!("-out={FILE}");
        let mut ended = self.spoken(engine, &[&["plan", "-input=false", "-json", &out], more].concat()).await?;
        let count = ended.count.take();
        ended.into_result(engine, &self.stop).map(|()| count)
    }

    /// The plan's file, as JSON. It holds secrets.
    pub(super) async fn shown(&self, engine: &Engine) -> Result<Value, Failure> {
        let shown = engine.output(&["show", "-json", FILE], &self.stop).await?;
        serde_json::from_slice(&shown).map_err(|error| strange(engine, error))
    }
}

/// A plan that is not understood.
pub(super) fn strange(engine: &Engine, reason: impl ToString) -> Failure {
    Failure::Gibberish { engine: engine.name(), what: "its plan", reason: reason.to_string() }
}
