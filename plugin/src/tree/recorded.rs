//! A parse that was made when the program was built: what the parser said of a built-in template, so that a run has
//! not to parse again what never changes.

use super::Node;
use super::builder::{Builder, Nulls, Style};
use crate::problem::Problems;
use crate::source::{FileId, Span};

/// A file that was parsed at build.
#[derive(Debug)]
pub struct Recorded {
    /// Its text.
    pub text: &'static str,
    /// What the parser said, with the range of bytes that each says it of.
    pub steps: &'static [(Step, u32, u32)],
    /// The texts of `Step::Other`, in order.
    pub others: &'static [&'static str],
}

/// One thing that a parser says. Texts are not kept where the file's own bytes are the text.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A list begins.
    List,
    /// A map begins.
    Map,
    /// The innermost list or map ends.
    End,
    /// A plain scalar: the bytes are the text.
    Plain,
    /// A quoted scalar: the bytes between its quotes are the text.
    Quoted,
    /// A scalar whose text is not what its bytes are.
    Other,
}

/// The documents of a file that was parsed at build.
pub fn replay(recorded: &Recorded, file: FileId, problems: &mut Problems) -> Vec<Node> {
    let mut builder = Builder::new(Nulls::Told, problems);
    let mut others = recorded.others.iter();
    for (step, start, end) in recorded.steps {
        let at = Span { file, start: *start, end: *end };
        let (start, end) = (*start as usize, *end as usize);
        let goes_on = match step {
            Step::List => builder.list(at),
            Step::Map => builder.map(at),
            Step::End => builder.end(at),
            Step::Plain => builder.scalar(&recorded.text[start..end], Style::Plain, at),
            Step::Quoted => builder.scalar(&recorded.text[start + 1..end - 1], Style::Quoted, at),
            Step::Other => builder.scalar(others.next().copied().unwrap_or_default(), Style::Quoted, at),
        };
        if !goes_on {
            break;
        }
    }
    builder.done()
}
