//! The cloud of the tests and its provider, under Terraform and OpenTofu: what later tests rely on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e2e::cache::{Cache, workspace};
use e2e::cloud::Cloud;
use e2e::parts::Parts;
use e2e::process::run;
use e2e::requirements;
use serde_json::{Value, json};

/// An engine in a folder with the module.
struct Module<'a> {
    engine: &'a Path,
    folder: PathBuf,
}

impl<'a> Module<'a> {
    fn new(engine: &'a Path, parts: &Parts, folder: &Path, endpoint: &str) -> Self {
        let module = folder.join("module");
        run(Command::new("cp").arg("-r").arg(workspace().join("testdata/modules/tenant/2.0.0")).arg(&module)).unwrap();
        fs::write(module.join("provider.tf"), format!("provider \"cloud\" {{ endpoint = \"{endpoint}\" }}\n")).unwrap();
        let settings = fs::read_to_string(workspace().join("terraform/terraformrc")).unwrap();
        let providers = parts.provider.display().to_string();
        fs::write(folder.join("terraformrc"), settings.replace("/opt/terraform/providers", &providers)).unwrap();
        let variables = json!({
            "tenant": "acme", "tenant_id": "acme", "namespace": "t-acme", "service_accounts": ["server"],
            "identity_type": "irsa", "role_name": "zenml-acme", "database_mode": "dedicated",
            "extra_policies": ["arn:aws:iam::111122223333:policy/reports"],
        });
        fs::write(module.join("terraform.tfvars.json"), variables.to_string()).unwrap();
        Self { engine, folder: module }
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.engine);
        command.current_dir(&self.folder).args(arguments).arg("-no-color").env_clear();
        command.env("TF_CLI_CONFIG_FILE", self.folder.with_file_name("terraformrc")).env("TF_INPUT", "0");
        command.output().unwrap()
    }

    /// What it said.
    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.call(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The errors' first lines, in order, and what follows the last.
    fn fails(&self, arguments: &[&str]) -> (Vec<String>, String) {
        let output = self.call(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let mut errors: Vec<String> =
            said.lines().filter_map(|line| line.strip_prefix("Error: ").map(str::to_owned)).collect();
        errors.sort();
        (errors, said.trim_end().lines().last().unwrap_or_default().to_owned())
    }
}

const APPLY: &[&str] = &["apply", "-auto-approve"];
const ALL: [&str; 4] = ["acme%2Fbucket", "acme%2Fdatabase", "acme%2Freports", "zenml-acme"];

#[test]
fn is_a_cloud_to_terraform_and_to_opentofu() {
    if let Some(missing) = requirements::missing() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        eprintln!("not run: {missing}");
        return;
    }
    let parts = Parts::get(&Cache::open().unwrap()).unwrap();
    for engine in [&parts.terraform, &parts.tofu.join("tofu")] {
        let folder = tempfile::tempdir().unwrap();
        let (cloud, endpoint) = Cloud::alone(&parts, &folder.path().join("cloud")).unwrap();
        let module = Module::new(engine, &parts, folder.path(), &endpoint);
        // The lock file has the hash of the provider that was built here.
        module.succeeds(&["init", "-input=false", "-lockfile=readonly", "-reconfigure"]);

        works(&cloud, &module);
        misbehaves(&cloud, &module);
    }
}

fn works(cloud: &Cloud, module: &Module) {
    module.succeeds(APPLY);
    assert_eq!(cloud.names().unwrap(), ALL);
    let mut bucket = cloud.thing("acme/bucket").unwrap().unwrap();
    assert_eq!(bucket["secret"].take().as_str().map(str::len), Some(26));
    assert!(bucket["created"].take().as_str().is_some_and(|time| time.ends_with('Z')));
    assert_eq!(
        bucket,
        json!({
            "name": "acme/bucket", "value": "for acme", "secret": null, "protected": true,
            "tags": {"tenant": "acme"}, "created": null,
        })
    );
    let first = &cloud.calls().unwrap()[0];
    assert_eq!((first.method.as_str(), first.status), ("PUT", 200));
    assert!(module.succeeds(&["plan"]).contains("No changes."));

    // What is changed or taken away behind its back is seen.
    bucket["value"] = json!("somebody else's");
    cloud.put("acme/bucket", &bucket).unwrap();
    cloud.remove("acme/reports").unwrap();
    let said = module.succeeds(APPLY);
    assert!(said.contains("Resources: 1 added, 1 changed, 0 destroyed."), "{said}");
    assert_eq!(cloud.thing("acme/bucket").unwrap().unwrap()["value"], "for acme");

    // A state that was lost: what is there is in the way, and can be adopted.
    let state = module.folder.join("terraform.tfstate");
    fs::rename(&state, module.folder.join("kept")).unwrap();
    let (errors, last) = module.fails(APPLY);
    assert_eq!(
        errors,
        ["acme/bucket", "acme/database", "zenml-acme"]
            .map(|name| format!("creating thing {name}: AlreadyExistsException: thing \"{name}\" already exists"))
    );
    assert_eq!(last, "The cloud answered with HTTP status 409 Conflict.");
    module.succeeds(&["import", "cloud_thing.bucket", "acme/bucket"]);
    assert!(module.succeeds(&["plan"]).contains("Plan: 3 to add, 0 to change, 0 to destroy."));
    fs::rename(module.folder.join("kept"), &state).unwrap();

    // What is protected stays until it is not.
    let (errors, _) = module.fails(&["destroy", "-auto-approve"]);
    assert_eq!(
        errors,
        ["acme/bucket", "acme/database"]
            .map(|name| format!("deleting thing {name}: DeletionProtected: thing \"{name}\" is protected"))
    );
    module.succeeds(&["apply", "-auto-approve", "-var=delete_data=true"]);
    module.succeeds(&["destroy", "-auto-approve", "-var=delete_data=true"]);
    assert_eq!(cloud.names().unwrap(), [""; 0]);
}

fn misbehaves(cloud: &Cloud, module: &Module) {
    let rule = |rule: Value| cloud.misbehave("cloud", &json!([rule])).unwrap();
    // Refused, and not done; the second time it goes through.
    let throttled = json!({"method": "PUT", "name": "acme/b*", "status": 429, "code": "ThrottlingException", "message": "slower", "times": 1});
    rule(throttled);
    let (errors, last) = module.fails(APPLY);
    assert_eq!(errors, ["creating thing acme/bucket: ThrottlingException: slower"]);
    assert_eq!(last, "The cloud answered with HTTP status 429 Too Many Requests.");
    assert_eq!(cloud.thing("acme/bucket").unwrap(), None);
    module.succeeds(APPLY);

    // A provider that ends at once: the cloud has what the state does not.
    cloud.remove("acme/reports").unwrap();
    rule(json!({"method": "PUT", "crash": true, "times": 1}));
    let (errors, _) = module.fails(APPLY);
    // Whether the connection was lost or closed first is a race.
    assert!(errors == ["Plugin did not respond"] || errors == ["Request cancelled"], "{errors:?}");
    assert_eq!(cloud.names().unwrap(), ALL);
    let (errors, _) = module.fails(APPLY);
    assert_eq!(errors, ["creating thing acme/reports: AlreadyExistsException: thing \"acme/reports\" already exists"]);
    cloud.misbehave("cloud", &json!([])).unwrap();
    cloud.remove("acme/reports").unwrap();
    module.succeeds(APPLY);
}
