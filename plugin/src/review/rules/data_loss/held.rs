//! What holds data in the cloud, by the module's own word (`holdsData`): Terraform makes it anew where its name is another, and
//! deletes it where nothing asks for it any more. What is there nobody can see here, so this says what may be.

use serde_json::Value as Json;

use crate::review::consequence::Rule;
use crate::review::rules::facts::Terraform;
use crate::review::rules::terraform::inputs;
use crate::review::rules::{Case, Found, all, of, say};

#[cfg(test)]
mod tests;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    let Some((before, after)) = case.facts() else { return };
    let (Some(old), Some(new)) = (&before.terraform, &after.terraform) else { return };
    // Another module is told as such.
    if old.module != new.module {
        return;
    }
    let mut texts = Vec::new();
    if !new.takes_all() {
        texts.extend(disowned(old, new));
    }
    // Without its state Terraform deletes nothing, and of another id it refuses to run: `IDENTITY` says so.
    if new.destroy.is_none() && before.id == after.id && old.state == new.state {
        renamed(old, new, &mut texts);
        entries(old, new, &mut texts);
        ids(&before.id, old, new, &mut texts);
    }
    let object = inputs(case).and_then(|pair| pair.after);
    found.extend(texts.into_iter().map(|text| match object {
        Some(object) => of(Rule::DataLoss, object, text),
        None => all(Rule::DataLoss, text),
    }));
}

/// What the module says no more that it holds data: it is gone from the module, or nothing keeps it when the tenant is destroyed.
fn disowned(old: &Terraform, new: &Terraform) -> Option<String> {
    let lost = old.holds_data.iter().filter(|address| !new.holds_data.contains(address));
    let lost: Vec<&str> = lost.map(String::as_str).collect();
    let lost = (!lost.is_empty()).then(|| say::values(lost))?;
    Some(format!("the module says no more that this holds data, and it may be deleted: {lost}"))
}

/// What is called otherwise from now on.
fn renamed(old: &Terraform, new: &Terraform, texts: &mut Vec<String>) {
    for address in &old.holds_data {
        let Some(before) = old.ids.get(address) else { continue };
        let what = say::value(address);
        match new.ids.get(address) {
            Some(after) if before != after => {
                let ids = say::moved(before, after);
                texts.push(format!("{what} would be made anew, where there is one: {ids}"));
            }
            None if new.holds_data.contains(address) => {
                let id = say::value(before);
                texts.push(format!("{what} has no name any more, and may be deleted: it was {id}"));
            }
            _ => {}
        }
    }
}

/// Entries of a variable each of which is one resource: `secrets` of `aws_secretsmanager_secret.tenant`. Which variable that is
/// the module does not say, so it is the one that is called like the resource's type.
fn entries(old: &Terraform, new: &Terraform, texts: &mut Vec<String>) {
    for address in &old.holds_data {
        let Some(id) = old.ids.get(address).filter(|id| id.contains("{key}")) else { continue };
        let kind = address.rsplit('.').nth(1).and_then(|kind| kind.rsplit('_').next()).unwrap_or_default();
        for (name, value) in old.variables.as_object().into_iter().flatten() {
            if name.strip_suffix('s').and_then(|name| name.rsplit('_').next()) != Some(kind) {
                continue;
            }
            let left = new.variables.get(name).map(keys).unwrap_or_default();
            for key in keys(value).into_iter().filter(|key| !left.contains(key)) {
                let (name, id) = (say::value(name), say::value(&id.replace("{key}", key)));
                let what = say::value(address);
                texts.push(format!("{name} loses {}, which may delete {what}: {id}", say::value(key)));
            }
        }
    }
}

/// The keys of a map, or a list's texts.
fn keys(value: &Json) -> Vec<&str> {
    match value {
        Json::Object(map) => map.keys().map(String::as_str).collect(),
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A variable that was the tenant's id is something else: what is named by it is named otherwise.
fn ids(id: &str, old: &Terraform, new: &Terraform, texts: &mut Vec<String>) {
    for (name, value) in old.variables.as_object().into_iter().flatten() {
        let is_id = (name == "id" || name.ends_with("_id")) && value.as_str() == Some(id);
        let now = new.variables.get(name).and_then(Json::as_str);
        if is_id && now != Some(id) {
            let (name, moved) = (say::value(name), say::moved(id, now.unwrap_or("none")));
            texts.push(format!(
                "variable {name} is the tenant's id no more: {moved}; what is named by it may be made anew"
            ));
        }
    }
}
