//! Terraform's types, as a variable's `type` writes them.
//!
//! Read from text alone, so that a description holds them in one line and a module's own file can be read by the same
//! rules.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde_json::{Value as Json, json};

use crate::problem::Problem;
use crate::read::{Read, Reader, did_you_mean, quoted_list};
use crate::source::Span;
use crate::tree::Node;

/// A type of Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeConstraint {
    /// `any`.
    Any,
    /// `string`.
    Text,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(…)`.
    List(Box<TypeConstraint>),
    /// `set(…)`.
    Set(Box<TypeConstraint>),
    /// `map(…)`.
    Map(Box<TypeConstraint>),
    /// `object({…})`.
    Object(BTreeMap<String, Attribute>),
    /// `tuple([…])`.
    Tuple(Vec<TypeConstraint>),
}

/// An attribute of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its type.
    pub kind: TypeConstraint,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Text that is no type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoType {
    /// The bytes of the text that are wrong.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl NoType {
    /// The problem, of a type whose text begins at the byte `start` of its file.
    pub fn problem(self, file: crate::source::FileId, start: usize) -> Problem {
        let at = Span::new(file, start + self.at.start, start + self.at.end);
        Problem::new(at, self.message).label("not a type of Terraform").maybe_hint(self.hint)
    }
}

/// The words that types begin with.
const WORDS: [&str; 9] = ["string", "number", "bool", "list", "set", "map", "object", "tuple", "any"];
/// How deep types may nest.
const MAX_DEPTH: usize = 32;

impl TypeConstraint {
    /// Reads a type. The default of an `optional` is Terraform's own affair and is passed over.
    ///
    /// # Errors
    /// The first thing that is no part of a type.
    pub fn parse(text: &str) -> Result<Self, NoType> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let found = parser.constraint()?;
        parser.skip();
        match parser.rest() {
            "" => Ok(found),
            _ => Err(parser.unexpected("the end of the type")),
        }
    }

    /// What a value of it is, as an error says it.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bool => "`true` or `false`",
            Self::List(_) | Self::Set(_) | Self::Tuple(_) => "a list",
            Self::Map(_) | Self::Object(_) => "a map",
        }
    }
}

impl fmt::Display for TypeConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Text => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::List(of) => write!(f, "list({of})"),
            Self::Set(of) => write!(f, "set({of})"),
            Self::Map(of) => write!(f, "map({of})"),
            Self::Object(attributes) => {
                f.write_str("object({")?;
                for (index, (name, Attribute { kind, optional })) in attributes.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    if *optional {
                        write!(f, "{comma}{name} = optional({kind})")?;
                    } else {
                        write!(f, "{comma}{name} = {kind}")?;
                    }
                }
                f.write_str("})")
            }
            Self::Tuple(items) => {
                f.write_str("tuple([")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str("])")
            }
        }
    }
}

impl Read for TypeConstraint {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = node.as_text() else {
            return reader.wants(node, "a type of Terraform, like `string` or `list(string)`");
        };
        Self::parse(text)
            .map_err(|wrong| {
                let (start, written) = (node.at.start as usize, (node.at.end - node.at.start) as usize);
                let mut problem = wrong.problem(node.at.file, start + usize::from(written > text.len()));
                // In quotes and with escapes, bytes of the text are not bytes of the file.
                if written > text.len() + 2 {
                    problem.place = node.at.into();
                }
                reader.problem(problem);
            })
            .ok()
    }

    fn schema() -> Json {
        json!({"type": "string"})
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Passes over space and comments; says whether a line ended among them.
    fn skip(&mut self) -> bool {
        let begin = self.at;
        loop {
            let rest = self.rest();
            let length = if rest.starts_with('#') || rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                rest.len() - rest.trim_start().len()
            };
            if length == 0 {
                return self.text[begin..self.at].contains('\n');
            }
            self.at += length;
        }
    }

    fn take(&mut self, symbol: char) -> bool {
        self.skip();
        let there = self.rest().starts_with(symbol);
        self.at += if there { symbol.len_utf8() } else { 0 };
        there
    }

    fn expect(&mut self, symbol: char) -> Result<(), NoType> {
        if self.take(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> NoType {
        let rest = self.rest();
        let length = rest.chars().next().map_or(0, char::len_utf8);
        let found = if rest.is_empty() { "the end".to_owned() } else { format!("`{}`", &rest[..length]) };
        NoType {
            at: self.at..self.at + length,
            message: format!("a type wants {wanted} here, found {found}"),
            hint: None,
        }
    }

    fn word(&mut self) -> &'a str {
        self.skip();
        let rest = self.rest();
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn constraint(&mut self) -> Result<TypeConstraint, NoType> {
        self.skip();
        let begin = self.at;
        if self.depth == MAX_DEPTH {
            let message = format!("a type that nests more than {MAX_DEPTH} deep");
            return Err(NoType { at: begin..self.text.len(), message, hint: None });
        }
        self.depth += 1;
        let found = match self.word() {
            "any" => TypeConstraint::Any,
            "string" => TypeConstraint::Text,
            "number" => TypeConstraint::Number,
            "bool" => TypeConstraint::Bool,
            "list" => TypeConstraint::List(Box::new(self.element()?)),
            "set" => TypeConstraint::Set(Box::new(self.element()?)),
            "map" => TypeConstraint::Map(Box::new(self.element()?)),
            "object" => self.object()?,
            "tuple" => self.tuple()?,
            "" => return Err(self.unexpected("a word like `string`")),
            "optional" => {
                let message = "`optional` is for attributes of an object only".to_owned();
                return Err(NoType { at: begin..self.at, message, hint: None });
            }
            word => {
                return Err(NoType {
                    at: begin..self.at,
                    message: format!("`{word}` is no type of Terraform"),
                    hint: did_you_mean(word, WORDS.into_iter().chain(["optional"]))
                        .or_else(|| Some(format!("the types are {}", quoted_list(WORDS)))),
                });
            }
        };
        self.depth -= 1;
        Ok(found)
    }

    /// `(…)`; left out, as in `list`, it is `any`.
    fn element(&mut self) -> Result<TypeConstraint, NoType> {
        if !self.take('(') {
            return Ok(TypeConstraint::Any);
        }
        let element = self.constraint()?;
        self.expect(')')?;
        Ok(element)
    }

    fn object(&mut self) -> Result<TypeConstraint, NoType> {
        self.expect('(')?;
        self.expect('{')?;
        let mut attributes = BTreeMap::new();
        while !self.take('}') {
            let quoted = self.take('"');
            let begin = self.at;
            let name = self.word();
            if name.is_empty() {
                return Err(self.unexpected("the name of an attribute"));
            }
            let end = self.at;
            if quoted {
                self.expect('"')?;
            }
            if !self.take('=') {
                self.expect(':')?;
            }
            let attribute = self.attribute()?;
            if attributes.insert(name.to_owned(), attribute).is_some() {
                let message = format!("attribute `{name}` is given twice");
                return Err(NoType { at: begin..end, message, hint: None });
            }
            let line_ended = self.skip();
            if !self.take(',') && !line_ended && !self.rest().starts_with('}') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        self.expect(')')?;
        Ok(TypeConstraint::Object(attributes))
    }

    fn attribute(&mut self) -> Result<Attribute, NoType> {
        let begin = self.at;
        if self.word() != "optional" {
            self.at = begin;
            return Ok(Attribute { kind: self.constraint()?, optional: false });
        }
        self.expect('(')?;
        let kind = self.constraint()?;
        if self.take(',') {
            self.pass_over()?;
        }
        self.expect(')')?;
        Ok(Attribute { kind, optional: true })
    }

    fn tuple(&mut self) -> Result<TypeConstraint, NoType> {
        self.expect('(')?;
        self.expect('[')?;
        let mut items = Vec::new();
        while !self.take(']') {
            items.push(self.constraint()?);
            if !self.take(',') && !self.rest().starts_with(']') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
        self.expect(')')?;
        Ok(TypeConstraint::Tuple(items))
    }

    /// An expression up to the `)` that closes what it is in.
    fn pass_over(&mut self) -> Result<(), NoType> {
        let mut open = 0usize;
        loop {
            self.skip();
            let Some(next) = self.rest().chars().next() else { return Err(self.unexpected("`)`")) };
            match next {
                ')' if open == 0 => return Ok(()),
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' => open = open.saturating_sub(1),
                '"' => self.pass_over_text()?,
                _ => {}
            }
            self.at += next.len_utf8();
        }
    }

    /// A text in quotes up to its last quote.
    fn pass_over_text(&mut self) -> Result<(), NoType> {
        let mut escaped = true;
        for (at, c) in self.rest().char_indices() {
            match c {
                '"' if !escaped => {
                    self.at += at;
                    return Ok(());
                }
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        Err(NoType { at: self.at..self.text.len(), message: "text without its last quote".to_owned(), hint: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_terraform_reads() {
        let table = [
            ("string", "string"),
            (" list( string ) ", "list(string)"),
            ("list", "list(any)"),
            ("map(set(number))", "map(set(number))"),
            ("tuple([string, bool,])", "tuple([string, bool])"),
            ("tuple([])", "tuple([])"),
            ("object({})", "object({})"),
            (
                "object({\n  name = string # its name\n  size = optional(number, 10)\n  \"tags\" : map(string),\n})",
                "object({name = string, size = optional(number), tags = map(string)})",
            ),
            (
                "object({a = optional(object({b = optional(string, \"x) \\\" }\")}), { b = \"(\" }), c = any})",
                "object({a = optional(object({b = optional(string)})), c = any})",
            ),
            ("object({ /* none */ a = bool // yet\n })", "object({a = bool})"),
        ];
        for (text, expected) in table {
            let found = TypeConstraint::parse(text).unwrap();
            assert_eq!(found.to_string(), expected, "{text}");
            // What is written reads back as the same.
            assert_eq!(TypeConstraint::parse(expected).unwrap(), found, "{text}");
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        let table = [
            ("text", 0..4, "`text` is no type of Terraform"),
            ("list(strng)", 5..10, "`strng` is no type of Terraform"),
            ("list(string", 11..11, "a type wants `)` here, found the end"),
            ("", 0..0, "a type wants a word like `string` here, found the end"),
            ("\"string\"", 0..1, "a type wants a word like `string` here, found `\"`"),
            ("string string", 7..8, "a type wants the end of the type here, found `s`"),
            ("object({a = string b = string})", 19..20, "a type wants `,` or `}` here, found `b`"),
            ("object({a = string, a = bool})", 20..21, "attribute `a` is given twice"),
            ("object({a = optional(string, \"x)})", 29..34, "text without its last quote"),
            ("optional(string)", 0..8, "`optional` is for attributes of an object only"),
        ];
        for (text, at, message) in table {
            let wrong = TypeConstraint::parse(text).unwrap_err();
            assert_eq!((wrong.at, wrong.message.as_str()), (at, message), "{text}");
        }
        assert!(TypeConstraint::parse(&"list(".repeat(100_000)).is_err());
    }
}
