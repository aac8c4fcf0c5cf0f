//! Strings arrive as they were sent: through `generate` and a reader of JSON, through `render` and readers of
//! YAML 1.1 and 1.2.

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Run, copy, testdata};
use tenantry::problem::Problems;
use tenantry::source::Sources;
use tenantry::tree::{Node, documents};

/// The corpus's strings, as values and as keys.
fn corpus() -> Vec<Value> {
    let text = std::fs::read_to_string(testdata().join("strings.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["v"].clone()).collect()
}

/// Every string in a value, keys too.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            found.push(key.clone());
            strings(value, found);
        }),
        _ => {}
    }
}

/// A template that makes these strings into annotations' values, a ConfigMap's values and a chart's values, as a
/// platform's own templates can. Expressions in them are written as literals.
fn fleet_with(strings: &[String], folder: &Path) {
    copy(&testdata().join("fleet"), folder);
    let literal = |text: &String| text.replace("${{", "${{ '${{' }}");
    let data: Value = strings.iter().enumerate().map(|(at, text)| (format!("s{at}"), json!(literal(text)))).collect();
    let values: Value =
        for_charts(strings).enumerate().map(|(at, text)| (format!("s{at}"), json!(literal(text)))).collect();
    let annotations: Value =
        strings.iter().enumerate().map(|(at, text)| (format!("example.com/s{at}"), json!(literal(text)))).collect();
    let mut annotations = annotations;
    annotations["argocd.argoproj.io/sync-wave"] = json!("0");
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {
            "name": "strings", "namespace": "${{ tenant.namespace }}", "labels": "${{ labels }}",
            "annotations": annotations,
        },
        "data": data,
    });
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {
            "name": "${{ tenant.name }}--strings", "namespace": "${{ platform.releasesNamespace }}",
            "labels": "${{ labels }}", "annotations": {"argocd.argoproj.io/sync-wave": "1"},
        },
        "spec": {
            "project": "${{ platform.releasesProject }}",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "${{ tenant.namespace }}"},
            "source": {"repoURL": "https://charts.example.com", "chart": "x", "targetRevision": "1.0.0",
                       "helm": {"valuesObject": values}},
        },
    });
    // JSON is YAML; characters that YAML does not take as they are get escaped.
    let templates = folder.join("templates/tenant");
    std::fs::create_dir_all(&templates).unwrap();
    for (name, object) in [("strings.yaml", map), ("strings-application.yaml", application)] {
        std::fs::write(templates.join(name), ascii(&object)).unwrap();
    }
}

/// Those that a chart's values may hold. With the others Argo CD leaves out all values, and so they are refused.
fn for_charts(strings: &[String]) -> impl Iterator<Item = &String> {
    let lost = |c| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    strings.iter().filter(move |text| !text.chars().any(lost))
}

/// JSON in ASCII.
fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() && c != '\u{7f}' {
            text.push(c);
        } else {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
        }
    }
    text
}

/// The three places of each string in a rendered set.
fn arrived(objects: &[Value], strings: &[String]) -> [Vec<String>; 3] {
    let count = strings.len();
    let find = |kind: &str, name: &str| {
        objects.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name).unwrap()
    };
    let map = find("ConfigMap", "strings");
    let application = find("Application", "acme--strings");
    let values = &application["spec"]["source"]["helm"]["valuesObject"];
    let of = |value: &Value| value.as_str().map_or_else(|| format!("not a string: {value}"), str::to_owned);
    [
        (0..count).map(|at| of(&map["metadata"]["annotations"][format!("example.com/s{at}")])).collect(),
        (0..count).map(|at| of(&map["data"][format!("s{at}")])).collect(),
        (0..for_charts(strings).count()).map(|at| of(&values[format!("s{at}")])).collect(),
    ]
}

fn json_lines(text: &str) -> Vec<Value> {
    assert!(text.starts_with('{'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Reads YAML as PyYAML does: version 1.1, as Argo CD's own reader.
fn yaml_1_1(text: &str) -> Vec<Value> {
    let script = "import sys, json, yaml\nfor d in yaml.load_all(sys.stdin.buffer.read().decode(), Loader=yaml.CSafeLoader if hasattr(yaml, 'CSafeLoader') else yaml.SafeLoader): print(json.dumps(d))";
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test reads YAML with PyYAML: install python3 with its package `pyyaml`");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "PyYAML refused what was rendered");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn yaml_1_2(text: &str) -> Vec<Value> {
    let sources = Sources::default();
    let mut problems = Problems::new();
    let nodes: Vec<Node> = documents(&sources, sources.add("rendered", text.to_owned()), &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    nodes.iter().map(|node| serde_json::to_value(node).unwrap()).collect()
}

fn all_arrive(strings: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    fleet_with(strings, folder.path());
    let tenant = folder.path().join("tenants/acme");
    let generated = Run::new(&tenant, ["generate"]).run();
    assert_eq!(generated.code, 0, "{}", generated.stderr);
    let rendered = Run::new(&tenant, ["render"]).run();
    assert_eq!(rendered.code, 0, "{}", rendered.stderr);
    let wanted = [strings.to_vec(), strings.to_vec(), for_charts(strings).cloned().collect()];
    for (how, objects) in [
        ("JSON", json_lines(&generated.stdout)),
        (
            "JSON as YAML 1.1",
            yaml_1_1(&generated.stdout.lines().map(|line| format!("---\n{line}\n")).collect::<String>()),
        ),
        ("YAML 1.1", yaml_1_1(&rendered.stdout)),
        ("YAML 1.2", yaml_1_2(&rendered.stdout)),
    ] {
        for (place, wanted) in arrived(&objects, strings).iter().zip(&wanted) {
            let altered: Vec<_> = place.iter().zip(wanted).filter(|(a, b)| a != b).take(5).collect();
            assert!(altered.is_empty(), "{how}: {altered:?}");
        }
    }
}

#[test]
fn the_corpus_arrives() {
    let mut found = Vec::new();
    corpus().iter().for_each(|value| strings(value, &mut found));
    found.sort();
    found.dedup();
    assert!(found.len() > 300, "{}", found.len());
    all_arrive(&found);
}

proptest! {
    // Each case is a hundred strings through four processes.
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_string_arrives(strings in prop::collection::vec(any::<String>(), 100)) {
        all_arrive(&strings);
    }
}
