//! What is rendered, on a real Kubernetes with a real Argo CD. One cluster serves all tests; a second one after it those for which
//! Terraform has the real AWS provider. `rounds.rs` says in which order.

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
#[path = "suite/rounds.rs"]
mod rounds;
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
use libtest_mimic::Arguments;

use crate::rounds::Round;
use crate::world::World;

/// Tests that share a cluster.
struct Stage {
    rounds: fn(Option<&Arc<World>>) -> Vec<Round>,
    report: &'static str,
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
    let with_stand_in = Stage { rounds: rounds::with_stand_in, report: "report.md" };
    let with_aws = Stage { rounds: rounds::with_aws, report: "report-aws.md" };
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
