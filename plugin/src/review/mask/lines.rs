//! A text read line by line, as settings are written: YAML, `.properties`, `.ini`, `.env`.

use super::words::{self, CONSTANTS, NAMES};
use super::{MASKED, is_secret};

/// What is known of the next line.
pub(super) struct Lines {
    /// How far in the key stands whose value is all that stands further in.
    block: Option<usize>,
    /// How far in the `value` stands whose `name` looks secret.
    named: Option<usize>,
    /// Whether it is a `.netrc`, in which `password` stands before one.
    is_netrc: bool,
}

impl Lines {
    /// Nothing is known yet.
    pub(super) fn new(is_netrc: bool) -> Self {
        Self { block: None, named: None, is_netrc }
    }

    /// The next line, without what looks secret.
    pub(super) fn line(&mut self, line: &str) -> String {
        let indent = line.len() - line.trim_start_matches([' ', '-']).len();
        if let Some(block) = self.block {
            // A line without anything ends no block.
            if line.trim().is_empty() {
                return line.to_owned();
            }
            if indent > block {
                return format!("{}{MASKED}", &line[..indent]);
            }
            self.block = None;
        }
        if self.named.is_some_and(|named| indent < named || line[..indent].contains('-')) {
            self.named = None;
        }
        let is_value = self.named == Some(indent);
        match pair(line) {
            Some(Pair { key, up_to_value, value }) if is_secret(key) || (is_value && key == "value") => {
                if is_header(up_to_value, value) {
                    self.block = Some(indent);
                    return line.to_owned();
                }
                if CONSTANTS.iter().any(|constant| value.trim().eq_ignore_ascii_case(constant)) {
                    return line.to_owned();
                }
                format!("{up_to_value}{MASKED}")
            }
            Some(Pair { key, value, .. }) if NAMES.contains(&key) => {
                let name = value.split([' ', '#']).next().unwrap_or_default().trim_matches(['"', '\'']);
                self.named = is_secret(name).then_some(indent);
                words::line(line, self.is_netrc)
            }
            _ => words::line(line, self.is_netrc),
        }
    }
}

/// A line that begins with a key.
struct Pair<'a> {
    key: &'a str,
    up_to_value: &'a str,
    value: &'a str,
}

fn pair(line: &str) -> Option<Pair<'_>> {
    let is_colon = |at: usize| line[at..].starts_with(": ") || line[at..].trim_end() == ":";
    let (end, parting) = line.char_indices().find(|(at, c)| *c == '=' || (*c == ':' && is_colon(*at)))?;
    let key = line[..end].trim_start_matches([' ', '-']).trim_end().trim_matches(['"', '\'']);
    // What stands before a `=` may be a key, a `:` and the beginning of its value.
    if key.contains([' ', '{', ',', '"', '\'']) || (parting == '=' && key.contains(':')) {
        return None;
    }
    let (up_to_value, value) = line.split_at(end + 1 + usize::from(line[end + 1..].starts_with(' ')));
    Some(Pair { key, up_to_value, value })
}

/// Whether a key has its value on the lines that follow, further in: nothing stands behind it, or in YAML the header of a
/// block or a comment.
fn is_header(up_to_value: &str, value: &str) -> bool {
    let (value, is_yaml) = (value.trim(), up_to_value.trim_end().ends_with(':'));
    let value = if is_yaml { value.split_once('#').map_or(value, |(value, _)| value).trim() } else { value };
    let is_block = |indicators: &str| indicators.chars().all(|c| matches!(c, '0'..='9' | '+' | '-'));
    value.is_empty() || (is_yaml && value.strip_prefix(['|', '>']).is_some_and(is_block))
}
