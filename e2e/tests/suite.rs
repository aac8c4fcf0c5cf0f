//! What is rendered, on a real Kubernetes with a real Argo CD. One cluster serves all tests; a second one after it those for which
//! Terraform has the real AWS provider. Tests that look at all of a cluster run one after the other; those that have a tenant of
//! their own and mostly wait run side by side.

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
#[path = "suite/aws.rs"]
mod aws;
#[path = "suite/aws_rights.rs"]
mod aws_rights;
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
#[path = "suite/tenant.rs"]
mod tenant;
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

use e2e::fleet::Modules;
use e2e::rights::table::Row;
use e2e::terraform_image::Engine::{OpenTofu, Terraform};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::attack::Attack;
use crate::chaos::Full;
use crate::runs::Backend::{Kubernetes, S3};
use crate::world::World;

type Test = fn(&World) -> anyhow::Result<()>;

/// What comes first: it makes the platform's own set, which the others need. What is measured wants a cluster without anything else.
const FIRST: &[(&str, Test)] = &[
    ("fleet::platform_is_synced", fleet::platform_is_synced),
    ("bench::the_runners_share", bench::the_runners_share),
    ("bench::the_real_provider", bench::the_real_provider),
    ("bench::fifty_jobs_queue", bench::fifty_jobs_queue),
];

/// Tests with a tenant of their own, whose runs are theirs alone: side by side, and while no fleet keeps the machine busy. The longest
/// come first.
const SITES: &[(&str, Test)] = &[
    ("pods::what_happens_to_pods", pods::what_happens_to_pods),
    ("chaos::a_held_lock_s3", |world| chaos::a_held_lock(world, S3)),
    ("chaos::a_held_lock_kubernetes", |world| chaos::a_held_lock(world, Kubernetes)),
    ("chaos::a_lost_backend_s3", |world| chaos::a_lost_backend(world, S3, Full::Nothing)),
    ("chaos::a_lost_backend_s3_no_room", |world| chaos::a_lost_backend(world, S3, Full::Bytes)),
    ("chaos::a_lost_backend_s3_no_files", |world| chaos::a_lost_backend(world, S3, Full::Files)),
    ("chaos::a_lost_backend_kubernetes_no_room", |world| chaos::a_lost_backend(world, Kubernetes, Full::Bytes)),
    ("chaos::a_lost_backend_kubernetes_no_files", |world| chaos::a_lost_backend(world, Kubernetes, Full::Files)),
    ("chaos::a_state_that_waits_s3", |world| chaos::a_state_that_waits(world, S3)),
    ("chaos::a_state_that_waits_kubernetes", |world| chaos::a_state_that_waits(world, Kubernetes)),
    ("chaos::blows_terraform_s3", |world| chaos::blows_at_random_times(world, Terraform, S3)),
    ("chaos::blows_terraform_kubernetes", |world| chaos::blows_at_random_times(world, Terraform, Kubernetes)),
    ("chaos::blows_opentofu_s3", |world| chaos::blows_at_random_times(world, OpenTofu, S3)),
    ("chaos::blows_opentofu_kubernetes", |world| chaos::blows_at_random_times(world, OpenTofu, Kubernetes)),
    ("chaos::a_failing_cloud", chaos::a_failing_cloud),
    ("terraform::a_life_terraform_s3", |world| terraform::a_life(world, Terraform, S3)),
    ("terraform::a_life_terraform_kubernetes", |world| terraform::a_life(world, Terraform, Kubernetes)),
    ("terraform::a_life_opentofu_s3", |world| terraform::a_life(world, OpenTofu, S3)),
    ("terraform::a_life_opentofu_kubernetes", |world| terraform::a_life(world, OpenTofu, Kubernetes)),
    ("terraform::an_approval", terraform::an_approval),
    ("terraform::a_binding", terraform::a_binding),
    ("terraform::kept_data", terraform::kept_data),
];
/// How many of them at once: each waits for more than half of its time.
const SIDE_BY_SIDE: usize = 4;

/// The fleet, whose times are measured as well.
const FLEET: &[(&str, Test)] = &[
    ("fleet::every_tenant_comes_up_and_stays", fleet::every_tenant_comes_up_and_stays),
    ("times::one_tenant_at_a_time", times::one_tenant_at_a_time),
];

