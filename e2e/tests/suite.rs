//! What is rendered, on a real Kubernetes with a real Argo CD. One cluster serves all tests, which run one after the other.

#[path = "suite/attack.rs"]
mod attack;
#[path = "suite/attack_folder.rs"]
mod attack_folder;
#[path = "suite/attack_plain.rs"]
mod attack_plain;
#[path = "suite/attack_pods.rs"]
mod attack_pods;
#[path = "suite/attacks.rs"]
mod attacks;
#[path = "suite/bench.rs"]
mod bench;
#[path = "suite/cell.rs"]
mod cell;
#[path = "suite/chaos.rs"]
mod chaos;
#[path = "suite/contract.rs"]
mod contract;
#[path = "suite/crowd.rs"]
mod crowd;
#[path = "suite/fence.rs"]
mod fence;
#[path = "suite/fleet.rs"]
mod fleet;
#[path = "suite/life.rs"]
mod life;
#[path = "suite/logs.rs"]
mod logs;
#[path = "suite/objects.rs"]
mod objects;
#[path = "suite/pods.rs"]
mod pods;
#[path = "suite/projects.rs"]
mod projects;
#[path = "suite/redis.rs"]
mod redis;
#[path = "suite/rights.rs"]
mod rights;
#[path = "suite/runs.rs"]
mod runs;
#[path = "suite/secrets.rs"]
mod secrets;
#[path = "suite/sources.rs"]
mod sources;
#[path = "suite/strings.rs"]
mod strings;
#[path = "suite/terraform.rs"]
mod terraform;
#[path = "suite/times.rs"]
mod times;
#[path = "suite/versions.rs"]
mod versions;
#[path = "suite/world.rs"]
mod world;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::attack::Attack;
use crate::world::World;

type Test = fn(&World) -> anyhow::Result<()>;

/// The tests, in the order in which they are run: the first makes the platform's own set, which the others need.
const TESTS: &[(&str, Test)] = &[
    ("fleet::platform_is_synced", fleet::platform_is_synced),
    ("fleet::every_tenant_comes_up_and_stays", fleet::every_tenant_comes_up_and_stays),
    ("times::one_tenant_at_a_time", times::one_tenant_at_a_time),
    ("life::a_variable_changes_and_changes_back", life::a_variable_changes_and_changes_back),
    ("life::a_value_changes_the_release_alone", life::a_value_changes_the_release_alone),
    ("life::a_tenant_moves_to_another_tier", life::a_tenant_moves_to_another_tier),
    ("life::a_broken_file_changes_nothing", life::a_broken_file_changes_nothing),
    ("life::a_tenant_is_destroyed_in_order", life::a_tenant_is_destroyed_in_order),
    ("versions::a_new_version_moves_nothing_by_itself", versions::a_new_version_moves_nothing_by_itself),
    ("terraform::a_life", terraform::a_life),
    ("terraform::an_approval", terraform::an_approval),
    ("terraform::a_binding", terraform::a_binding),
    ("terraform::kept_data", terraform::kept_data),
    ("pods::what_happens_to_pods", pods::what_happens_to_pods),
    ("bench::the_runners_share", bench::the_runners_share),
    ("bench::the_real_provider", bench::the_real_provider),
    ("bench::fifty_jobs_queue", bench::fifty_jobs_queue),
    ("chaos::a_failing_cloud", chaos::a_failing_cloud),
    ("chaos::a_held_lock", chaos::a_held_lock),
    ("chaos::a_lost_backend", chaos::a_lost_backend),
    ("chaos::a_state_that_waits", chaos::a_state_that_waits),
    ("chaos::blows_at_random_times", chaos::blows_at_random_times),
    ("fence::the_namespace_refuses", fence::the_namespace_refuses),
    ("projects::the_projects_refuse", projects::the_projects_refuse),
    ("projects::a_chart_cannot_undo_the_fence", projects::a_chart_cannot_undo_the_fence),
    ("rights::everybody_may_do_what_is_meant", rights::everybody_may_do_what_is_meant),
    ("rights::a_token_reaches_nothing_else", rights::a_token_reaches_nothing_else),
    ("attacks::the_page_says_the_same", attacks::the_page_says_the_same),
    ("strings::all_arrive", strings::all_arrive),
    ("contract::refusals_are_readable", contract::refusals_are_readable),
    ("contract::another_version_is_refused", contract::another_version_is_refused),
    ("contract::a_loop_ends", contract::a_loop_ends),
    ("sources::links", sources::links),
    ("sources::what_is_gone", sources::what_is_gone),
    ("secrets::what_is_made_once_stays", secrets::what_is_made_once_stays),
    ("secrets::what_a_job_makes_stays", secrets::what_a_job_makes_stays),
    ("secrets::what_is_missing_is_told", secrets::what_is_missing_is_told),
];

/// What comes after the attacks: two hundred more tenants would be in the way of looking at everything.
const LAST: &[(&str, Test)] = &[("crowd::two_hundred_tenants_in_one_push", crowd::two_hundred_tenants_in_one_push)];

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
    let attack = |attack: &Attack| {
        let (attack, world) = (*attack, world.cloned());
        Trial::test(format!("attacks::{}", attack.name), move || match world {
            Some(world) => {
                world.run(|world| attack.is_tried(world)).map_err(|error| Failed::from(format!("{error:#}")))
            }
            None => Ok(()),
        })
    };
    TESTS.iter().map(trial).chain(attacks::all().map(attack)).chain(LAST.iter().map(trial)).collect()
}
