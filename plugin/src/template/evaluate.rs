//! A template to values.

use compact_str::CompactString;
use minijinja::Value as Found;
use minijinja::value::ValueKind;

use super::expression::Expression;
use super::reads::Reads;
use super::scope::Scope;
use super::{Budget, EntryPart, MapPart, Part, Piece};
use crate::problem::{Problem, Problems};
use crate::source::Span;
use crate::tree::{Entry, Map, Node, Value, overlay};

/// What a template makes where nothing but text will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeText {
    /// Text.
    Text(String),
    /// None, since a value that it is made of is null.
    Null,
}

/// One evaluation: what it may use up and where its problems go. It goes on after a problem, so that all of a
/// template's are told.
pub(super) struct Evaluation<'a> {
    pub(super) budget: &'a mut Budget,
    pub(super) problems: &'a mut Problems,
    /// What is other than in an earlier evaluation.
    pub(super) changed: Reads,
}

impl Evaluation<'_> {
    /// The values that stand for a part of a list, or for a document; of a document, after it made `earlier`.
    pub(super) fn many(&mut self, part: &Part, context: &Found, earlier: Option<&[Node]>) -> Vec<Node> {
        let Part::Map(map) = part else {
            return self.one(part, context, None).into_iter().collect();
        };
        let Some(repeat) = &map.repeat else {
            return self.map(map, context, earlier.and_then(<[Node]>::first)).into_iter().collect();
        };
        let Some(items) = self.value(&repeat.items, context) else {
            return Vec::new();
        };
        let items = match (items.kind(), items.try_iter()) {
            (ValueKind::Seq | ValueKind::Iterable, Ok(items)) => items.collect::<Vec<_>>(),
            (kind, _) => {
                self.problems.push(repeat.items.problem(&format!("`$for` wants a list, found a {kind}")));
                return Vec::new();
            }
        };
        // Where each of the same items made something, it made what stands at its place.
        let is_same = |made: &&[Node]| made.len() == items.len() && !repeat.reads.meets(self.changed);
        let earlier = earlier.filter(is_same);
        let mut made = Vec::new();
        for (place, item) in items.into_iter().enumerate() {
            if self.budget.is_spent() {
                self.spent::<()>(repeat.items.problem("the templates make too much"));
                break;
            }
            let inner = Scope { name: repeat.variable.clone(), item, outer: context.clone() };
            made.extend(self.map(map, &Found::from_object(inner), earlier.map(|made| &made[place])));
        }
        made
    }

    fn one(&mut self, part: &Part, context: &Found, earlier: Option<&Node>) -> Option<Node> {
        match part {
            Part::Literal(node, count) => self.take(*count, node.at).then(|| node.clone()),
            Part::Expression(expression) => {
                let value = self.value(expression, context)?;
                self.node(&value, expression, expression.at())
            }
            Part::Text(at, pieces) => self.text(*at, pieces, context),
            Part::List(at, parts) => {
                let items = parts.iter().flat_map(|part| self.many(part, context, None)).collect();
                self.take(1, *at).then(|| Node::new(Value::List(items), *at))
            }
            Part::Map(map) => self.map(map, context, earlier),
        }
    }

    fn map(&mut self, part: &MapPart, context: &Found, earlier: Option<&Node>) -> Option<Node> {
        if let Some(condition) = &part.condition
            && !self.value(condition, context)?.is_true()
        {
            return None;
        }
        // What was laid over it cannot be told apart from what it made.
        let earlier = earlier.filter(|_| part.merge.is_none()).and_then(Node::as_map);
        let mut entries = Vec::with_capacity(part.entries.len());
        for EntryPart { key, key_at, value, reads } in &part.entries {
            let before = earlier.and_then(|earlier| earlier.get(key));
            let node = match earlier {
                Some(_) if !reads.meets(self.changed) => before.cloned(),
                _ => self.one(value, context, before),
            };
            if let Some(node) = node {
                entries.push(Entry { key: key.clone(), key_at: *key_at, node });
            }
        }
        let mut made = Node::new(Value::Map(Map::of_unique(entries)), part.at);
        if let Some(merge) = &part.merge {
            let over = self.value(merge, context)?;
            let over = self.node(&over, merge, part.at)?;
            if over.as_map().is_none() {
                self.problems.push(merge.problem("`$merge` wants a map"));
                return None;
            }
            made = overlay(&made, &over);
            made.sort();
        }
        self.take(1, part.at).then_some(made)
    }

    fn text(&mut self, at: Span, pieces: &[Piece], context: &Found) -> Option<Node> {
        let mut text = String::new();
        let mut complete = true;
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Expression(expression) => match self.value(expression, context) {
                    Some(value) => match value.kind() {
                        ValueKind::String => text.push_str(value.as_str().unwrap_or_default()),
                        ValueKind::Number | ValueKind::Bool => text.push_str(&value.to_string()),
                        kind => {
                            self.problems.push(expression.problem(&format!("a {kind} cannot stand inside text")));
                            complete = false;
                        }
                    },
                    None => complete = false,
                },
            }
        }
        (complete && self.take(1, at)).then(|| Node::text(text, at))
    }

    /// Text, or null where the expression, or one in the text, is null.
    pub(super) fn text_or_null(&mut self, part: &Part, context: &Found) -> Option<MadeText> {
        let (at, found) = match part {
            Part::Expression(expression) => {
                let value = self.value(expression, context)?;
                return match value.kind() {
                    ValueKind::None => Some(MadeText::Null),
                    ValueKind::String => value.as_str().map(|text| MadeText::Text(text.to_owned())),
                    kind => {
                        self.problems.push(expression.problem(&format!("wants text, found a {kind}")));
                        None
                    }
                };
            }
            Part::Text(at, pieces) => {
                let is_null = |piece: &Piece| match piece {
                    Piece::Expression(expression) => expression.evaluate(context).is_ok_and(|value| value.is_none()),
                    Piece::Literal(_) => false,
                };
                if pieces.iter().any(is_null) {
                    return Some(MadeText::Null);
                }
                let made = self.text(*at, pieces, context)?;
                return made.as_text().map(|text| MadeText::Text(text.to_owned()));
            }
            Part::Literal(Node { value: Value::Text(text), .. }, _) => return Some(MadeText::Text(text.to_string())),
            Part::Literal(node, _) => (node.at, node.kind()),
            Part::List(at, _) => (*at, "a list"),
            Part::Map(map) => (map.at, "a map"),
        };
        self.problems.push(Problem::new(at, format!("{found} where text is wanted")).label("wants text"));
        None
    }

    fn value(&mut self, expression: &Expression, context: &Found) -> Option<Found> {
        if !self.budget.evaluation() {
            return self.spent(expression.problem("the templates take too much work"));
        }
        expression.evaluate(context).map_err(|problem| self.problems.push(problem)).ok()
    }

    /// What an expression yielded, as a tree.
    fn node(&mut self, found: &Found, expression: &Expression, at: Span) -> Option<Node> {
        if !self.budget.nodes(1) {
            return self.spent(expression.problem("the templates make too much"));
        }
        let value = match found.kind() {
            ValueKind::Bool => Value::Bool(found.is_true()),
            ValueKind::Number => match (i64::try_from(found.clone()), f64::try_from(found.clone())) {
                (Ok(integer), _) if found.is_integer() => Value::Int(integer),
                (_, Ok(float)) if float.is_finite() && !found.is_integer() => Value::Float(float),
                _ => return self.refuse(expression, "the number does not fit"),
            },
            ValueKind::String => Value::Text(found.as_str().unwrap_or_default().into()),
            ValueKind::Seq | ValueKind::Iterable => {
                let items = found.try_iter().ok()?.collect::<Vec<_>>();
                Value::List(items.iter().filter_map(|item| self.node(item, expression, at)).collect())
            }
            ValueKind::Map => {
                let object = found.as_object()?;
                let mut entries = Vec::with_capacity(object.enumerator_len().unwrap_or_default());
                for (key, item) in object.try_iter_pairs()? {
                    let Some(name) = key.as_str().map(CompactString::from) else {
                        return self.refuse(expression, "a map's keys must be text");
                    };
                    if let Some(node) = self.node(&item, expression, at) {
                        entries.push(Entry { key: name, key_at: at, node });
                    }
                }
                let mut map = Map::of_unique(entries);
                map.sort();
                Value::Map(map)
            }
            ValueKind::None => return self.refuse(expression, "null, and nothing may be null"),
            kind => return self.refuse(expression, &format!("a {kind} is no value of a manifest")),
        };
        Some(Node::new(value, at))
    }

    fn refuse(&mut self, expression: &Expression, why: &str) -> Option<Node> {
        self.problems.push(expression.problem(why));
        None
    }

    fn take(&mut self, count: usize, at: Span) -> bool {
        if self.budget.nodes(count) {
            return true;
        }
        self.spent::<()>(Problem::new(at, "the templates make too much")).is_some()
    }

    /// Tells once that nothing is left.
    fn spent<T>(&mut self, problem: Problem) -> Option<T> {
        if self.budget.tell_once() {
            self.problems.push(problem.hint("look for a `$for` over too many items"));
        }
        None
    }
}