/// Tests with tenants of their own beside the fleet, for which they mostly wait: side by side. The longest come first.
const LIVES: &[(&str, Test)] = &[
    ("secrets::what_is_made_once_stays", secrets::what_is_made_once_stays),
    ("secrets::what_a_job_makes_stays", secrets::what_a_job_makes_stays),
    ("secrets::what_is_missing_is_told", secrets::what_is_missing_is_told),
    ("life::a_value_changes_the_release_alone", life::a_value_changes_the_release_alone),
    ("contract::refusals_are_readable", contract::refusals_are_readable),
    ("life::a_variable_changes_and_changes_back", life::a_variable_changes_and_changes_back),
    ("life::a_tenant_is_destroyed_in_order", life::a_tenant_is_destroyed_in_order),
    ("life::a_tenant_moves_to_another_tier", life::a_tenant_moves_to_another_tier),
    ("life::a_broken_file_changes_nothing", life::a_broken_file_changes_nothing),
];

/// Tests that look at all of the cluster, or change what all tenants share: in the order in which they are run.
const TESTS: &[(&str, Test)] = &[
    ("versions::a_new_version_moves_nothing_by_itself", versions::a_new_version_moves_nothing_by_itself),
    ("fence::the_namespace_refuses", fence::the_namespace_refuses),
    ("projects::the_projects_refuse", projects::the_projects_refuse),
    ("projects::a_chart_cannot_undo_the_fence", projects::a_chart_cannot_undo_the_fence),
    ("rights::everybody_may_do_what_is_meant", rights::everybody_may_do_what_is_meant),
    ("rights::a_token_reaches_nothing_else", rights::a_token_reaches_nothing_else),
    ("attacks::the_page_says_the_same", attacks::the_page_says_the_same),
    ("strings::all_arrive", strings::all_arrive),
    ("contract::another_version_is_refused", contract::another_version_is_refused),
    ("contract::a_loop_ends", contract::a_loop_ends),
    ("sources::links", sources::links),
    ("sources::what_is_gone", sources::what_is_gone),
];

/// What comes after the attacks: so many more tenants would be in the way of looking at everything.
const LAST: &[(&str, Test)] = &[("crowd::a_cell_in_one_push", crowd::a_cell_in_one_push)];

/// On the cluster with the real AWS provider, in order. What each role may do comes next.
const AWS_FIRST: &[(&str, Test)] = &[
    ("aws::every_tenant_comes_up", aws::every_tenant_comes_up),
    ("aws_rights::the_linter_finds_nothing", aws_rights::the_linter_finds_nothing),
];

/// After that what is measured.
const AWS_TIMES: &[(&str, Test)] = &[("aws::one_tenant_at_a_time", aws::one_tenant_at_a_time)];

/// Tests there with a tenant of their own, for which they mostly wait: side by side.
const AWS_LIVES: &[(&str, Test)] = &[
    ("aws::a_database_is_kept_and_deleted", aws::a_database_is_kept_and_deleted),
    ("aws::a_life", aws::a_life),
    ("aws::a_kill_between_the_role_and_the_state", aws::a_kill_between_the_role_and_the_state),
];

/// Tests that share a cluster.
struct Stage {
    rounds: fn(Option<&Arc<World>>) -> Vec<Round>,
    report: &'static str,
}

