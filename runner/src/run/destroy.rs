//! Takes away what the tenant has. The empty state stays where it is, for deleting it would need rights that nothing else needs;
//! ConfigMap `<tenant>--terraform-applied` says what became of the tenant.

use super::session::Session;
use crate::cluster::applied::Outcome;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::inputs::{Data, Destroy};
use crate::say;

impl Session<'_> {
    pub(super) async fn destroy(&mut self) -> Result<(), Failure> {
        let run = &self.inputs.run;
        let confirmed = run.destroy.as_ref().filter(|destroy| destroy.confirm == run.tenant);
        let Some(Destroy { data, .. }) = confirmed else {
            return Err(Failure::Unconfirmed { tenant: run.tenant.clone() });
        };
        let outcome = match (data, &run.module.keep_data) {
            (Data::Keep, None) if !run.module.holds_data.is_empty() => {
                return Err(Failure::CannotKeep(run.module.name.clone()));
            }
            (Data::Keep, Some(switch)) => {
                let engine = self.begin().await?;
                self.keep_data(&engine, switch).await?;
                Outcome::DataKept
            }
            _ => {
                let engine = self.begin().await?;
                if *data == Data::Keep {
                    say::line("the module says that nothing of it holds data: all is taken away");
                } else if let Some(switch) = &run.module.delete_data {
                    self.let_go(&engine, switch).await?;
                }
                self.destroy_all(&engine, *data).await?;
                Outcome::Destroyed
            }
        };
        self.cluster.remember(self.inputs, outcome, false).await
    }

    /// Keeping data is no destroying: it is an apply in which all else is at zero. What it would do is looked at first, for the
    /// module's word alone is too little where data is at stake.
    async fn keep_data(&mut self, engine: &Engine, switch: &str) -> Result<(), Failure> {
        say::line("what holds data is kept, everything else is taken away");
        let told = [self.variables(), format!("-var={switch}=true")];
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        self.count = self
            .steadily(engine, &told, async || {
                let (changes, _) = self.planned(engine, &told).await?;
                let taken =
                    changes.0.iter().filter(|change| change.is_destructive() && self.holds_data(&change.address));
                let taken: Vec<String> = taken.map(|change| format!("`{}`", change.address)).collect();
                if !taken.is_empty() {
                    return Err(Failure::TakesData(taken.join(", ")));
                }
                self.apply_plan(engine).await
            })
            .await?;
        Ok(())
    }

    /// Whether this address is, or is an instance of, what the module says holds data.
    fn holds_data(&self, address: &str) -> bool {
        let is = |held: &String| {
            address
                .strip_prefix(held)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('[') || rest.starts_with('.'))
        };
        self.inputs.run.module.holds_data.iter().any(is)
    }

    /// What protects data counts as it is in the state, so the protection is taken away first. Of what holds data only that
    /// which is still there: an apply of the rest would make anew what an earlier attempt has destroyed.
    async fn let_go(&mut self, engine: &Engine, switch: &str) -> Result<(), Failure> {
        let state = self.steadily(engine, &[], async || engine.pull(&self.stop).await).await?;
        let present = state.map(|state| state.addresses()).unwrap_or_default();
        let holds_data = |address: &&String| self.holds_data(address);
        let targets: Vec<String> =
            present.iter().filter(holds_data).map(|address| format!("-target={address}")).collect();
        if targets.is_empty() {
            return Ok(());
        }
        say::line("taking the protection from what holds data");
        let switch = format!("-var={switch}=true");
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        self.changed(engine, &[&["apply", "-auto-approve"], targets.as_slice()].concat(), &[&switch]).await
    }

    async fn destroy_all(&mut self, engine: &Engine, data: Data) -> Result<(), Failure> {
        let switch = self.inputs.run.module.delete_data.as_ref().filter(|_| data == Data::Delete);
        let switch = switch.map(|switch| format!("-var={switch}=true"));
        let switch: Vec<&str> = switch.iter().map(String::as_str).collect();
        self.changed(engine, &["destroy", "-auto-approve"], &switch).await
    }

    async fn changed(&mut self, engine: &Engine, command: &[&str], switches: &[&str]) -> Result<(), Failure> {
        let variables = self.variables();
        let told = [&[variables.as_str()], switches].concat();
        let command = [command, told.as_slice()].concat();
        self.count = self.steadily(engine, &told, async || self.do_it(engine, &command).await).await?;
        Ok(())
    }
}
