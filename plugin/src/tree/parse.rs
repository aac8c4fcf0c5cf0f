//! YAML text to a tree. Stricter than YAML: no anchors, aliases, merge keys, tags, directives, nulls,
//! duplicate keys or numbers that readers disagree about.

use granit_parser::{Event, Parser, ScalarStyle, options};

use super::Node;
use super::builder::{Builder, Nulls, Style};
use crate::problem::{Problem, Problems};
use crate::source::{FileId, Sources, Span};

/// How deep maps and lists may nest.
const MAX_DEPTH: usize = 64;

/// The one document of a file, as far as it could be read.
pub fn document(sources: &Sources, file: FileId, problems: &mut Problems) -> Option<Node> {
    one(documents(sources, file, problems), file, problems)
}

/// The one document of a file in which a null is a value, as in JSON.
pub fn document_with_nulls(sources: &Sources, file: FileId, problems: &mut Problems) -> Option<Node> {
    one(parse(sources, file, Nulls::Kept, problems), file, problems)
}

fn one(documents: Vec<Node>, file: FileId, problems: &mut Problems) -> Option<Node> {
    let mut found = documents.into_iter();
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
    parse(sources, file, Nulls::Told, problems)
}

/// The documents of a file in which a null is a value, as whoever wrote it for Kubernetes may have meant it.
pub fn documents_with_nulls(sources: &Sources, file: FileId, problems: &mut Problems) -> Vec<Node> {
    parse(sources, file, Nulls::Kept, problems)
}

fn parse(sources: &Sources, file: FileId, nulls: Nulls, problems: &mut Problems) -> Vec<Node> {
    let source = sources.get(file);
    let limits = options! {
        disallow_directives: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        emit_comments: false,
    };
    let mut builder = Builder::new(nulls, problems);
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
        if !take(event, Span::new(file, range.start, range.end), &mut builder) {
            return Vec::new();
        }
    }
    let done = builder.done();
    if done.is_empty() && problems.is_empty() {
        problems.push(
            Problem::new(Span::whole(file), format!("`{}` is empty", source.path))
                .hint("it must hold one document; where nothing is wanted, delete the file"),
        );
    }
    done
}

/// Takes the next event; false ends the reading.
fn take(event: Event<'_>, at: Span, builder: &mut Builder<'_>) -> bool {
    match event {
        Event::Scalar(text, style, anchor, tag) => {
            let style = if matches!(style, ScalarStyle::Plain) { Style::Plain } else { Style::Quoted };
            takes_properties(anchor, tag.is_some(), at, builder.problems) && builder.scalar(&text, style, at)
        }
        Event::SequenceStart(_, anchor, tag) => {
            takes_properties(anchor, tag.is_some(), at, builder.problems) && builder.list(at)
        }
        Event::MappingStart(_, anchor, tag) => {
            takes_properties(anchor, tag.is_some(), at, builder.problems) && builder.map(at)
        }
        Event::SequenceEnd | Event::MappingEnd => builder.end(at),
        Event::Alias(_) | Event::UnresolvedAlias(_) => {
            let problem = Problem::new(at, "an alias").label("not allowed");
            builder.problems.push(problem.hint("write the value out where it is wanted"));
            false
        }
        _ => true,
    }
}

/// Reading ends at the first anchor: a file of anchors and aliases is one problem, not a thousand.
fn takes_properties(anchor: usize, tagged: bool, at: Span, problems: &mut Problems) -> bool {
    if anchor != 0 {
        let problem = Problem::new(at, "an anchor (`&name`)").label("not allowed on this value");
        problems.push(problem.hint("write the value out where it is wanted"));
        return false;
    }
    if tagged {
        let problem = Problem::new(at, "a tag (`!name`)").label("not allowed on this value");
        problems.push(problem.hint("leave the tag out; quote what is meant as text"));
    }
    true
}
