//! What a tier or a tenant may set of a chart's values: the paths that the profile leaves to them, by type.

use std::collections::BTreeMap;

use crate::check::loses_values;
use crate::problem::{Problem, Problems};
use crate::read::{did_you_mean, quoted_list};
use crate::spec::ValueType;
use crate::spec::value::ValuePath;
use crate::tree::{Node, Value};

/// Tells values at other paths, of other types, or with text that a chart could take for a template.
pub(super) fn check(values: &Node, allowed: &BTreeMap<ValuePath, ValueType>, problems: &mut Problems) {
    if values.as_map().is_none() {
        problems.push(
            Problem::new(values.at, format!("`values` wants a map, found {}", values.kind())).label("wants a map"),
        );
        return;
    }
    visit(values, String::new(), allowed, problems);
}

fn visit(node: &Node, path: String, allowed: &BTreeMap<ValuePath, ValueType>, problems: &mut Problems) {
    if let Some(wanted) = allowed.get(path.as_str()) {
        if !fits(*wanted, &node.value) {
            problems.push(
                Problem::new(node.at, format!("value `{path}` wants type `{wanted}`, found {}", node.kind()))
                    .label(format!("wants `{wanted}`")),
            );
        }
        return literal(node, &path, problems);
    }
    let below = format!("{path}.");
    let leads_on = path.is_empty() || allowed.keys().any(|other| other.as_str().starts_with(&below));
    match (&node.value, leads_on) {
        (Value::Map(map), true) => {
            for entry in map.iter() {
                if entry.key.is_empty() || entry.key.contains('.') {
                    problems.push(
                        Problem::new(entry.key_at, format!("the key `{}` in `values`", entry.key))
                            .label("a key on the way to a value has no dot")
                            .hint("write nested maps: `server: {replicaCount: 3}`"),
                    );
                    continue;
                }
                let path = if path.is_empty() { entry.key.to_string() } else { format!("{path}.{}", entry.key) };
                visit(&entry.node, path, allowed, problems);
            }
        }
        _ => problems.push(not_theirs(node, &path, allowed)),
    }
}

fn not_theirs(node: &Node, path: &str, allowed: &BTreeMap<ValuePath, ValueType>) -> Problem {
    let known: Vec<&str> = allowed.keys().map(ValuePath::as_str).collect();
    let hint = match known.as_slice() {
        [] => "this chart's profile leaves no value to tenants".to_owned(),
        known => format!("the profile leaves {} to them", quoted_list(known.iter().copied())),
    };
    Problem::new(node.at, format!("value `{path}` is not a tenant's or a tier's to set"))
        .label("not one of the profile's `tenantValues`")
        .maybe_hint(did_you_mean(path, known.iter().copied()))
        .hint(hint)
}

fn fits(wanted: ValueType, value: &Value) -> bool {
    match wanted {
        ValueType::Integer => matches!(value, Value::Int(_)),
        ValueType::Number => matches!(value, Value::Int(_) | Value::Float(_)),
        ValueType::Text => matches!(value, Value::Text(_)),
        ValueType::Boolean => matches!(value, Value::Bool(_)),
        ValueType::Object => matches!(value, Value::Map(_)),
        ValueType::List => matches!(value, Value::List(_)),
    }
}

/// Charts paste values into text, and some evaluate them once more (`tpl`): a newline could add a key, braces
/// could become a template.
fn literal(node: &Node, path: &str, problems: &mut Problems) {
    let mut judge = |text: &str, at| {
        if text.contains("{{") {
            problems.push(
                Problem::new(at, format!("`{{{{` in the value `{path}`")).label("a chart could take it for a template"),
            );
        } else if let Some(c) = text.chars().find(|c| c.is_control()) {
            problems.push(
                Problem::new(at, format!("a control character (U+{:04X}) in the value `{path}`", c as u32))
                    .label("a chart could take it for structure"),
            );
        } else if let Some(c) = text.chars().find(|c| loses_values(*c)) {
            problems.push(
                Problem::new(at, format!("the character U+{:04X} in the value `{path}`", c as u32))
                    .label("Argo CD would render the chart without any of its values"),
            );
        }
    };
    match &node.value {
        Value::Text(text) => judge(text, node.at),
        Value::List(items) => items.iter().for_each(|item| literal(item, path, problems)),
        Value::Map(map) => {
            for entry in map.iter() {
                judge(&entry.key, entry.key_at);
            }
            map.iter().for_each(|entry| literal(&entry.node, path, problems));
        }
        _ => {}
    }
}
