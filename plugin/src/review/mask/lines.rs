//! A text read line by line, as settings are written: YAML, `.properties`, `.ini`, `.env`.

use super::keys::{is_name, is_name_of_value, is_no_secret, is_secret, is_value};
use super::words;
use super::{MASKED, is_flag};

/// What is known of the next line.
pub(super) struct Lines {
    block: Option<Block>,
    /// How far in the `value` stands whose `name` looks secret.
    named: Option<usize>,
    /// Whether the item before is an option whose value is the next.
    is_told: bool,
    /// Whether it is a `.netrc`, in which `password` stands before one.
    is_netrc: bool,
}

/// Lines that are a secret's value.
enum Block {
    /// All that stand further in.
    Below(usize),
    /// All up to one with this in it.
    Until(String),
}

impl Lines {
    /// Nothing is known yet.
    pub(super) fn new(is_netrc: bool) -> Self {
        Self { block: None, named: None, is_told: false, is_netrc }
    }

    /// The next line, without what looks secret.
    pub(super) fn line(&mut self, line: &str) -> String {
        // A line without anything ends nothing.
        if line.trim().is_empty() {
            return line.to_owned();
        }
        let indent = line.len() - line.trim_start_matches([' ', '-']).len();
        let masked = || format!("{}{MASKED}", &line[..indent]);
        match &self.block {
            Some(Block::Until(end)) => {
                let is_end = line.contains(end);
                self.block.take_if(|_| is_end);
                return if is_end { line.to_owned() } else { masked() };
            }
            Some(Block::Below(block)) if indent > *block => return self.below(line).unwrap_or_else(masked),
            _ => self.block = None,
        }
        let item = line.trim_start().strip_prefix("- ").map(|item| item.trim().trim_matches(['"', '\'']));
        let is_option = item.is_some_and(is_flag);
        if std::mem::replace(&mut self.is_told, is_option) && item.is_some() && !is_option {
            return masked();
        }
        if self.named.is_some_and(|named| indent < named || line[..indent].contains('-')) {
            self.named = None;
        }
        let is_named = self.named == Some(indent);
        match pair(line) {
            Some(Pair { key, up_to_value, value }) if is_secret(key) || (is_named && is_value(key)) => {
                self.block = block(indent, up_to_value, value);
                if is_header(up_to_value, value) || is_shown(value) {
                    return line.to_owned();
                }
                format!("{up_to_value}{MASKED}")
            }
            Some(Pair { key, value, .. }) if is_name_of_value(key) => {
                let name = value.split([' ', '#']).next().unwrap_or_default().trim_matches(['"', '\'']);
                self.named = is_secret(name).then_some(indent);
                words::line(line, self.is_netrc)
            }
            _ => setting(line).unwrap_or_else(|| words::line(line, self.is_netrc)),
        }
    }

    /// A line below a key that looks secret, where it names something or says what is below it.
    fn below(&self, line: &str) -> Option<String> {
        let Pair { key, up_to_value, value } = pair(line)?;
        if is_name(key) && !value.is_empty() {
            return Some(words::line(line, self.is_netrc));
        }
        (up_to_value.trim_end().ends_with(':') && value.trim().is_empty()).then(|| line.to_owned())
    }
}

/// Whether a value, quoted or not, is no secret.
fn is_shown(value: &str) -> bool {
    is_no_secret(value.trim().trim_matches(['"', '\'']))
}

/// The lines that belong to a value which begins on this one.
fn block(indent: usize, up_to_value: &str, value: &str) -> Option<Block> {
    let (value, is_yaml) = (value.trim(), up_to_value.trim_end().ends_with(':'));
    if let Some(quotes) = ["\"\"\"", "'''"].into_iter().find(|quotes| value.matches(quotes).count() == 1) {
        return Some(Block::Until(quotes.to_owned()));
    }
    if let Some(end) = value.strip_prefix("<<") {
        return Some(Block::Until(end.trim_matches(['-', '~', '"', '\'']).to_owned()));
    }
    // A text of YAML goes on further in, and so does what is opened or is broken with a `\`.
    (is_yaml || is_header(up_to_value, value) || value.ends_with('\\')).then_some(Block::Below(indent))
}

/// What stands before the name in a line of settings.
const SETTERS: [&str; 4] = ["ENV ", "SetEnv ", "fastcgi_param ", "set $"];

/// A line of settings that has a name that looks secret and a value, and nothing between, without its value.
fn setting(line: &str) -> Option<String> {
    let text = line.trim_start();
    let text = SETTERS.iter().find_map(|setter| text.strip_prefix(setter)).unwrap_or(text);
    let (name, value) = text.split_once(' ')?;
    let value = value.trim_start();
    let is_one = !value.trim_end_matches(';').contains(' ') && !value.starts_with([':', '=', '(', '{', '|', '#']);
    let is_name = is_secret(name) && !name.contains(['=', ':', '-', '"', '\'']);
    (is_one && is_name && !is_shown(value)).then(|| format!("{}{MASKED}", &line[..line.len() - value.len()]))
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

/// Whether a key has its value on the lines that follow, further in: nothing stands behind it, or what opens a list or map, or in
/// YAML the header of a block or a comment.
fn is_header(up_to_value: &str, value: &str) -> bool {
    let (value, is_yaml) = (value.trim(), up_to_value.trim_end().ends_with(':'));
    let value = if is_yaml { value.split_once('#').map_or(value, |(value, _)| value).trim() } else { value };
    let is_block = |indicators: &str| indicators.chars().all(|c| matches!(c, '0'..='9' | '+' | '-'));
    matches!(value, "" | "[" | "{" | "(") || (is_yaml && value.strip_prefix(['|', '>']).is_some_and(is_block))
}
