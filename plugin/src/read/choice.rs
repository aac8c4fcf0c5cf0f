//! `choice!`: one word out of a few.

/// Defines an enum of words.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $variant_doc:literal])* $variant:ident = $word:literal, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[doc = $variant_doc])* $variant, )*
        }

        impl $name {
            /// The words, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word.
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl $crate::read::Read for $name {
            fn read(node: &$crate::tree::Node, reader: &mut $crate::read::Reader<'_>) -> Option<Self> {
                match node.as_text() {
                    $( Some($word) => return Some(Self::$variant), )*
                    Some(_) | None => {}
                }
                $crate::read::refuse_choice(node, reader, Self::WORDS)
            }

            fn schema() -> serde_json::Value {
                $crate::schema::described(serde_json::json!({"enum": Self::WORDS}), &[$($doc),*])
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

pub(crate) use choice;

use super::reader::quoted_list;
use super::{Reader, did_you_mean};
use crate::problem::Problem;
use crate::tree::Node;

/// Tells that a value is none of the words.
pub(crate) fn refuse<T>(node: &Node, reader: &mut Reader<'_>, words: &[&str]) -> Option<T> {
    let Some(text) = node.as_text() else {
        return reader.wants(node, &format!("one of {}", quoted_list(words.iter().copied())));
    };
    let what = reader.path();
    reader.problem(
        Problem::new(node.at, format!("{what} cannot be `{text}`"))
            .label("not one of the allowed values")
            .maybe_hint(did_you_mean(text, words.iter().copied()).filter(|_| words.len() > 1))
            .hint(match words {
                [only] => format!("write `{only}`"),
                words => format!("the values are {}", quoted_list(words.iter().copied())),
            }),
    );
    None
}
