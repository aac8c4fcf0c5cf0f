//! Markdown, for a comment on a pull request: a summary, a table, then each set. What destroys is never folded.

use super::terminal::{problem, status, summary};
use super::{around, inert, room};
use crate::review::change::FieldChange;
use crate::review::consequence::{Consequence, Rule};
use crate::review::model::{Action, ChangeSet, ObjectChange, Review, SideInfo, Status};
use serde_json::Value as Json;

/// The first line: by it a bot finds the comment that it wrote before.
pub const MARKER: &str = "<!-- tenantry-review -->";
/// How many members of a set are named.
const NAMED: usize = 20;
/// How many consequences of a set are told.
const TOLD: usize = 20;
/// Of a set that destroys, as many more as fit into so many bytes.
const SEVERE_NAMES: usize = 4_000;
const SEVERE_TOLD: usize = 10_000;
/// How many problems of a set or side are told.
const PROBLEMS: usize = 5;
/// How many fields of an object are shown.
const FIELDS: usize = 40;
/// How many rows the table has.
const ROWS: usize = 50;
/// How many bytes of a name, of a sentence and of a value are shown.
const NAME: usize = 160;
const SENTENCE: usize = 240;
const VALUE: usize = 300;

/// The whole of it, or as much as a comment holds.
pub fn write(review: &Review) -> String {
    let mut sets: Vec<&ChangeSet> = review.sets.iter().collect();
    // In the order of the review within each half.
    sets.sort_by_key(|set| !is_severe(set));
    let top = top(review, &sets);
    let parts = sets.iter().map(|set| room::Part {
        label: label(&set.label),
        head: head(set),
        objects: Box::new(set.objects.iter().map(object)),
        count: set.objects.len(),
        end: if is_severe(set) { "" } else { "</details>\n" },
    });
    top.clone() + &room::fill(parts.collect(), top.len())
}

/// Whether a set is shown whole, whatever else is folded.
pub fn is_severe(set: &ChangeSet) -> bool {
    set.status == Status::Failing || set.consequences.iter().any(|consequence| consequence.rule.is_destructive())
}

fn top(review: &Review, sets: &[&ChangeSet]) -> String {
    let counts = &review.counts;
    let mut text = format!(
        "{MARKER}\n**{}** of {}, {} → {}\n\n",
        summary(counts),
        if counts.all == 1 { "one".to_owned() } else { counts.all.to_string() },
        named(&review.base),
        named(&review.head)
    );
    for side in [&review.base, &review.head] {
        text += &notes(side);
    }
    if !sets.is_empty() {
        text += &table(sets);
    }
    let is_release = |set: &&ChangeSet| set.consequences.iter().any(|found| found.rule == Rule::Release);
    if sets.iter().any(is_release) {
        text += "**RELEASE**: what the chart would change inside is not seen here.\n\n";
    }
    text
}

fn named(side: &SideInfo) -> String {
    let name = inert::code(&side.name, NAME);
    match &side.commit {
        Some(commit) if !commit.starts_with(&side.name) => {
            format!("{name} ({})", inert::code(commit.get(..10).unwrap_or(commit), NAME))
        }
        _ => name,
    }
}

fn notes(side: &SideInfo) -> String {
    let name = inert::code(&side.name, NAME);
    let other = side.other_versions.iter().map(|other| {
        let cell = if other.cell.is_empty() { "the platform file".to_owned() } else { inert::code(&other.cell, NAME) };
        let (asked, own) = (inert::code(&other.version, NAME), env!("CARGO_PKG_VERSION"));
        format!("- **note**: {cell} of {name} asks for tenantry {asked}, and is rendered with {own}\n")
    });
    let notes = side.notes.iter().map(|text| format!("- **note**: {}\n", inert::text(text, SENTENCE)));
    let problems = side.problems.iter().map(|text| format!("- **error** in {name}: {}\n", inert::text(text, SENTENCE)));
    let text = first(notes, PROBLEMS) + &first(other, PROBLEMS) + &first(problems, PROBLEMS);
    if text.is_empty() { text } else { text + "\n" }
}

fn table(sets: &[&ChangeSet]) -> String {
    // Nothing of anybody's files stands in it: a pipe in a code span would end a cell.
    let row = |set: &&ChangeSet| {
        let (count, status) = (set.members.len(), status(set.status));
        format!("| **{}** | {count} | {status} | {} |\n", label(&set.label), rules(set, true))
    };
    let mut text = "| Set | Tenants | What | What it comes to |\n|---|---:|---|---|\n".to_owned();
    text.extend(sets.iter().take(ROWS).map(row));
    if let more @ 1.. = sets.len().saturating_sub(ROWS) {
        let tenants: usize = sets.iter().skip(ROWS).map(|set| set.members.len()).sum();
        text += &format!("| {more} more | {tenants} | | |\n");
    }
    text + "\n"
}

