//! Terraform's pods. Their spec stands in three templates, for a template is one document and says all of it; here they
//! are held against each other.

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{Run, copy, testdata};

/// What is rendered for a tenant whose file gets these lines at its end.
fn objects(cell: &str, tenant: &str, more: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let root: &Path = &folder.path().canonicalize().unwrap();
    copy(&testdata().join(cell), root);
    let file = root.join("tenants").join(tenant).join("tenant.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("spec: {tier: pro}", "spec:\n  tier: pro", 1) + more).unwrap();
    let ended = Run::new(&root.join("tenants").join(tenant), ["generate"]).run();
    assert_eq!(ended.code, 0, "{ended}");
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn task(template: &Value) -> &str {
    template["metadata"]["labels"]["tenantry.dev/task"].as_str().unwrap()
}

fn jobs(objects: &[Value]) -> Vec<&Value> {
    let of_terraform =
        |object: &&Value| object["kind"] == "Job" && task(&object["spec"]["template"]).starts_with("terraform-");
    objects.iter().filter(of_terraform).collect()
}

/// A pod's template without the command's word and the task label, which are the same word, and without the inputs' hash.
fn without_task(template: &Value) -> (String, Value) {
    let mut template = template.clone();
    let task = task(&template).to_owned();
    let word = task.strip_prefix("terraform-").unwrap();
    let command = &mut template["spec"]["containers"][0]["command"];
    assert_eq!(*command, json!(["tenantry-runner", "terraform", word, "--inputs", "/inputs"]));
    *command = json!(null);
    template["metadata"]["labels"]["tenantry.dev/task"] = json!(null);
    let inputs = &mut template["spec"]["volumes"][0]["configMap"]["name"];
    assert!(inputs.as_str().unwrap().contains("--terraform-inputs-"));
    *inputs = json!(null);
    (task, template)
}

const DESTROYING: &str = "\n  state: destroying\n  destroy: {confirm: acme, data: delete}\n";

#[test]
fn they_differ_in_their_task_alone() {
    let living = objects("fleet", "acme", "");
    let destroying = objects("fleet", "acme", DESTROYING);
    let [apply] = jobs(&living)[..] else { panic!("one Job") };
    let [destroy] = jobs(&destroying)[..] else { panic!("one Job") };
    let drift = living.iter().find(|object| object["kind"] == "CronJob").unwrap();
    let drift = &drift["spec"]["jobTemplate"]["spec"];

    let pods = [&apply["spec"], &destroy["spec"], drift].map(|spec| without_task(&spec["template"]));
    let tasks: Vec<&str> = pods.iter().map(|(task, _)| task.as_str()).collect();
    assert_eq!(tasks, ["terraform-apply", "terraform-destroy", "terraform-drift"]);
    assert_eq!(pods[0].1, pods[1].1);
    assert_eq!(pods[0].1, pods[2].1);

    // Around the pod: apply and destroy are tried again alike, drift is not tried again at all.
    let around = |spec: &Value| {
        let mut spec = spec.clone();
        spec["template"] = json!(null);
        spec
    };
    assert_eq!(around(&apply["spec"]), around(&destroy["spec"]));
    let mut once = around(drift);
    let rules = once["podFailurePolicy"]["rules"].as_array_mut().unwrap();
    let tried = around(&apply["spec"]);
    let [fails, ignores] = tried["podFailurePolicy"]["rules"].as_array().unwrap().as_slice() else {
        panic!("two rules")
    };
    assert_eq!(rules.as_slice(), std::slice::from_ref(ignores));
    rules.insert(0, fails.clone());
    assert_eq!(once["backoffLimit"], 0);
    once["backoffLimit"] = tried["backoffLimit"].clone();
    assert_eq!(once, tried);
}

/// As a hook, which a sync makes anew, the Job is the same but for the two annotations and the name's hash.
#[test]
fn a_hook_is_the_same_job() {
    let plain = objects("fleet", "acme", "");
    let hook = objects("fleet", "acme", "\n  terraform: {run: everySync}\n");
    let ([plain], [hook]) = (&jobs(&plain)[..], &jobs(&hook)[..]) else { panic!("one Job each") };
    assert_eq!(plain["spec"], hook["spec"]);
    assert_eq!(
        hook["metadata"]["annotations"],
        json!({
            "argocd.argoproj.io/hook": "Sync",
            "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
            "argocd.argoproj.io/sync-wave": "1",
        })
    );
    assert_eq!(plain["metadata"]["annotations"], json!({"argocd.argoproj.io/sync-wave": "1"}));
}

/// What may change without a tenant's doing so, a label of the platform's, is in no pod and in no sealed name.
#[test]
fn a_label_of_the_platform_runs_nothing_again() {
    let names = |label: &str| -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root: &Path = &folder.path().canonicalize().unwrap();
        copy(&testdata().join("fleet"), root);
        let file = root.join("platform.yaml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen("example.com/cost-centre: platform", label, 1)).unwrap();
        let ended = Run::new(&root.join("tenants/globex"), ["generate"]).run();
        let objects = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let sealed = |object: &Value| ["Job", "ConfigMap"].contains(&object["kind"].as_str().unwrap());
        objects.filter(sealed).map(|object| object["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let before = names("example.com/cost-centre: platform");
    assert!(before.len() > 4, "{before:?}");
    assert_eq!(before, names("example.com/cost-centre: other"));
}

/// One Job a wave, each with what it is told; the rights are for the Secrets of both. The pods ask for no less than the
/// tenant's LimitRange wants.
#[test]
fn secrets_are_made_by_a_job_a_wave() {
    let more = "\n  limits: {min: {cpu: 20m, memory: 128Mi}}\n  secrets:\n    late: {source: generated, generation: 3, \
                keys: {id: uuid, pin: {length: 16, charset: digits}}, after: [terraform]}\n";
    let objects = objects("fleet", "acme", more);
    let of = |kind: &str| -> Vec<&Value> {
        let ours = |object: &&Value| {
            let name = object["metadata"]["name"].as_str().unwrap();
            object["kind"] == kind && name.contains("tenantry-secrets")
        };
        objects.iter().filter(ours).collect()
    };
    let (jobs, specs) = (of("Job"), of("ConfigMap"));
    assert_eq!((jobs.len(), specs.len()), (2, 2));
    let told = [
        json!({"tenant": "acme", "secrets": [{"name": "jwt-g1", "keys": {"key": {"length": 48, "charset": "alphanumeric"}}}]}),
        json!({"tenant": "acme", "secrets": [
            {"name": "late-g3", "keys": {"id": "uuid", "pin": {"length": 16, "charset": "digits"}}},
        ]}),
    ];
    for ((job, wave), told) in jobs.iter().zip(["0", "2"]).zip(told) {
        assert_eq!(job["metadata"]["annotations"], json!({"argocd.argoproj.io/sync-wave": wave}));
        let pod = &job["spec"]["template"]["spec"];
        let spec =
            specs.iter().find(|spec| spec["metadata"]["name"] == pod["volumes"][0]["configMap"]["name"]).unwrap();
        assert_eq!(spec["metadata"]["annotations"], job["metadata"]["annotations"]);
        assert_eq!(serde_json::from_str::<Value>(spec["data"]["secrets.json"].as_str().unwrap()).unwrap(), told);
        assert_eq!(
            pod["containers"][0]["resources"],
            json!({"requests": {"cpu": "20m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}})
        );
    }
    assert_eq!(
        of("Role")[0]["rules"],
        json!([{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["jwt-g1", "late-g3"],
                "verbs": ["get", "create", "patch"]}])
    );
    for kind in ["ServiceAccount", "Role", "RoleBinding", "NetworkPolicy"] {
        let [object] = of(kind)[..] else { panic!("one {kind}") };
        assert_eq!(object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"], "0");
    }
}
