//! `tenantry diff --rendered`: folders that were rendered before, and what is none of them.

mod repository;
mod support;

use std::fs;
use std::os::unix::fs::symlink;

use repository::Repository;
use serde_json::Value;

const GLOBEX: &str = "tenants/globex/tenant.yaml";
const PLATFORM: &str = "platform.yaml";

/// Folders that were rendered before say the same as the commits that they were rendered of.
#[test]
fn rendered_before() {
    let fleet = Repository::new();
    let render =
        |folder: &str| assert_eq!(fleet.run(&["render", ".", "tenants", "-o", &format!("dir={folder}")]).code, 0);
    render("rendered/before");
    assert_eq!(fleet.diff(&["--rendered", "rendered/before", "rendered/before"]).code, 0);
    fleet.replace(
        PLATFORM,
        "labels: {example.com/cost-centre: platform}",
        "labels: {example.com/cost-centre: everybody}",
    );
    fleet.replace(GLOBEX, "jwt: {generation: 2}", "jwt: {generation: 3}");
    render("rendered/after");
    let sets = |arguments: &[&str]| -> Vec<(String, String)> {
        let ended = fleet.diff(arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (2, ""), "{ended}");
        let review: Value = serde_json::from_str(&ended.stdout).unwrap();
        let mut sets: Vec<(String, String)> = review["sets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|set| {
                let names = set["members"].as_array().unwrap().iter().map(|member| member["name"].to_string());
                (names.collect(), set["objects"].as_array().unwrap().len().to_string())
            })
            .collect();
        sets.sort();
        sets
    };
    let folders = sets(&["--rendered", "rendered/before", "rendered/after", "-o", "json"]);
    let commits = sets(&["HEAD", "-o", "json"]);
    let tenants = |sets: &[(String, String)]| -> Vec<(String, String)> {
        sets.iter().filter(|(names, _)| !names.contains("platform") && !names.contains("before")).cloned().collect()
    };
    assert_eq!(tenants(&folders), tenants(&commits));
    for arguments in [
        &["--rendered", "rendered/before"][..],
        &["--rendered", "rendered/before", "none"],
        &["--rendered", "modules", "tenants"],
    ] {
        let ended = fleet.diff(arguments);
        assert!(ended.code == 64 || ended.code == 1, "{arguments:?}: {ended}");
        assert_eq!(ended.stdout, "", "{arguments:?}");
    }
}

/// A folder of something else is no set, and nothing of a set is left out.
#[test]
fn what_is_no_set_is_refused() {
    let fleet = Repository::new();
    assert_eq!(fleet.run(&["render", "tenants/hobby", "-o", "dir=good"]).code, 0);
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: t-hobby}\n";
    fleet.write("bad/hobby/00-namespace.yaml", namespace);
    fleet.write("bad/hobby/01-again.yml", namespace);
    fleet.write("bad/hobby/02-text.yaml", "just text\n");
    fleet.write("bad/hobby/03-nameless.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}\n");
    fleet.write("bad/hobby/04-broken.yaml", "kind: [\n");
    fleet.write("bad/hobby/README.md", "No manifest.\n");
    symlink("00-namespace.yaml", fleet.root.join("bad/hobby/05-link.yaml")).unwrap();
    symlink("hobby", fleet.root.join("bad/other")).unwrap();
    fs::create_dir(fleet.root.join("empty")).unwrap();
    let mut text = String::new();
    for [base, head] in [["good", "bad"], ["tenants", "."], ["good", "empty"], ["empty", "bad"], ["good", "none"]] {
        let ended = fleet.diff(&["--rendered", base, head]);
        text.push_str(&format!("$ tenantry diff --rendered {base} {head}\n{ended}\n"));
    }
    insta::with_settings!({snapshot_path => "snapshots/rendered", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("wrong", text);
    });
}

/// An object in a file of another name is the same object.
#[test]
fn every_manifest_is_read() {
    let fleet = Repository::new();
    for folder in ["before", "after"] {
        assert_eq!(fleet.run(&["render", "tenants/hobby", "-o", &format!("dir={folder}")]).code, 0);
    }
    let set = fleet.root.join("after/hobby");
    let set = if set.is_dir() { set } else { fleet.root.join("after/tenants/hobby") };
    let namespace = set.join("00-namespace-t-hobby.yaml");
    fs::rename(&namespace, namespace.with_extension("yml")).unwrap();
    let ended = fleet.diff(&["--rendered", "before", "after"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "before → after: 1 unchanged\n"), "{ended}");
}
