//! A tenant's secrets, by reference and shape.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::After;
use crate::read::{At, Nowhere, Read, Reader, choice, record};
use crate::spec::value::{KeyName, ObjectName};
use crate::tree::Node;

choice! {
    /// Where a secret comes from.
    pub enum SecretSource {
        /// Made once in the cluster, of random characters.
        Generated = "generated",
        /// From the platform's store.
        External = "external",
        /// It exists already.
        Existing = "existing",
    }
}

record! {
    /// A secret by reference and shape.
    pub struct Secret {
        /// Where it comes from.
        source: Option<At<SecretSource>>,
        /// With `existing`: the Secret's name.
        name: Option<At<ObjectName>>,
        /// With `external`: the key in the store, below the platform's `keyPrefix`.
        key: Option<At<StoreKey>>,
        /// With `generated`: each key's shape. With `external`: the properties to take.
        keys: Option<At<SecretKeys>>,
        /// A new number is a rotation. Default: 1.
        generation: Option<At<Generation>>,
        /// What it waits for.
        after: Vec<After>,
    }
}

/// The keys of a secret: their shapes, or their names.
#[derive(Clone, Debug)]
pub enum SecretKeys {
    /// Of a generated secret.
    Shapes(BTreeMap<KeyName, Shape>),
    /// Of an external one.
    Names(Vec<KeyName>),
}

impl Read for SecretKeys {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_list().is_some() {
            return Read::read(node, reader).map(Self::Names);
        }
        if node.as_map().is_some() {
            return Read::read(node, reader).map(Self::Shapes);
        }
        reader.wants(node, "a list of names or a map of shapes")
    }

    fn follow(path: &[&str]) -> Result<(), Nowhere> {
        BTreeMap::<KeyName, Shape>::follow(path)
    }

    fn schema() -> Json {
        json!({"anyOf": [Vec::<KeyName>::schema(), BTreeMap::<KeyName, Shape>::schema()]})
    }
}

/// The shape of one generated key.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Random characters.
    Random(RandomShape),
    /// A random UUID.
    Uuid,
}

record! {
    /// So many random characters.
    pub struct RandomShape {
        /// How many.
        length: Length,
        /// Of which kind. Default: `alphanumeric`.
        charset: Option<Charset>,
    }
}

choice! {
    /// The characters that a key is made of.
    pub enum Charset {
        /// Letters and digits.
        Alphanumeric = "alphanumeric",
        /// Letters, digits and `-_.~`.
        Symbols = "symbols",
        /// Digits.
        Digits = "digits",
    }
}

impl Read for Shape {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_text() {
            Some("uuid") => Some(Self::Uuid),
            Some(_) => reader.wants(node, "`uuid`, or a map with `length` and `charset`"),
            None => RandomShape::read(node, reader).map(Self::Random),
        }
    }

    fn follow(path: &[&str]) -> Result<(), Nowhere> {
        RandomShape::follow(path)
    }

    fn schema() -> Json {
        json!({"anyOf": [{"const": "uuid"}, RandomShape::schema()]})
    }
}

/// How many characters a generated key has: 16 to 256.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Length(pub i64);

impl Read for Length {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            // Fewer can be guessed.
            crate::tree::Value::Int(length @ 16..=256) => Some(Self(length)),
            _ => reader.wants(node, "a number of characters from 16 to 256"),
        }
    }

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 16, "maximum": 256})
    }
}

/// A number that only a person raises: 1 and up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Generation(pub i64);

impl Read for Generation {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            crate::tree::Value::Int(generation @ 1..=999_999) => Some(Self(generation)),
            _ => reader.wants(node, "a number from 1 to 999999"),
        }
    }

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 1, "maximum": 999_999})
    }
}

crate::spec::value::text! {
    /// A key of the platform's store, below the tenant's prefix.
    StoreKey, "a key in the store", Some("^[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*$"), |text| crate::spec::value::rule(
        text.len() <= 256
            && text.split('/').all(|part| {
                !part.is_empty()
                    && part != "."
                    && part != ".."
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=.@-".contains(&byte))
            }),
        "names of letters, digits and `_+=.@-` with `/` between, below the tenant's own prefix",
    )
}
