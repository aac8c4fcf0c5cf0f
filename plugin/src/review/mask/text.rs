//! Texts without what looks secret in them.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::keys::is_secret;
use super::lines::Lines;
use super::{MASKED, value};
use crate::read::token_by_look;

/// What lines of a `.netrc` begin with.
const NETRC: [&str; 2] = ["machine ", "default login "];

/// A text without what looks secret in it: JSON by its keys, lines by what stands before `=` or `: `, words by their look.
pub fn text(text: &str) -> String {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Json>(text)
    {
        let masked = value("", json.clone());
        return if masked == json { text.to_owned() } else { masked.to_string() };
    }
    if token_by_look(text).is_some() && (!text.contains('\n') || text.contains("PRIVATE KEY")) {
        return MASKED.to_owned();
    }
    if !text.contains([':', '=', '-', '<', ' ']) {
        return text.to_owned();
    }
    let is_netrc = |line: &str| NETRC.iter().any(|words| line.trim_start().starts_with(words));
    let mut lines = Lines::new(text.contains("password") && text.lines().any(is_netrc));
    tags(text).split('\n').map(|line| lines.line(line)).collect::<Vec<_>>().join("\n")
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
