//! Texts without what looks secret in them.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::{MASKED, is_flag, is_secret, value};
use crate::read::secret_by_look;

/// What a `.netrc` has.
const NETRC: [&str; 2] = ["machine ", "default login "];

/// Values that are no secrets.
const CONSTANTS: [&str; 4] = ["null", "none", "true", "false"];

/// What parts a line into words.
const BETWEEN: [char; 13] = [' ', '\t', ',', ';', '&', '?', '|', '{', '}', '<', '>', '"', '\''];

/// A text without what looks secret in it: JSON by its keys, lines by what stands before `=` or `: `, words by their look.
pub(super) fn text(text: &str) -> String {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Json>(text)
    {
        let masked = value("", json.clone());
        return if masked == json { text.to_owned() } else { masked.to_string() };
    }
    if secret_by_look(text).is_some() && (!text.contains('\n') || text.contains("PRIVATE KEY")) {
        return MASKED.to_owned();
    }
    if !text.contains([':', '=', '-', '<', ' ']) {
        return text.to_owned();
    }
    let is_netrc = NETRC.iter().any(|word| text.contains(word));
    let (text, mut block) = (tags(text), None);
    let lines = text.split('\n').map(|line| {
        let indent = line.len() - line.trim_start_matches([' ', '-']).len();
        // A line without anything ends no block.
        if block.is_some() && line.trim().is_empty() {
            return line.to_owned();
        }
        if block.is_some_and(|block| indent > block) {
            return format!("{}{MASKED}", &line[..indent]);
        }
        block = None;
        match pair(line) {
            // What follows, further in, is below it.
            Some((key, rest)) if is_header(key, rest) => {
                block = Some(indent);
                line.to_owned()
            }
            Some((key, _)) => format!("{key}{MASKED}"),
            None => line_words(line, is_netrc),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a key has its value on the lines that follow, further in: nothing stands behind it, or in YAML the header of a
/// block or a comment.
fn is_header(key: &str, rest: &str) -> bool {
    let (rest, is_yaml) = (rest.trim(), key.trim_end().ends_with(':'));
    let rest = if is_yaml { rest.split_once('#').map_or(rest, |(rest, _)| rest).trim() } else { rest };
    let is_block = |indicators: &str| indicators.chars().all(|c| matches!(c, '0'..='9' | '+' | '-'));
    rest.is_empty() || (is_yaml && rest.strip_prefix(['|', '>']).is_some_and(is_block))
}

/// A text without what stands between tags whose name looks secret.
fn tags(text: &str) -> Cow<'_, str> {
    let (mut masked, mut done) = (String::new(), 0);
    // The tag that was opened last, and where its content begins.
    let mut open: Option<(&str, usize)> = None;
    for (at, _) in text.match_indices('<') {
        let inner = &text[at + 1..];
        if let Some(closed) = inner.strip_prefix('/') {
            let is_closed = |name: &str| closed.strip_prefix(name).is_some_and(|rest| rest.starts_with('>'));
            let Some((_, begin)) = open.take_if(|(name, _)| is_closed(name)) else { continue };
            if begin < at {
                masked += &text[done..begin];
                masked += MASKED;
                done = at;
            }
        } else if let Some(end) = inner.find(['<', '>']).filter(|end| inner[*end..].starts_with('>')) {
            let name = inner[..end].split(char::is_whitespace).next().unwrap_or_default();
            if is_secret(name) && !inner[..end].ends_with('/') {
                open = Some((name, at + 1 + end + 1));
            }
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(masked + &text[done..]) }
}

/// A line up to its value, and the value, where the line begins with a key that looks secret.
fn pair(line: &str) -> Option<(&str, &str)> {
    let is_colon = |at: usize| line[at..].starts_with(": ") || line[at..].trim_end() == ":";
    let end = line.char_indices().find(|(at, c)| *c == '=' || (*c == ':' && is_colon(*at)))?.0;
    let key = line[..end].trim_start_matches([' ', '-']).trim_end().trim_matches(['"', '\'']);
    let value = end + 1 + usize::from(line[end + 1..].starts_with(' '));
    (!key.contains([' ', '{', ',']) && is_secret(key)).then(|| line.split_at(value))
}

/// A line without the words that look secret, or that stand behind one which says so: `password=`, `"password":`, `--token`,
/// `Bearer`, `requirepass`, and `password` in a `.netrc`.
fn line_words(line: &str, is_netrc: bool) -> String {
    let mut masked = String::with_capacity(line.len());
    // Whether the next word is secret, and the quote in which all words are.
    let (mut is_told, mut quote) = (false, None);
    // The word in an HTTP header before what says who one is.
    let is_http = line.split(' ').count() == 2 || line.contains("uthorization");
    let is_scheme = |word: &str| word == "Bearer" || (word == "Basic" && is_http);
    let mut rest = line;
    for token in line.split_inclusive(BETWEEN) {
        rest = &rest[token.len()..];
        let word = token.strip_suffix(BETWEEN).unwrap_or(token);
        let end = &token[word.len()..];
        let after = end.chars().next();
        // Behind a name in quotes stands what parts it from its value.
        let (parting, word) =
            word.split_at(if is_told { word.len() - word.trim_start_matches([':', '=']).len() } else { 0 });
        masked += parting;
        let (key, value) = word.split_at(word.find(['=', ':']).map_or(word.len(), |at| at + 1));
        let says = key.ends_with(['=', ':']) && is_secret(&key[..key.len() - 1]);
        let is_key = is_secret(word) && rest.trim_start().starts_with([':', '=']);
        // What is told of a list is told of its items; what is told of a map is not told of its keys.
        let is_bracket = word.chars().all(|c| matches!(c, '[' | ']'));
        let is_shown =
            is_bracket || is_scheme(word) || CONSTANTS.iter().any(|constant| word.eq_ignore_ascii_case(constant));
        if !word.is_empty() && (quote.is_some() || (is_told && !is_shown) || secret_by_look(word).is_some()) {
            masked += MASKED;
            is_told = false;
        } else if says && !value.is_empty() {
            masked += key;
            masked += MASKED;
        } else {
            masked += word;
            let is_name = is_flag(word) || is_scheme(word) || word == "requirepass" || (is_netrc && word == "password");
            is_told = says || is_name || is_key || (is_told && (word.is_empty() || word.ends_with('[')));
            is_told &= !word.is_empty() || after != Some('{');
        }
        masked += end;
        match (quote, after) {
            (None, Some(c @ ('"' | '\''))) if is_told && !is_key => quote = Some(c),
            (Some(open), Some(c)) if c == open => (quote, is_told) = (None, false),
            _ => {}
        }
    }
    masked
}