/// `**DATA-LOSS**, RELEASE ×3`.
fn rules(set: &ChangeSet, bold: bool) -> String {
    let words = Rule::ALL.iter().filter_map(|rule| {
        let count = set.consequences.iter().filter(|found| found.rule == *rule).count();
        let mark = if bold && rule.is_destructive() { "**" } else { "" };
        match count {
            0 => None,
            1 => Some(format!("{mark}{}{mark}", rule.word())),
            count => Some(format!("{mark}{}{mark} ×{count}", rule.word())),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A label is letters alone; whatever else a model holds is not written.
fn label(text: &str) -> String {
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

fn head(set: &ChangeSet) -> String {
    let (label, status) = (label(&set.label), status(set.status));
    let mut text = if is_severe(set) {
        format!("### Set {label}: {} {status}\n\n", who(set))
    } else {
        let rules = rules(set, false);
        let colon = if rules.is_empty() { "" } else { ": " };
        format!("<details>\n<summary><b>Set {label}</b>: {} {status}{colon}{rules}</summary>\n\n", who(set))
    };
    let names = set.members.iter().map(|member| inert::code(&member.name, NAME));
    let named = if is_severe(set) { NAMED.max(fitting(names.clone(), SEVERE_NAMES)) } else { NAMED };
    text += &names.take(named).collect::<Vec<_>>().join(", ");
    match set.members.len().saturating_sub(named) {
        0 => {}
        more => text += &format!(" and {more} more"),
    }
    text += "\n\n";
    let word = problem(set.status);
    let problems = set.problems.iter().map(|text| format!("- **{word}**: {}\n", inert::text(text, SENTENCE)));
    let told = set.consequences.iter().map(consequence);
    let most = if is_severe(set) { TOLD.max(fitting(told.clone(), SEVERE_TOLD)) } else { TOLD };
    let list = first(problems, PROBLEMS) + &first(told, most);
    if list.is_empty() { text } else { text + &list + "\n" }
}

fn who(set: &ChangeSet) -> String {
    let what = if set.members.iter().all(|member| member.is_platform) { "platform" } else { "tenant" };
    let s = if set.members.len() == 1 { "" } else { "s" };
    format!("{} {what}{s}", set.members.len())
}

fn consequence(Consequence { rule, object, text }: &Consequence) -> String {
    let about = object.as_ref().map_or(String::new(), |object| format!(": {}", inert::code(object, NAME)));
    format!("- **{}** {}{about}\n", rule.word(), inert::text(text, SENTENCE))
}

/// How many lines there are in so many bytes.
fn fitting(lines: impl Iterator<Item = String>, mut bytes: usize) -> usize {
    let fits = |line: &String| {
        let fits = line.len() <= bytes;
        bytes = bytes.saturating_sub(line.len());
        fits
    };
    lines.take_while(fits).count()
}

/// The first lines of a list, and how many there are besides.
fn first(lines: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = lines.len().saturating_sub(most);
    let mut text: String = lines.take(most).collect();
    if more > 0 {
        text += &format!("- and {more} more\n");
    }
    text
}

fn object(object: &ObjectChange) -> String {
    let action = match object.action {
        Action::Deleted => "deleted",
        Action::Replaced => "replaced",
        Action::Changed => "changed",
        Action::Created => "created",
    };
    let before = match (&object.namespace_before, &object.name_before) {
        (None, None) => String::new(),
        (Some(namespace), name) => format!("{namespace}/{}", name.as_ref().unwrap_or(&object.name)),
        (None, Some(name)) => name.clone(),
    };
    let before = if before.is_empty() { before } else { format!(" (was {})", inert::code(&before, NAME)) };
    let title = format!("- {action} {}{before}\n", inert::code(&object.title(), NAME));
    let lines: Vec<String> = object.fields.iter().take(FIELDS).flat_map(field).collect();
    if lines.is_empty() {
        return title;
    }
    let more = object.fields.len().saturating_sub(FIELDS);
    let last = (more > 0).then(|| format!("# and {more} more fields"));
    let lines: Vec<String> = lines.into_iter().chain(last).collect();
    // Within the item of the list, so that the next object goes on with the same list.
    let fence = inert::fence("diff", &lines);
    title + "\n" + &fence.lines().map(|line| format!("  {line}\n")).collect::<String>() + "\n"
}

fn field(FieldChange { path, before, after }: &FieldChange) -> Vec<String> {
    let text = |value: &Option<Json>| value.as_ref().map(Json::to_string);
    let (before, after) = (text(before), text(after));
    let start = match (&before, &after) {
        (Some(before), Some(after)) => around::start(before, after, VALUE),
        _ => 0,
    };
    let line = |sign: char, value: &String| {
        format!("{sign} {}: {}", inert::line(path, NAME), inert::line(&around::from(value, start), VALUE))
    };
    let lines = [before.as_ref().map(|value| line('-', value)), after.as_ref().map(|value| line('+', value))];
    lines.into_iter().flatten().collect()
}
