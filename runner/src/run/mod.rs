//! A run of Terraform for one tenant, from its inputs to its summary.

mod adopt;
mod apply;
mod destroy;
mod drift;
mod lock;
mod plan;
mod rescue;
mod session;
mod steady;

use std::path::Path;

use jiff::Timestamp;

use crate::cluster::Cluster;
use crate::cluster::runs::{REASON, Summary};
use crate::command::Action;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::say;
use crate::stop::Stop;
use session::Session;

/// Runs Terraform, and keeps a summary of the run.
pub async fn terraform(action: Action, folder: &Path) -> Exit {
    let exit = match begin(action, folder) {
        Ok((inputs, cluster, stop)) => whole(action, &inputs, &cluster, stop).await,
        Err(failure) => say::failure(&failure),
    };
    // A failed look would make the tenant Degraded, and says nothing of it.
    if action == Action::Drift { Exit::Done } else { exit }
}

async fn whole(action: Action, inputs: &Inputs, cluster: &Cluster, stop: Stop) -> Exit {
    let started = Timestamp::now();
    let mut session = match Session::new(inputs, cluster, stop) {
        Ok(session) => session,
        Err(failure) => return say::failure(&failure),
    };
    let result = act(action, &mut session).await;
    session.end_turn(&result).await;
    let exit = match &result {
        Ok(()) => Exit::Done,
        Err(failure) => say::failure(failure),
    };
    let took = Timestamp::now().duration_since(started);
    let summary = Summary {
        action,
        started,
        seconds: took.as_secs_f64(),
        exit,
        pod: cluster.pod.clone(),
        module: inputs.run.module.version.clone(),
        generation: inputs.run.generation,
        changes: session.count.take(),
        reason: result.err().map(|failure| beginning(&failure.to_string())),
    };
    // A binding that was refused says that this run is not the tenant's: its summaries stay the tenant's own.
    if session.bound
        && let Err(failure) = cluster.add_run(&inputs.run.tenant, &summary).await
    {
        say::line(format!("warning: no summary of this run is kept: {failure}"));
    }
    let spent = session.spent.get().as_secs_f64();
    let took = Timestamp::now().duration_since(started).as_secs_f64();
    say::line(format!(
        "ended with {} after {took:.3} s, of which {} took {spent:.3} s",
        exit.code(),
        inputs.run.engine.program()
    ));
    exit
}

fn begin(action: Action, folder: &Path) -> Result<(Inputs, Cluster, Stop), Failure> {
    let stop = Stop::listen().map_err(|error| Failure::NoCluster(format!("no signals: {error}")))?;
    let inputs = Inputs::read(folder)?;
    let run = &inputs.run;
    say::line(format!(
        "tenantry-runner {}: {} of tenant `{}` with module `{}` {}",
        env!("CARGO_PKG_VERSION"),
        serde_json::to_value(action).unwrap_or_default().as_str().unwrap_or_default(),
        run.tenant,
        run.module.name,
        run.module.version,
    ));
    let cluster = Cluster::connect()?;
    Ok((inputs, cluster, stop))
}

async fn act(action: Action, session: &mut Session<'_>) -> Result<(), Failure> {
    match action {
        Action::Apply => session.apply().await,
        Action::Plan => session.plan().await,
        Action::Destroy => session.destroy().await,
        Action::Drift => {
            session.drift().await;
            Ok(())
        }
    }
}

fn beginning(text: &str) -> String {
    let mut end = text.len().min(REASON);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}
