//! Addresses in a line: whose server it is stays, and the password goes.

use std::borrow::Cow;
use std::ops::Range;

use super::MASKED;
use super::keys::{is_no_secret, is_reference};
use super::token::braces;

/// What ends an address in a line.
const ENDS: [char; 5] = ['"', '\'', '`', '<', '>'];

/// A line without the passwords in its addresses: `postgres://user:(masked)@server/shop`.
pub fn without_passwords(line: &str) -> Cow<'_, str> {
    let Some((before, rest)) = line.split_once("://") else { return Cow::Borrowed(line) };
    let mut masked = before.to_owned();
    for rest in rest.split("://") {
        masked += "://";
        let address = &rest[..rest.find(|c: char| c.is_whitespace() || ENDS.contains(&c)).unwrap_or(rest.len())];
        match password(address) {
            Some(Range { start, end }) => masked.extend([&rest[..start], MASKED, &rest[end..]]),
            None => masked += rest,
        }
    }
    Cow::Owned(masked)
}

/// Where the password stands in what follows the `://` of an address.
fn password(address: &str) -> Option<Range<usize>> {
    let start = colon(address)? + 1;
    let (user, rest) = (&address[..start - 1], &address[start..]);
    let server = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // An address without anybody: the `:` stands before a port, or in a path.
    if user.contains(['[', '/', '?', '#']) || is_port(&rest[..server]) {
        return None;
    }
    // What nobody has escaped in a password may look like the beginning of a path; what follows a path's `?` is none of it.
    let query = rest.find('?').filter(|_| rest[..server].contains('@'));
    let end = rest[..query.unwrap_or(rest.len())].rfind('@')?;
    if rest[end..].starts_with("@sha256:") {
        return None;
    }
    match &rest[..end] {
        "" => None,
        // The one who is said to be is the secret.
        "x-oauth-basic" => Some(0..user.len()),
        password if is_no_secret(password) => None,
        _ => Some(start..start + end),
    }
}

/// The first `:` that is not in a `${…}`.
fn colon(address: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = address[at..].chars().next().filter(|c| *c != ':') {
        at += braces(&address[at..]).unwrap_or(c.len_utf8());
    }
    (at < address.len()).then_some(at)
}

/// Whether what follows the `:` is a port, or ports of several servers, or one and settings: `1433;database=shop`.
fn is_port(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_server =
        |text: &str| text.split_once(':').is_some_and(|(name, port)| name.chars().all(is_name) && is_number(port));
    let is_setting =
        |text: &str| text.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_name));
    let (first, more) = match text.find([',', ';']) {
        Some(end) => (&text[..end], &text[end..]),
        None => (text, ""),
    };
    (is_number(first) || is_reference(first))
        && match more.chars().next() {
            Some(';') => more[1..].split(';').next().is_some_and(is_setting),
            _ => more.split(',').skip(1).all(is_server),
        }
}
