//! The files of `deploy/ci` and the hook for pre-commit: YAML, with commands that there are, and scripts into which nothing is pasted.
//! What the scripts do is in `pipelines`: they run, on real repositories.

mod github;
mod gitlab;
mod pipelines;
#[path = "../repository/mod.rs"]
mod repository;
mod request;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{Run, testdata};
use tenantry::problem::Problems;
use tenantry::report;
use tenantry::source::Sources;
use tenantry::tree::{Entry, Node, Value, document};

const FILES: &[&str] = &["deploy/ci/github-workflow.yaml", "deploy/ci/gitlab-ci.yaml", ".pre-commit-hooks.yaml"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A file as the plugin's own reader sees it, which is stricter than any other.
fn read(path: &str) -> Node {
    let sources = Sources::default();
    let text = std::fs::read_to_string(workspace().join(path)).unwrap();
    let mut problems = Problems::new();
    let tree = document(&sources, sources.add(path, text), &mut problems);
    let told: Vec<String> = problems.into_sorted().iter().map(|problem| report::line(problem, &sources)).collect();
    assert!(told.is_empty(), "{told:?}");
    tree.unwrap()
}

/// Every text under one of these keys, also in a list.
fn texts(node: &Node, keys: &[&str], inside: bool, found: &mut Vec<String>) {
    match &node.value {
        Value::Text(text) if inside => found.push(text.to_string()),
        Value::List(items) => items.iter().for_each(|item| texts(item, keys, inside, found)),
        Value::Map(map) => {
            for Entry { key, node, .. } in map.iter() {
                texts(node, keys, keys.contains(&key.as_str()), found);
            }
        }
        _ => {}
    }
}

fn under(path: &str, keys: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    texts(&read(path), keys, false, &mut found);
    found
}

fn scripts(path: &str) -> Vec<String> {
    under(path, &["run", "before_script", "script", "entry"])
}

/// The arguments of each call of `tenantry`, as far as they stand there.
fn calls(script: &str) -> Vec<Vec<String>> {
    script
        .lines()
        .filter_map(|line| line.trim().strip_prefix("tenantry "))
        .map(|rest| rest.split_whitespace().map(str::to_owned).collect())
        .collect()
}

#[test]
fn commands_exist() {
    let help = |arguments: &[&str]| Run::new(&testdata(), arguments).run().stdout;
    let all = help(&["--help"]);
    let has = |command: &str| all.lines().any(|line| line.split_whitespace().next() == Some(command));
    for path in FILES {
        let calls: Vec<Vec<String>> = scripts(path).iter().flat_map(|script| calls(script)).collect();
        assert!(!calls.is_empty(), "{path} does not call tenantry");
        for call in calls {
            let command = call[0].as_str();
            assert!(has(command), "{path}: there is no `tenantry {command}`");
            let own = help(&[command, "--help"]);
            for flag in call.iter().filter(|argument| argument.starts_with('-')) {
                let is_it = |word: &str| word.trim_end_matches(',') == flag;
                assert!(own.split_whitespace().any(is_it), "{path}: `tenantry {command}` has no `{flag}`");
            }
        }
    }
}

#[test]
fn scripts_are_safe() {
    for path in FILES.iter().filter(|path| path.starts_with("deploy/ci")) {
        let scripts = scripts(path);
        assert!(scripts.len() >= 2, "{path}");
        for script in scripts {
            assert!(script.starts_with("set -euo pipefail\n"), "{path}: {script}");
            // GitHub pastes what an expression gives into the script before any shell reads it.
            for pasted in ["${{", "eval ", "bash -c", "sh -c", "source "] {
                assert!(!script.contains(pasted), "{path}: `{pasted}` in\n{script}");
            }
            is_bash(path, &script);
        }
    }
}

fn is_bash(path: &str, script: &str) {
    let bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut bash) = bash else {
        eprintln!("not looked at: there is no `bash`");
        return;
    };
    bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_runs_is_pinned() {
    let is_hash = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let actions = under(FILES[0], &["uses"]);
    assert!(!actions.is_empty());
    for action in actions {
        assert!(action.split_once('@').is_some_and(|(_, commit)| is_hash(commit, 40)), "{action}");
    }
    for image in [under(FILES[0], &["IMAGE"]), under(FILES[1], &["image"])].concat() {
        assert!(image.split_once("@sha256:").is_some_and(|(_, digest)| is_hash(digest, 64)), "{image}");
    }
}

#[test]
fn the_workflow_may_do_no_more_than_it_does() {
    let workflow = read(FILES[0]);
    assert!(workflow.get(&["permissions"]).and_then(Node::as_map).is_some_and(|map| map.is_empty()));
    let own = workflow.get(&["jobs", "tenantry", "permissions"]).unwrap();
    assert_eq!(serde_json::to_string(own).unwrap(), r#"{"contents":"read","pull-requests":"write"}"#);
    assert!(workflow.get(&["on", "pull_request_target"]).is_none());
}

/// The hook runs also where a template or a module's description changes, or a file goes: pre-commit does not count those that go.
#[test]
fn the_hook_runs_whatever_changes() {
    let hooks = serde_json::to_value(read(FILES[2])).unwrap();
    let hook = &hooks[0];
    let has = |key: &str| hook[key].as_bool();
    assert_eq!(
        (has("always_run"), has("pass_filenames"), &hook["files"]),
        (Some(true), Some(false), &serde_json::Value::Null)
    );
}
