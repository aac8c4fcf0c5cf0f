//! What holds data in the cloud, by the module's own word (`holdsData`): Terraform makes it anew where its name is another, and
//! deletes it where nothing asks for it any more. What is there nobody can see here, so this says what may be.

use crate::resolve::{Plan, TerraformPlan};
use crate::review::consequence::Rule;
use crate::review::rules::identity::place;
use crate::review::rules::terraform::{inputs, takes_all};
use crate::review::rules::{Case, Found, all, of, say};
use crate::tree::{Node, Value};

#[cfg(test)]
mod tests;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    let Some((before, after)) = case.plans() else { return };
    let (Some(old), Some(new)) = (&before.terraform, &after.terraform) else { return };
    // Another module is told as such.
    if old.run.module.name != new.run.module.name {
        return;
    }
    let mut texts = Vec::new();
    if !takes_all(new) {
        texts.extend(disowned(old, new));
    }
    // Without its state Terraform deletes nothing, and of another id it refuses to run: `IDENTITY` says so.
    let is_there = before.tenant.id == after.tenant.id && place(&old.run.backend) == place(&new.run.backend);
    if new.run.destroy.is_none() && is_there {
        renamed(old, new, &mut texts);
        entries(old, new, &mut texts);
        ids(before, &old.variables, &new.variables, &mut texts);
    }
    let object = inputs(case).and_then(|pair| pair.after);
    found.extend(texts.into_iter().map(|text| match object {
        Some(object) => of(Rule::DataLoss, object, text),
        None => all(Rule::DataLoss, text),
    }));
}

/// What the module says no more that it holds data: it is gone from the module, or nothing keeps it when the tenant is destroyed.
fn disowned(old: &TerraformPlan, new: &TerraformPlan) -> Option<String> {
    let (old, new) = (&old.run.module.holds_data, &new.run.module.holds_data);
    let lost: Vec<&str> = old.iter().filter(|address| !new.contains(address)).map(String::as_str).collect();
    let lost = (!lost.is_empty()).then(|| say::values(lost))?;
    Some(format!("the module says no more that this holds data, and it may be deleted: {lost}"))
}

/// What is called otherwise from now on.
fn renamed(old: &TerraformPlan, new: &TerraformPlan, texts: &mut Vec<String>) {
    for address in &old.run.module.holds_data {
        let Some(before) = old.run.module.imports.get(address) else { continue };
        let what = say::value(address);
        match new.run.module.imports.get(address) {
            Some(after) if before.id != after.id => {
                let ids = say::moved(&before.id, &after.id);
                texts.push(format!("{what} would be made anew, where there is one: {ids}"));
            }
            None if new.run.module.holds_data.contains(address) => {
                let id = say::value(&before.id);
                texts.push(format!("{what} has no name any more, and may be deleted: it was {id}"));
            }
            _ => {}
        }
    }
}

/// Entries of a variable each of which is one resource: `secrets` of `aws_secretsmanager_secret.tenant`. Which variable that is
/// the module does not say, so it is the one that is called like the resource's type.
fn entries(old: &TerraformPlan, new: &TerraformPlan, texts: &mut Vec<String>) {
    for address in &old.run.module.holds_data {
        let Some(import) = old.run.module.imports.get(address).filter(|import| import.id.contains("{key}")) else {
            continue;
        };
        let kind = address.rsplit('.').nth(1).and_then(|kind| kind.rsplit('_').next()).unwrap_or_default();
        for entry in old.variables.as_map().into_iter().flat_map(|variables| variables.iter()) {
            let name = entry.key.as_str();
            if name.strip_suffix('s').and_then(|name| name.rsplit('_').next()) != Some(kind) {
                continue;
            }
            let left = new.variables.get(&[name]).map(keys).unwrap_or_default();
            for key in keys(&entry.node).into_iter().filter(|key| !left.contains(key)) {
                let (name, key, id) = (say::value(name), say::value(key), say::value(&import.id.replace("{key}", key)));
                texts.push(format!("{name} loses {key}, which may delete {}: {id}", say::value(address)));
            }
        }
    }
}

/// The keys of a map, or a list's texts.
fn keys(node: &Node) -> Vec<&str> {
    match &node.value {
        Value::Map(map) => map.iter().map(|entry| entry.key.as_str()).collect(),
        Value::List(list) => list.iter().filter_map(Node::as_text).collect(),
        _ => Vec::new(),
    }
}

/// A variable that was the tenant's id is something else: what is named by it is named otherwise.
fn ids(plan: &Plan, old: &Node, new: &Node, texts: &mut Vec<String>) {
    let id = plan.tenant.id.as_str();
    for entry in old.as_map().into_iter().flat_map(|variables| variables.iter()) {
        let name = entry.key.as_str();
        let is_id = (name == "id" || name.ends_with("_id")) && entry.node.as_text() == Some(id);
        let now = new.text_at(&[name]);
        if is_id && now != Some(id) {
            let moved = say::moved(id, now.unwrap_or("none"));
            texts.push(format!(
                "variable {} is the tenant's id no more: {moved}; what is named by it may be made anew",
                say::value(name)
            ));
        }
    }
}
