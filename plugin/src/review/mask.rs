//! Values that look secret never leave a review. Tenantry renders none: this is for what people write where it does not belong.

mod lines;
mod text;
mod token;
mod words;

use serde_json::Value as Json;

use text::text;

use super::change::FieldChange;
use super::path::{Part, parts};
use crate::read::{self, SECRET_KEYS, SECRET_WORDS, names_a_secret};
use crate::tree::Node;

/// What is shown in place of a value.
const MASKED: &str = "(masked)";
/// What is shown of a value that changed, where the mask hides in what.
const CHANGED: &str = "(masked, changed)";
/// Further words in a key whose value is masked: more than is refused in a file.
const SECRET: &[&str] = &["connectionstring", "masterauth", "pgpass", "requirepass"];
/// Further ends of such keys, which in the midst of one may be part of a name: `masterKeyId`.
const KEYS: &[&str] = &["accountkey", "fernetkey", "jwtkey", "masterkey", "sharedkey"];
/// Last words that are part of other words as well.
const LAST: &[&str] = &["auths", "dsn", "pass"];
/// Of each word that makes a key look secret, a part.
const PARTS: [&str; 9] = ["auth", "connectionstring", "credential", "dsn", "key", "pass", "pwd", "secret", "token"];
/// Ends of keys that name a thing, and hold no value of it.
const NAMES: &[&str] = &[
    "name",
    "names",
    "ref",
    "refs",
    "key",
    "kind",
    "namespace",
    "path",
    "audience",
    "store",
    "tag",
    "access",
    "prefix",
    "mode",
    "policy",
    "url",
    "uri",
    "ttl",
    "seconds",
    "length",
    "file",
    "files",
    "location",
    "version",
    "type",
    "format",
    "encryption",
];
/// First or last words of keys that hold how many or how long.
const LIMITS: &[&str] = &["max", "min"];
/// Keys of what a secret is like, below one that looks secret.
const SHAPES: &[&str] = &["charset", "generation"];
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
    FieldChange { path: field.path.clone(), before: value(&field.before), after: value(&field.after) }
}

/// A field of a kind of object without what looks secret: that it changed shows all the same.
pub fn shown(kind: &str, change: &FieldChange) -> FieldChange {
    let mut masked = field(change);
    if kind == "Secret" && (change.path.starts_with("data") || change.path.starts_with("stringData")) {
        masked.before = masked.before.map(all);
        masked.after = masked.after.map(all);
    }
    let hides = masked.before != change.before || masked.after != change.after;
    if hides && masked.before == masked.after {
        masked.after = Some(Json::String(CHANGED.to_owned()));
    }
    masked
}

/// The key that says what a path's value is, and whether it stands below one that looks secret.
fn place(path: &str) -> (String, bool) {
    let parts = parts(path);
    let key = match parts.as_slice() {
        // An item that has a name and a value: its name says what the value is.
        [.., Part::Item(name), Part::Key(last)] if last == "value" => name.clone(),
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
            let is_named = |field: &&str| map.get(*field).and_then(Json::as_str).is_some_and(is_secret);
            let named = ["name", "key"].iter().any(is_named);
            let hidden = |key: &str| match key {
                "data" | "stringData" => is_secret_kind,
                "value" => named,
                _ => false,
            };
            let item = |(key, item): (String, Json)| {
                let item = if hidden(&key) { all(item) } else { self::value(&key, item) };
                (key, item)
            };
            Json::Object(map.into_iter().map(item).collect())
        }
        Json::Array(items) => {
            let flags: Vec<bool> = items.iter().map(|item| item.as_str().is_some_and(is_flag)).collect();
            let is_told = |place: usize| place.checked_sub(1).is_some_and(|before| flags[before]);
            let item = |(place, item)| if is_told(place) { all(item) } else { self::value(key, item) };
            Json::Array(items.into_iter().enumerate().map(item).collect())
        }
        Json::String(text) if is_secret(key) && !text.is_empty() => Json::String(MASKED.to_owned()),
        Json::Number(_) if is_secret(key) => Json::String(MASKED.to_owned()),
        Json::String(text) => Json::String(self::text(&text)),
        other => other,
    }
}

/// A value below a key that looks secret: names of things and what they are like are left.
fn below(key: &str, value: Json) -> Json {
    match value {
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(key, item)| (key.clone(), below(&key, item))).collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(|item| below(key, item)).collect()),
        Json::String(text) if text.is_empty() => Json::String(text),
        Json::String(_) | Json::Number(_) if !(names(key) || SHAPES.contains(&key)) => Json::String(MASKED.to_owned()),
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

fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a key names a thing. `secretKey` alone, written so, is what a Secret's key is called.
fn names(key: &str) -> bool {
    let plain = plain(key);
    let holds_key = plain.ends_with("secretkey") || SECRET_KEYS.iter().chain(KEYS).any(|end| plain.ends_with(end));
    (!holds_key || key == "secretKey") && NAMES.iter().any(|end| plain.ends_with(end))
}

fn is_secret(key: &str) -> bool {
    // The domain of an annotation says nothing of it.
    let key = key.rsplit_once('/').filter(|(domain, _)| domain.contains('.')).map_or(key, |(_, name)| name);
    let plain = plain(key);
    let holds = |word: &&str| plain.contains(*word);
    // Asked of every key on the way to every field that changed, and most have nothing of any of the words. Beyond ASCII, what
    // is left out may have parted two of them.
    if key.is_ascii() && !PARTS.iter().any(holds) {
        return false;
    }
    let words = read::words(key);
    let is_last = words.last().is_some_and(|last| LAST.contains(&last.as_str()));
    let ends = |end: &&str| plain.ends_with(*end);
    (is_last || SECRET_WORDS.iter().chain(&SECRET_KEYS).chain(SECRET).any(holds) || KEYS.iter().any(ends))
        && !names(key)
        && !names_a_secret(&words)
        && ![words.first(), words.last()].into_iter().flatten().any(|word| LIMITS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests;
