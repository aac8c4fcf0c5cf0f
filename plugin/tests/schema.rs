//! The committed schemas are what the types say, and the shipped files hold to them.

mod support;

use serde_json::Value;
use support::{Run, folders, testdata};
use tenantry::problem::Problems;
use tenantry::source::Sources;
use tenantry::tree::document;

fn committed(file: &str) -> String {
    let path = testdata().join(format!("../schema/{file}.json"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn committed_schemas_are_up_to_date() {
    for file in ["tenant", "platform"] {
        let now = Run::new(&testdata(), ["schema", file]).run();
        assert!(
            now.stdout == committed(file),
            "schema/{file}.json is out of date: run `cargo run -p tenantry -- schema {file} > schema/{file}.json`"
        );
    }
}

fn read(path: &std::path::Path) -> Value {
    let sources = Sources::default();
    let file = sources.add("file", std::fs::read_to_string(path).unwrap());
    let mut problems = Problems::new();
    let node = document(&sources, file, &mut problems).unwrap();
    serde_json::to_value(&node).unwrap()
}

#[test]
fn shipped_files_hold_to_the_schemas() {
    let validator = |file: &str| {
        let schema: Value = serde_json::from_str(&committed(file)).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    };
    let (tenant, platform) = (validator("tenant"), validator("platform"));
    for cell in ["fleet", "custom"] {
        let root = testdata().join(cell);
        let mut checks = vec![(&platform, root.join("platform.yaml"))];
        checks.extend(folders(&root.join("tenants")).into_iter().map(|folder| (&tenant, folder.join("tenant.yaml"))));
        for (schema, path) in checks {
            let value = read(&path);
            let errors: Vec<String> =
                schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        }
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema: Value = serde_json::from_str(&committed("tenant")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for broken in ["unknown-field", "wrong-type", "bad-name"] {
        let tenants = testdata().join("errors").join(broken).join("tenants");
        let Some(folder) = folders(&tenants).into_iter().next() else { panic!("no tenant in {broken}") };
        assert!(!validator.is_valid(&read(&folder.join("tenant.yaml"))), "{broken}");
    }
}
