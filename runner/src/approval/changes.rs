//! A plan's changes, normalised: what is done to which resource, and which of its values become what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Key;

/// A plan's changes, by address.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Changes(pub Vec<Change>);

/// What is done to one resource.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its address.
    pub address: String,
    /// With an object that was left over when the resource was replaced: its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposed: Option<String>,
    /// `create`, `update`, `delete`, `forget`; two of them where it is replaced.
    pub actions: Vec<String>,
    /// What its values become, by their paths; nothing where it is deleted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Side>,
}

/// What a value becomes.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// This.
    To(Value),
    /// What is known only when it is done.
    Unknown,
    /// What nobody may read: a keyed hash of it, so that another value is noticed and none can be guessed.
    Sensitive(String),
}

impl Changes {
    /// Reads the changes out of `terraform show -json PLAN`. What is only read, moved or refreshed is none.
    pub fn of_plan(plan: &Value, key: &Key) -> Self {
        Self::of(&plan["resource_changes"], key)
    }

    /// What was changed behind Terraform's back, out of the same.
    pub fn behind(plan: &Value, key: &Key) -> Self {
        Self::of(&plan["resource_drift"], key)
    }

    fn of(list: &Value, key: &Key) -> Self {
        let mut changes: Vec<Change> =
            list.as_array().into_iter().flatten().filter_map(|change| Change::of(change, key)).collect();
        changes.sort_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
        Self(changes)
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The list as it is kept, hashed and read by people.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads such a text.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl Change {
    fn of(change: &Value, key: &Key) -> Option<Self> {
        let address = change["address"].as_str()?;
        let actions: Vec<String> = change["change"]["actions"]
            .as_array()?
            .iter()
            .filter_map(|action| Some(action.as_str()?.to_owned()))
            .collect();
        if actions.iter().all(|action| action == "no-op" || action == "read") {
            return None;
        }
        let mut values = BTreeMap::new();
        if actions.iter().any(|action| action == "create" || action == "update") {
            let change = &change["change"];
            let mut walk = Walk { address, key, values: &mut values };
            let sensitive = [&change["before_sensitive"], &change["after_sensitive"]];
            walk.value("", &change["before"], &change["after"], &change["after_unknown"], sensitive);
        }
        let deposed = change["deposed"].as_str().map(str::to_owned);
        Some(Self { address: address.to_owned(), deposed, actions, values })
    }

    /// Whether something that is there is taken away, or forgotten.
    pub fn is_destructive(&self) -> bool {
        self.actions.iter().any(|action| action == "delete" || action == "forget")
    }
}

struct Walk<'a> {
    address: &'a str,
    key: &'a Key,
    values: &'a mut BTreeMap<String, Side>,
}

impl Walk<'_> {
    /// Walks through what a value was and becomes. Marks of what is unknown and sensitive have the value's own shape, with
    /// `true` where all below is.
    fn value(&mut self, path: &str, before: &Value, after: &Value, unknown: &Value, sensitive: [&Value; 2]) {
        if *unknown == Value::Bool(true) {
            self.values.insert(path.to_owned(), Side::Unknown);
            return;
        }
        if sensitive.contains(&&Value::Bool(true)) {
            if before != after || has_true(unknown) {
                let hash = self.key.digest(&["value", self.address, path, &after.to_string()]);
                self.values.insert(path.to_owned(), Side::Sensitive(hash));
            }
            return;
        }
        match after {
            Value::Object(map) => {
                // A part that is unknown is in the marks and not in the value.
                let marked = unknown.as_object().into_iter().flatten().filter(|(key, _)| !map.contains_key(*key));
                let gone = before.as_object().into_iter().flatten().filter(|(key, _)| !map.contains_key(*key));
                let mut keys: Vec<&String> =
                    map.keys().chain(marked.map(|(key, _)| key)).chain(gone.map(|(key, _)| key)).collect();
                keys.sort();
                keys.dedup();
                for key in keys {
                    let sensitive = sensitive.map(|marks| &marks[key]);
                    self.value(&below(path, &segment(key)), &before[key], &after[key], &unknown[key], sensitive);
                }
                if map.is_empty()
                    && before != after
                    && !has_true(unknown)
                    && !sensitive.iter().any(|marks| has_true(marks))
                {
                    self.values.insert(path.to_owned(), Side::To(after.clone()));
                }
            }
            Value::Array(list) => {
                let marked = unknown.as_array().map_or(0, Vec::len);
                let length = list.len().max(marked).max(before.as_array().map_or(0, Vec::len));
                for index in 0..length {
                    let sensitive = sensitive.map(|marks| &marks[index]);
                    let path = below(path, &index.to_string());
                    self.value(&path, &before[index], &after[index], &unknown[index], sensitive);
                }
                if list.is_empty() && length == 0 && before != after {
                    self.values.insert(path.to_owned(), Side::To(after.clone()));
                }
            }
            // What becomes null may have held something sensitive, of which nothing is said.
            after if before != after => {
                self.values.insert(path.to_owned(), Side::To(after.clone()));
            }
            _ => {}
        }
    }
}

