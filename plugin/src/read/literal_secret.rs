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
                problems.push(literal(node.at, what));
            }
        }
        Value::List(items) => items.iter().for_each(|item| visit(item, judge_keys, problems)),
        Value::Map(map) => {
            for entry in map.iter() {
                let text = entry.node.as_text().unwrap_or_default();
                let written_out = !text.is_empty() && !text.contains("${{");
                if judge_keys && written_out && is_secret_key(&entry.key) {
                    problems.push(literal(entry.node.at, &format!("the value of `{}`", entry.key)));
                } else {
                    // Below `keys` stand the names of a secret's keys: `keys: {password: uuid}`.
                    visit(&entry.node, judge_keys && entry.key != "keys", problems);
                }
            }
        }
        _ => {}
    }
}

fn literal(at: Span, what: &str) -> Problem {
    Problem::new(at, format!("a secret is written out: {what}"))
        .label("would lie in git and in Argo CD's cache")
        .hint("declare it under `secrets` and refer to it by name; change it wherever it was in use")
}

/// Whether a key's last word says that its value is secret: `password`, `dbPassword`, `api_token`.
fn is_secret_key(key: &str) -> bool {
    let words = words(key);
    let last = words.last().map_or("", String::as_str);
    let two: String = words.iter().rev().take(2).rev().map(String::as_str).collect();
    // `existingSecret` and `imagePullSecret` name a Secret.
    if matches!(words.first().map(String::as_str), Some("existing" | "image")) {
        return false;
    }
    matches!(last, "password" | "passwd" | "passphrase" | "pwd" | "secret" | "token" | "credential" | "credentials")
        || matches!(two.as_str(), "apikey" | "privatekey" | "accesskey" | "signingkey" | "encryptionkey")
}

fn words(key: &str) -> Vec<String> {
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
    if text.len() < 8 {
        return None;
    }
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
        return Some("a private key (PEM)");
    }
    let tokens = || text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let upper = |rest: &str| rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if tokens().any(|token| ["AKIA", "ASIA"].iter().any(|prefix| token.strip_prefix(prefix).is_some_and(upper))) {
        return Some("an AWS access key");
    }
    let long = |token: &str, prefix: &str| token.len() >= prefix.len() + 20 && token.starts_with(prefix);
    let known = ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-"];
    if tokens().any(|token| known.iter().any(|prefix| long(token, prefix))) {
        return Some("an access token");
    }
    if text.starts_with("eyJ") && text.matches('.').count() == 2 && text.len() > 40 {
        return Some("a signed token (JWT)");
    }
    let in_address = text.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    match in_address.and_then(|(user, _)| user.split_once(':')) {
        Some((_, password)) if !password.is_empty() && !password.contains("${{") => Some("a password in an address"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_keys_by_their_last_word() {
        for key in ["password", "dbPassword", "DB_PASSWORD", "api_token", "apiKey", "aws-secret", "privateKey"] {
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
