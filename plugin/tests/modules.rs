//! Descriptions of Terraform modules: what is written, what is refused, and what becomes of it.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{Ended, Run, copy, folders, name, testdata};

fn snapshot(folder: &str, name: &str, text: &str) {
    insta::with_settings!({snapshot_path => format!("snapshots/{folder}"), prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

/// Every description of a cell, with the module that it is of.
fn described() -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for cell in ["fleet", "custom"] {
        for entry in fs::read_dir(testdata().join(cell).join("modules")).unwrap() {
            let file = entry.unwrap().path();
            let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
            let (module, version) = stem.rsplit_once('-').unwrap();
            // The fleet has the shipped module, which is one of a version.
            let shipped = testdata().join("../terraform").join(module);
            let folder = if cell == "fleet" { shipped } else { testdata().join("modules").join(module).join(version) };
            found.push((folder, file));
        }
    }
    assert!(found.len() >= 2);
    found
}

#[test]
fn the_cells_descriptions_are_up_to_date() {
    for (module, file) in described() {
        let module = module.canonicalize().unwrap();
        let ended = Run::new(&module, ["module", "describe", "."]).run();
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{}: {ended}", module.display());
        let committed = fs::read_to_string(&file).unwrap();
        assert!(
            ended.stdout == committed,
            "{0} is out of date: run `cargo run -p tenantry -- module describe {1} -o {0}`",
            file.display(),
            module.display()
        );
    }
}

#[test]
fn a_description_whole() {
    let ended = Run::new(&testdata().join("module-syntax"), ["module", "describe", "."]).run();
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended}");
    snapshot("modules", "syntax", &ended.stdout);
}

#[test]
fn every_error_whole() {
    for fixture in folders(&testdata().join("module-errors")) {
        let ended = Run::new(&fixture, ["module", "describe", "."]).run();
        snapshot("modules", &format!("error-{}", name(&fixture)), &ended.to_string());
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{}", name(&fixture));
    }
}

fn module() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    copy(&testdata().join("modules/bucket/0.3.1"), &root.join("bucket"));
    (folder, root)
}

#[test]
fn into_a_file_and_against_one() {
    let (_keep, root) = module();
    let run = |arguments: &[&str]| Run::new(&root, [&["module", "describe", "bucket"], arguments].concat()).run();
    let printed = run(&[]);
    assert_eq!(printed.code, 0);
    assert_eq!(run(&["-o", "bucket.json"]).stdout, "wrote bucket.json\n");
    assert_eq!(fs::read_to_string(root.join("bucket.json")).unwrap(), printed.stdout);
    assert_eq!(run(&["--check", "bucket.json"]), Ended { code: 0, stdout: String::new(), stderr: String::new() });
    let names: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");

    // What Terraform leaves behind changes nothing; a file of the module does.
    fs::create_dir_all(root.join("bucket/.terraform/providers")).unwrap();
    fs::write(root.join("bucket/.terraform/terraform.tfstate"), "{}").unwrap();
    assert_eq!(run(&["--check", "bucket.json"]).code, 0);
    let text = fs::read_to_string(root.join("bucket/main.tf.json")).unwrap();
    fs::write(root.join("bucket/main.tf.json"), text.replace("\"days\": 7", "\"days\": 8")).unwrap();
    let ended = run(&["--check", "bucket.json"]);
    let stderr = ended.stderr.lines().filter(|line| !line.contains("digest")).collect::<Vec<_>>().join("\n");
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    assert_eq!(
        stderr,
        "error: `bucket.json` is not what the module in `bucket` is\n-           \"days\": 7,\n+           \"days\": 8,\n\
         hint: run `tenantry module describe bucket -o bucket.json`"
    );

    // In the module's own folder it would change what it describes.
    for arguments in [["-o", "bucket/bucket.json"], ["--check", "bucket/bucket.json"]] {
        assert_eq!(run(&arguments).code, 64);
    }
    for arguments in [["-o", "none/bucket.json"], ["-o", "bucket"], ["--check", "none.json"]] {
        let ended = run(&arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{ended}");
    }
    for folder in ["none", "bucket.json"] {
        let ended = Run::new(&root, ["module", "describe", folder]).run();
        assert!(ended.code == 1 || ended.code == 64, "{ended}");
    }
}

/// What the runner is told of the fleet's module, after `change` of its description.
fn told(tenant: &str, change: impl Fn(&mut Value)) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let root: &Path = &folder.path().canonicalize().unwrap();
    copy(&testdata().join("fleet"), root);
    let file = root.join("modules/tenant-2.0.0.json");
    let mut description: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    change(&mut description);
    fs::write(&file, description.to_string()).unwrap();
    let ended = Run::new(&root.join("tenants").join(tenant), ["generate"]).run();
    assert_eq!(ended.code, 0, "{ended}");
    let objects = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let run = objects.filter_map(|object| object["data"]["run.json"].as_str().map(str::to_owned)).next().unwrap();
    serde_json::from_str::<Value>(&run).unwrap()["module"].clone()
}

/// An import of what a variable names: the tenant's value, the platform's, the module's default, or nothing to adopt.
#[test]
fn imports_are_evaluated() {
    let module = told("globex", |description| {
        description["variables"]["nickname"] = json!({"type": "string", "default": null});
        let import = |id: &str| json!({"id": id, "tags": {"tenant": "${{ tenant.id }}", "fixed": "yes"}});
        description["imports"] = json!({
            "aws_db_instance.tenant": import("${{ variables.database_mode }}-{key}"),
            "aws_iam_role.tenant": import("${{ variables.role_name }}"),
            "aws_iam_role_policy_attachment.extra": import("${{ platform.name }}/${{ variables.extra_policies | length }}"),
            "aws_s3_bucket.tenant": import("${{ variables.nickname }}"),
            "aws_s3_bucket.in_text": import("x-${{ variables.nickname }}"),
            "aws_s3_bucket.by_tag": {"id": "x", "tags": {"a": "b", "c": "${{ variables.nickname }}"}},
        });
    });
    let tags = json!({"fixed": "yes", "tenant": "7c9e6679-7425-40de-944b-e07fc1f90ae7"});
    assert_eq!(
        module["imports"],
        json!({
            "aws_db_instance.tenant": {"id": "dedicated-{key}", "tags": tags},
            "aws_iam_role.tenant": {"id": "zenml-7c9e6679-7425-40de-944b-e07fc1f90ae7", "tags": tags},
            "aws_iam_role_policy_attachment.extra": {"id": "prod-eu/0", "tags": tags},
        })
    );
}

#[test]
fn what_a_module_does_not_have_is_not_told() {
    let module = told("acme", |description| {
        let all = description.as_object_mut().unwrap();
        ["holdsData", "keepData", "deleteData", "imports", "outputs", "digest"]
            .iter()
            .for_each(|key| drop(all.remove(*key)));
    });
    assert_eq!(module, json!({"name": "tenant", "version": "2.0.0"}));
}
