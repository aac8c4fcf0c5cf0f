//! Which tests there are, and in which order they are run. Those that look at all of a cluster run one after the other; those that
//! have a tenant of their own and mostly wait run side by side.

use std::sync::Arc;

use anyhow::Result;
use e2e::terraform_image::Engine::{OpenTofu, Terraform};
use libtest_mimic::{Failed, Trial};

use crate::attacks;
use crate::chaos::{self, Full};
use crate::runs::Backend::{Kubernetes, S3};
use crate::world::World;
use crate::{
    aws, aws_rights, bench, contract, crowd, fence, fleet, life, pods, projects, rights, secrets, sources, strings,
    terraform, times, versions,
};

/// Tests of which the next are run when these have ended.
pub(crate) struct Round {
    /// How many at once.
    pub(crate) at_once: usize,
    /// The tests.
    pub(crate) trials: Vec<Trial>,
}

/// How many tests side by side: each waits for more than half of its time.
const SIDE_BY_SIDE: usize = 4;

type Test = fn(&World) -> Result<()>;

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

/// On the cluster with the tests' own cloud. Without one, what there would be.
pub(crate) fn with_stand_in(world: Option<&Arc<World>>) -> Vec<Round> {
    let tests = |tests: &'static [_]| tests.iter().map(|(name, test)| trial(*name, world, test));
    let attacks = attacks::all().map(|attack| {
        let attack = *attack;
        trial(format!("attacks::{}", attack.name), world, move |world| attack.is_tried(world))
    });
    vec![
        Round { at_once: 1, trials: tests(FIRST).collect() },
        Round { at_once: SIDE_BY_SIDE, trials: tests(SITES).collect() },
        Round { at_once: 1, trials: tests(FLEET).collect() },
        Round { at_once: SIDE_BY_SIDE, trials: tests(LIVES).collect() },
        Round { at_once: 1, trials: tests(TESTS).chain(attacks).chain(tests(LAST)).collect() },
    ]
}

/// On the cluster with the real AWS provider.
pub(crate) fn with_aws(world: Option<&Arc<World>>) -> Vec<Round> {
    let tests = |tests: &'static [_]| tests.iter().map(|(name, test)| trial(*name, world, test));
    let rows = aws_rights::rows().unwrap_or_else(|error| {
        eprintln!("error: terraform/rights.md: {error:#}");
        std::process::exit(1)
    });
    let rows = rows.into_iter().map(|row| {
        let name = format!("aws_rights::{}_line_{}", row.answer.word(), row.line);
        trial(name, world, move |world| aws_rights::holds(world, &row))
    });
    vec![
        Round { at_once: 1, trials: tests(AWS_FIRST).chain(rows).chain(tests(AWS_TIMES)).collect() },
        Round { at_once: SIDE_BY_SIDE, trials: tests(AWS_LIVES).collect() },
    ]
}

fn trial(
    name: impl Into<String>,
    world: Option<&Arc<World>>,
    test: impl FnOnce(&World) -> Result<()> + Send + 'static,
) -> Trial {
    let world = world.cloned();
    Trial::test(name, move || match world {
        Some(world) => world.run(test).map_err(|error| Failed::from(format!("{error:#}"))),
        None => Ok(()),
    })
}
