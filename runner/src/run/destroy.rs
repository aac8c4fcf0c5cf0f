//! Takes away what the tenant has. The empty state stays where it is, for deleting it would need rights that nothing else needs;
//! ConfigMap `<tenant>--terraform-applied` says what became of the tenant.

use super::session::Session;
use crate::cluster::applied::Outcome;
use crate::engine::{Engine, LOCK_TIMEOUT};
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
        let holds_data = !run.module.holds_data.is_empty();
        let outcome = match (data, &run.module.keep_data) {
            (Data::Keep, None) if holds_data => return Err(Failure::CannotKeep(run.module.name.clone())),
            (Data::Keep, Some(switch)) if holds_data => {
                let engine = self.begin().await?;
                self.keep_data(&engine, switch).await?;
                Outcome::DataKept
            }
            _ => {
                let engine = self.begin().await?;
                if *data == Data::Delete
                    && let Some(switch) = &run.module.delete_data
                {
                    self.let_go(&engine, switch).await?;
                }
                self.destroy_all(&engine, *data).await?;
                Outcome::Destroyed
            }
        };
        self.cluster.remember(self.inputs, outcome).await
    }

    /// Keeping data is no destroying: it is an apply in which all else is at zero.
    async fn keep_data(&mut self, engine: &Engine, switch: &str) -> Result<(), Failure> {
        say::line("what holds data is kept, everything else is taken away");
        let switch = format!("-var={switch}=true");
        self.changed(engine, &["apply", "-auto-approve"], &[&switch]).await
    }

    /// What protects data counts as it is in the state, so the protection is taken away first. Of what holds data only that
    /// which is still there: an apply of the rest would make anew what an earlier attempt has destroyed.
    async fn let_go(&mut self, engine: &Engine, switch: &str) -> Result<(), Failure> {
        let state = self.steadily(engine, &[], async || engine.pull(&self.stop).await).await?;
        let present = state.map(|state| state.addresses()).unwrap_or_default();
        let is = |address: &str, held: &str| {
            address.strip_prefix(held).is_some_and(|key| key.is_empty() || key.starts_with('['))
        };
        let holds_data = |address: &&String| self.inputs.run.module.holds_data.iter().any(|held| is(address, held));
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
        let arguments = [command, &["-input=false", LOCK_TIMEOUT, "-json"], told.as_slice()].concat();
        let changes = self
            .steadily(engine, &told, async || {
                let mut ended = self.spoken(engine, &arguments).await?;
                let changes = ended.changes.take();
                ended.into_result(engine, &self.stop).map(|()| changes)
            })
            .await?;
        self.changes = changes;
        Ok(())
    }
}
