//! What people wrote: the platform's and the tenants' files, apart from what the plugin makes of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};
use tenantry::problem::Problems;
use tenantry::source::Sources;
use tenantry::tree::documents;

/// The `spec` of a file.
pub(crate) fn spec(path: &Path) -> Value {
    let sources = Sources::default();
    let mut problems = Problems::new();
    let text = std::fs::read_to_string(path).unwrap();
    let nodes = documents(&sources, sources.add("file", text), &mut problems);
    assert!(problems.is_empty(), "{}: {problems:?}", path.display());
    serde_json::to_value(&nodes[0]).unwrap()["spec"].clone()
}

/// A tenant's spec over its tier's: maps merge, the rest replaces.
pub(crate) fn merged(platform: &Value, tenant: &Value) -> Value {
    let mut spec = platform["tiers"][tenant["tier"].as_str().unwrap()].clone();
    overlay(&mut spec, tenant);
    spec
}

fn overlay(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                overlay(under.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

/// The entries of a map that are not switched off.
pub(crate) fn enabled(map: &Value) -> BTreeMap<&str, &Map<String, Value>> {
    let entries = map.as_object().into_iter().flatten();
    entries
        .map(|(name, entry)| (name.as_str(), entry.as_object().unwrap()))
        .filter(|(_, entry)| entry.get("enabled") != Some(&Value::Bool(false)))
        .collect()
}

/// The profile of a release. The shipped platforms have one for each chart.
pub(crate) fn profile<'a>(platform: &'a Value, name: &str, release: &Map<String, Value>) -> &'a Value {
    let chart = release.get("chart").and_then(Value::as_str).unwrap_or(name);
    let profiles = platform["charts"][chart]["profiles"].as_array().unwrap();
    assert_eq!(profiles.len(), 1, "chart {chart}: which profile is a release's?");
    &profiles[0]
}

/// The strings of a list; none where there is no list.
pub(crate) fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().map(|item| item.as_str().unwrap())
}

/// The numbers of a list; none where there is no list.
pub(crate) fn numbers(list: Option<&Value>) -> Vec<i32> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.map(|item| i32::try_from(item.as_i64().unwrap()).unwrap()).collect()
}
