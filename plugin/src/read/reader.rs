//! What reading a type needs: where it is in the file, and where problems go.

use compact_str::CompactString;

use super::{Read, Text, did_you_mean};
use crate::problem::{Problem, Problems};
use crate::source::Span;
use crate::tree::{Map, Node, Value};

/// Reads one tree.
pub struct Reader<'a> {
    problems: &'a mut Problems,
    path: Vec<CompactString>,
}

impl<'a> Reader<'a> {
    /// A reader that tells its problems to `problems`.
    pub fn new(problems: &'a mut Problems) -> Self {
        Self { problems, path: Vec::new() }
    }

    /// Tells a problem.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Tells problems that another reader found.
    pub fn problems(&mut self, problems: Problems) {
        self.problems.append(problems);
    }

    /// Tells that a value is of the wrong kind.
    pub fn wants<T>(&mut self, node: &Node, wanted: &str) -> Option<T> {
        if matches!(node.value, Value::Null) {
            // Told when the file was parsed.
            return None;
        }
        let what = self.path();
        self.problems.push(
            Problem::new(node.at, format!("{what} wants {wanted}, found {}", node.found()))
                .label(format!("wants {wanted}")),
        );
        None
    }

    /// Reads what stands below `step`.
    pub fn inside<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.into());
        let result = read(self);
        self.path.pop();
        result
    }

    /// The path of the value at hand: `` `spec.quota` ``.
    pub fn path(&self) -> String {
        if self.path.is_empty() {
            return "the document".to_owned();
        }
        let mut text = String::from("`");
        for step in &self.path {
            if text.len() > 1 && !step.starts_with('[') {
                text.push('.');
            }
            text.push_str(step);
        }
        text.push('`');
        text
    }

    /// The map of a record, after a look at its keys: each must be one of `known`.
    pub fn record<'n>(&mut self, node: &'n Node, known: &[&str]) -> Option<&'n Map> {
        let Some(map) = node.as_map() else {
            return self.wants(node, "a map");
        };
        for entry in map.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let hint = did_you_mean(&entry.key, known.iter().copied());
            let here = self.path();
            self.problems.push(
                Problem::new(entry.key_at, format!("unknown field `{}`", entry.key))
                    .label(format!("not a field of {here}"))
                    .hint(hint.unwrap_or_else(|| format!("the fields are {}", quoted_list(known.iter().copied())))),
            );
        }
        Some(map)
    }

    /// One field of a record.
    pub fn field<T: Read>(&mut self, map: &Map, at: Span, key: &str) -> Option<T> {
        if let Some(node) = map.get(key) {
            return self.inside(key, |reader| T::read(node, reader));
        }
        let absent = T::absent();
        if absent.is_none() {
            let here = self.path();
            self.problems.push(
                Problem::new(Span { end: at.start, ..at }, format!("missing field `{key}`"))
                    .label(format!("{here} needs `{key}`")),
            );
        }
        absent
    }

    /// Text that follows the rules of a type.
    pub fn parse_text<T: Text>(&mut self, text: &str, at: Span) -> Option<T> {
        match T::parse(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.problems.push(
                    Problem::new(at, format!("`{text}` is not {}", T::WHAT)).label(reason).maybe_hint(T::hint(text)),
                );
                None
            }
        }
    }
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
