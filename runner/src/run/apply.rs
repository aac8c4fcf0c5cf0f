//! Brings the cloud to what the inputs say.

use serde_json::json;

use super::session::Session;
use crate::approval::{Change, Changes, List};
use crate::cluster::applied::Outcome;
use crate::engine::events::Count;
use crate::engine::state::State;
use crate::engine::{Engine, LOCK_TIMEOUT};
use crate::failure::Failure;
use crate::inputs::Approval;
use crate::say;
use crate::stop::Stop;

impl Session<'_> {
    pub(super) async fn apply(&mut self) -> Result<(), Failure> {
        let engine = self.begin().await?;
        self.first_state(&engine).await?;
        let run = &self.inputs.run;
        let variables = self.variables();
        self.count = self
            .steadily(&engine, &[&variables], async || match run.approval {
                Approval::None => self.do_it(&engine, &["apply", "-auto-approve", &variables]).await,
                approval => self.apply_approved(&engine, approval, &variables).await,
            })
            .await?;
        // First: what is published may be refused, and what was applied was applied. An open approval is used up by a run that
        // did not need it too: what it was for may have been done by an earlier one, which did not get this far.
        let used = self.open_approval().await?.is_ok();
        self.cluster.remember(self.inputs, Outcome::Applied, used).await?;
        self.publish(&engine).await
    }

    /// Plans, sees that what needs approval has it, and applies that very plan.
    async fn apply_approved(
        &self,
        engine: &Engine,
        approval: Approval,
        variables: &str,
    ) -> Result<Option<Count>, Failure> {
        let (changes, _) = self.planned(engine, &[variables]).await?;
        let needed = match approval {
            Approval::None => false,
            Approval::Destructive => changes.0.iter().any(Change::is_destructive),
            Approval::All => !changes.is_empty(),
        };
        if needed {
            self.approved(changes).await?;
        }
        self.apply_plan(engine).await
    }

    /// Whether a person has approved all of these changes.
    async fn approved(&self, changes: Changes) -> Result<(), Failure> {
        let run = &self.inputs.run;
        let list = self.list(changes).await?;
        let key = self.cluster.plan_key(&run.tenant).await?;
        let approved = self.open_approval().await?.unwrap_or_else(|why| {
            why.into_iter().for_each(say::line);
            Changes::default()
        });
        let (all, beyond) = (list.changes.0.len(), list.changes.beyond(&approved));
        if beyond.is_empty() {
            say::line(format!("all {all} changes were approved"));
            return Ok(());
        }
        for change in &beyond.0 {
            say::line(format!("not approved: {} of {}", change.actions.join(" and "), change.address));
        }
        let hash = self.cluster.keep_plan(&run.tenant, &list, &key).await?;
        Err(Failure::ApprovalNeeded { tenant: run.tenant.clone(), open: beyond.0.len(), all, hash })
    }

    /// The changes that the tenant's file approves; else why it approves nothing, where it says that it does.
    async fn open_approval(&self) -> Result<Result<Changes, Option<String>>, Failure> {
        let run = &self.inputs.run;
        let Some(hash) = &run.approved_plan else { return Ok(Err(None)) };
        let key = self.cluster.plan_key(&run.tenant).await?;
        let found = self.cluster.plan(&run.tenant, hash, &key).await?;
        let next = self.next_approval().await?;
        Ok(match found {
            Some(found) if found.approval == next => Ok(found.changes),
            Some(_) => Err(Some(format!("plan `{hash}` was approved for once, and was applied: nothing is approved"))),
            None => Err(Some(format!("no plan `{hash}` is known for this tenant: nothing is approved"))),
        })
    }

    /// These changes, as the list for the next approval.
    pub(super) async fn list(&self, changes: Changes) -> Result<List, Failure> {
        Ok(List { approval: self.next_approval().await?, changes })
    }

    async fn next_approval(&self) -> Result<u64, Failure> {
        Ok(self.cluster.approvals(&self.inputs.run.tenant).await?.saturating_add(1))
    }

    /// Applies the plan that was made last.
    pub(super) async fn apply_plan(&self, engine: &Engine) -> Result<Option<Count>, Failure> {
        self.do_it(engine, &["apply", super::plan::FILE]).await
    }

    /// Runs a command that changes the cloud.
    pub(super) async fn do_it(&self, engine: &Engine, command: &[&str]) -> Result<Option<Count>, Failure> {
        let [name, rest @ ..] = command else { return Ok(None) };
        let arguments = [&[*name, "-input=false", LOCK_TIMEOUT, "-json"], rest].concat();
        let mut ended = self.spoken(engine, &arguments).await?;
        let count = ended.count.take();
        ended.into_result(engine, &self.stop).map(|()| count)
    }

    /// Writes an empty state where there was never one, and refuses a place where there is none and should be. Without one Terraform reads the backend before each write
    /// (`PersistState` in `internal/states/remote/state.go`): where its first write was stored and not acknowledged, it would
    /// take that for somebody's, and write it again in place of what came after it.
    async fn first_state(&self, engine: &Engine) -> Result<(), Failure> {
        let run = &self.inputs.run;
        let last = self.cluster.last_run(&run.tenant).await?;
        if last.as_ref().is_some_and(|last| last.backend == run.backend) {
            return Ok(());
        }
        self.steadily(engine, &[], async || {
            if engine.pull(&self.stop).await?.is_some() {
                return Ok(());
            }
            // All that the tenant has would be made again.
            if last.is_some() {
                return Err(Failure::StateElsewhere);
            }
            let lineage = self.uid.as_str();
            let empty = json!({"version": 4, "serial": 1, "lineage": lineage, "outputs": {}, "resources": []});
            engine.push(&State::parse(empty.to_string().into_bytes())?, false, &self.stop).await
        })
        .await
    }

    /// Writes what the module puts out for the tenant.
    async fn publish(&self, engine: &Engine) -> Result<(), Failure> {
        if self.inputs.run.module.outputs.is_empty() {
            return Ok(());
        }
        // All is applied: what is left is done even if the run has to stop.
        let outputs = engine.output(&["output", "-json"], &Stop::brief()).await?;
        let outputs = serde_json::from_slice(&outputs).map_err(|error| Failure::Gibberish {
            engine: engine.name(),
            what: "its outputs",
            reason: error.to_string(),
        })?;
        self.cluster.publish(&self.inputs.run, &outputs).await
    }
}