/// Some of them: the next are run when these have ended.
struct Round {
    at_once: usize,
    trials: Vec<Trial>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if let Some(missing) = e2e::requirements::missing() {
        eprintln!("the suite was not run: {missing}");
        // Where somebody relies on it, a suite that was not run is one that failed.
        return if std::env::var("CI").is_ok_and(|ci| ci == "true") { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    if let Err(error) = World::clears() {
        eprintln!("the suite was not run: {error:#}");
        return ExitCode::FAILURE;
    }
    let with_stand_in = Stage { rounds: stand_in_rounds, report: "report.md" };
    let with_aws = Stage { rounds: aws_rounds, report: "report-aws.md" };
    let mirror = e2e::mirror::find();
    let shipped = mirror.as_deref().map(|mirror| Modules::Shipped { mirror });
    let (first, second) = (with_stand_in.run(&arguments, Some(Modules::StandIn)), with_aws.run(&arguments, shipped));
    if first && second { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Stage {
    /// Runs what the arguments ask for, on a cluster with these modules; without any, all of it is skipped and said to be.
    fn run(&self, arguments: &Arguments, modules: Option<Modules<'_>>) -> bool {
        let is_wanted = |round: &Round| round.trials.iter().any(|trial| is_wanted(arguments, trial.name()));
        if !(self.rounds)(None).iter().any(is_wanted) {
            return true;
        }
        let Some(modules) = modules.filter(|_| !arguments.list) else {
            let trials = (self.rounds)(None).into_iter().flat_map(|round| round.trials);
            let trials = trials.map(|trial| trial.with_ignored_flag(modules.is_none())).collect();
            if modules.is_none() {
                eprintln!("ignored, the shipped module with the real provider: {}", e2e::mirror::MISSING);
            }
            return !libtest_mimic::run(arguments, trials).has_failed();
        };
        // A thread that enters a cluster's network does not get out again.
        std::thread::scope(|scope| {
            let ended = scope.spawn(|| self.run_on(arguments, modules)).join();
            ended.unwrap_or_default()
        })
    }

    fn run_on(&self, arguments: &Arguments, modules: Modules<'_>) -> bool {
        let world = match World::start(modules) {
            Ok(world) => Arc::new(world),
            Err(error) => {
                eprintln!("the suite's cluster did not start: {error:#}");
                World::clear();
                return false;
            }
        };
        let mut passed = true;
        for Round { at_once, trials } in (self.rounds)(Some(&world)) {
            if trials.iter().any(|trial| is_wanted(arguments, trial.name())) {
                let arguments = Arguments { test_threads: Some(at_once), ..arguments.clone() };
                passed &= !libtest_mimic::run(&arguments, trials).has_failed();
            }
        }
        if !passed {
            world.keep_logs();
        }
        if let Err(error) = world.report(self.report) {
            eprintln!("no report: {error:#}");
        }
        match Arc::into_inner(world).map(World::end) {
            Some(Ok(())) => passed,
            Some(Err(error)) => {
                eprintln!("the suite's cluster did not end: {error:#}");
                false
            }
            None => false,
        }
    }
}

/// Whether the arguments ask for a trial, as the harness understands them.
fn is_wanted(arguments: &Arguments, name: &str) -> bool {
    let fits = |text: &String| if arguments.exact { name == text } else { name.contains(text.as_str()) };
    arguments.filter.as_ref().is_none_or(fits) && !arguments.skip.iter().any(fits)
}

fn trial((name, test): &(&str, Test), world: Option<&Arc<World>>) -> Trial {
    let (test, world) = (*test, world.cloned());
    Trial::test(*name, move || match world {
        Some(world) => world.run(test).map_err(|error| Failed::from(format!("{error:#}"))),
        None => Ok(()),
    })
}

fn stand_in_rounds(world: Option<&Arc<World>>) -> Vec<Round> {
    let attack = |attack: &Attack| {
        let (attack, world) = (*attack, world.cloned());
        Trial::test(format!("attacks::{}", attack.name), move || match world {
            Some(world) => {
                world.run(|world| attack.is_tried(world)).map_err(|error| Failed::from(format!("{error:#}")))
            }
            None => Ok(()),
        })
    };
    let tests = |tests: &'static [_]| tests.iter().map(|test| trial(test, world));
    vec![
        Round { at_once: 1, trials: tests(FIRST).collect() },
        Round { at_once: SIDE_BY_SIDE, trials: tests(SITES).collect() },
        Round { at_once: 1, trials: tests(FLEET).collect() },
        Round { at_once: SIDE_BY_SIDE, trials: tests(LIVES).collect() },
        Round { at_once: 1, trials: tests(TESTS).chain(attacks::all().map(attack)).chain(tests(LAST)).collect() },
    ]
}

fn aws_rounds(world: Option<&Arc<World>>) -> Vec<Round> {
    let row = |row: Row| {
        let (name, world) = (format!("aws_rights::{}_line_{}", row.answer.word(), row.line), world.cloned());
        Trial::test(name, move || match world {
            Some(world) => {
                world.run(|world| aws_rights::holds(world, &row)).map_err(|error| Failed::from(format!("{error:#}")))
            }
            None => Ok(()),
        })
    };
    let tests = |tests: &'static [_]| tests.iter().map(|test| trial(test, world));
    let rows = aws_rights::rows().unwrap_or_else(|error| {
        eprintln!("error: terraform/rights.md: {error:#}");
        std::process::exit(1)
    });
    let alone = tests(AWS_FIRST).chain(rows.into_iter().map(row)).chain(tests(AWS_TIMES));
    vec![
        Round { at_once: 1, trials: alone.collect() },
        Round { at_once: SIDE_BY_SIDE, trials: tests(AWS_LIVES).collect() },
    ]
}
