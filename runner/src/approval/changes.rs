//! A plan's changes, normalised: what is done to which resource, and which of its values become what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
    /// `create`, `update`, `delete`, `forget`, `import`; two of them where it is replaced.
    pub actions: Vec<String>,
    /// Of what is taken away or forgotten a keyed hash of its id, so that the same is not done to its successor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<String>,
    /// The id of what is imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<String>,
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
    /// Reads the changes out of `terraform show -json PLAN`, of resources and of outputs. What is only read, moved or refreshed
    /// is none.
    ///
    /// # Errors
    /// It is no such document.
    pub fn of_plan(plan: &Value, key: &Key) -> Result<Self, &'static str> {
        let mut changes = Self::of(plan, "resource_changes", key)?;
        // Of newer versions of Terraform; what they do is in no state.
        if plan["action_invocations"].as_array().is_some_and(|actions| !actions.is_empty()) {
            return Err("actions, which no list of changes can show");
        }
        for (name, change) in plan["output_changes"].as_object().into_iter().flatten() {
            changes.0.extend(Change::of(&json!({"address": format!("{OUTPUT}{name}"), "change": change}), key)?);
        }
        Ok(changes)
    }

    /// What was changed behind Terraform's back, out of the same.
    ///
    /// # Errors
    /// It is no such document.
    pub fn behind(plan: &Value, key: &Key) -> Result<Self, &'static str> {
        Self::of(plan, "resource_drift", key)
    }

    fn of(plan: &Value, part: &str, key: &Key) -> Result<Self, &'static str> {
        // A part is left out where it is empty.
        if !plan["format_version"].is_string() {
            return Err("no plan");
        }
        let list = plan[part].as_array().into_iter().flatten();
        let changes: Result<Vec<_>, _> = list.map(|change| Change::of(change, key)).collect();
        let mut changes: Vec<Change> = changes?.into_iter().flatten().collect();
        changes.sort_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
        Ok(Self(changes))
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the addresses of outputs begin with. No resource's does: this type has no provider.
const OUTPUT: &str = "output.";

