//! Trees to typed specs: a type says what it takes, and every problem of a file is told, not the first only.

mod choice;
mod literal_secret;
mod reader;
mod record;
mod text;

pub use self::literal_secret::refuse_literal_secrets;
pub(crate) use self::literal_secret::{SECRET_KEYS, SECRET_WORDS, names_a_secret, token_by_look, words};
pub use self::reader::Reader;
pub use self::text::{Text, did_you_mean};

use std::collections::BTreeMap;
use std::ops::Deref;

use compact_str::format_compact;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::source::Span;
use crate::tree::{Node, Value};

pub(crate) use choice::{choice, refuse as refuse_choice};
pub(crate) use reader::quoted_list;
pub(crate) use record::record;

/// A type that can be read from a tree and can describe itself.
pub trait Read: Sized {
    /// Reads the value; on a problem, tells it to the reader and gives none.
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self>;

    /// The value where the key is left out; none where the key must be given.
    fn absent() -> Option<Self> {
        None
    }

    /// Follows a path of keys down from a value of this type.
    ///
    /// # Errors
    /// The path leads nowhere: no value has it.
    fn follow(path: &[&str]) -> Result<(), Nowhere> {
        if path.is_empty() { Ok(()) } else { Err(Nowhere { step: path[0].to_owned(), known: &[] }) }
    }

    /// The type as JSON Schema.
    fn schema() -> Json;
}

/// The step of a path that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nowhere {
    /// The step.
    pub step: String,
    /// The keys that there are instead.
    pub known: &'static [&'static str],
}

/// A value and where it was given.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it was given.
    pub at: Span,
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: Read> Read for At<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { value: T::read(node, reader)?, at: node.at })
    }

    fn follow(path: &[&str]) -> Result<(), Nowhere> {
        T::follow(path)
    }

    fn schema() -> Json {
        T::schema()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        // A bad value is told and then counts as not given, so that the rest is still looked at.
        Some(T::read(node, reader))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn follow(path: &[&str]) -> Result<(), Nowhere> {
        T::follow(path)
    }

    fn schema() -> Json {
        T::schema()
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(items) = node.as_list() else {
            return reader.wants(node, "a list");
        };
        let read = |(index, item)| reader.inside(&format_compact!("[{index}]"), |reader| T::read(item, reader));
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }

    fn schema() -> Json {
        json!({"type": "array", "items": T::schema()})
    }
}

impl<K: Text + Ord, T: Read> Read for BTreeMap<K, T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(map) = node.as_map() else {
            return reader.wants(node, "a map");
        };
        let mut found = Self::new();
        for entry in map.iter() {
            let key = reader.parse_text::<K>(&entry.key, entry.key_at);
            let value = reader.inside(&entry.key, |reader| T::read(&entry.node, reader));
            if let (Some(key), Some(value)) = (key, value) {
                found.insert(key, value);
            }
        }
        Some(found)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn follow(path: &[&str]) -> Result<(), Nowhere> {
        path.get(1..).map_or(Ok(()), T::follow)
    }

    fn schema() -> Json {
        let mut schema = json!({"type": "object", "additionalProperties": T::schema()});
        if let Some(pattern) = K::PATTERN {
            schema["propertyNames"] = json!({"pattern": pattern});
        }
        schema
    }
}

impl Read for bool {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            Value::Bool(value) => Some(value),
            _ => reader.wants(node, "`true` or `false`"),
        }
    }

    fn schema() -> Json {
        json!({"type": "boolean"})
    }
}

/// A tree as it is: values that a chart or a module gives a meaning to.
impl Read for Node {
    fn read(node: &Node, _reader: &mut Reader<'_>) -> Option<Self> {
        Some(node.clone())
    }

    fn follow(_path: &[&str]) -> Result<(), Nowhere> {
        Ok(())
    }

    fn schema() -> Json {
        json!(true)
    }
}
