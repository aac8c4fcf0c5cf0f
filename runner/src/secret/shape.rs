//! The shape of a generated value, and random ones of it.

use serde::Deserialize;

/// The shape of a value.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Shape {
    /// `uuid`.
    Named(Named),
    /// So many characters.
    Random(Random),
}

/// A shape that needs no more words.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Named {
    /// A random UUID.
    Uuid,
}

/// So many characters of a set.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Random {
    length: usize,
    charset: Charset,
}

/// The characters that a value is made of.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Charset {
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits and `-_.~`, which need no quoting in a connection string.
    Symbols,
    /// Digits.
    Digits,
}

impl Charset {
    fn characters(self) -> &'static [u8] {
        match self {
            Self::Alphanumeric => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            Self::Symbols => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~",
            Self::Digits => b"0123456789",
        }
    }
}

impl Shape {
    /// Whether it can be drawn.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::Random(Random { length, .. }) if !(1..=4096).contains(length) => {
                Err(format!("a length of {length}, where 1 to 4096 are allowed"))
            }
            _ => Ok(()),
        }
    }

    /// A random value, every one as likely as any other.
    pub(super) fn draw(&self) -> Result<String, getrandom::Error> {
        let Random { length, charset } = match self {
            Self::Named(Named::Uuid) => return uuid(),
            Self::Random(random) => *random,
        };
        let characters = charset.characters();
        // The largest multiple of the set's size that a byte can hold: what lies above would favour the first characters.
        let fair = 256 - 256 % characters.len();
        let mut value = String::with_capacity(length);
        let mut bytes = [0; 256];
        while value.len() < length {
            getrandom::fill(&mut bytes)?;
            let drawn = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
            let drawn = drawn.filter_map(|byte| characters.get(byte % characters.len()));
            value.extend(drawn.take(length - value.len()).map(|byte| char::from(*byte)));
        }
        Ok(value)
    }
}

fn uuid() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn shape(text: &str) -> Shape {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn draws_what_was_declared() {
        for (charset, size) in [("alphanumeric", 62), ("symbols", 66), ("digits", 10)] {
            let shape = shape(&format!(r#"{{"length": 4096, "charset": "{charset}"}}"#));
            let (one, two) = (shape.draw().unwrap(), shape.draw().unwrap());
            assert_eq!((one.len(), two.len()), (4096, 4096));
            assert_ne!(one, two);
            let mut seen = BTreeMap::new();
            one.chars().chain(two.chars()).for_each(|c| *seen.entry(c).or_insert(0) += 1);
            assert_eq!(seen.len(), size, "{charset}");
            // Ten standard deviations and more: that it fails by chance is not to be expected in anybody's life.
            let mean = 8192 / size;
            assert!(seen.values().all(|count| *count > mean / 3 && *count < mean * 3), "{seen:?}");
        }
        let id = shape(r#""uuid""#).draw().unwrap();
        assert_eq!(id.len(), 36);
        assert_eq!(id.chars().nth(14), Some('4'));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for text in [
            r#""password""#,
            r#"{"length": 8}"#,
            r#"{"length": 8, "charset": "digits", "x": 1}"#,
            r#"{"length": -1, "charset": "digits"}"#,
        ] {
            assert!(serde_json::from_str::<Shape>(text).is_err(), "{text}");
        }
        assert!(shape(r#"{"length": 0, "charset": "digits"}"#).check().is_err());
        assert!(shape(r#"{"length": 4097, "charset": "digits"}"#).check().is_err());
    }
}
