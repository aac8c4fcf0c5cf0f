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
