//! Values that look secret never leave a review. Tenantry renders none: this is for what people write where it does not belong.

mod address;
mod keys;
mod lines;
mod text;
mod token;
mod words;

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value as Json;

pub use address::without_passwords;
use keys::{is_name, is_name_of_value, is_reference, is_secret, is_value};
pub use text::text;

use super::change::FieldChange;
use super::path::{Part, parts};
use crate::tree::Node;

/// What is shown in place of a value.
const MASKED: &str = "(masked)";
/// What is shown of a value that changed, where the mask hides in what.
const CHANGED: &str = "(masked, changed)";
/// Files that Tenantry writes itself: what they call a secret is a name, a shape or an address.
const OURS: &[&str] = &["run.json", "secrets.json"];

/// A field without what looks secret.
pub fn field(field: &FieldChange) -> FieldChange {
    let (key, is_below) = place(&field.path);
    let value = |value: &Option<Json>| {
        Some(match value.clone()? {
            value if is_below => below(&key, value),
            value @ (Json::Object(_) | Json::Array(_)) if is_ours(&field.path) => self::value("", value),
            value => self::value(&key, value),
        })
    };
    let path = without_passwords(&field.path).into_owned();
    FieldChange { path, before: value(&field.before), after: value(&field.after) }
}

/// A field of a kind of object without what looks secret: that it changed shows all the same.
pub fn shown(kind: &str, change: &FieldChange) -> FieldChange {
    let mut masked = field(change);
    if kind == "Secret" && (change.path.starts_with("data") || change.path.starts_with("stringData")) {
        masked.before = masked.before.map(all);
        masked.after = masked.after.map(all);
    }
    let hides = masked.before != change.before || masked.after != change.after;
    if let (Some(before), Some(after)) = (&change.before, &change.after)
        && let (Some(old), Some(new)) = (&masked.before, &mut masked.after)
        && hides
    {
        changed((before, after), (old, new));
    }
    if hides && masked.before == masked.after {
        masked.after = Some(Json::String(CHANGED.to_owned()));
    }
    masked
}

/// Says in what is shown of a value where the mask hides another one than before.
fn changed((before, after): (&Json, &Json), (old, new): (&Json, &mut Json)) {
    match (before, after, old, new) {
        (Json::Object(before), Json::Object(after), Json::Object(old), Json::Object(new)) => {
            for (key, new) in new {
                if let (Some(before), Some(after), Some(old)) = (before.get(key), after.get(key), old.get(key)) {
                    changed((before, after), (old, new));
                }
            }
        }
        (Json::Array(before), Json::Array(after), Json::Array(old), Json::Array(new)) => {
            let shown = old.iter().zip(new);
            before.iter().zip(after).zip(shown).for_each(|(values, shown)| changed(values, shown));
        }
        (before, after, Json::String(old), Json::String(new)) if before != after => {
            if let (Json::String(before), Json::String(after)) = (before, after) {
                *new = lines((before, after), (old, new));
            } else if old == MASKED && new == MASKED {
                CHANGED.clone_into(new);
            }
        }
        _ => {}
    }
}

