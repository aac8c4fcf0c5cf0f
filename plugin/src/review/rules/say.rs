//! How values are said.

use serde_json::Value as Json;

use crate::review::change::FieldChange;
use crate::review::mask;

/// How many characters of a value fit into a few words.
const SHORT: usize = 80;
/// How many things are named.
const NAMED: usize = 4;

/// A value in backticks, without what looks secret in it; a backtick of its own would end them.
pub(super) fn value(text: &str) -> String {
    format!("`{}`", mask::text(text).replace('`', "'"))
}

/// Texts of any length, the first few of them, each cut in its middle where it is long: both ends of an ARN tell something.
fn cut(texts: &[&str]) -> String {
    let cut: Vec<String> = texts.iter().map(|text| short(text)).collect();
    values(cut.iter().map(String::as_str))
}

fn short(text: &str) -> String {
    let text: Vec<char> = text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    let (half, all) = (SHORT / 2, |part: &[char]| part.iter().collect::<String>());
    if text.len() <= SHORT {
        return all(&text);
    }
    format!("{}…{}", all(&text[..half]), all(&text[text.len() - half..]))
}

/// Values in backticks, the first few of them.
pub(super) fn values<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<String> = texts.into_iter().map(value).collect();
    match all.len().checked_sub(NAMED) {
        None | Some(0) => all.join(", "),
        Some(more) => format!("{} and {more} more", all[..NAMED].join(", ")),
    }
}

/// From one value to another.
pub(super) fn moved(before: &str, after: &str) -> String {
    format!("{} → {}", value(before), value(after))
}

/// What became of a field, without what looks secret: its values where they are short.
pub(super) fn field(name: &str, change: &FieldChange) -> String {
    let change = mask::field(change);
    let (before, after) = (scalar(change.before.as_ref()), scalar(change.after.as_ref()));
    let name = value(name);
    match (&change.before, &change.after) {
        (None, _) => match after {
            Some(after) => format!("{name} is new: {}", value(&after)),
            None => format!("{name} is new"),
        },
        (_, None) => match before {
            Some(before) => format!("{name} is gone: it was {}", value(&before)),
            None => format!("{name} is gone"),
        },
        (Some(Json::Array(a)), Some(Json::Array(b))) => list(&name, a, b),
        _ => match before.zip(after) {
            // Masked, or too alike to tell apart.
            Some((before, after)) if before != after => format!("{name}: {}", moved(&before, &after)),
            _ => format!("{name} is other"),
        },
    }
}

/// What was added to a list and what was taken from it, where it holds texts.
fn list(name: &str, before: &[Json], after: &[Json]) -> String {
    let (more, less) = (beyond(after, before), beyond(before, after));
    match (more.as_slice(), less.as_slice()) {
        ([], []) => format!("{name} is other"),
        (more, []) => format!("{name} gains {}", cut(more)),
        ([], less) => format!("{name} loses {}", cut(less)),
        (more, less) => format!("{name} gains {} and loses {}", cut(more), cut(less)),
    }
}

/// The texts of a list that are not in another. However long: how a text is shown decides nothing.
pub(super) fn beyond<'a>(list: &'a [Json], other: &[Json]) -> Vec<&'a str> {
    let new = list.iter().filter(|item| !other.contains(item));
    new.filter_map(Json::as_str).collect()
}

/// A short value.
fn scalar(value: Option<&Json>) -> Option<String> {
    let text = match value? {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(value) => value.to_string(),
        Json::Null => "null".to_owned(),
        Json::Array(_) | Json::Object(_) => return None,
    };
    Some(text).filter(|text| text.len() <= SHORT && !text.contains('\n'))
}
