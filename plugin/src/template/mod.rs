//! Templates: trees whose strings may hold expressions. A template is never text that is pasted together,
//! so a value can never become structure.
//!
//! - `${{ tenant.name }}-server` puts a value into text; a string that is one expression keeps its value's type;
//! - a map may hold `$if: <expression>` (left out when false), `$for: <name> in <expression>` (repeated; in a
//!   list, or as a whole document) and `$merge: <expression>` (a map laid over it);
//! - a literal key `$if` is written `$$if`, a literal `${{` is written `${{ "${{" }}`.

mod budget;
mod compile;
mod evaluate;
mod expression;
mod split;

use std::sync::Arc;

use compact_str::CompactString;
use serde_json::{Value as Json, json};

pub use budget::Budget;
pub use evaluate::MadeText;
pub use expression::Expression;

use crate::problem::Problems;
use crate::read::{Nowhere, Read, Reader};
use crate::source::Span;
use crate::tree::Node;

/// A template, ready to be evaluated any number of times. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Template(Arc<Part>);

/// One node of a template. Nearly all are small and plain, so what is large and rare is boxed.
#[derive(Debug)]
enum Part {
    /// No expression anywhere below.
    Literal(Node),
    /// One expression: its value keeps its type.
    Expression(Box<Expression>),
    /// Text with expressions in it.
    Text(Span, Vec<Piece>),
    /// A list.
    List(Span, Vec<Part>),
    /// A map.
    Map(Box<MapPart>),
}

/// A stretch of text.
#[derive(Debug)]
enum Piece {
    Literal(String),
    Expression(Expression),
}

/// A map with what decides about it.
#[derive(Debug)]
struct MapPart {
    at: Span,
    repeat: Option<Box<Repeat>>,
    condition: Option<Box<Expression>>,
    merge: Option<Box<Expression>>,
    entries: Vec<EntryPart>,
}

/// A key and what makes its value.
#[derive(Debug)]
struct EntryPart {
    key: CompactString,
    key_at: Span,
    value: Part,
}

/// `$for: <name> in <expression>`.
#[derive(Debug)]
struct Repeat {
    variable: String,
    items: Expression,
}

impl Template {
    /// Compiles a document, or a value of a platform file.
    pub fn compile(node: Node, problems: &mut Problems) -> Self {
        Self(Arc::new(compile::document(node, problems)))
    }

    /// The values that it makes: one, none (`$if`) or several (`$for`).
    pub fn evaluate(&self, context: &minijinja::Value, budget: &mut Budget, problems: &mut Problems) -> Vec<Node> {
        evaluate::Evaluation { budget, problems }.many(&self.0, context)
    }

    /// The names that it looks up, where it is text: `tenant.name`.
    pub fn names(&self) -> Vec<String> {
        match &*self.0 {
            Part::Expression(expression) => expression.names(),
            Part::Text(_, pieces) => pieces
                .iter()
                .flat_map(|piece| match piece {
                    Piece::Expression(expression) => expression.names(),
                    Piece::Literal(_) => Vec::new(),
                })
                .collect(),
            Part::Literal(_) | Part::List(..) | Part::Map(_) => Vec::new(),
        }
    }

    /// The text that it makes, where nothing but text will do.
    pub fn text(&self, context: &minijinja::Value, budget: &mut Budget, problems: &mut Problems) -> Option<MadeText> {
        evaluate::Evaluation { budget, problems }.text_or_null(&self.0, context)
    }
}

impl Read for Template {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let mut problems = Problems::new();
        let template = Self::compile(node.clone(), &mut problems);
        let holds = problems.is_empty();
        reader.problems(problems);
        holds.then_some(template)
    }

    fn follow(_path: &[&str]) -> Result<(), Nowhere> {
        Ok(())
    }

    fn schema() -> Json {
        json!(true)
    }
}
