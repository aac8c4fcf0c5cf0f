//! The whole output of every shipped tenant and platform, as YAML and as Argo CD gets it.

mod support;

use support::{Ended, Run, folders, name, testdata};

fn snapshot(cell: &str, name: &str, form: &str, text: &str) {
    insta::with_settings!({snapshot_path => "snapshots/golden", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(format!("{cell}__{name}.{form}"), text);
    });
}

#[test]
fn every_set_whole() {
    for cell in ["fleet", "custom"] {
        let root = testdata().join(cell);
        let mut places = folders(&root.join("tenants"));
        places.push(root.clone());
        for place in places {
            let name = if place == root { "platform".to_owned() } else { name(&place) };
            let generated = Run::new(&place, ["generate"]).run();
            let Ended { code: 0, stdout, stderr } = &generated else { panic!("{cell}/{name}: {generated}") };
            assert_eq!(stderr, "");
            snapshot(cell, &name, "json", stdout);
            let rendered = Run::new(&place, ["render"]).run();
            let Ended { code: 0, stdout, stderr } = &rendered else { panic!("{cell}/{name}: {rendered}") };
            assert_eq!(stderr, "");
            snapshot(cell, &name, "yaml", stdout);
        }
    }
}

#[test]
fn explains_a_tenant() {
    let ended = Run::new(&testdata().join("fleet"), ["explain", "tenants/globex"]).run();
    snapshot("fleet", "globex", "explain", &ended.to_string());
    let ended = Run::new(&testdata().join("fleet"), ["explain", "tenants/globex", ".releases.zenml.version"]).run();
    snapshot("fleet", "globex", "explain-field", &ended.to_string());
}

#[test]
fn the_fleets_are_valid() {
    for cell in ["fleet", "custom"] {
        let ended = Run::new(&testdata().join(cell), ["validate"]).run();
        snapshot(cell, "all", "validate", &ended.to_string());
        assert_eq!(ended.code, 0);
    }
}

/// What a tenant's set contains, the tenants' project lets through; what it contains beyond namespaced kinds is the
/// one Namespace.
#[test]
fn the_project_allows_what_is_rendered() {
    let objects = |folder: &std::path::Path| -> Vec<serde_json::Value> {
        let ended = Run::new(folder, ["generate"]).run();
        ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    for cell in ["fleet", "custom"] {
        let root = testdata().join(cell);
        let platform = objects(&root);
        let project = platform
            .iter()
            .find(|object| object["kind"] == "AppProject" && object["spec"].get("sourceNamespaces").is_none())
            .unwrap();
        let allowed: Vec<(&str, &str)> = project["spec"]["namespaceResourceWhitelist"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| (kind["group"].as_str().unwrap(), kind["kind"].as_str().unwrap()))
            .collect();
        for tenant in folders(&root.join("tenants")) {
            for object in objects(&tenant) {
                let version = object["apiVersion"].as_str().unwrap();
                let kind = (version.split_once('/').map_or("", |(group, _)| group), object["kind"].as_str().unwrap());
                assert!(allowed.contains(&kind) || kind == ("", "Namespace"), "{cell}: {kind:?}");
            }
        }
    }
}
