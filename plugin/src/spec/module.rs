//! A Terraform module's description: which variables it has and of which type.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::ApiVersion;
use super::value::{Digest, ExactVersion, ModuleName, Variable};
use crate::read::{At, Read, Reader, choice, record};
use crate::tree::{Node, Value};

choice! {
    /// The kind of a module's description.
    pub enum ModuleKind {
        /// The only one.
        Module = "Module",
    }
}

record! {
    /// What a Terraform module declares.
    pub struct Module {
        /// The version of the file format.
        api_version = "apiVersion": ApiVersion,
        /// `Module`.
        kind: ModuleKind,
        /// The module's name.
        name: ModuleName,
        /// Its exact version.
        version: At<ExactVersion>,
        /// The hash of its files.
        digest: Option<Digest>,
        /// Its variables.
        variables: BTreeMap<Variable, ModuleVariable>,
        /// Addresses of resources that hold data.
        holds_data = "holdsData": Vec<String>,
    }
}

record! {
    /// One variable of a module.
    pub struct ModuleVariable {
        /// Its type, as Terraform writes it.
        kind = "type": VariableType,
        /// What it is for.
        description: Option<String>,
        /// Whether it must be given. Default: `false`.
        required: Option<bool>,
        /// Whether it is sensitive. Default: `false`.
        sensitive: Option<bool>,
    }
}

/// The outer type of a variable. What stands inside a list or a map is Terraform's to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `list(…)`, `set(…)` or `tuple(…)`.
    List,
    /// `map(…)` or `object(…)`.
    Map,
    /// Anything.
    Any,
}

impl VariableType {
    /// Whether a value is of the type.
    pub fn takes(self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => matches!(value, Value::Text(_)),
            Self::Number => matches!(value, Value::Int(_) | Value::Float(_)),
            Self::Bool => matches!(value, Value::Bool(_)),
            Self::List => matches!(value, Value::List(_)),
            Self::Map => matches!(value, Value::Map(_)),
        }
    }

    /// What it is, as an error says it.
    pub fn what(self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bool => "`true` or `false`",
            Self::List => "a list",
            Self::Map => "a map",
        }
    }
}

impl Read for VariableType {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let outer = node.as_text().map(|text| text.split('(').next().unwrap_or_default().trim());
        match outer {
            Some("string") => Some(Self::Text),
            Some("number") => Some(Self::Number),
            Some("bool") => Some(Self::Bool),
            Some("list" | "set" | "tuple") => Some(Self::List),
            Some("map" | "object") => Some(Self::Map),
            Some("any") => Some(Self::Any),
            _ => reader.wants(node, "a type of Terraform, like `string` or `list(string)`"),
        }
    }

    fn schema() -> Json {
        json!({"type": "string"})
    }
}
