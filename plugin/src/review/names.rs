//! A tenant's own names, taken out of what is said of its changes: two tenants to which the same happens say the same then.

use serde_json::Value as Json;

use super::change::FieldChange;
use crate::names;
use crate::render::Manifest;
use crate::resolve::Plan;

/// The names of one tenant, the longest first.
#[derive(Clone, Debug, Default)]
pub struct Own {
    tenant: String,
    texts: Vec<(String, &'static str)>,
}

impl Own {
    /// Those of a plan, and of the one before it where they differ.
    pub fn of<'a>(plans: impl Iterator<Item = &'a Plan>) -> Self {
        let mut own = Self::default();
        for plan in plans {
            let tenant = &plan.tenant;
            own.tenant.clone_from(&tenant.name);
            let identity = &tenant.identity;
            let all = [
                (Some(&tenant.host), "{host}"),
                (identity.role_name.as_ref(), "{role}"),
                (Some(&tenant.namespace), "{namespace}"),
                (Some(&tenant.id), "{id}"),
                (Some(&tenant.name), "{tenant}"),
            ];
            own.texts.extend(all.into_iter().filter_map(|(text, word)| Some((text?.clone(), word))));
        }
        own.sorted()
    }

    /// Those of a record, where there is no plan: what was rendered before.
    pub fn of_record<'a>(records: impl Iterator<Item = &'a Manifest>) -> Self {
        let mut own = Self::default();
        for record in records {
            let at = |path: &[&str]| record.object.text_at(path).map(str::to_owned);
            let role = at(&["data", "role"]).and_then(|arn| Some(arn.rsplit_once('/')?.1.to_owned()));
            own.tenant = at(&["metadata", "labels", "tenantry.dev/tenant"]).unwrap_or_default();
            let all = [
                (at(&["data", "host"]), "{host}"),
                (role, "{role}"),
                (at(&["data", "namespace"]), "{namespace}"),
                (at(&["data", "id"]), "{id}"),
                (Some(own.tenant.clone()), "{tenant}"),
            ];
            own.texts.extend(all.into_iter().filter_map(|(text, word)| Some((text?, word))));
        }
        own.sorted()
    }

    fn sorted(mut self) -> Self {
        let own = &mut self;
        // A tenant whose id is its name has one word for both.
        own.texts.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        own.texts.dedup_by(|(a, _), (b, _)| a == b);
        own.texts.retain(|(text, _)| !text.is_empty());
        self
    }

    /// A text without them, and without hashes of contents.
    pub fn neutral(&self, text: &str) -> String {
        let mut text = self.shared(text);
        for (own, word) in &self.texts {
            text = replace(&text, own, word);
        }
        text
    }

    /// A value without them.
    pub fn neutral_json(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.neutral(text)),
            Json::Array(items) => Json::Array(items.iter().map(|item| self.neutral_json(item)).collect()),
            Json::Object(map) => {
                Json::Object(map.iter().map(|(key, value)| (self.neutral(key), self.neutral_json(value))).collect())
            }
            other => other.clone(),
        }
    }

    /// A field's change without them. When a tenant's scheduled work is done is jitter.
    pub fn neutral_field(&self, field: &FieldChange) -> FieldChange {
        let value = |value: &Option<Json>| match value {
            Some(_) if field.path.ends_with(".schedule") => Some(Json::String("{schedule}".to_owned())),
            value => value.as_ref().map(|value| self.neutral_json(value)),
        };
        FieldChange { path: self.neutral(&field.path), before: value(&field.before), after: value(&field.after) }
    }

    /// Names in namespaces that tenants share, which may be shortened.
    fn shared(&self, text: &str) -> String {
        let mut neutral = String::with_capacity(text.len());
        for token in text.split_inclusive(|c: char| !is_part(c)) {
            let name = token.trim_end_matches(|c: char| !is_part(c));
            let rest = &token[name.len()..];
            let unsealed = names::unsealed(name);
            let plain = unsealed.unwrap_or(name);
            if names::is_of(&self.tenant, plain) || names::is_of(&self.tenant, name) {
                neutral.push_str("{tenant}--");
                neutral.push_str(names::part_of(name).unwrap_or_default());
            } else {
                neutral.push_str(plain);
            }
            if unsealed.is_some() {
                neutral.push_str("-{hash}");
            }
            neutral.push_str(rest);
        }
        neutral
    }
}

/// Whether a character may be in a name of Kubernetes.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// Replaces a name where it stands alone.
fn replace(text: &str, name: &str, word: &str) -> String {
    if !text.contains(name) {
        return text.to_owned();
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let alone = !before.ends_with(is_part) && !after.starts_with(is_part);
        replaced.push_str(before);
        replaced.push_str(if alone { word } else { name });
        rest = after;
    }
    replaced + rest
}
