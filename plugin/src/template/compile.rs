//! A tree to a template.

use std::sync::Arc;

use super::expression::Expression;
use super::reads::{Paths, Reads};
use super::split::{Stretch, split};
use super::{Document, EntryPart, MapPart, Part, Piece, Repeat};
use crate::problem::{Problem, Problems};
use crate::read::did_you_mean;
use crate::source::Span;
use crate::tree::{Entry, Map, Node, Value};

/// The keys of a map that are not its own.
const DIRECTIVES: &[&str] = &["$if", "$for", "$merge"];

/// Compiles a whole document, which may repeat itself. The keys of maps are put in order here, once for all that is made.
pub(super) fn document(mut node: Node, problems: &mut Problems) -> Document {
    node.sort();
    let mut compiler = Compiler { problems, paths: Paths::default(), reads: Reads::default(), variables: Vec::new() };
    let part = compiler.part(node, true);
    Document { part, paths: compiler.paths }
}

struct Compiler<'a> {
    problems: &'a mut Problems,
    paths: Paths,
    /// What is read by the parts so far.
    reads: Reads,
    /// The variables of the `$for`s around, with what their items are made of.
    variables: Vec<(Arc<str>, Reads)>,
}

impl Compiler<'_> {
    fn part(&mut self, node: Node, may_repeat: bool) -> Part {
        if is_literal(&node) {
            return literal(node);
        }
        let at = node.at;
        match node.value {
            Value::Text(ref text) if has_expression(text) => self.text(&node, text),
            Value::List(items) => Part::List(at, items.into_iter().map(|item| self.part(item, true)).collect()),
            Value::Map(map) => self.map(at, map, may_repeat),
            value => literal(Node::new(value, at)),
        }
    }

    /// Compiles an expression and notes what it reads.
    fn expression(&mut self, source: &str, at: Span) -> Option<Expression> {
        let expression = Expression::compile(source, at).map_err(|problem| self.problems.push(problem)).ok()?;
        for path in expression.names() {
            let first = path.split('.').next().unwrap_or_default();
            let variable = self.variables.iter().rev().find(|(variable, _)| **variable == *first);
            self.reads |= match variable {
                Some((_, reads)) => *reads,
                None => self.paths.note(&path),
            };
        }
        Some(expression)
    }

    /// What is read by that which `compile` compiles.
    fn reads_of<T>(&mut self, compile: impl FnOnce(&mut Self) -> T) -> (T, Reads) {
        let before = std::mem::take(&mut self.reads);
        let compiled = compile(self);
        let reads = self.reads;
        self.reads |= before;
        (compiled, reads)
    }

    fn text(&mut self, node: &Node, text: &str) -> Part {
        let stretches = match split(text) {
            Ok(stretches) => stretches,
            Err(rest) => {
                self.problems.push(
                    Problem::new(node.at, format!("`{rest}` has no `}}}}`"))
                        .label("never closed")
                        .hint("a literal `${{` is written `${{ \"${{\" }}`"),
                );
                return literal(node.clone());
            }
        };
        let mut pieces = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            match stretch {
                Stretch::Literal(text) => pieces.push(Piece::Literal(text.to_owned())),
                Stretch::Expression(source) => pieces.extend(self.expression(source, node.at).map(Piece::Expression)),
            }
        }
        match <[Piece; 1]>::try_from(pieces) {
            Ok([Piece::Expression(expression)]) => Part::Expression(Box::new(expression)),
            Ok([piece]) => Part::Text(node.at, vec![piece]),
            Err(pieces) => Part::Text(node.at, pieces),
        }
    }

    fn map(&mut self, at: Span, map: Map, may_repeat: bool) -> Part {
        let mut part =
            MapPart { at, repeat: None, condition: None, merge: None, entries: Vec::with_capacity(map.len()) };
        // First, for all else in the map may read its variable.
        if let Some(repeat) = map.entry("$for").filter(|_| may_repeat) {
            part.repeat = self.repeat(repeat).map(Box::new);
        }
        let variable = part.repeat.as_ref().map(|repeat| (Arc::clone(&repeat.variable), repeat.reads));
        let outer = self.variables.len();
        self.variables.extend(variable);
        for entry in map {
            match entry.key.as_str() {
                "$if" => part.condition = self.directive(&entry).map(Box::new),
                "$merge" => part.merge = self.directive(&entry).map(Box::new),
                "$for" if may_repeat => {}
                "$for" => self.problems.push(
                    Problem::new(entry.key_at, "`$for` in a map that is a value")
                        .label("nothing to repeat here")
                        .hint("put it into an item of a list, or on a whole document; a map is filled by `$merge`"),
                ),
                key if has_expression(key) => self.problems.push(
                    Problem::new(entry.key_at, "an expression in a key")
                        .label("a key is always literal")
                        .hint("lay a map over this one with `$merge`"),
                ),
                key => match key.strip_prefix('$') {
                    Some(rest) if !rest.starts_with('$') => self.problems.push(
                        Problem::new(entry.key_at, format!("unknown directive `{key}`"))
                            .label("not `$if`, `$for` or `$merge`")
                            .maybe_hint(did_you_mean(key, DIRECTIVES.iter().copied()))
                            .hint(format!("a key that begins with `$` is written `${key}`")),
                    ),
                    Some(rest) => {
                        let key = rest.into();
                        self.entry(&mut part, Entry { key, ..entry });
                    }
                    None => self.entry(&mut part, entry),
                },
            }
        }
        self.variables.truncate(outer);
        // `$$if` stands among others without one `$`.
        part.entries.sort_by(|a, b| a.key.cmp(&b.key));
        Part::Map(Box::new(part))
    }

    fn entry(&mut self, part: &mut MapPart, entry: Entry) {
        let (value, reads) = self.reads_of(|compiler| compiler.part(entry.node, false));
        part.entries.push(EntryPart { key: entry.key, key_at: entry.key_at, value, reads });
    }

    fn directive(&mut self, entry: &Entry) -> Option<Expression> {
        match &entry.node.value {
            Value::Text(source) => self.bare_expression(entry, source),
            Value::Bool(value) => self.bare_expression(entry, if *value { "true" } else { "false" }),
            _ => {
                self.problems.push(
                    Problem::new(
                        entry.node.at,
                        format!("`{}` wants an expression, found {}", entry.key, entry.node.kind()),
                    )
                    .label("wants an expression"),
                );
                None
            }
        }
    }

    fn bare_expression(&mut self, entry: &Entry, source: &str) -> Option<Expression> {
        if has_expression(source) {
            self.problems.push(
                Problem::new(entry.node.at, format!("`${{{{ }}}}` behind `{}`", entry.key))
                    .label("an expression already")
                    .hint("leave the `${{` and `}}` out"),
            );
            return None;
        }
        self.expression(source, entry.node.at)
    }

    fn repeat(&mut self, entry: &Entry) -> Option<Repeat> {
        let parts = entry.node.as_text().and_then(|text| text.split_once(" in "));
        let Some((variable, items)) = parts.filter(|(variable, _)| is_identifier(variable.trim())) else {
            self.problems.push(
                Problem::new(entry.node.at, "`$for` wants `<name> in <expression>`")
                    .label("like `release in releases`"),
            );
            return None;
        };
        let (items, reads) = self.reads_of(|compiler| compiler.bare_expression(entry, items));
        Some(Repeat { variable: variable.trim().into(), items: items?, reads })
    }
}

fn literal(node: Node) -> Part {
    let count = count(&node);
    Part::Literal(node, count)
}

/// How many values a node is.
fn count(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Map(map) => 1 + map.iter().map(|entry| count(&entry.node)).sum::<usize>(),
        _ => 1,
    }
}

fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether neither the node nor anything below it has an expression or a directive.
fn is_literal(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => !has_expression(text),
        Value::List(items) => items.iter().all(is_literal),
        Value::Map(map) => map
            .iter()
            .all(|entry| !entry.key.starts_with('$') && !has_expression(&entry.key) && is_literal(&entry.node)),
        _ => true,
    }
}

/// Whether a text holds the beginning of an expression. Most hold no `$` at all, which is seen sooner.
fn has_expression(text: &str) -> bool {
    text.contains('$') && text.contains("${{")
}
