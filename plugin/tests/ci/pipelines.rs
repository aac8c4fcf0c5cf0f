//! What both pipelines do with a change: green or red, what they acknowledge, and the one comment.

use tenantry::review::Rule;
use tenantry::review::history::Word;

use crate::repository::Repository;
use crate::request::{Ended, MARKER, Request, visitor};
use crate::{github, gitlab, support};

const ACME: &str = "tenants/acme/tenant.yaml";
const GLOBEX: &str = "tenants/globex/tenant.yaml";

fn ring(fleet: &Repository) {
    fleet.replace(ACME, "{tier: pro}", "{tier: pro, ring: canary}");
}

fn destroying(fleet: &Repository) {
    fleet.replace(ACME, "{tier: pro}", "{tier: pro, state: destroying, destroy: {confirm: acme}}");
}

fn terraform_off(fleet: &Repository) {
    fleet.replace(
        GLOBEX,
        "terraform: {variables: {database_mode: dedicated}, generation: 1}",
        "terraform: {enabled: false}",
    );
}

fn generation_down(fleet: &Repository) {
    fleet.replace(GLOBEX, "jwt: {generation: 2}", "jwt: {generation: 1}");
}

fn shrunk(fleet: &Repository) {
    let access = "data-science: {group: globex-ds, role: edit";
    fleet.replace(GLOBEX, &format!("{access}}}"), &format!("{access}, enabled: false}}"));
}

/// Whether the scripts can run here. Not to be run where all of it must be is a failure.
fn can_run() -> bool {
    let missing = ["bash", "git", "jq", "openssl"].into_iter().find(|program| {
        let version = if *program == "openssl" { "version" } else { "--version" };
        !std::process::Command::new(program).arg(version).output().is_ok_and(|output| output.status.success())
    });
    if let Some(program) = missing {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "there is no `{program}`");
        eprintln!("not run: there is no `{program}`");
    }
    missing.is_none()
}

