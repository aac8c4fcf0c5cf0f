//! Refuses secrets that are written out. What is rendered lies in Argo CD's cache and in git for all to read,
//! so only references and shapes may be given.

use crate::problem::{Problem, Problems};
use crate::source::Span;
use crate::tree::{Node, Value};

/// Looks at every key and value of a file.
pub fn refuse_literal_secrets(node: &Node, problems: &mut Problems) {
    visit(node, true, problems);
}

/// `judge_keys` is off where keys are names that the file gives to things, not names of values.
fn visit(node: &Node, judge_keys: bool, problems: &mut Problems) {
    match &node.value {
        Value::Text(text) => {
            if let Some(what) = secret_by_look(text) {
                problems.push_hiding(text, literal(node.at, what));
            }
        }
        Value::List(items) => items.iter().for_each(|item| visit(item, judge_keys, problems)),
        Value::Map(map) => {
            for entry in map.iter() {
                let is_secret = judge_keys && is_secret_key(&entry.key);
                if let Some(value) = is_secret.then(|| written_out(&entry.node.value)).flatten() {
                    let what = format!("the value of `{}`", entry.key);
                    problems.push_hiding(&value, literal(entry.node.at, &what));
                } else {
                    // Below `keys` stand the names of a secret's keys: `keys: {password: uuid}`.
                    visit(&entry.node, judge_keys && entry.key != "keys", problems);
                }
            }
        }
        _ => {}
    }
}

/// A value, where it stands there as it is.
fn written_out(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if !text.is_empty() && !text.contains("${{") => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

fn literal(at: Span, what: &str) -> Problem {
    Problem::new(at, format!("a secret is written out: {what}"))
        .label("would lie in git and in Argo CD's cache")
        .hint("declare it under `secrets` and refer to it by name; change it wherever it was in use")
}

/// Last words of keys whose values are secret.
pub(crate) const SECRET_WORDS: [&str; 8] =
    ["password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "credentials"];
/// Last two words of keys whose values are secret.
pub(crate) const SECRET_KEYS: [&str; 5] = ["apikey", "privatekey", "accesskey", "signingkey", "encryptionkey"];

/// Whether a key's last word says that its value is secret: `password`, `dbPassword`, `api_token`.
fn is_secret_key(key: &str) -> bool {
    // Most keys end like none of these, nor with the `y` of a key. Beyond ASCII, a letter may turn into one of theirs.
    let end = key.trim_end_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric());
    let ends_in = |word: &&str| {
        let start = end.len().checked_sub(word.len());
        start.and_then(|start| end.get(start..)).is_some_and(|last| last.eq_ignore_ascii_case(word))
    };
    if key.is_ascii() && !SECRET_WORDS.iter().chain(&["y"]).any(ends_in) {
        return false;
    }
    let words = words(key);
    let last = words.last().map_or("", String::as_str);
    let two: String = words.iter().rev().take(2).rev().map(String::as_str).collect();
    !names_a_secret(&words) && (SECRET_WORDS.contains(&last) || SECRET_KEYS.contains(&two.as_str()))
}

/// `existingSecret`, `imagePullSecret` and `tlsSecret` name a Secret.
pub(crate) fn names_a_secret(words: &[String]) -> bool {
    let is_tls = || matches!(words, [first, last] if first == "tls" && last == "secret");
    matches!(words.first().map(String::as_str), Some("existing" | "image" | "pull")) || is_tls()
}

/// The words of a key, in small letters.
pub(crate) fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut upper_before = false;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            fresh = true;
            continue;
        }
        if fresh || (c.is_uppercase() && !upper_before) {
            words.push(String::new());
        }
        fresh = false;
        upper_before = c.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// What a value is, where it looks like nothing but a secret.
fn secret_by_look(text: &str) -> Option<&'static str> {
    if let Some(what) = token_by_look(text) {
        return Some(what);
    }
    if text.len() < 8 || !text.contains(':') {
        return None;
    }
    let in_address = text.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    match in_address.and_then(|(user, _)| user.split_once(':')) {
        Some((_, password)) if !password.is_empty() && !password.contains("${{") => Some("a password in an address"),
        _ => None,
    }
}

/// The length of the shortest secret that looks like one by itself: an AWS access key.
const SHORTEST: usize = 20;

/// What a value is, where it looks like what opens something by itself: a key, a token.
pub(crate) fn token_by_look(text: &str) -> Option<&'static str> {
    if text.len() < SHORTEST {
        return None;
    }
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
        return Some("a private key (PEM)");
    }
    let words = text.as_bytes().split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')));
    let tokens: Vec<&[u8]> = words.filter(|word| word.len() >= SHORTEST).collect();
    let upper = |rest: &[u8]| rest.len() == 16 && rest.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let is_aws = |token: &&[u8]| token.strip_prefix(b"AKIA").or(token.strip_prefix(b"ASIA")).is_some_and(upper);
    if tokens.iter().any(is_aws) {
        return Some("an AWS access key");
    }
    let long = |token: &[u8], prefix: &str| token.len() >= prefix.len() + 20 && token.starts_with(prefix.as_bytes());
    let known = [
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "sk_live_",
        "rk_live_",
        "sk-proj-",
        "dckr_pat_",
    ];
    if tokens.iter().any(|token| known.iter().any(|prefix| long(token, prefix))) {
        return Some("an access token");
    }
    if text.starts_with("eyJ") && text.matches('.').count() == 2 && text.len() > 40 {
        return Some("a signed token (JWT)");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_keys_by_their_last_word() {
        for key in
            ["password", "dbPassword", "DB_PASSWORD", "api_token", "apiKey", "aws-secret", "privateKey", "apike_y"]
        {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "secretName",
            "passwordSecretRef",
            "existingSecret",
            "jwtSecretKey",
            "secretKey",
            "tokenPath",
            "imagePullSecret",
            "keys",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn judges_values_by_their_look() {
        let aws = format!("key {}{}", "AKIA", "ABCDEFGHIJKLMNOP");
        let table = [
            ("-----BEGIN RSA PRIVATE KEY-----\nabc", Some("a private key (PEM)")),
            ("-----BEGIN CERTIFICATE-----\nabc", None),
            (aws.as_str(), Some("an AWS access key")),
            ("ghp_0123456789abcdefghijklmnop", Some("an access token")),
            ("mysql://root:hunter22@db:3306/x", Some("a password in an address")),
            ("https://example.com/a:b@c", None),
            ("https://user@example.com/", None),
            ("plain text", None),
        ];
        for (text, expected) in table {
            assert_eq!(secret_by_look(text), expected, "{text}");
        }
    }
}
