//! Which keys say that their value is secret.

use crate::read::{self, SECRET_KEYS, SECRET_WORDS, names_a_secret};

/// Further words in a key whose value is masked: more than is refused in a file.
const SECRET: &[&str] = &["connectionstring", "masterauth", "pgpass", "requirepass"];
/// Further ends of such keys, which in the midst of one may be part of a name: `masterKeyId`.
const KEYS: &[&str] = &[
    "accountkey",
    "aeskey",
    "appkey",
    "authkey",
    "deploykey",
    "fernetkey",
    "hmackey",
    "jwtkey",
    "keydata",
    "licensekey",
    "masterkey",
    "sessionkey",
    "sharedkey",
    "sshkey",
    "storagekey",
];
/// Last words that are part of other words as well.
const LAST: &[&str] = &["auths", "dsn", "keypass", "pass", "passcode", "psk", "pw", "storepass"];
/// First words of what nginx passes on to another server: `proxy_pass`.
const PASSES: &[&str] = &["fastcgi", "grpc", "proxy", "scgi", "uwsgi"];
/// Of each word that makes a key look secret, a part.
const PARTS: [&str; 10] =
    ["auth", "connectionstring", "credential", "dsn", "key", "pass", "psk", "pw", "secret", "token"];
/// Ends of keys that name a thing, and hold no value of it.
const NAMES: &[&str] = &[
    "name",
    "names",
    "ref",
    "refs",
    "key",
    "kind",
    "namespace",
    "path",
    "audience",
    "store",
    "tag",
    "prefix",
    "mode",
    "policy",
    "seconds",
    "type",
];
/// Ends of such keys that look secret themselves; below one that does, what they hold may be it.
const ABOUT: &[&str] =
    &["access", "arn", "class", "encryption", "file", "files", "format", "length", "location", "uri", "url", "version"];
/// Words of keys that only speak of a secret: how many, how long, by whom.
const SPEAKS: &[&str] = &[
    "algorithm",
    "duration",
    "endpoint",
    "expire",
    "expires",
    "expiry",
    "issuer",
    "lifetime",
    "limit",
    "max",
    "min",
    "minutes",
    "num",
    "per",
    "timeout",
    "tokenizer",
    "tokenizers",
    "total",
    "ttl",
    "validity",
];
/// Values that are no secrets.
const CONSTANTS: [&str; 4] = ["null", "none", "true", "false"];
/// Keys of what a secret is like, below one that looks secret.
const SHAPES: &[&str] = &["charset", "generation"];

fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a key below one that looks secret names a thing all the same, or says what a secret is like.
pub(super) fn is_name(key: &str) -> bool {
    SHAPES.contains(&key) || ends_in(key, NAMES)
}

/// Whether a key ends so. `secretKey` alone, written so, is what a Secret's key is called; other keys of that kind open something.
fn ends_in(key: &str, ends: &[&str]) -> bool {
    let plain = plain(key);
    let holds_key = plain.ends_with("secretkey") || SECRET_KEYS.iter().chain(KEYS).any(|end| plain.ends_with(end));
    (!holds_key || key == "secretKey") && ends.iter().any(|end| plain.ends_with(end))
}

/// Whether the value of a key that looks secret is none: a constant, or where one comes from.
pub(super) fn is_no_secret(value: &str) -> bool {
    CONSTANTS.iter().any(|constant| value.eq_ignore_ascii_case(constant)) || is_reference(value)
}

/// Whether a value is only where one comes from: `$A`, `${A}`, `$(A)`, `{{ … }}`, `${{ … }}`.
pub(super) fn is_reference(value: &str) -> bool {
    let value = value.trim();
    let inside = |begin: &str, end: &str| value.strip_prefix(begin)?.strip_suffix(end);
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let is_plain = |name: &str| !name.is_empty() && name.chars().all(is_of_name);
    let is_template = |inner: &str| !inner.contains(['{', '}', '"', '\'', '`']);
    inside("${{", "}}").or_else(|| inside("{{", "}}")).is_some_and(is_template)
        || [("${", "}"), ("$(", ")"), ("$", "")]
            .into_iter()
            .any(|(begin, end)| inside(begin, end).is_some_and(is_plain))
}

/// Whether a key says that its value is secret: a password, and not its length, or the name of its Secret.
pub(super) fn is_secret(key: &str) -> bool {
    // The domain of an annotation says nothing of it.
    let key = key.rsplit_once('/').filter(|(domain, _)| domain.contains('.')).map_or(key, |(_, name)| name);
    let plain = plain(key);
    let holds = |word: &&str| plain.contains(*word);
    // Asked of every key on the way to every field that changed, and most have nothing of any of the words. Beyond ASCII, what
    // is left out may have parted two of them.
    if key.is_ascii() && !PARTS.iter().any(holds) {
        return false;
    }
    let words = read::words(key);
    let is_last = words.last().is_some_and(|last| LAST.contains(&last.as_str()))
        && words.first().is_none_or(|first| !PASSES.contains(&first.as_str()));
    let ends = |end: &&str| plain.ends_with(*end);
    (is_last || SECRET_WORDS.iter().chain(&SECRET_KEYS).chain(SECRET).any(holds) || KEYS.iter().any(ends))
        && !ends_in(key, NAMES)
        && !ends_in(key, ABOUT)
        && !names_a_secret(&words)
        && !words.iter().any(|word| SPEAKS.contains(&word.as_str()))
}

/// Whether a key is one under which an item has its name.
pub(super) fn is_name_of_value(key: &str) -> bool {
    ["id", "key", "name"].iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Whether a key is one under which an item that has a name has its value.
pub(super) fn is_value(key: &str) -> bool {
    ["default", "defaultValue", "val", "value"].iter().any(|value| key.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_from_names() {
        for key in [
            "password",
            "dbPassword",
            "jwtSecretKey",
            "api_key",
            "aws-secret-access-key",
            "token",
            "clientSecret",
            "DB_PASS",
            "pwd",
            "signingKey",
            "SECRET_KEY",
            "secret-key",
            "fernet_key",
            "JWT_KEY",
            "AccountKey",
            "masterKey",
            "auths",
            "maximumtoken",
        ] {
            assert!(is_secret(key), "{key}");
        }
        for key in [
            "secretName",
            "secretKey",
            "secretKeyRef",
            "secretStoreRef",
            "key",
            "keys",
            "replicas",
            "secrets_tag",
            "tokenPath",
            "imagePullSecrets",
            "bypass",
            "max_tokens",
            "maxTokens",
            "token_url",
            "TOKEN_TTL_SECONDS",
            "password-min-length",
            "oauthScopes",
            "kmsMasterKeyId",
        ] {
            assert!(!is_secret(key), "{key}");
        }
    }

    /// A key that has none of the parts is not looked at any further.
    #[test]
    fn every_word_has_one_of_the_parts() {
        let words = SECRET_WORDS.iter().chain(&SECRET_KEYS).chain(SECRET).chain(KEYS).chain(LAST);
        for word in words {
            assert!(PARTS.iter().any(|part| word.contains(part)), "{word}");
        }
    }
}
