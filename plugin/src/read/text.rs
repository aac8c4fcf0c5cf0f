//! Text with rules: names, versions, addresses.

use serde_json::{Value as Json, json};

use super::{Read, Reader};
use crate::tree::{Node, Value};

/// A type that is written as text.
pub trait Text: Sized {
    /// What it is, with its article, as an error says it: `a DNS name`.
    const WHAT: &'static str;
    /// Its rule as a regular expression of ECMA 262, for editors; the rule itself is `parse`.
    const PATTERN: Option<&'static str> = None;
    /// Whether a bare integer may stand for it (quantities: `pods: 10`).
    const TAKES_INTEGER: bool = false;

    /// Reads it.
    ///
    /// # Errors
    /// Says in a few words what is allowed.
    fn parse(text: &str) -> Result<Self, String>;

    /// What to write instead, where that can be said.
    fn hint(_text: &str) -> Option<String> {
        None
    }
}

impl<T: Text> Read for T {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.value {
            Value::Text(text) => reader.parse_text(text, node.at),
            Value::Int(value) if T::TAKES_INTEGER => reader.parse_text(&value.to_string(), node.at),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let wanted = format!("{} in quotes", T::WHAT);
                reader.wants(node, &wanted)
            }
            _ => reader.wants(node, T::WHAT),
        }
    }

    fn schema() -> Json {
        let mut schema = json!({"type": if T::TAKES_INTEGER { json!(["string", "integer"]) } else { json!("string") }});
        if let Some(pattern) = T::PATTERN {
            schema["pattern"] = json!(pattern);
        }
        schema
    }
}

impl Text for String {
    const WHAT: &'static str = "text";

    fn parse(text: &str) -> Result<Self, String> {
        match text.chars().find(|c| c.is_control()) {
            Some(c) => Err(format!("control character U+{:04X} is not allowed", c as u32)),
            None => Ok(text.to_owned()),
        }
    }
}

/// ``did you mean `quota`?``, where a known name is near enough.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, name)| *distance <= (name.len().max(given.len()) / 3).max(1))
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["quota", "limits", "network"];
        assert_eq!(did_you_mean("quta", known), Some("did you mean `quota`?".to_owned()));
        assert_eq!(did_you_mean("limit", known), Some("did you mean `limits`?".to_owned()));
        assert_eq!(did_you_mean("x", known), None);
        assert_eq!(did_you_mean("storage", known), None);
    }
}
