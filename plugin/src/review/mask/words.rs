//! A line read word by word.

use super::address::without_passwords;
use super::keys::{is_name, is_name_of_value, is_no_secret, is_secret, is_value};
use super::token::{Token, braces, tokens};
use super::{MASKED, is_flag};
use crate::read::token_by_look;

/// How deep in quotes it is read: deeper than people can write it.
const MAX_DEPTH: usize = 8;
/// Headers that say who one is, in as many words as they like.
const HEADERS: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];
/// Words whose next word is secret, in files of settings that have no `=`.
const DIRECTIVES: [&str; 2] = ["requirepass", "masterauth"];

/// Where the next value is secret.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    No,
    /// Up to what parts it from the next key.
    Value,
    /// It is the value of an option, and a `,` may stand between.
    Option,
    /// All of a list.
    List,
    /// All that follows, but for the word that says how one says who one is.
    Rest,
    /// Behind the `:`.
    User,
}

/// A line without the words that look secret, or that stand behind one which says so: `password=`, `"password":`, `--token`,
/// `Bearer`, `requirepass`, `name="password" value=`, `curl -u`, and `password` in a `.netrc`.
pub(super) fn line(line: &str, is_netrc: bool) -> String {
    read(&without_passwords(line), is_netrc, 0)
}

/// A line, or what stands so deep in quotes of one.
fn read(line: &str, is_netrc: bool, depth: usize) -> String {
    if depth > MAX_DEPTH {
        return MASKED.to_owned();
    }
    let mut reader = Reader {
        tokens: &tokens(line),
        masked: String::with_capacity(line.len()),
        told: Told::No,
        is_named: false,
        below: 0,
        is_http: line.split(' ').count() == 2 || line.contains("uthorization"),
        is_curl: line.contains("curl "),
        is_identified: line.contains("IDENTIFIED") || line.contains("identified"),
        is_netrc,
        depth,
    };
    let mut at = 0;
    while let Some(token) = reader.tokens.get(at) {
        at = reader.read(at, *token);
    }
    reader.masked
}

