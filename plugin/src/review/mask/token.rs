//! What a line consists of.

/// What parts a line into words.
const MARKS: [char; 15] = [',', ';', '&', '?', '|', '{', '}', '<', '>', '[', ']', '(', ')', '"', '\''];

/// A part of a line.
#[derive(Clone, Copy)]
pub(super) enum Token<'a> {
    Blank(&'a str),
    Mark(char),
    /// Up to the next blank or mark, with `=` and `:` in it, and all of a `${…}`.
    Word(&'a str),
    /// What stands in quotes, and the quote.
    Quoted(char, &'a str),
}

/// The parts of a line, which make up all of it.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    let (mut tokens, mut rest) = (Vec::new(), line);
    while let Some(first) = rest.chars().next() {
        let in_word = matches!(tokens.last(), Some(Token::Word(word)) if !word.ends_with(['=', ':', '@']));
        let quoted = (matches!(first, '"' | '\'') && !in_word).then(|| quoted(first, &rest[1..])).flatten();
        let (token, len) = if is_blank(first) {
            let len = rest.len() - rest.trim_start_matches(is_blank).len();
            (Token::Blank(&rest[..len]), len)
        } else if let Some(inner) = quoted {
            (Token::Quoted(first, inner), inner.len() + 2)
        } else if MARKS.contains(&first) {
            (Token::Mark(first), first.len_utf8())
        } else {
            let len = word(rest);
            (Token::Word(&rest[..len]), len)
        };
        tokens.push(token);
        rest = &rest[len..];
    }
    tokens
}

/// The length of the word that a text begins with.
fn word(text: &str) -> usize {
    let mut len = 0;
    while let Some(c) = text[len..].chars().next().filter(|c| !matches!(c, ' ' | '\t')) {
        len += match braces(&text[len..]) {
            Some(braces) => braces,
            // As in Ruby.
            None if text[len..].starts_with("=>") => "=>".len(),
            None if MARKS.contains(&c) => break,
            None => c.len_utf8(),
        };
    }
    len
}

/// How far the end of a `${…}` is looked for: nobody writes longer ones, and of many without an end each is looked for.
const LONGEST: usize = 200;

/// The length of the `${…}` or `${{…}}` that a text begins with.
pub(super) fn braces(text: &str) -> Option<usize> {
    let end: &[u8] = if text.starts_with("${{") { b"}}" } else { b"}" };
    let inner = text.strip_prefix("${")?.as_bytes();
    let at = inner.windows(end.len()).take(LONGEST).position(|window| window == end)?;
    Some("${".len() + at + end.len())
}

/// What stands before the quote that closes what this one opened: in JSON `\"` closes nothing, in YAML `''`.
fn quoted(quote: char, text: &str) -> Option<&str> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_next = |next: Option<&(usize, char)>| next.is_some_and(|(_, next)| *next == quote);
        match c {
            '\\' if quote == '"' => drop(chars.next()),
            _ if c != quote => {}
            '\'' if is_next(chars.peek()) => drop(chars.next()),
            _ => return Some(&text[..at]),
        }
    }
    None
}
