//! The lines that Terraform says with `-json`, as far as they are read here.
//!
//! <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One line.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// What it is about.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What a person would be told.
    #[serde(rename = "@message", default)]
    pub message: String,
    /// With `diagnostic`.
    pub diagnostic: Option<Diagnostic>,
    /// With `change_summary`.
    pub changes: Option<Count>,
    /// A whole state, which Terraform says as its last resort when it can write it nowhere. Never to be printed.
    pub state: Option<Box<RawValue>>,
}

/// An error or a warning.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Diagnostic {
    /// `error` or `warning`.
    #[serde(default)]
    pub severity: String,
    /// In one line.
    #[serde(default)]
    pub summary: String,
    /// In more.
    #[serde(default)]
    pub detail: String,
    /// The resource that it is about.
    pub address: Option<String>,
    /// Where in the module.
    pub range: Option<Range>,
}

/// A place in the module.
#[derive(Clone, Debug, Deserialize)]
pub struct Range {
    /// The file.
    pub filename: String,
    /// Where it begins.
    pub start: Position,
}

/// A line, from 1.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Position {
    /// The line.
    pub line: u64,
}

/// How many resources are made, changed, taken away and adopted.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Made.
    #[serde(default)]
    pub add: u64,
    /// Changed.
    #[serde(default)]
    pub change: u64,
    /// Taken away.
    #[serde(default)]
    pub remove: u64,
    /// Adopted.
    #[serde(default)]
    pub import: u64,
    /// `plan`, `apply` or `destroy`.
    #[serde(default, skip_serializing)]
    pub operation: String,
}

impl Diagnostic {
    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == "error"
    }

    /// As a person reads it: what, about which resource, where, and the detail below.
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}", self.severity, self.summary);
        if let Some(address) = &self.address {
            text += &format!("\nat `{address}`");
        }
        if let Some(range) = &self.range {
            text += &format!("\nin {}:{}", range.filename, range.start.line);
        }
        for line in self.detail.lines() {
            text += &format!("\n{line}");
        }
        text
    }
}
