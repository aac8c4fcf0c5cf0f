//! What is wrong with an input: where, why, and what to write instead.

use crate::source::Span;

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A range of a file that was read.
    At(Span),
    /// A file or folder as a whole, by its path as people are shown it.
    Path(String),
}

impl From<Span> for Place {
    fn from(at: Span) -> Self {
        Self::At(at)
    }
}

/// One problem. Lower case, backticks around names and values, no full stop; advice stands apart in `hints`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What is wrong, complete without the label.
    pub message: String,
    /// A few words for under the caret.
    pub label: String,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Span, String)>,
    /// What to write instead.
    pub hints: Vec<String>,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<Place>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
            label: String::new(),
            related: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A problem with a file or folder as a whole.
    pub fn path(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Place::Path(path.into()), message)
    }

    /// Words for under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to write instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What to write instead, where there is something to say.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// Another place that belongs to the problem.
    #[must_use]
    pub fn related(mut self, at: Span, words: impl Into<String>) -> Self {
        self.related.push((at, words.into()));
        self
    }
}

/// The problems found so far. A stage goes on after a problem, so that all are told at once.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    all: Vec<Problem>,
    /// Values that nobody may read, and where they stand.
    hidden: Vec<(Place, String)>,
}

impl Problems {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.all.push(problem);
    }

    /// Adds one about a value that nobody may read: what repeats it, found before or after, is not told.
    pub fn push_hiding(&mut self, value: &str, problem: Problem) {
        self.hidden.push((problem.place.clone(), value.to_owned()));
        self.all.push(problem);
    }

    /// Adds another stage's.
    pub fn append(&mut self, mut other: Problems) {
        self.all.append(&mut other.all);
        self.hidden.append(&mut other.hidden);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them in the order of the text, each once: a value that is read twice (alone, and merged with its
    /// tier) tells its problem twice. What a later stage says of a map in which an earlier one found a mistake
    /// follows from that mistake (`unknown field \`sourc\`` first, then no `source`), so it is left out, and so is what
    /// repeats a value that nobody may read.
    pub fn into_sorted(self) -> Vec<Problem> {
        let repeats = |problem: &Problem| {
            let is_told =
                |value: &str| problem.message.contains(value) || problem.hints.iter().any(|hint| hint.contains(value));
            self.hidden.iter().any(|(place, value)| *place == problem.place && is_told(value))
        };
        let mut all: Vec<(usize, Problem)> =
            self.all.into_iter().filter(|problem| !repeats(problem)).enumerate().collect();
        all.sort_by(|(_, a), (_, b)| a.place.cmp(&b.place));
        let follows = |at: usize| {
            let (order, problem) = &all[at];
            let Place::At(outer) = &problem.place else { return false };
            // A map of block style begins where its first key does, so what is inside may stand before it in order.
            let begin = Place::At(Span { end: 0, ..*outer });
            let first = all.partition_point(|(_, other)| other.place < begin);
            all[first..]
                .iter()
                .map_while(|(other, inner)| match &inner.place {
                    Place::At(inner) if inner.file == outer.file && inner.start < outer.end => Some((other, inner)),
                    _ => None,
                })
                .any(|(other, inner)| other < order && inner.end <= outer.end && inner != outer)
        };
        let kept: Vec<bool> = (0..all.len()).map(|at| !follows(at)).collect();
        let mut unique: Vec<Problem> = Vec::with_capacity(all.len());
        for ((_, problem), _) in all.into_iter().zip(kept).filter(|(_, kept)| *kept) {
            let mut same_place = unique.iter().rev().take_while(|other| other.place == problem.place);
            if !same_place.any(|other| other.message == problem.message) {
                unique.push(problem);
            }
        }
        unique
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { all: vec![problem], hidden: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// A map's own problem follows from the one at its first key, which begins where the map does.
    #[test]
    fn what_follows_is_left_out() {
        let file = Sources::default().add("tenant.yaml", "");
        let mut problems = Problems::new();
        problems.push(Problem::new(Span::new(file, 4, 9), "unknown field `sourc`"));
        problems.push(Problem::new(Span::new(file, 4, 30), "secret `jwt` has no `source`"));
        problems.push(Problem::new(Span::new(file, 40, 50), "another"));
        let told: Vec<String> = problems.into_sorted().into_iter().map(|problem| problem.message).collect();
        assert_eq!(told, ["unknown field `sourc`", "another"]);
    }

    #[test]
    fn what_repeats_a_hidden_value_is_left_out() {
        let file = Sources::default().add("tenant.yaml", "");
        let at = Span::new(file, 4, 9);
        let mut problems = Problems::new();
        problems.push(Problem::new(at, "`01234` is unclear"));
        problems.push(Problem::new(at, "not a number").hint("write `01234`"));
        problems.push(Problem::new(at, "`token` may not be set here"));
        problems.push(Problem::new(Span::new(file, 14, 19), "`01234` is unclear"));
        problems.push_hiding("01234", Problem::new(at, "the value of `token`"));
        problems.push(Problem::new(at, "`01234` is no name"));
        let told: Vec<String> = problems.into_sorted().into_iter().map(|problem| problem.message).collect();
        assert_eq!(told, ["`token` may not be set here", "the value of `token`", "`01234` is unclear"]);
    }
}
