//! The whole text of every error, with its exit code. Each fixture is a folder with one thing wrong in it.

mod support;

use support::{Run, folders, name, testdata};

#[test]
fn every_error_whole() {
    for fixture in folders(&testdata().join("errors")) {
        let ended = Run::new(&fixture, ["validate"]).run();
        insta::with_settings!({snapshot_path => "snapshots/errors", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name(&fixture), ended.to_string());
        });
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{}", name(&fixture));
    }
}

/// What Argo CD shows: nothing on standard output, few short lines, the same at every try.
#[test]
fn generate_says_little_and_prints_nothing() {
    for fixture in folders(&testdata().join("errors")) {
        let places = folders(&fixture.join("tenants"));
        for place in places {
            let ended = Run::new(&place, ["generate"]).run();
            let what = format!("{}: {ended}", name(&fixture));
            assert!(ended.stderr.len() <= 2048, "{what}");
            assert!(ended.stderr.lines().count() <= 11, "{what}");
            assert!(!ended.stderr.contains('\u{1b}'), "{what}");
            assert!(!ended.stderr.contains(&testdata().to_string_lossy().into_owned()), "{what}");
            if ended.code == 0 {
                // Only wrong beside another tenant, or with what lies in the folder.
                let across = ["duplicate-", "stranger-", "platform-"];
                assert!(across.iter().any(|prefix| name(&fixture).starts_with(prefix)), "{what}");
                continue;
            }
            assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{what}");
            assert!(!ended.stderr.is_empty(), "{what}");
        }
    }
}
