//! A tree from what a parser says of a text, step by step.

use compact_str::CompactString;

use super::scalar::{Plain, plain};
use super::{Entry, Map, Node, Value};
use crate::problem::{Problem, Problems};
use crate::source::Span;

/// How many keys a map may hold. Maps are searched from their beginning: they are small.
const MAX_KEYS: usize = 2_000;
/// How many keys and values a file may hold. A tenant has some dozens.
const MAX_NODES: usize = 50_000;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As it is: it may be a number or a boolean.
    Plain,
    /// In quotes, or as a block: text.
    Quoted,
}

/// What a null is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    /// A problem: nothing is given.
    Told,
    /// A value. Whoever reads the tree tells those that are none.
    Kept,
}

/// A map or list whose end has not come yet.
enum Open {
    List { at: Span, items: Vec<Node> },
    Map { at: Span, map: Map, key: Option<Key> },
}

/// A key whose value has not come yet.
struct Key {
    text: CompactString,
    at: Span,
    /// Given before: it was told already, and its first value stands.
    again: bool,
}

/// Builds the documents of one file. Each step says whether reading goes on.
pub(super) struct Builder<'a> {
    pub(super) problems: &'a mut Problems,
    open: Vec<Open>,
    done: Vec<Node>,
    nodes: usize,
    nulls: Nulls,
}

impl<'a> Builder<'a> {
    pub(super) fn new(nulls: Nulls, problems: &'a mut Problems) -> Self {
        Self { problems, open: Vec::new(), done: Vec::new(), nodes: 0, nulls }
    }

    /// The documents that are whole.
    pub(super) fn done(self) -> Vec<Node> {
        self.done
    }

    /// A key or a value.
    pub(super) fn scalar(&mut self, text: &str, style: Style, at: Span) -> bool {
        if self.wants_key() {
            return self.key(text, style, at);
        }
        let value = self.value(text, style, at);
        self.add(Node::new(value, at))
    }

    /// The beginning of a list.
    pub(super) fn list(&mut self, at: Span) -> bool {
        self.open(Open::List { at, items: Vec::new() }, at)
    }

    /// The beginning of a map.
    pub(super) fn map(&mut self, at: Span) -> bool {
        self.open(Open::Map { at, map: Map::default(), key: None }, at)
    }

    /// The end of the innermost list or map.
    pub(super) fn end(&mut self, at: Span) -> bool {
        let (value, start) = match self.open.pop() {
            Some(Open::List { at, items }) => (Value::List(items.into()), at),
            Some(Open::Map { at, map, .. }) => (Value::Map(map), at),
            None => return true,
        };
        self.add(Node::new(value, Span { end: at.end.max(start.end), ..start }))
    }

    fn open(&mut self, open: Open, at: Span) -> bool {
        if self.wants_key() {
            self.problems.push(Problem::new(at, "a key that is not text").label("not allowed as a key"));
            // What follows cannot be told apart from values any more.
            return false;
        }
        self.open.push(open);
        true
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn key(&mut self, text: &str, style: Style, at: Span) -> bool {
        if style == Style::Plain && text == "<<" {
            let problem = Problem::new(at, "a merge key (`<<`)").label("not allowed");
            self.problems.push(problem.hint("write the keys out"));
            return false;
        }
        if style == Style::Plain && (text.is_empty() || text == "~") {
            self.problems.push(Problem::new(at, "a key without a name").hint("a key is text"));
        }
        if let Some(Open::Map { map, key, .. }) = self.open.last_mut() {
            let first = map.entry(text);
            if let Some(first) = first {
                self.problems.push(
                    Problem::new(at, format!("duplicate key `{text}`"))
                        .label("given again")
                        .related(first.key_at, "first given here")
                        .hint("remove one of the two"),
                );
            }
            if map.len() >= MAX_KEYS {
                let message = format!("more than {MAX_KEYS} keys in one map");
                self.problems.push(Problem::new(at, message).label("reading ends here"));
                return false;
            }
            *key = Some(Key { text: text.into(), at, again: first.is_some() });
        }
        self.count(at)
    }

    fn value(&mut self, text: &str, style: Style, at: Span) -> Value {
        if style == Style::Quoted {
            return Value::Text(text.into());
        }
        match plain(text) {
            Plain::Value(value) => value,
            Plain::Null if self.nulls == Nulls::Kept => Value::Null,
            Plain::Null => {
                self.problems.push(
                    Problem::new(at, "no value (null)")
                        .label("nothing is given")
                        .hint("give a value, or leave the key out; text that says null is written `\"null\"`"),
                );
                Value::Null
            }
            Plain::Unclear(why, instead) => {
                self.problems.push(
                    Problem::new(at, format!("`{text}` {why}")).label("unclear").hint(format!("write `{instead}`")),
                );
                Value::Text(text.into())
            }
        }
    }

    fn count(&mut self, at: Span) -> bool {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.problems.push(
                Problem::new(at, format!("more than {MAX_NODES} keys and values in one file"))
                    .label("reading ends here"),
            );
            return false;
        }
        true
    }

    fn add(&mut self, node: Node) -> bool {
        let at = node.at;
        match self.open.last_mut() {
            None => self.done.push(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { map, key, .. }) => {
                if let Some(Key { text: key, at: key_at, again: false }) = key.take() {
                    map.push_new(Entry { key, key_at, node });
                }
            }
        }
        self.count(at)
    }
}