/// Where in a word the name of its value begins and ends: before the first `=` or `:`, or before a later `=` if only that name
/// looks secret (`--set=db.password=`). What stands in `${…}` parts nothing, and is no name.
fn name_in(word: &str) -> Option<(usize, usize)> {
    let (mut names, mut begin, mut at) = (Vec::new(), 0, 0);
    while let Some(c) = word[at..].chars().next() {
        let braces = braces(&word[at..]);
        if matches!(c, '=' | ':') {
            names.push((begin, at, c));
        }
        at += braces.unwrap_or(c.len_utf8());
        if braces.is_some() || matches!(c, '=' | ':') {
            begin = at;
        }
    }
    let first = names.first()?;
    let looks_secret = |(begin, end, _): &&(usize, usize, char)| is_secret(&word[*begin..*end]);
    let later = || names.iter().find(|name| name.2 == '=' && looks_secret(name));
    let (begin, end, _) = if looks_secret(&first) { first } else { later().unwrap_or(first) };
    // An image's, and what stands behind it is its tag.
    (!word[*begin..*end].contains('/')).then_some((*begin, *end))
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    masked: String,
    told: Told,
    /// Whether a `name` looks secret, so that its `value` is.
    is_named: bool,
    /// In how many maps below a key that looks secret it is.
    below: usize,
    /// Whether `Basic` is what it is in an HTTP header: the word before what says who one is.
    is_http: bool,
    is_curl: bool,
    /// Whether `BY` may stand before a password, as in SQL.
    is_identified: bool,
    is_netrc: bool,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Reads the token at a place, and gives the place of the next.
    fn read(&mut self, at: usize, token: Token<'a>) -> usize {
        match token {
            Token::Blank(blank) => self.masked += blank,
            Token::Mark(mark) => self.mark(mark),
            Token::Quoted(quote, inner) => {
                self.masked.push(quote);
                self.quoted(at, inner);
                self.masked.push(quote);
            }
            Token::Word(word) => {
                if self.word(at, word) {
                    return self.after_value(at + 1);
                }
            }
        }
        at + 1
    }

    fn mark(&mut self, mark: char) {
        self.masked.push(mark);
        match mark {
            '{' if self.below > 0 || self.told == Told::Value => self.below += 1,
            '}' => self.below = self.below.saturating_sub(1),
            _ => {}
        }
        self.told = match (mark, self.told) {
            (_, Told::Rest) => Told::Rest,
            ('[', Told::Value) => Told::List,
            // Behind the `]` of `a['password'] = ` stands its value.
            ('[' | '(' | '"' | '\'', told) | (']', told @ Told::Value) => told,
            (',', told @ (Told::List | Told::Option)) => told,
            _ => Told::No,
        };
        self.is_named &= !matches!(mark, '}' | '>');
    }

    fn quoted(&mut self, at: usize, inner: &str) {
        if self.is_key(at) {
            self.masked += inner;
            self.key(at, inner);
        } else if self.told != Told::No && !inner.is_empty() {
            self.value(inner);
        } else if inner.is_empty() {
            self.told = if self.told == Told::List { Told::List } else { Told::No };
        } else if is_flag(inner) {
            self.masked += inner;
            self.told = Told::Option;
        } else if inner.contains("\\\"") {
            // JSON in a text of JSON.
            self.masked += &self.inner(&inner.replace("\\\"", "\"")).replace('"', "\\\"");
        } else {
            self.masked += &self.inner(inner);
        }
    }

    fn inner(&self, text: &str) -> String {
        read(text, self.is_netrc, self.depth + 1)
    }

    /// Whether a value was masked in it, or all of it.
    fn word(&mut self, at: usize, word: &str) -> bool {
        // Behind a name in quotes stands what parts it from its value.
        let parting =
            if self.told == Told::No { 0 } else { word.len() - word.trim_start_matches([':', '=', '>']).len() };
        let (parting, word) = word.split_at(parting);
        self.masked += parting;
        let is_option = self.told == Told::Option && word.starts_with("--");
        if self.told != Told::No && !is_option {
            return self.value(word);
        }
        if token_by_look(word).is_some() {
            self.masked += MASKED;
            return false;
        }
        let Some((begin, end)) = name_in(word) else {
            self.masked += word;
            self.told = if self.is_before_secret(at, word) { Told::Option } else { Told::No };
            if self.is_key(at) {
                self.key(at, word);
            } else if self.is_curl && matches!(word, "-u" | "--user" | "-U" | "--proxy-user") {
                self.told = Told::User;
            }
            return false;
        };
        let ((key, value), name) = (word.split_at(end + 1), &word[begin..end]);
        self.masked += key;
        self.key(at, name);
        if value.is_empty() {
            return false;
        }
        if self.told == Told::No {
            self.is_named |= is_name_of_value(name) && is_secret(value);
            self.masked += value;
            return false;
        }
        self.value(value)
    }

    /// A key is read: what it tells of the value behind it.
    fn key(&mut self, at: usize, key: &str) {
        let is_below = self.below > 0 && !key.is_empty() && !is_name(key);
        let is_first = self.tokens[..at].iter().all(|token| matches!(token, Token::Blank(_)));
        self.told = if is_first && HEADERS.iter().any(|header| key.eq_ignore_ascii_case(header)) {
            Told::Rest
        } else if is_secret(key) || is_below || (self.is_named && is_value(key)) {
            Told::Value
        } else {
            Told::No
        };
        if is_name_of_value(key) {
            let words = self.tokens[at + 1..].iter().filter_map(|token| match token {
                Token::Word(word) => Some(word.trim_start_matches([':', '='])),
                Token::Quoted(_, inner) => Some(*inner),
                Token::Blank(_) | Token::Mark(_) => None,
            });
            self.is_named = words.into_iter().find(|word| !word.is_empty()).is_some_and(is_secret);
        }
    }

    /// A value of which something is told. Whether it was masked.
    fn value(&mut self, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        let is_scheme = self.is_scheme(text);
        let told = match self.told {
            told @ (Told::List | Told::Rest) => told,
            _ if is_scheme => Told::Option,
            _ => Told::No,
        };
        // A user alone is no secret.
        let shown = match std::mem::replace(&mut self.told, told) {
            Told::User => text.find(':').map_or(text.len(), |at| at + 1),
            _ if is_scheme || is_no_secret(text) => text.len(),
            _ => 0,
        };
        self.masked += &text[..shown];
        if shown < text.len() {
            self.masked += MASKED;
        }
        shown < text.len()
    }

    /// Where it goes on behind a masked value: words right behind its marks are parts of it, unless they have a key of their own.
    fn after_value(&self, at: usize) -> usize {
        let mut end = at;
        for (place, token) in self.tokens.iter().enumerate().skip(at).take_while(|_| self.told == Told::No) {
            match token {
                Token::Mark(_) => {}
                Token::Word(word) if !word.contains(['=', ':']) => end = place + 1,
                _ => break,
            }
        }
        end
    }

    fn next(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens[at + 1..].iter().find(|token| !matches!(token, Token::Blank(_)))
    }

    /// Whether `:` or `=` follows, right behind it or behind the `]` that ends an index.
    fn is_key(&self, at: usize) -> bool {
        let is_parted = |at: usize| matches!(self.next(at), Some(Token::Word(word)) if word.starts_with([':', '=']));
        is_parted(at) || (matches!(self.tokens.get(at + 1), Some(Token::Mark(']'))) && is_parted(at + 1))
    }

    fn is_scheme(&self, word: &str) -> bool {
        let is = |scheme: &str| word == scheme || (self.told == Told::Rest && word.eq_ignore_ascii_case(scheme));
        is("Bearer") || (self.is_http && is("Basic"))
    }

    /// Whether the next word is secret because of this one.
    fn is_before_secret(&self, at: usize, word: &str) -> bool {
        // `PASSWORD 'x'` and `IDENTIFIED BY 'x'` in SQL, which some write with `"`.
        let is_sql = |quote: char| {
            (self.is_identified && word.eq_ignore_ascii_case("by"))
                || word == "PASSWORD"
                || (quote == '\'' && word.eq_ignore_ascii_case("password"))
        };
        is_flag(word)
            || self.is_scheme(word)
            || DIRECTIVES.contains(&word)
            || (self.is_netrc && word == "password")
            || matches!(self.next(at), Some(Token::Quoted(quote, _)) if is_sql(*quote))
    }
}