fn has_true(marks: &Value) -> bool {
    match marks {
        Value::Bool(marked) => *marked,
        Value::Array(list) => list.iter().any(has_true),
        Value::Object(map) => map.values().any(has_true),
        _ => false,
    }
}

fn below(path: &str, segment: &str) -> String {
    if path.is_empty() { segment.to_owned() } else { format!("{path}.{segment}") }
}

/// A key that could be taken for several is quoted.
fn segment(key: &str) -> String {
    if key.is_empty() || key.contains(['.', '"']) { Value::from(key).to_string() } else { key.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key() -> Key {
        Key::new(b"key".to_vec())
    }

    fn plan(change: &Value) -> Value {
        json!({"resource_changes": [{"address": "cloud_thing.a", "change": change}]})
    }

    #[test]
    fn a_list_for_people() {
        let plan = json!({"resource_changes": [
            {"address": "cloud_thing.c", "change": {
                "actions": ["delete", "create"], "before": {"name": "old", "tags": {"a": "1"}, "list": [1, 2]},
                "after": {"name": "new", "tags": {"a": "1", "b.c": "2"}, "list": [1]},
                "after_unknown": {"id": true}, "before_sensitive": {}, "after_sensitive": {},
            }},
            {"address": "cloud_thing.b", "change": {
                "actions": ["create"], "before": null, "after": {"name": "b", "secret": "hunter2", "empty": {}, "no": null},
                "after_unknown": {"address": true}, "before_sensitive": false, "after_sensitive": {"secret": true},
            }},
            {"address": "cloud_thing.a", "change": {"actions": ["delete"], "before": {"secret": "x"}, "after": null}},
            {"address": "cloud_thing.a", "deposed": "00", "change": {"actions": ["delete"], "before": {}, "after": null}},
            {"address": "data.x.y", "change": {"actions": ["read"]}},
            {"address": "cloud_thing.n", "change": {"actions": ["no-op"], "before": {}, "after": {}}},
        ]});
        let changes = Changes::of_plan(&plan, &key());
        let text = changes.text();
        assert!(!text.contains("hunter2"));
        insta::assert_snapshot!(text);
        assert_eq!(Changes::parse(&text), Some(changes));
    }

    #[test]
    fn what_is_sensitive_is_seen_to_change_and_cannot_be_guessed() {
        let of = |secret: &str, key: &Key| {
            let change = json!({"actions": ["update"], "before": {"s": {"t": "old"}}, "after": {"s": {"t": secret}},
                "before_sensitive": {"s": true}, "after_sensitive": {}, "after_unknown": {}});
            Changes::of_plan(&plan(&change), key).text()
        };
        assert_ne!(of("one", &key()), of("two", &key()));
        assert_ne!(of("one", &key()), of("one", &Key::new(b"other".to_vec())));
        assert!(!of("one", &key()).contains("one") && !of("one", &key()).contains("old"));
    }
}