impl Change {
    fn of(entry: &Value, key: &Key) -> Result<Option<Self>, &'static str> {
        let address = entry["address"].as_str().ok_or("a change without address")?;
        let change = &entry["change"];
        let actions = change["actions"].as_array().ok_or("a change without actions")?;
        let actions: Option<Vec<String>> = actions.iter().map(|action| Some(action.as_str()?.to_owned())).collect();
        let mut actions = actions.ok_or("an action that is no word")?;
        actions.retain(|action| action != "no-op" && action != "read");
        // By an id, or by what newer providers call an identity.
        let importing = change["importing"].as_object();
        let imported = importing.map(|by| match by.get("id").and_then(Value::as_str) {
            Some(id) => id.to_owned(),
            None => change["importing"].to_string(),
        });
        if imported.is_some() {
            actions.insert(0, "import".to_owned());
        }
        if actions.is_empty() {
            return Ok(None);
        }
        let does = |wanted: &[&str]| actions.iter().any(|action| wanted.contains(&action.as_str()));
        let mut values = BTreeMap::new();
        if does(&["create", "update"]) {
            let mut walk = Walk { address, key, values: &mut values };
            let sensitive = [&change["before_sensitive"], &change["after_sensitive"]];
            walk.value("", &change["before"], &change["after"], &change["after_unknown"], sensitive);
        }
        let is_output = address.starts_with(OUTPUT);
        let gone = does(&["delete", "forget"]) && !is_output;
        // Some resources of newer providers have no `id`.
        let before = &change["before"];
        let id = ["id", "arn"].iter().map(|name| &before[*name]).find(|id| id.is_string()).unwrap_or(before);
        let gone = gone.then(|| key.digest(&["gone", address, &id.to_string()]));
        let deposed = entry["deposed"].as_str().map(str::to_owned);
        Ok(Some(Self { address: address.to_owned(), deposed, actions, gone, imported, values }))
    }

    /// Whether something that is there is taken away, or forgotten.
    pub fn is_destructive(&self) -> bool {
        self.gone.is_some()
    }

    /// Whether it is about an output, and changes nothing in the cloud.
    pub fn is_output(&self) -> bool {
        self.address.starts_with(OUTPUT)
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
                    let (sensitive, path) = (sensitive.map(|marks| &marks[key]), below(path, &segment(key)));
                    self.value(&path, &before[key], &after[key], &unknown[key], sensitive);
                    let was = before.as_object().is_none_or(|before| before.contains_key(key));
                    self.null(path, was, map.contains_key(key));
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
                    let was = before.as_array().is_none_or(|before| index < before.len());
                    self.null(path, was, index < list.len());
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

    /// A part that is null and comes or goes leaves no other trace.
    fn null(&mut self, path: String, was: bool, is: bool) {
        if was != is {
            self.values.entry(path).or_insert(Side::To(Value::Null));
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

    fn key() -> Key {
        Key::new(b"key".to_vec())
    }

    fn plan(change: &Value) -> Value {
        json!({"format_version": "1.2", "resource_changes": [{"address": "cloud_thing.a", "change": change}]})
    }

    #[test]
    fn a_list_for_people() {
        let plan = json!({"format_version": "1.2", "resource_changes": [
            {"address": "cloud_thing.c", "change": {
                "actions": ["delete", "create"], "before": {"id": "c-1", "name": "old", "tags": {"a": "1"}, "list": [1, 2]},
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
            {"address": "cloud_thing.i", "change": {"actions": ["no-op"], "before": {}, "after": {}, "importing": {"id": "i-1"}}},
        ], "output_changes": {
            "endpoint": {"actions": ["update"], "before": "a", "after": "b", "after_unknown": false},
            "password": {"actions": ["create"], "before": null, "after": "hunter2", "after_sensitive": true},
            "same": {"actions": ["no-op"], "before": "a", "after": "a"},
            "old": {"actions": ["delete"], "before": "a", "after": null},
        }});
        let changes = Changes::of_plan(&plan, &key()).unwrap();
        let text = serde_json::to_string_pretty(&changes).unwrap();
        assert!(!text.contains("hunter2"));
        insta::assert_snapshot!(text);
        assert_eq!(serde_json::from_str::<Changes>(&text).unwrap(), changes);
        let destructive: Vec<&str> =
            changes.0.iter().filter(|change| change.is_destructive()).map(|change| change.address.as_str()).collect();
        assert_eq!(destructive, ["cloud_thing.a", "cloud_thing.a", "cloud_thing.c"]);
    }

    #[test]
    fn null_comes_and_goes_and_is_seen() {
        let of = |before: Value, after: Value| {
            let change = json!({"actions": ["update"], "before": before, "after": after});
            Changes::of_plan(&plan(&change), &key()).unwrap().0[0].values.clone()
        };
        let null = |path: &str| BTreeMap::from([(path.to_owned(), Side::To(Value::Null))]);
        assert_eq!(of(json!({"a": {"b": null, "c": 1}}), json!({"a": {"c": 1}})), null("a.b"));
        assert_eq!(of(json!({"a": {}}), json!({"a": {"b": null}})), null("a.b"));
        assert_eq!(of(json!({"a": [1, null]}), json!({"a": [1]})), null("a.1"));
        assert_eq!(of(json!({"a": [null]}), json!({"a": [null, null]})), null("a.1"));
        assert_eq!(of(json!({"a": {"b": null}}), json!({"a": {"b": null}})), BTreeMap::new());
    }

    #[test]
    fn what_is_no_plan_is_no_empty_one() {
        let refused = |plan: &Value| Changes::of_plan(plan, &key()).unwrap_err();
        assert_eq!(refused(&json!({})), "no plan");
        let actions = json!({"format_version": "1.2", "action_invocations": [{"address": "action.a.b"}]});
        assert_eq!(refused(&actions), "actions, which no list of changes can show");
        let with = |entry: Value| json!({"format_version": "1.2", "resource_changes": [entry]});
        assert_eq!(refused(&with(json!({"change": {"actions": ["create"]}}))), "a change without address");
        assert_eq!(refused(&with(json!({"address": "a", "change": {}}))), "a change without actions");
        assert_eq!(refused(&with(json!({"address": "a", "change": {"actions": [1]}}))), "an action that is no word");
    }

    #[test]
    fn the_successor_of_what_was_taken_away_is_another() {
        let of = |id: &str| {
            let change = json!({"actions": ["delete"], "before": {"id": id}, "after": null});
            Changes::of_plan(&plan(&change), &key()).unwrap()
        };
        assert!(of("1").beyond(&of("1")).is_empty());
        assert!(!of("2").beyond(&of("1")).is_empty());
    }

    #[test]
    fn what_is_sensitive_is_seen_to_change_and_cannot_be_guessed() {
        let of = |secret: &str, key: &Key| {
            let change = json!({"actions": ["update"], "before": {"s": {"t": "old"}}, "after": {"s": {"t": secret}},
                "before_sensitive": {"s": true}, "after_sensitive": {}, "after_unknown": {}});
            serde_json::to_string(&Changes::of_plan(&plan(&change), key).unwrap()).unwrap()
        };
        assert_ne!(of("one", &key()), of("two", &key()));
        assert_ne!(of("one", &key()), of("one", &Key::new(b"other".to_vec())));
        assert!(!of("one", &key()).contains("one") && !of("one", &key()).contains("old"));
    }
}
