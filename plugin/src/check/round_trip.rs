//! A type written over the tree that it was read from: what the type drops is no field of it, what it adds was
//! required, what it changes was of another form.

use std::fmt;

use serde::Serialize;
use serde::ser::{self, Impossible};

use crate::source::Span;
use crate::tree::{Map, Node, Step, Value, show};

/// A place where a tree is not what its type would write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where, from the tree's root.
    pub(super) path: String,
    /// Where, in the file.
    pub(super) at: Span,
    /// In what way.
    pub(super) kind: DifferenceKind,
}

/// In what way a tree differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DifferenceKind {
    /// The type has no such field. With the fields that it wants and that are not there.
    Unknown(Vec<String>),
    /// The type needs this field.
    Missing(String),
    /// A value that the type reads as another one: what it is, and what it would become.
    Changed(&'static str, String),
}

/// Every difference between `node` and the value that was read from it.
pub(super) fn differences<T: Serialize>(read: &T, node: &Node) -> Vec<Difference> {
    let mut walk = Walk::default();
    if let Err(Unwritable(why)) = read.serialize(Over { walk: &mut walk, node }) {
        walk.differs(node.at, DifferenceKind::Changed(node.kind(), why));
    }
    walk.found
}

#[derive(Default)]
struct Walk<'a> {
    path: Vec<Step<'a>>,
    /// Which entries of the maps that are being written have been met: those of the innermost map last.
    met: Vec<bool>,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn differs(&mut self, at: Span, kind: DifferenceKind) {
        self.found.push(Difference { path: show(&self.path), at, kind });
    }
}

/// One value, and the node that it should be.
struct Over<'w, 'a> {
    walk: &'w mut Walk<'a>,
    node: &'a Node,
}

type Written = Result<(), Unwritable>;

impl<'w, 'a> Over<'w, 'a> {
    fn is(self, same: bool, again: impl fmt::Display) -> Written {
        if !same {
            self.walk.differs(self.node.at, DifferenceKind::Changed(self.node.kind(), again.to_string()));
        }
        Ok(())
    }

    fn integer(self, value: Option<i64>) -> Written {
        match value {
            Some(value) => {
                let same = matches!(self.node.value, Value::Int(given) if given == value);
                self.is(same, value)
            }
            None => self.is(false, "a number too large"),
        }
    }

    fn items(self) -> Result<Items<'w, 'a>, Unwritable> {
        match self.node.as_list() {
            Some(items) => Ok(Items { walk: self.walk, items: items.iter(), index: 0 }),
            None => Err(Unwritable("a list".to_owned())),
        }
    }

    fn fields(self) -> Result<Fields<'w, 'a>, Unwritable> {
        match self.node.as_map() {
            Some(map) => {
                let first = self.walk.met.len();
                self.walk.met.resize(first + map.len(), false);
                Ok(Fields { walk: self.walk, at: self.node.at, map, first, next: 0, missing: Vec::new(), key: None })
            }
            None => Err(Unwritable("a map".to_owned())),
        }
    }
}

/// The items of a list.
struct Items<'w, 'a> {
    walk: &'w mut Walk<'a>,
    items: std::slice::Iter<'a, Node>,
    index: usize,
}

impl Items<'_, '_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        let Some(node) = self.items.next() else { return Err(Unwritable("a longer list".to_owned())) };
        self.walk.path.push(Step::Index(self.index));
        value.serialize(Over { walk: self.walk, node })?;
        self.walk.path.pop();
        self.index += 1;
        Ok(())
    }
}

/// The entries of a map.
struct Fields<'w, 'a> {
    walk: &'w mut Walk<'a>,
    at: Span,
    map: &'a Map,
    /// Where in `walk.met` its entries begin.
    first: usize,
    /// Where the next key is looked for first: both sides have most keys in the same order.
    next: usize,
    missing: Vec<String>,
    key: Option<String>,
}

impl Fields<'_, '_> {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Written {
        let Some(index) = self.map.position(key, self.next) else {
            self.missing.push(key.to_owned());
            return Ok(());
        };
        self.next = index + 1;
        self.walk.met[self.first + index] = true;
        let entry = self.map.at(index);
        self.walk.path.push(Step::Key(&entry.key));
        value.serialize(Over { walk: self.walk, node: &entry.node })?;
        self.walk.path.pop();
        Ok(())
    }

    fn close(self) -> Written {
        for (index, entry) in self.map.iter().enumerate() {
            if !self.walk.met[self.first + index] {
                self.walk.path.push(Step::Key(&entry.key));
                self.walk.differs(entry.key_at, DifferenceKind::Unknown(self.missing.clone()));
                self.walk.path.pop();
            }
        }
        self.walk.met.truncate(self.first);
        for key in self.missing {
            self.walk.differs(self.at, DifferenceKind::Missing(key));
        }
        Ok(())
    }
}

/// Why a value cannot be compared at all: what it would become.
#[derive(Debug)]
struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Methods of integers that fit into 64 bits.
macro_rules! integers {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Written { self.integer(i64::try_from(value).ok()) })*
    };
}

impl<'w, 'a> ser::Serializer for Over<'w, 'a> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Items<'w, 'a>;
    type SerializeTuple = Items<'w, 'a>;
    type SerializeTupleStruct = Items<'w, 'a>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Fields<'w, 'a>;
    type SerializeStruct = Fields<'w, 'a>;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    integers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    );

    fn serialize_bool(self, value: bool) -> Written {
        let same = matches!(self.node.value, Value::Bool(given) if given == value);
        self.is(same, value)
    }

    fn serialize_f32(self, value: f32) -> Written {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Written {
        let same = matches!(self.node.value, Value::Float(given) if given == value);
        self.is(same, value)
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written {
        let same = self.node.as_text() == Some(value);
        self.is(same, format_args!("\"{value}\""))
    }

    fn serialize_bytes(self, _value: &[u8]) -> Written {
        Err(Unwritable("bytes".to_owned()))
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        let same = matches!(self.node.value, Value::Null);
        self.is(same, "null")
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        let mut fields = self.fields()?;
        fields.field(variant, value)?;
        fields.close()
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Items<'w, 'a>, Unwritable> {
        self.items()
    }

    fn serialize_tuple(self, _len: usize) -> Result<Items<'w, 'a>, Unwritable> {
        self.items()
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Items<'w, 'a>, Unwritable> {
        self.items()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        Err(Unwritable(variant.to_owned()))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Fields<'w, 'a>, Unwritable> {
        self.fields()
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Fields<'w, 'a>, Unwritable> {
        self.fields()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        Err(Unwritable(variant.to_owned()))
    }
}

/// The same for each of serde's names of a list.
macro_rules! lists {
    ($($list:ident: $method:ident),*) => {
        $(impl ser::$list for Items<'_, '_> {
            type Ok = ();
            type Error = Unwritable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.item(value)
            }

            fn end(self) -> Written {
                Ok(())
            }
        })*
    };
}

lists!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field);

impl ser::SerializeStruct for Fields<'_, '_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Written {
        self.field(key, value)
    }

    fn end(self) -> Written {
        self.close()
    }
}

impl ser::SerializeMap for Fields<'_, '_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.key = match serde_json::to_value(key) {
            Ok(serde_json::Value::String(key)) => Some(key),
            _ => None,
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        match self.key.take() {
            Some(key) => self.field(&key, value),
            None => Err(Unwritable("a key that is not text".to_owned())),
        }
    }

    fn end(self) -> Written {
        self.close()
    }
}
