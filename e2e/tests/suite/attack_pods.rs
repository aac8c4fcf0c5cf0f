//! Attacks on Terraform's ServiceAccount: pods as its Jobs make them, but for one change.

use serde_json::{Value, json};

use crate::attack::{Attack, End, Means, POLICY};

const fn pod(name: &'static str, what: &'static str, change: fn(&mut Value), words: &'static str) -> Attack {
    Attack { name, what, means: Means::Pod(change), stopped_by: POLICY, end: End::Refused, words }
}

pub(crate) const ONLY_OURS: &str = "under ServiceAccount tenantry-terraform run only the platform's images, by digest";
const ONLY_RUNNER: &str = "under ServiceAccount tenantry-terraform runs only tenantry-runner";
const NO_OTHERS: &str = "under ServiceAccount tenantry-terraform run no init or ephemeral containers";
const NO_WAYS: &str = "under ServiceAccount tenantry-terraform no container has hooks, probes, envFrom or";

/// All of them.
pub(crate) const PODS: &[Attack] = &[
    pod(
        "another_image",
        "Terraform's pod: another image",
        |pod| {
            pod["spec"]["containers"][0]["image"] =
                json!(format!("registry.example.com/mlflow@sha256:{}", "1".repeat(64)))
        },
        ONLY_OURS,
    ),
    pod(
        "image_by_tag",
        "Terraform's pod: its image by a tag",
        |pod| pod["spec"]["containers"][0]["image"] = json!("registry.example.com/terraform:1"),
        ONLY_OURS,
    ),
    pod(
        "image_alike",
        "Terraform's pod: an image whose name begins alike",
        |pod| {
            pod["spec"]["containers"][0]["image"] =
                json!(format!("registry.example.com/terraform/own@sha256:{}", "1".repeat(64)))
        },
        ONLY_OURS,
    ),
    pod(
        "another_command",
        "Terraform's pod: another command",
        |pod| pod["spec"]["containers"][0]["command"] = json!(["sh", "-c", "tenantry-runner"]),
        ONLY_RUNNER,
    ),
    pod(
        "other_words",
        "Terraform's pod: the runner with other words",
        |pod| {
            pod["spec"]["containers"][0]["command"] =
                json!(["tenantry-runner", "secret", "ensure", "--spec", "/inputs/own"])
        },
        ONLY_RUNNER,
    ),
    pod(
        "other_inputs",
        "Terraform's pod: inputs from elsewhere",
        |pod| pod["spec"]["containers"][0]["command"][4] = json!("/tmp"),
        ONLY_RUNNER,
    ),
    pod(
        "more_words",
        "Terraform's pod: more arguments",
        |pod| pod["spec"]["containers"][0]["args"] = json!(["--inputs", "/tmp"]),
        ONLY_RUNNER,
    ),
    pod(
        "no_command",
        "Terraform's pod: no command",
        |pod| pod["spec"]["containers"][0]["command"] = json!([]),
        ONLY_RUNNER,
    ),
    pod(
        "second_container",
        "Terraform's pod: a second container",
        |pod| {
            let mut second = pod["spec"]["containers"][0].clone();
            second["name"] = json!("second");
            second["command"] = json!(["sh"]);
            pod["spec"]["containers"] = json!([pod["spec"]["containers"][0], second]);
        },
        ONLY_RUNNER,
    ),
    pod(
        "older_field",
        "Terraform's pod: the ServiceAccount by its older field",
        |pod| {
            pod["spec"]["serviceAccountName"] = Value::Null;
            pod["spec"]["serviceAccount"] = json!("tenantry-terraform");
            pod["spec"]["containers"][0]["command"] = json!(["sh"]);
        },
        ONLY_RUNNER,
    ),
    pod(
        "init_container",
        "Terraform's pod: an init container",
        |pod| {
            let mut first = pod["spec"]["containers"][0].clone();
            first["name"] = json!("first");
            pod["spec"]["initContainers"] = json!([first]);
        },
        NO_OTHERS,
    ),
    Attack {
        name: "ephemeral_container",
        what: "Terraform's pod: an ephemeral container",
        means: Means::Ephemeral,
        stopped_by: POLICY,
        end: End::Refused,
        words: NO_OTHERS,
    },
    pod("preload", "Terraform's pod: `LD_PRELOAD`", |pod| environment(pod, "LD_PRELOAD", "/inputs/own.so"), NO_WAYS),
    pod(
        "probe",
        "Terraform's pod: a probe or hook that runs a command",
        |pod| {
            pod["spec"]["containers"][0]["livenessProbe"] = json!({"exec": {"command": ["sh"]}});
        },
        NO_WAYS,
    ),
    pod(
        "environment_from",
        "Terraform's pod: `envFrom`",
        |pod| pod["spec"]["containers"][0]["envFrom"] = json!([{"configMapRef": {"name": "own"}}]),
        NO_WAYS,
    ),
    pod(
        "terraform_settings",
        "Terraform's pod: another `TF_CLI_CONFIG_FILE`",
        |pod| {
            for variable in pod["spec"]["containers"][0]["env"].as_array_mut().into_iter().flatten() {
                if variable["name"] == "TF_CLI_CONFIG_FILE" {
                    variable["value"] = json!("/inputs/own.tfrc");
                }
            }
        },
        NO_WAYS,
    ),
    pod(
        "terraform_arguments",
        "Terraform's pod: a variable that Tenantry does not set",
        |pod| environment(pod, "TF_CLI_ARGS_apply", "-var=own=1"),
        NO_WAYS,
    ),
    pod(
        "mount_over",
        "Terraform's pod: a ConfigMap over the runner's folder",
        |pod| mount(pod, json!({"configMap": {"name": "own", "defaultMode": 0o555}}), "/usr/local/bin"),
        "under ServiceAccount tenantry-terraform",
    ),
    pod(
        "mount_by_dots",
        "Terraform's pod: the same by way of `..`",
        |pod| {
            mount(
                pod,
                json!({"configMap": {"name": "own", "defaultMode": 0o555}}),
                "/var/run/secrets/../../../usr/local/bin",
            )
        },
        "under ServiceAccount tenantry-terraform",
    ),
    pod(
        "filled_work",
        "Terraform's pod: a work folder that is filled already",
        |pod| {
            for volume in pod["spec"]["volumes"].as_array_mut().into_iter().flatten() {
                if volume["name"] == "work" {
                    *volume = json!({"name": "work", "configMap": {"name": "own"}});
                }
            }
        },
        "under ServiceAccount tenantry-terraform",
    ),
];

fn environment(pod: &mut Value, name: &str, value: &str) {
    if let Some(variables) = pod["spec"]["containers"][0]["env"].as_array_mut() {
        variables.push(json!({"name": name, "value": value}));
    }
}

fn mount(pod: &mut Value, mut volume: Value, path: &str) {
    volume["name"] = json!("own");
    if let Some(volumes) = pod["spec"]["volumes"].as_array_mut() {
        volumes.push(volume);
    }
    if let Some(mounts) = pod["spec"]["containers"][0]["volumeMounts"].as_array_mut() {
        mounts.push(json!({"name": "own", "mountPath": path}));
    }
}
