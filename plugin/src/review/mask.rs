//! Values that look secret never leave a review. Tenantry renders none: this is for what people write where it does not belong.

use serde_json::Value as Json;

use super::change::FieldChange;

/// What is shown in place of a value.
const MASKED: &str = "(masked)";
/// Words in a key whose value is masked.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "privatekey",
    "apikey",
    "accesskey",
    "connectionstring",
];
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
    "expirationseconds",
    "store",
    "tag",
    "access",
    "prefix",
    "mode",
    "policy",
];
/// Ends of keys that hold a key's value all the same. `secretKey` alone is what a Secret's key is called.
const KEYS: &[&str] = &["privatekey", "apikey", "accesskey", "secretkey"];

/// A field without what looks secret.
pub fn field(field: &FieldChange) -> FieldChange {
    let mut parts = field.path.rsplit('.');
    let last = parts.next().unwrap_or_default();
    // An item that has a name and a value: its name says what the value is.
    let last = if last == "value" { parts.next().unwrap_or(last) } else { last };
    let value = |value: &Option<Json>| value.as_ref().map(|value| self::value(last, value.clone()));
    FieldChange { path: field.path.clone(), before: value(&field.before), after: value(&field.after) }
}

/// A value under a key, without what looks secret in it.
pub fn value(key: &str, value: Json) -> Json {
    match value {
        Json::Object(map) => {
            // What a Secret holds, whatever its keys are called.
            let is_secret_kind = map.get("kind").is_some_and(|kind| kind == "Secret");
            let named = map.get("name").and_then(Json::as_str).is_some_and(is_secret);
            let hidden = |key: &str| match key {
                "data" | "stringData" => is_secret_kind,
                "value" => named,
                _ => false,
            };
            Json::Object(
                map.into_iter()
                    .map(|(key, item)| {
                        let item = if hidden(&key) { all(item) } else { self::value(&key, item) };
                        (key, item)
                    })
                    .collect(),
            )
        }
        Json::Array(items) => Json::Array(items.into_iter().map(|item| self::value(key, item)).collect()),
        Json::String(text) if is_secret(key) && !text.is_empty() => Json::String(MASKED.to_owned()),
        Json::Number(_) if is_secret(key) => Json::String(MASKED.to_owned()),
        other => other,
    }
}

fn all(value: Json) -> Json {
    match value {
        Json::Object(map) => Json::Object(map.into_iter().map(|(key, item)| (key, all(item))).collect()),
        Json::String(text) if text.is_empty() => Json::String(text),
        _ => Json::String(MASKED.to_owned()),
    }
}

fn is_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let holds_key = KEYS.iter().any(|end| plain.ends_with(end)) && plain != "secretkey";
    let names = !holds_key && NAMES.iter().any(|end| plain.ends_with(end));
    !names && SECRET.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{field, is_secret, value};
    use crate::review::change::FieldChange;

    #[test]
    fn masks_what_a_name_says_is_secret() {
        let change = |path: &str| FieldChange { path: path.to_owned(), before: None, after: Some(json!("x")) };
        assert_eq!(field(&change("env[DB_PASSWORD].value")).after, Some(json!("(masked)")));
        assert_eq!(field(&change("env[LOG_LEVEL].value")).after, Some(json!("x")));
        let items = json!([{"name": "DB_PASSWORD", "value": "x"}, {"name": "LOG_LEVEL", "value": "x"}]);
        let masked = json!([{"name": "DB_PASSWORD", "value": "(masked)"}, {"name": "LOG_LEVEL", "value": "x"}]);
        assert_eq!(value("env", items), masked);
    }

    #[test]
    fn tells_values_from_names() {
        for key in
            ["password", "dbPassword", "jwtSecretKey", "api_key", "aws-secret-access-key", "token", "clientSecret"]
        {
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
        ] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
