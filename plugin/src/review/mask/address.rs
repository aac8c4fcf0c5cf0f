//! Addresses in a line: whose server it is stays, and the password goes.

use std::borrow::Cow;
use std::ops::Range;

use super::MASKED;
use super::keys::is_no_secret;

/// What ends an address in a line.
const ENDS: [char; 5] = ['"', '\'', '`', '<', '>'];

/// A line without the passwords in its addresses: `postgres://user:(masked)@server/shop`.
pub(super) fn without_passwords(line: &str) -> Cow<'_, str> {
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
    let server = address.find(['/', '?', '#']).unwrap_or(address.len());
    let start = address[..server].find(':')? + 1;
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) || is_no_secret(text);
    let end = match address[start..server].rfind('@') {
        Some(end) => end,
        None if address.starts_with('[') || is_port(&address[start..server]) => return None,
        // Nobody has escaped a `/` in it.
        None => address[start..].rfind('@')?,
    };
    let password = start..start + end;
    (!password.is_empty() && !is_no_secret(&address[password.clone()])).then_some(password)
}
