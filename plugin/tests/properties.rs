//! No tenant file, however strange, reaches past its fence, and none of its text becomes structure.

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Map, Value, json};
use support::testdata;
use tenantry::cell::Cell;
use tenantry::find::Memory;
use tenantry::graph::Graph;
use tenantry::pipeline::{self, TenantSet};
use tenantry::render::Wanted;
use tenantry::source::Sources;
use tenantry::write::{ndjson, yaml};

/// The fleet's platform, without its tenants.
static PLATFORM: LazyLock<Memory> = LazyLock::new(|| {
    ["platform.yaml", "modules/tenant-2.0.0.json"].into_iter().fold(Memory::default(), |files, path| {
        files.with(path, std::fs::read_to_string(testdata().join("fleet").join(path)).unwrap())
    })
});
static CELL: LazyLock<Cell> = LazyLock::new(|| {
    Cell::load(&*PLATFORM, &Sources::default(), "platform.yaml", Wanted::Tenants)
        .expect("the fleet's platform is valid")
});

const NAME: &str = "acme";

fn set(tenant: &Value) -> Option<TenantSet> {
    let files = PLATFORM.clone().with(format!("tenants/{NAME}/tenant.yaml"), tenant.to_string());
    pipeline::tenant(&CELL, &files, &Sources::default(), &format!("tenants/{NAME}")).ok()
}

/// What a set is to Argo CD.
fn rendered(tenant: &Value) -> Option<Vec<Value>> {
    let set = set(tenant)?;
    let lines = String::from_utf8(ndjson(&set.manifests)).unwrap();
    let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // A line an object, whatever the texts hold; and the same for people.
    assert_eq!(objects.len(), set.manifests.len());
    assert_eq!(yaml(&set.manifests).unwrap().lines().filter(|line| *line == "---").count(), objects.len());
    Some(objects)
}

