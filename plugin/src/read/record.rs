//! `record!`: a struct, how it is read, and its schema, from one line a field.

/// Defines a struct whose fields are the keys of a map.
///
/// A field is one line: its documentation (which becomes the schema's description), its name, the key
/// where that differs, and its type. `Option`, lists, maps and records of such may be left out; everything else is
/// required.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident $(= $key:literal)? : $type:ty, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
        }

        impl $name {
            /// The keys that it has.
            pub const KEYS: &'static [&'static str] = &[$( $crate::read::record!(@key $field $(= $key)?) ),*];
        }

        impl $crate::read::Read for $name {
            fn read(node: &$crate::tree::Node, reader: &mut $crate::read::Reader<'_>) -> Option<Self> {
                let map = reader.record(node, Self::KEYS)?;
                $( let $field = reader.field::<$type>(map, node.at, $crate::read::record!(@key $field $(= $key)?)); )*
                Some(Self { $( $field: $field? ),* })
            }

            /// A record that needs no key may itself be left out.
            fn absent() -> Option<Self> {
                Some(Self { $( $field: <$type as $crate::read::Read>::absent()?, )* })
            }

            fn follow(path: &[&str]) -> Result<(), $crate::read::Nowhere> {
                let [step, rest @ ..] = path else { return Ok(()) };
                $(
                    if *step == $crate::read::record!(@key $field $(= $key)?) {
                        return <$type as $crate::read::Read>::follow(rest);
                    }
                )*
                Err($crate::read::Nowhere { step: (*step).to_owned(), known: Self::KEYS })
            }

            fn schema() -> serde_json::Value {
                let mut properties = serde_json::Map::new();
                let mut required: Vec<&str> = Vec::new();
                $(
                    let key = $crate::read::record!(@key $field $(= $key)?);
                    properties.insert(key.to_owned(), $crate::schema::described(
                        <$type as $crate::read::Read>::schema(),
                        &[$($field_doc),*],
                    ));
                    if <$type as $crate::read::Read>::absent().is_none() {
                        required.push(key);
                    }
                )*
                $crate::schema::record(&[$($doc),*], properties, &required)
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident = $key:literal) => { $key };
}

pub(crate) use record;