/// Both pipelines, on their own copies of a change.
fn both(edit: fn(&Repository), labels: &[&'static str], check: impl Fn(&Request, &Ended)) {
    if !can_run() {
        return;
    }
    for run in [github::run, gitlab::run] {
        let mut request = Request::new(edit);
        request.labels = labels.to_vec();
        check(&request, &run(&request));
    }
}

fn green(edit: fn(&Repository), labels: &[&'static str]) {
    both(edit, labels, |_, ended| assert!(ended.is_green, "{}", ended.log));
}

fn red(edit: fn(&Repository), labels: &[&'static str], why: &str) {
    both(edit, labels, |_, ended| {
        assert!(!ended.is_green, "{}", ended.log);
        assert!(ended.log.contains(why), "`{why}` in {}", ended.log);
    });
}

#[test]
fn what_changes_is_green_and_what_destroys_wants_a_word() {
    green(|_| {}, &[]);
    green(ring, &["team: field"]);
    red(destroying, &[], "something is destroyed: look at the review");
    red(destroying, &["allow DATA-LOSS:globex"], "something is destroyed: look at the review");
    green(destroying, &["bug", "allow DATA-LOSS:acme"]);
    green(destroying, &["allow DATA-LOSS:*"]);
}

#[test]
fn what_may_not_become_of_a_tenant_is_red() {
    red(terraform_off, &["allow TERRAFORM:*", "allow DATA-LOSS:*", "allow SHRUNK:*"], "Terraform");
    let label = "`allow GENERATION:tenant`, `allow SHRUNK:tenant` or `allow UNREAD:tenant`";
    red(generation_down, &[], label);
    red(generation_down, &["allow SHRUNK:globex"], label);
    green(generation_down, &["allow GENERATION:globex"]);
    red(shrunk, &[], label);
    green(shrunk, &["allow SHRUNK:globex"]);
}

#[test]
fn each_word_is_for_the_command_that_knows_it() {
    let rules: Vec<String> = Rule::ALL.iter().map(|rule| format!("{}:acme", rule.word())).collect();
    let words: Vec<String> = Word::ALL.iter().map(|word| format!("{}:acme", word.word())).collect();
    let known: Vec<&'static str> =
        rules.iter().chain(&words).map(|word| &*Box::leak(format!("allow {word}").into_boxed_str())).collect();
    let others = ["allow DATA-LOS:acme", "allow FAILS:", "allow FAILS:a b", "allow $(touch run)", "allowed"];
    both(ring, &[&known[..], &others].concat(), |request, ended| {
        let options = |words: &[String]| words.iter().map(|word| format!(" --allow={word}")).collect::<String>();
        let base = &request.fleet.base;
        assert_eq!(ended.calls[0], format!("validate --against {base}{}", options(&words)));
        assert!(ended.calls[1].starts_with(&format!("diff {base}..")), "{:?}", ended.calls);
        assert!(ended.calls[1].ends_with(&format!(" -o markdown{}", options(&rules))), "{:?}", ended.calls);
        assert!(ended.is_green, "{}", ended.log);
        for told in [r"`allow DATA-LOS:acme`", r"`allow FAILS:`", r"`allow FAILS:a\ b`", r"`allow \$\(touch\ run\)`"] {
            let line = format!("passed over: the label {told}, which is no known word with a tenant\n");
            assert!(ended.log.contains(&line), "{line} in {}", ended.log);
        }
        assert!(!ended.log.contains("allowed`"), "{}", ended.log);
        assert!(!request.fleet.root.join("run").exists());
    });
}

#[test]
fn a_comparison_that_did_not_end_well_is_red() {
    for (ends, why) in [
        ("1", "the sides cannot be compared"),
        ("64", "this tenantry does not know the options"),
        ("70", "a defect of tenantry"),
        ("4", "`tenantry diff` did not run to its end: it ended with 4"),
        ("killed", "`tenantry diff` did not run to its end: it ended with 137"),
    ] {
        for run in [github::run, gitlab::run].into_iter().filter(|_| can_run()) {
            let mut request = Request::new(ring);
            request.ends = ends;
            let ended = run(&request);
            assert!(!ended.is_green && ended.log.contains(why), "`{why}` in {}", ended.log);
            let own = &ended.comments[1];
            assert!(own.starts_with(&format!("{MARKER}\nTenantry could not compare: see ")), "{own}");
            assert!(!own.contains("half of a rev"), "{own}");
        }
    }
}

#[test]
fn one_comment_is_kept_up_to_date() {
    if !can_run() {
        return;
    }
    for run in [github::run, gitlab::run] {
        let request = Request::new(destroying);
        let mut bodies = Vec::new();
        for _ in 0..2 {
            let ended = run(&request);
            // The program's own text, and nothing else: it is cut where a comment ends.
            let diff: Vec<&str> = ended.calls[1].split(' ').collect();
            let path = std::env::var("PATH").unwrap();
            let review = support::Run::new(&request.fleet.root, diff).env("PATH", &path).run().stdout;
            assert_eq!(ended.comments, [visitor(), review]);
            assert_eq!(ended.comments[1].matches(MARKER).count(), 1);
            bodies.push(ended.comments[1].clone());
            request.fleet.reset();
            // As in a push by force.
            ring(&request.fleet);
            request.fleet.commit("Only another ring");
        }
        assert!(bodies[0].contains("DATA-LOSS") && !bodies[1].contains("DATA-LOSS"), "{bodies:?}");
    }
}

/// What the main branch did since is nobody's change, whichever way the pipeline has it.
#[test]
fn what_the_main_branch_did_is_not_the_changes() {
    let edit = |fleet: &Repository| {
        ring(fleet);
        fleet.commit("Change");
        fleet.git(&["checkout", "--quiet", "main"]);
        fleet.replace(GLOBEX, "jwt: {generation: 2}", "jwt: {generation: 3}");
        fleet.commit("Of somebody else");
        fleet.git(&["checkout", "--quiet", "change"]);
    };
    both(edit, &[], |_, ended| {
        assert!(ended.is_green, "{}", ended.log);
        assert!(ended.comments[1].contains("`acme`") && !ended.comments[1].contains("globex"), "{}", ended.comments[1]);
    });
    if !can_run() {
        return;
    }
    let request = Request::new(edit);
    let (base, target) = (request.fleet.base.clone(), request.fleet.git(&["rev-parse", "main"]));
    request.fleet.git(&["merge", "--quiet", "--no-edit", "main"]);
    let variables = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*base), ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &*target)];
    let ended = gitlab::run_with(&request, &variables);
    assert!(ended.is_green, "{}", ended.log);
    assert!(ended.comments[1].contains("`acme`") && !ended.comments[1].contains("globex"), "{}", ended.comments[1]);
}

#[test]
fn a_base_that_is_not_there_is_red() {
    if !can_run() {
        return;
    }
    let request = Request::new(ring);
    request.fleet.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let ended = github::run(&request);
    assert!(!ended.is_green && ended.calls.is_empty() && ended.comments.len() == 1, "{}", ended.log);
    let nowhere = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", "0123456789012345678901234567890123456789")];
    let ended = gitlab::run_with(&request, &nowhere);
    assert!(!ended.is_green && ended.log.contains("the sides cannot be compared"), "{}", ended.log);
    let ended = gitlab::run_with(&request, &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")]);
    assert!(!ended.is_green && ended.calls.is_empty(), "{}", ended.log);
}