fn identity(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    format!("{} {}/{}", text(&object["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
}

/// Law 4 on what was rendered, said once more and apart from the checks of the plugin.
fn inside_the_fence(objects: &[Value]) {
    let namespace = format!("t-{NAME}");
    for object in objects {
        let (kind, metadata) = (object["kind"].as_str().unwrap(), &object["metadata"]);
        let labels = &metadata["labels"];
        assert_eq!(labels["tenantry.dev/tenant"], NAME);
        assert_eq!(labels["app.kubernetes.io/managed-by"], "tenantry");
        match (kind, metadata["namespace"].as_str()) {
            ("Namespace", None) => {
                assert_eq!(metadata["name"], json!(namespace));
                assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
                assert_eq!(
                    metadata["annotations"]["argocd.argoproj.io/sync-options"],
                    "Prune=confirm,Delete=confirm,PruneLast=true"
                );
            }
            ("Application", Some("tenantry-releases")) => {
                let spec = &object["spec"];
                assert_eq!(spec["project"], "tenant-releases");
                assert_eq!(
                    spec["destination"],
                    json!({"server": "https://kubernetes.default.svc", "namespace": namespace})
                );
                let repository = spec["source"]["repoURL"].as_str().unwrap();
                assert!(["public.ecr.aws/zenml", "https://git.example.com/charts.git"].contains(&repository));
            }
            ("ConfigMap" | "Job" | "CronJob", Some("tenantry-system")) => {
                assert!(metadata["name"].as_str().unwrap().starts_with("acme--"));
            }
            ("RoleBinding", Some(own)) if own == namespace => {
                let role = object["roleRef"]["name"].as_str().unwrap();
                assert!(role.starts_with("tenantry-") || object["roleRef"]["kind"] == "Role");
                for subject in object["subjects"].as_array().unwrap() {
                    assert!(!subject["name"].as_str().unwrap().starts_with("system:"));
                }
            }
            ("ServiceAccount", Some(own)) if own == namespace => {
                if let Some(arn) = metadata["annotations"].get("eks.amazonaws.com/role-arn") {
                    assert!(arn.as_str().unwrap().starts_with("arn:aws:iam::111122223333:role/"));
                }
            }
            ("ExternalSecret", Some(own)) if own == namespace => {
                for data in object["spec"]["data"].as_array().into_iter().flatten() {
                    assert!(data["remoteRef"]["key"].as_str().unwrap().starts_with("tenants/"));
                }
            }
            ("Secret" | "ClusterRole" | "ClusterRoleBinding" | "AppProject", _) => panic!("{}", identity(object)),
            (_, Some(own)) => assert_eq!(own, namespace, "{}", identity(object)),
            (_, None) => panic!("{} has no namespace", identity(object)),
        }
    }
}

/// Text that wants to be something else.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("x\n---\napiVersion: v1\nkind: ClusterRoleBinding".to_owned()),
        Just("${{ platform.accountId }}".to_owned()),
        Just("{{ .Values.secret }}".to_owned()),
        Just("{% raw %}".to_owned()),
        Just("a: b\nnamespace: kube-system".to_owned()),
        Just("\", \"namespace\": \"kube-system\", \"x\": \"".to_owned()),
        Just("../../kube-system".to_owned()),
        Just("*".to_owned()),
        Just("kube-system".to_owned()),
        Just("system:masters".to_owned()),
        Just("0.0.0.0/0".to_owned()),
        Just("yes".to_owned()),
        Just("\u{2028}\u{85}\u{feff}".to_owned()),
        Just("&a *a !!x <<".to_owned()),
        "\\PC{0,40}",
        any::<String>(),
    ]
}

/// Plain or hostile, by a weight: a file of only hostile texts would be refused at the first one.
fn text(plain: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![8 => Just(plain.to_owned()), 1 => hostile()]
}

fn entry(key: impl Strategy<Value = String>, value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec((key, value), 0..3)
        .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
}

fn tenant() -> impl Strategy<Value = Value> {
    let metadata = (
        entry(text("example.com/contract"), hostile().prop_map(Value::from)),
        entry(text("example.com/team"), text("field").prop_map(Value::from)),
    );
    let access = entry(
        text("people"),
        (text("globex-ds"), prop_oneof![Just("view"), Just("edit"), Just("admin"), Just("cluster-admin")])
            .prop_map(|(group, role)| json!({"group": group, "role": role})),
    );
    let egress = entry(
        text("warehouse"),
        (text("203.0.113.0/24"), 1..70_000i64).prop_map(|(to, port)| json!({"to": to, "ports": [port]})),
    );
    let secrets = entry(
        text("warehouse"),
        (text("warehouse"), text("password"))
            .prop_map(|(key, name)| json!({"source": "external", "key": key, "keys": [name]})),
    );
    let values = (text("server"), text("resources"), entry(hostile(), hostile().prop_map(Value::from)))
        .prop_map(|(server, resources, values)| json!({server: {resources: values}}));
    let variables = entry(text("database_mode"), text("dedicated").prop_map(Value::from));
    let state = prop_oneof![Just("active"), Just("suspended"), Just("destroying")];
    let tier = prop_oneof![8 => Just("pro".to_owned()), 4 => Just("free".to_owned()), 1 => hostile()];
    (
        metadata,
        tier,
        state,
        text("acme.tenants.example.com"),
        text("t-acme"),
        access,
        egress,
        secrets,
        values,
        variables,
    )
        .prop_map(
            |((annotations, labels), tier, state, host, namespace, access, egress, secrets, values, variables)| {
                let mut spec = json!({
                    "tier": tier, "state": state, "domain": {"host": host}, "namespace": namespace, "access": access,
                    "network": {"egress": egress}, "secrets": secrets, "releases": {"zenml": {"values": values}},
                });
                if tier == "pro" {
                    spec["terraform"] = json!({"variables": variables});
                }
                if state == "destroying" {
                    spec["destroy"] = json!({"confirm": NAME});
                }
                json!({
                    "apiVersion": "tenantry.dev/v1alpha1", "kind": "Tenant",
                    "metadata": {"name": NAME, "annotations": annotations, "labels": labels}, "spec": spec,
                })
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_tenant_leaves_its_fence(tenant in tenant()) {
        if let Some(objects) = rendered(&tenant) {
            inside_the_fence(&objects);
        }
    }

    /// Each object of a set is in its graph once, in one step, and once in each form of it.
    #[test]
    fn a_graph_holds_each_object_once(tenant in tenant()) {
        if let Some(set) = set(&tenant) {
            let graph = Graph::of_tenant(&set);
            let mut expected: Vec<String> = set.manifests.iter().map(|manifest| manifest.id().to_string()).collect();
            let mut held: Vec<String> = graph.objects.iter().map(|object| object.name.to_string()).collect();
            expected.sort();
            held.sort();
            prop_assert_eq!(held, &expected[..]);
            let mut stepped: Vec<usize> = graph.steps.iter().flat_map(|step| step.objects.iter().copied()).collect();
            stepped.sort_unstable();
            prop_assert_eq!(stepped, (0..expected.len()).collect::<Vec<_>>());
            let (text, mermaid) = (graph.text(), graph.mermaid());
            let lines = |name: &str| {
                let (plain, marked) = (format!("  {name}"), format!("  {name}  ["));
                text.lines().filter(|line| *line == plain || line.starts_with(&marked)).count()
            };
            let nodes = |name: &str| mermaid.matches(&format!("[\"{name}\"]")).count() + mermaid.matches(&format!("[\"{name}<br/>")).count();
            for name in &expected {
                prop_assert_eq!((lines(name), nodes(name)), (1, 1), "{}", name);
            }
            // However the tenant's texts look: a flowchart's lines are ours.
            let starts = ["about", "subgraph ", "object", "step", "stage", "rules"];
            let is_ours = |line: &str| {
                ["flowchart TD", "end"].contains(&line) || starts.iter().any(|start| line.starts_with(start))
            };
            let all_ours = mermaid.lines().all(|line| is_ours(line.trim_start()));
            prop_assert!(all_ours, "{}", mermaid);
        }
    }

    /// One hostile text in each place that takes free text: refused, or the same objects with that text in them.
    #[test]
    fn text_stays_text(text in hostile()) {
        let plain = |value: &str| json!({
            "apiVersion": "tenantry.dev/v1alpha1", "kind": "Tenant",
            "metadata": {"name": NAME, "annotations": {"example.com/note": value}},
            "spec": {
                "tier": "pro",
                "access": {"people": {"group": value}},
                "releases": {"zenml": {"values": {"server": {"resources": {"note": value}}}}},
                "terraform": {"variables": {"database_mode": value}},
            },
        });
        let one = |field: usize| {
            let mut tenant = plain("plain");
            let place = match field {
                0 => &mut tenant["metadata"]["annotations"]["example.com/note"],
                1 => &mut tenant["spec"]["access"]["people"]["group"],
                2 => &mut tenant["spec"]["releases"]["zenml"]["values"]["server"]["resources"]["note"],
                _ => &mut tenant["spec"]["terraform"]["variables"]["database_mode"],
            };
            *place = json!(text);
            tenant
        };
        let names = |objects: &[Value]| -> Vec<String> {
            // Terraform's inputs and Job are named by their content, which the text is a part of.
            objects.iter().map(identity).map(|name| match name.rsplit_once('-') {
                Some((rest, hash)) if hash.len() == 10 && name.contains("--terraform") => rest.to_owned(),
                _ => name,
            }).collect()
        };
        let expected = names(&rendered(&plain("plain")).unwrap());
        for field in 0..4 {
            let Some(objects) = rendered(&one(field)) else { continue };
            prop_assert_eq!(&names(&objects), &expected);
            let find = |kind: &str, name: &str| {
                objects.iter().find(|object| object["kind"] == kind && object["metadata"]["name"].as_str().unwrap().starts_with(name)).unwrap().clone()
            };
            let arrived = match field {
                0 => find("Namespace", "t-acme")["metadata"]["annotations"]["example.com/note"].clone(),
                1 => find("RoleBinding", "access-people")["subjects"][0]["name"].clone(),
                2 => find("Application", "acme--zenml")["spec"]["source"]["helm"]["valuesObject"]["server"]["resources"]["note"].clone(),
                _ => {
                    let inputs = find("ConfigMap", "acme--terraform-inputs");
                    let variables = inputs["data"]["terraform.tfvars.json"].as_str().unwrap();
                    serde_json::from_str::<Value>(variables).unwrap()["database_mode"].clone()
                }
            };
            prop_assert_eq!(arrived, json!(text));
        }
    }
}

/// The generator makes tenants that are taken, too: otherwise the property above says nothing.
#[test]
fn many_random_tenants_are_valid() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let valid = (0..200).filter(|_| rendered(&tenant().new_tree(&mut runner).unwrap().current()).is_some()).count();
    assert!(valid >= 20, "{valid} of 200");
}
