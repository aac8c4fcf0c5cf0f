//! YAML text to a tree. Stricter than YAML: no anchors, aliases, merge keys, tags, directives, nulls,
//! duplicate keys or numbers that readers disagree about.

use compact_str::CompactString;
use granit_parser::{Event, Parser, ScalarStyle, options};

use super::scalar::{Plain, plain};
use super::{Entry, Map, Node, Value};
use crate::problem::{Problem, Problems};
use crate::source::{FileId, Sources, Span};

/// How deep maps and lists may nest.
const MAX_DEPTH: usize = 64;
/// How many keys a map may hold. Maps are searched from their beginning: they are small.
const MAX_KEYS: usize = 2_000;
/// How many keys and values a file may hold. A tenant has some dozens.
const MAX_NODES: usize = 50_000;

/// The one document of a file, as far as it could be read.
pub fn document(sources: &Sources, file: FileId, problems: &mut Problems) -> Option<Node> {
    let mut found = documents(sources, file, problems).into_iter();
    let first = found.next();
    if let Some(second) = found.next() {
        problems.push(
            Problem::new(Span::new(file, second.at.start as usize, second.at.start as usize), "a second document")
                .label("starts here")
                .hint("a file holds one document; remove the `---` and what follows"),
        );
    }
    first
}

/// The documents of a file, as far as they could be read. A file without any is a problem.
pub fn documents(sources: &Sources, file: FileId, problems: &mut Problems) -> Vec<Node> {
    let source = sources.get(file);
    let limits = options! {
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        emit_comments: false,
    };
    let mut builder = Builder { file, problems, open: Vec::new(), done: Vec::new(), nodes: 0 };
    for event in Parser::new_from_str_with_options(&source.text, limits) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(0).min(source.text.len());
                let problem = Problem::new(Span::new(file, at, at), format!("not valid YAML: {}", error.kind()));
                builder.problems.push(problem);
                return Vec::new();
            }
        };
        let range = span.byte_range().unwrap_or(0..0);
        if !builder.take(event, Span::new(file, range.start, range.end)) {
            return Vec::new();
        }
    }
    let done = builder.done;
    if done.is_empty() && problems.is_empty() {
        problems.push(
            Problem::new(Span::whole(file), format!("`{}` is empty", source.path))
                .hint("it must hold one document; where nothing is wanted, delete the file"),
        );
    }
    done
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

struct Builder<'a> {
    file: FileId,
    problems: &'a mut Problems,
    open: Vec<Open>,
    done: Vec<Node>,
    nodes: usize,
}

impl Builder<'_> {
    /// Takes the next event; false ends the reading.
    fn take(&mut self, event: Event<'_>, at: Span) -> bool {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if !self.takes_properties(anchor, tag.is_some(), at) {
                    return false;
                }
                if self.wants_key() {
                    return self.key(&text, style, at);
                }
                let value = self.scalar(&text, style, at);
                self.add(Node::new(value, at))
            }
            Event::SequenceStart(_, anchor, tag) => {
                if !self.takes_properties(anchor, tag.is_some(), at) {
                    return false;
                }
                if self.wants_key() {
                    return self.refuse_key(at);
                }
                self.open.push(Open::List { at, items: Vec::new() });
                true
            }
            Event::MappingStart(_, anchor, tag) => {
                if !self.takes_properties(anchor, tag.is_some(), at) {
                    return false;
                }
                if self.wants_key() {
                    return self.refuse_key(at);
                }
                self.open.push(Open::Map { at, map: Map::default(), key: None });
                true
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { at: start, items }) => {
                    self.add(Node::new(Value::List(items), Span { end: at.end.max(start.end), ..start }))
                }
                Some(Open::Map { at: start, map, .. }) => {
                    self.add(Node::new(Value::Map(map), Span { end: at.end.max(start.end), ..start }))
                }
                None => true,
            },
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let problem = Problem::new(at, "an alias").label("not allowed");
                self.problems.push(problem.hint("write the value out where it is wanted"));
                false
            }
            _ => true,
        }
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    /// Reading ends at the first anchor: a file of anchors and aliases is one problem, not a thousand.
    fn takes_properties(&mut self, anchor: usize, tagged: bool, at: Span) -> bool {
        if anchor != 0 {
            let problem = Problem::new(at, "an anchor (`&name`)").label("not allowed on this value");
            self.problems.push(problem.hint("write the value out where it is wanted"));
            return false;
        }
        if tagged {
            let problem = Problem::new(at, "a tag (`!name`)").label("not allowed on this value");
            self.problems.push(problem.hint("leave the tag out; quote what is meant as text"));
        }
        true
    }

    fn refuse_key(&mut self, at: Span) -> bool {
        self.problems.push(Problem::new(at, "a key that is not text").label("not allowed as a key"));
        // What follows cannot be told apart from values any more.
        false
    }

    fn key(&mut self, text: &str, style: ScalarStyle, at: Span) -> bool {
        let plain_style = matches!(style, ScalarStyle::Plain);
        if plain_style && text == "<<" {
            let problem = Problem::new(at, "a merge key (`<<`)").label("not allowed");
            self.problems.push(problem.hint("write the keys out"));
            return false;
        }
        if plain_style && (text.is_empty() || text == "~") {
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

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Span) -> Value {
        if !matches!(style, ScalarStyle::Plain) {
            return Value::Text(text.into());
        }
        match plain(text) {
            Plain::Value(value) => value,
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
        debug_assert_eq!(at.file, self.file);
        self.count(at)
    }
}
