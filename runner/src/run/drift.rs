//! Looks for what somebody changed behind Terraform's back. Changes nothing, holds no lock that an apply would wait for, and
//! always ends well: a failed Job would make the tenant Degraded.

use std::fs;

use jiff::Timestamp;

use super::plan::strange;
use super::session::Session;
use crate::approval::Changes;
use crate::cluster::report::{Report, Result as Found};
use crate::engine::Engine;
use crate::failure::Failure;
use crate::inputs::{Module, Run};
use crate::say;

impl Session<'_> {
    pub(super) async fn drift(&mut self) {
        let checked = Timestamp::now();
        let report = match self.look().await {
            Ok(Look::Found(changes)) => {
                let result = if changes.is_empty() { Found::None } else { Found::Drifted };
                Report { checked, result, reason: None, changes: Some(changes) }
            }
            Ok(Look::Discarded(reason)) => unknown(checked, reason),
            Err(failure) => {
                if let Some(hint) = failure.hint() {
                    say::line(format!("hint: {hint}"));
                }
                unknown(checked, failure.to_string())
            }
        };
        match (&report.reason, &report.changes) {
            (Some(reason), _) => say::line(format!("nothing is known of drift: {reason}")),
            (None, Some(changes)) if changes.is_empty() => say::line("no drift"),
            (None, changes) => {
                for change in changes.iter().flat_map(|changes| &changes.0) {
                    say::line(format!("drift: {} of {}", change.actions.join(" and "), change.address));
                }
            }
        }
        if self.bound
            && let Err(failure) = self.cluster.write_report(&self.inputs.run.tenant, &report).await
        {
            say::line(format!("warning: the report is not written: {failure}"));
        }
    }

    async fn look(&mut self) -> Result<Look, Failure> {
        let engine = self.begin_to_look().await?;
        let Some(applied) = self.cluster.applied(&self.inputs.run.tenant).await? else {
            return Ok(Look::Discarded("nothing was applied yet".to_owned()));
        };
        let module = &self.inputs.run.module;
        let last: Option<Run> = serde_json::from_str(&applied.run).ok();
        let code = |module: &Module| (module.name.clone(), module.version.clone(), module.digest.clone());
        if last.is_none_or(|last| code(&last.module) != code(module)) {
            return Ok(Look::Discarded("the module was changed since the last apply".to_owned()));
        }
        let variables = engine.folder.join("applied.tfvars.json");
        fs::write(&variables, applied.variables)
            .map_err(|source| Failure::Unwritable { path: variables.clone(), source })?;
        let before = self.version(&engine).await?;
        let changes = self.differences(&engine, &format!("-var-file={}", variables.display())).await?;
        // What happened meanwhile is no drift; nor is what a run did whose state is not in the backend yet.
        let tenant = &self.inputs.run.tenant;
        let at_work = match self.cluster.whose_turn(tenant).await? {
            Some(lock) => Some(lock),
            None => engine.locked(&self.stop).await?,
        };
        if let Some(lock) = at_work {
            return Ok(Look::Discarded(format!("something is at work: {lock}")));
        }
        if self.cluster.kept(tenant).await?.is_some() {
            return Ok(Look::Discarded("the state of an earlier run waits to be pushed to its backend".to_owned()));
        }
        if self.version(&engine).await? != before {
            return Ok(Look::Discarded("the state has changed meanwhile".to_owned()));
        }
        Ok(Look::Found(changes))
    }

    async fn version(&self, engine: &Engine) -> Result<Option<crate::engine::state::Version>, Failure> {
        Ok(engine.pull(&self.stop).await?.map(|state| state.version))
    }

    async fn differences(&self, engine: &Engine, variables: &str) -> Result<Changes, Failure> {
        self.steadily(engine, &[], async || self.plan_into_file(engine, &["-lock=false", variables]).await).await?;
        let plan = self.shown(engine).await?;
        let key = self.cluster.plan_key(&self.inputs.run.tenant).await?;
        let mut changes = Changes::of_plan(&plan, &key).map_err(|reason| strange(engine, reason))?;
        // An output is what the state says of itself.
        changes.0.retain(|change| !change.is_output());
        // Something that was changed and that the module does not set is no plan's matter, but somebody's doing.
        let behind = Changes::behind(&plan, &key).map_err(|reason| strange(engine, reason))?;
        changes.0.extend(
            behind
                .0
                .into_iter()
                .filter(|drift| changes.0.iter().all(|change| change.address != drift.address))
                .collect::<Vec<_>>(),
        );
        Ok(changes)
    }
}

/// What a look gave.
enum Look {
    Found(Changes),
    Discarded(String),
}

fn unknown(checked: Timestamp, reason: String) -> Report {
    Report { checked, result: Found::Unknown, reason: Some(reason), changes: None }
}
