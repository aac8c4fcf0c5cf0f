//! What a file in Terraform's JSON syntax declares.

use super::declared::{Declaration, Declared};
use super::hcl::in_one_line;
use crate::problem::{Problem, Problems};
use crate::source::{FileId, Sources};
use crate::spec::{ModuleVariable, TypeConstraint};
use crate::tree::{Entry, Map, Node, Value, document_with_nulls};

/// Adds what a file declares.
pub(super) fn read(file: FileId, sources: &Sources, declared: &mut Declared, problems: &mut Problems) {
    // YAML with braces and quotes alone is JSON, and its reader knows every value's place.
    let Some(node) = document_with_nulls(sources, file, problems) else {
        declared.is_partial = true;
        return;
    };
    if node.as_map().is_none() {
        declared.is_partial = true;
        let problem = Problem::new(node.at, format!("Terraform's JSON is a map, found {}", node.kind()));
        return problems.push(problem.label("wants a map"));
    }
    for entry in blocks(&node) {
        match entry.key.as_str() {
            "variable" => blocks(&entry.node).for_each(|entry| {
                let variable = variable(&entry.node, problems);
                declared.add(entry.key_at, Declaration::Variable(entry.key.to_string(), variable), problems);
            }),
            "output" => blocks(&entry.node).for_each(|entry| {
                declared.add(entry.key_at, Declaration::Output(entry.key.to_string()), problems);
            }),
            "module" => blocks(&entry.node).for_each(|entry| {
                declared.add(entry.key_at, Declaration::Call(entry.key.to_string()), problems);
            }),
            "resource" => blocks(&entry.node).for_each(|kind| {
                blocks(&kind.node).for_each(|name| {
                    let resource = Declaration::Resource(kind.key.to_string(), name.key.to_string());
                    declared.add(name.key_at, resource, problems);
                });
            }),
            "data" | "ephemeral" => blocks(&entry.node).for_each(|kind| {
                let provider = kind.key.split('_').next().unwrap_or_default().to_owned();
                declared.add(kind.key_at, Declaration::Uses(provider), problems);
            }),
            "provider" => blocks(&entry.node).for_each(|entry| {
                declared.add(entry.key_at, Declaration::Uses(entry.key.to_string()), problems);
            }),
            "terraform" => terraform(&entry.node, declared, problems),
            _ => {}
        }
    }
}

/// The entries of a map, or of all maps of a list: the same to Terraform.
fn blocks(node: &Node) -> Box<dyn Iterator<Item = &Entry> + '_> {
    match &node.value {
        Value::List(items) => Box::new(items.iter().flat_map(|item| blocks(item))),
        _ => Box::new(node.as_map().into_iter().flat_map(Map::iter)),
    }
}

fn terraform(node: &Node, declared: &mut Declared, problems: &mut Problems) {
    for entry in blocks(node) {
        match entry.key.as_str() {
            "backend" => declared.add(entry.key_at, Declaration::State("backend"), problems),
            "cloud" => declared.add(entry.key_at, Declaration::State("cloud"), problems),
            "required_providers" => blocks(&entry.node).for_each(|provider| {
                declared.add(provider.key_at, Declaration::Uses(provider.key.to_string()), problems);
            }),
            _ => {}
        }
    }
}

fn variable(node: &Node, problems: &mut Problems) -> ModuleVariable {
    let fields: Vec<&Entry> = blocks(node).collect();
    let field = |key: &str| fields.iter().find(|entry| entry.key == key).map(|entry| &entry.node);
    let kind = field("type").and_then(|node| {
        let reader = &mut crate::read::Reader::new(problems);
        <TypeConstraint as crate::read::Read>::read(node, reader)
    });
    ModuleVariable {
        kind: kind.unwrap_or(TypeConstraint::Any),
        description: field("description").and_then(Node::as_text).map(in_one_line),
        required: field("default").is_none().then_some(true),
        default: field("default").cloned(),
        sensitive: field("sensitive").and_then(|node| matches!(node.value, Value::Bool(true)).then_some(true)),
    }
}