/// A text without its secrets, in which lines say so that were the same but for one.
fn lines((before, after): (&str, &str), (old, new): (&str, &str)) -> String {
    let mut known: HashMap<&str, Vec<&str>> = HashMap::new();
    for (old, before) in old.split('\n').zip(before.split('\n')) {
        known.entry(old).or_default().push(before);
    }
    let mut places = old.split('\n').zip(before.split('\n'));
    let shown = new.split('\n').zip(after.split('\n')).map(|(new, after)| {
        // What is on the line in its place, where it is another one: a server and its password may both change.
        let replaced = places.next().and_then(|(old, before)| hidden(before, old));
        let is_other = match known.get(new) {
            Some(before) => !before.contains(&after),
            None => hidden(after, new).zip(replaced).is_some_and(|(new, old)| new.0 == old.0 && new.1 != old.1),
        };
        if is_other { new.replace(MASKED, CHANGED).into() } else { Cow::Borrowed(new) }
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// What stands before the mask in a line, and what it hides, where it is one value.
fn hidden<'a>(line: &'a str, shown: &'a str) -> Option<(&'a str, &'a str)> {
    let (before, after) = shown.split_once(MASKED).filter(|(_, after)| !after.contains(MASKED))?;
    Some((before, line.strip_prefix(before)?.strip_suffix(after)?))
}

/// The key that says what a path's value is, and whether it stands below one that looks secret.
fn place(path: &str) -> (String, bool) {
    let parts = parts(path);
    let key = match parts.as_slice() {
        // An item that has a name and a value: its name says what the value is.
        [.., Part::Item(name), Part::Key(last)] if is_value(last) => name.clone(),
        [.., Part::Item(flag)] if flag.starts_with('-') => flag.clone(),
        parts => keys(parts).next_back().cloned().unwrap_or_default(),
    };
    let last = keys(&parts).count().saturating_sub(1);
    let is_below = !is_ours(path) && keys(&parts).take(last).any(|key| is_secret(key));
    (key, is_below)
}

fn is_ours(path: &str) -> bool {
    path.starts_with("data[") && keys(&parts(path)).nth(1).is_some_and(|file| OURS.contains(&file.as_str()))
}

fn keys(parts: &[Part]) -> impl DoubleEndedIterator<Item = &String> {
    parts.iter().filter_map(|part| match part {
        Part::Key(key) => Some(key),
        Part::Item(_) => None,
    })
}

/// What names an item of a list of plain values, where its own text would show a secret: the option that it is the value
/// of, or its place.
pub fn item(path: &str, items: &[Node], place: usize) -> Option<String> {
    let own = items.get(place)?.as_text()?;
    let before = place.checked_sub(1).and_then(|place| items.get(place)?.as_text());
    if let Some(flag) = before.filter(|text| is_flag(text)) {
        return Some(flag.to_owned());
    }
    let (key, is_below) = self::place(path);
    if is_below || is_secret(&key) {
        return Some(place.to_string());
    }
    if text(own) == own {
        return None;
    }
    let option = own.split_once('=').map(|(option, _)| option).filter(|option| option.starts_with('-'));
    Some(option.filter(|option| is_secret(option)).map_or(place.to_string(), str::to_owned))
}

/// Whether a text is an option whose value, the next text, is secret.
fn is_flag(text: &str) -> bool {
    text.starts_with('-') && !text.contains(['=', ' ']) && is_secret(text)
}

/// A value under a key, without what looks secret in it.
pub fn value(key: &str, value: Json) -> Json {
    match value {
        Json::Object(_) if is_secret(key) => below(key, value),
        Json::Object(map) => {
            // What a Secret holds, whatever its keys are called.
            let is_secret_kind = map.get("kind").is_some_and(|kind| kind == "Secret");
            let is_named = map.iter().any(|(key, name)| is_name_of_value(key) && name.as_str().is_some_and(is_secret));
            let hidden = |key: &str| match key {
                "data" | "stringData" => is_secret_kind,
                key => is_named && is_value(key),
            };
            let item = |(key, item): (String, Json)| {
                let item = if hidden(&key) { all(item) } else { self::value(&key, item) };
                (without_passwords(&key).into_owned(), item)
            };
            Json::Object(map.into_iter().map(item).collect())
        }
        Json::Array(items) => {
            let flags: Vec<bool> = items.iter().map(|item| item.as_str().is_some_and(is_flag)).collect();
            let is_told = |place: usize| place.checked_sub(1).is_some_and(|before| flags[before]);
            let item = |(place, item)| if is_told(place) { all(item) } else { self::value(key, item) };
            Json::Array(items.into_iter().enumerate().map(item).collect())
        }
        Json::String(text) if is_secret(key) && !(text.is_empty() || is_reference(&text)) => {
            Json::String(MASKED.to_owned())
        }
        Json::Number(_) if is_secret(key) => Json::String(MASKED.to_owned()),
        Json::String(text) => Json::String(self::text(&text)),
        other => other,
    }
}

/// A value below a key that looks secret: names of things and what they are like are left.
fn below(key: &str, value: Json) -> Json {
    match value {
        Json::Object(map) => {
            // `{name: a, key: b}` is a reference; a `key` alone is one that opens something.
            let is_named = map.contains_key("name");
            let item = |(key, item): (String, Json)| {
                let item = if key == "key" && !is_named { all(item) } else { below(&key, item) };
                (without_passwords(&key).into_owned(), item)
            };
            Json::Object(map.into_iter().map(item).collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(|item| below(key, item)).collect()),
        Json::String(text) if text.is_empty() || is_reference(&text) => Json::String(text),
        Json::String(_) | Json::Number(_) if !is_name(key) => Json::String(MASKED.to_owned()),
        // A name may still look secret itself: an address with a password in it.
        Json::String(text) => Json::String(self::text(&text)),
        other => other,
    }
}

fn all(value: Json) -> Json {
    match value {
        Json::Object(map) => Json::Object(map.into_iter().map(|(key, item)| (key, all(item))).collect()),
        Json::String(text) if text.is_empty() => Json::String(text),
        _ => Json::String(MASKED.to_owned()),
    }
}

#[cfg(test)]
mod tests;
