//! A tree as serde's input, so that a type of another crate can be read from it and an error still has
//! its place.

use std::cell::RefCell;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::{Map, Node, Value};
use crate::source::Span;

/// A tree that is not what a type wants.
#[derive(Debug)]
pub struct Mismatch {
    /// The innermost value that did not fit.
    pub at: Option<Span>,
    /// What serde says of it.
    pub message: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mismatch {}

impl serde::de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { at: None, message: message.to_string() }
    }
}

/// Reads a type from a tree, and gives the texts that were read as nothing but text: where the type has a `String`, or
/// anything at all. Not among them is what is read as a word of a few, as a time or as bytes.
///
/// # Errors
/// The first value that does not fit, with its place.
pub fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<(T, Vec<&'de Node>), Mismatch> {
    let texts = RefCell::default();
    let read = T::deserialize(Input { node, texts: &texts })?;
    Ok((read, texts.into_inner()))
}

#[derive(Clone, Copy)]
struct Input<'a, 'de> {
    node: &'de Node,
    texts: &'a RefCell<Vec<&'de Node>>,
}

impl<'a, 'de> Input<'a, 'de> {
    fn of(self, node: &'de Node) -> Self {
        Self { node, ..self }
    }

    fn entries(self, map: &'de Map) -> impl Iterator<Item = (&'de str, Self)> + use<'a, 'de> {
        map.iter().map(move |entry| (entry.key.as_str(), self.of(&entry.node)))
    }

    /// As what it is, whatever the type asks for.
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let result = match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(|item| self.of(item)))),
            Value::Map(map) => visitor.visit_map(MapDeserializer::new(self.entries(map))),
        };
        result.map_err(|error| Mismatch { at: error.at.or(Some(self.node.at)), ..error })
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for Input<'_, 'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Methods of types that may not take every text.
macro_rules! some_texts {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> { self.visit(visitor) })*
    };
}

impl<'de> Deserializer<'de> for Input<'_, 'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.node.as_text().is_some() {
            self.texts.borrow_mut().push(self.node);
        }
        self.visit(visitor)
    }

    some_texts! { deserialize_char deserialize_str deserialize_bytes deserialize_byte_buf deserialize_identifier }

    // A `String`, or what takes no text at all.
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 string unit unit_struct
        seq tuple tuple_struct map struct ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let result = match &self.node.value {
            Value::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            // The variant's name is the one key.
            Value::Map(map) if map.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(self.entries(map))))
            }
            _ => Err(serde::de::Error::custom(format_args!("wants text, found {}", self.node.kind()))),
        };
        result.map_err(|error: Mismatch| Mismatch { at: error.at.or(Some(self.node.at)), ..error })
    }
}
