//! `tenantry explain`: where each value comes from, and which template makes each object.

use std::path::Path;

use super::Failure;
use super::open::{here, open};
use super::output::Output;
use super::render::told;
use crate::cell::Cell;
use crate::find::{Mode, locate};
use crate::pipeline::{self, TenantSet};
use crate::problem::Problems;
use crate::read::did_you_mean;
use crate::render::Wanted;
use crate::report::printable;
use crate::source::Sources;
use crate::tree::{Entry, Map, Node, Value};

/// Explains a tenant.
pub(super) fn run(path: &Path, field: Option<&str>, output: &Output) -> Result<(), Failure> {
    let opened = open(path, &here()?)?;
    let sources = Sources::default();
    let failed = |problems: Problems| Failure::Input(told(problems, &sources));
    let place = locate(&opened.files, &opened.folder, None).map_err(|problem| failed(problem.into()))?;
    if place.mode == Mode::Platform {
        return Err(Failure::Usage(format!("`{}` is a platform; `explain` is about a tenant", path.display())));
    }
    let cell = Cell::load(&opened.files, &sources, &place.platform, Wanted::Tenants).map_err(failed)?;
    let set = pipeline::tenant(&cell, &opened.files, &sources, &place.folder).map_err(failed)?;
    let mut rows = Vec::new();
    let tree = resolved(&set);
    leaves(&tree, String::new(), &mut rows);
    let rows: Vec<(String, String, String)> =
        rows.into_iter().map(|(path, node)| (path, shown(node), sources.describe(node.at))).collect();
    let text = match field {
        None => format!("{}\n{}", table(&rows), objects(&set)),
        Some(field) => selected(&rows, field)?,
    };
    Ok(output.text(&text)?)
}

/// The merged spec, with the values of charts and modules as they were resolved.
fn resolved(set: &TenantSet) -> Node {
    let mut tree = set.layered.tree.clone();
    for release in &set.plan.releases {
        put(&mut tree, &["releases", &release.name, "values"], &release.values);
    }
    if let Some(terraform) = &set.plan.terraform {
        put(&mut tree, &["terraform", "variables"], &terraform.variables);
    }
    tree
}

fn put(tree: &mut Node, path: &[&str], value: &Node) {
    let Some((first, rest)) = path.split_first() else { return };
    let at = tree.at;
    let Some(map) = tree.as_map_mut() else { return };
    match (map.get_mut(first), rest) {
        (Some(next), [_, ..]) => put(next, rest, value),
        (_, []) => map.insert(Entry { key: (*first).into(), key_at: at, node: value.clone() }),
        (None, _) => {}
    }
}

fn leaves<'a>(node: &'a Node, path: String, rows: &mut Vec<(String, &'a Node)>) {
    match &node.value {
        Value::Map(map) if !map.is_empty() => sorted(map).into_iter().for_each(|entry| {
            leaves(&entry.node, format!("{path}.{}", entry.key), rows);
        }),
        Value::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, format!("{path}[{index}]"), rows);
            }
        }
        _ => rows.push((path, node)),
    }
}

fn sorted(map: &Map) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = map.iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries
}

fn shown(node: &Node) -> String {
    printable(&serde_json::to_string(node).unwrap_or_default())
}

fn table(rows: &[(String, String, String)]) -> String {
    let width = |of: fn(&(String, String, String)) -> &String, most: usize| {
        rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).min(most)
    };
    let (path, value) = (width(|row| &row.0, 48), width(|row| &row.1, 56));
    rows.iter().map(|row| format!("{:path$}  {:value$}  {}\n", row.0, row.1, row.2)).collect()
}

fn objects(set: &TenantSet) -> String {
    let rows: Vec<(i64, String, &str)> = set
        .manifests
        .iter()
        .map(|manifest| (manifest.wave(), manifest.id().to_string(), &*manifest.template))
        .collect();
    let width = rows.iter().map(|row| row.1.chars().count()).max().unwrap_or(0).min(80);
    rows.iter().map(|(wave, id, template)| format!("wave {wave:<3} {id:width$}  templates/{template}\n")).collect()
}

fn selected(rows: &[(String, String, String)], field: &str) -> Result<String, Failure> {
    let wanted = field.strip_prefix('.').unwrap_or(field);
    let wanted = format!(".{}", wanted.strip_prefix("spec.").unwrap_or(wanted));
    let below =
        |path: &str| path.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let found: Vec<_> = rows.iter().filter(|row| below(&row.0)).cloned().collect();
    if found.is_empty() {
        let near = did_you_mean(&wanted, rows.iter().map(|row| row.0.as_str()));
        let hint = near.map(|near| format!("\nhint: {near}")).unwrap_or_default();
        return Err(Failure::Input(format!("error: the tenant has no value `{wanted}`{hint}\n")));
    }
    Ok(table(&found))
}
