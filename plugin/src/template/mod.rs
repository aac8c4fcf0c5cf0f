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
mod looked_up;
mod reads;
mod scope;
mod split;

use std::sync::Arc;

use compact_str::CompactString;
use serde_json::{Value as Json, json};

pub use budget::Budget;
pub use evaluate::MadeText;
pub use expression::Expression;
use reads::{Paths, Reads};

use crate::problem::Problems;
use crate::read::{Nowhere, Read, Reader};
use crate::source::Span;
use crate::tree::Node;

/// A template, ready to be evaluated any number of times. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Template(Arc<Document>);

/// A whole template.
#[derive(Debug)]
struct Document {
    part: Part,
    /// What it reads.
    paths: Paths,
}

/// One node of a template. Nearly all are small and plain, so what is large and rare is boxed.
#[derive(Debug)]
enum Part {
    /// No expression anywhere below; how many values it is.
    Literal(Node, usize),
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
    /// What the value is made of.
    reads: Reads,
}

/// `$for: <name> in <expression>`.
#[derive(Debug)]
struct Repeat {
    variable: Arc<str>,
    items: Expression,
    /// What the items are made of.
    reads: Reads,
}

impl Template {
    /// Compiles a document, or a value of a platform file.
    pub fn compile(node: Node, problems: &mut Problems) -> Self {
        Self(Arc::new(compile::document(node, problems)))
    }

    /// The values that it makes: one, none (`$if`) or several (`$for`). The keys of their maps are in order.
    pub fn evaluate(&self, context: &minijinja::Value, budget: &mut Budget, problems: &mut Problems) -> Vec<Node> {
        evaluate::Evaluation { budget, problems, changed: Reads::ALL }.many(&self.0.part, context, None)
    }

    /// The values that it makes, after it made `earlier` without a problem. What is made of nothing that is other now is
    /// taken from there, and uses nothing up. `is_same` is asked of each path that the template reads: `tenant.name`.
    pub fn evaluate_after<'a>(
        &'a self,
        earlier: &[Node],
        is_same: &mut impl FnMut(&'a str) -> bool,
        context: &minijinja::Value,
        budget: &mut Budget,
        problems: &mut Problems,
    ) -> Vec<Node> {
        let changed = self.0.paths.reads_where(|path| !is_same(path));
        if changed.is_empty() {
            return earlier.to_vec();
        }
        evaluate::Evaluation { budget, problems, changed }.many(&self.0.part, context, Some(earlier))
    }

    /// What it looks up: `tenant.name`.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.paths.iter()
    }

    /// The text that it makes, where nothing but text will do.
    pub fn text(&self, context: &minijinja::Value, budget: &mut Budget, problems: &mut Problems) -> Option<MadeText> {
        evaluate::Evaluation { budget, problems, changed: Reads::ALL }.text_or_null(&self.0.part, context)
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
