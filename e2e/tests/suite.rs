//! What is rendered, on a real Kubernetes with a real Argo CD. One cluster serves all tests, which run one after the other.

#[path = "suite/cell.rs"]
mod cell;
#[path = "suite/contract.rs"]
mod contract;
#[path = "suite/fleet.rs"]
mod fleet;
#[path = "suite/objects.rs"]
mod objects;
#[path = "suite/redis.rs"]
mod redis;
#[path = "suite/secrets.rs"]
mod secrets;
#[path = "suite/sources.rs"]
mod sources;
#[path = "suite/strings.rs"]
mod strings;
#[path = "suite/world.rs"]
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::world::World;

type Test = fn(&World) -> anyhow::Result<()>;

/// The tests, in the order in which they are run: the first makes the platform's own set, which the others need.
const TESTS: &[(&str, Test)] = &[
    ("fleet::platform_is_synced", fleet::platform_is_synced),
    ("fleet::every_tenant_comes_up_and_stays", fleet::every_tenant_comes_up_and_stays),
    ("strings::all_arrive", strings::all_arrive),
    ("contract::refusals_are_readable", contract::refusals_are_readable),
    ("contract::another_version_is_refused", contract::another_version_is_refused),
    ("contract::a_loop_ends", contract::a_loop_ends),
    ("sources::links", sources::links),
    ("sources::what_is_gone", sources::what_is_gone),
    ("secrets::what_is_made_once_stays", secrets::what_is_made_once_stays),
    ("secrets::what_is_missing_is_told", secrets::what_is_missing_is_told),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    if let Some(missing) = e2e::requirements::missing() {
        eprintln!("the suite was not run: {missing}");
        // Where somebody relies on it, a suite that was not run is one that failed.
        return if std::env::var("CI").is_ok_and(|ci| ci == "true") { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(None)).exit_code();
    }
    // From here on this thread and all that it starts are in the cluster's network.
    let world = match World::start() {
        Ok(world) => Arc::new(world),
        Err(error) => {
            eprintln!("the suite's cluster did not start: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&world)));
    if conclusion.has_failed() {
        world.keep_logs();
    }
    if let Err(error) = world.report() {
        eprintln!("no report: {error:#}");
    }
    match Arc::into_inner(world).map(World::end) {
        Some(Ok(())) => conclusion.exit_code(),
        Some(Err(error)) => {
            eprintln!("the suite's cluster did not end: {error:#}");
            ExitCode::FAILURE
        }
        None => ExitCode::FAILURE,
    }
}

fn trials(world: Option<&Arc<World>>) -> Vec<Trial> {
    let trial = |(name, test): &(&str, Test)| {
        let (test, world) = (*test, world.cloned());
        Trial::test(*name, move || match world {
            Some(world) => world.run(test).map_err(|error| Failed::from(format!("{error:#}"))),
            None => Ok(()),
        })
    };
    TESTS.iter().map(trial).collect()
}
