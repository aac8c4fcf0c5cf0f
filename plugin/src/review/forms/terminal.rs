//! For a terminal: a summary, then each set with what it comes to and its objects.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value as Json;

use super::around;
use super::markdown::is_severe;
use crate::report::printable;
use crate::review::change::FieldChange;
use crate::review::consequence::{Consequence, Rule};
use crate::review::model::{Action, ChangeSet, Counts, ObjectChange, Review, SideInfo, Status};

const BAD: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Yellow.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const HEAD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// How much of a set is shown.
#[derive(Clone, Copy)]
struct Fold {
    /// How many members of a set are named.
    members: usize,
    /// How many of its objects are shown.
    objects: usize,
    /// How many fields of an object are.
    fields: usize,
    /// How many characters of a value are.
    value: usize,
}

const FOLDED: Fold = Fold { members: 8, objects: 12, fields: 8, value: 160 };
const WHOLE: Fold = Fold { members: usize::MAX, objects: usize::MAX, fields: usize::MAX, value: usize::MAX };

/// A review, with colour: folded to what a person reads, or whole. What destroys is never folded.
pub fn write(review: &Review, is_whole: bool) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    write_review(&mut text, review, is_whole).ok();
    text
}

fn write_review(out: &mut String, review: &Review, is_whole: bool) -> std::fmt::Result {
    for side in [&review.base, &review.head] {
        write_side(out, side)?;
    }
    writeln!(out, "{HEAD}{} → {}{HEAD:#}: {}", named(&review.base), named(&review.head), summary(&review.counts))?;
    for set in &review.sets {
        writeln!(out)?;
        write_set(out, set, if is_whole || is_severe(set) { WHOLE } else { FOLDED })?;
    }
    Ok(())
}

fn write_side(out: &mut String, side: &SideInfo) -> std::fmt::Result {
    for note in &side.notes {
        writeln!(out, "{NOTE}note{NOTE:#}: {}", printable(note))?;
    }
    for other in &side.other_versions {
        writeln!(
            out,
            "{NOTE}note{NOTE:#}: {} of {} asks for tenantry {}, and is rendered with {}",
            printable(place(&other.cell)),
            printable(&side.name),
            printable(&other.version),
            env!("CARGO_PKG_VERSION")
        )?;
    }
    for problem in &side.problems {
        writeln!(out, "{BAD}error{BAD:#} in {}: {}", printable(&side.name), printable(problem))?;
    }
    Ok(())
}

fn place(folder: &str) -> &str {
    if folder.is_empty() { "the platform file" } else { folder }
}

fn named(side: &SideInfo) -> String {
    let name = printable(&side.name);
    match &side.commit {
        Some(commit) if !commit.starts_with(&side.name) => {
            format!("{name} ({})", printable(commit.get(..10).unwrap_or(commit)))
        }
        _ => name,
    }
}

/// `2 changed, 1 added, 13 unchanged`.
pub fn summary(counts: &Counts) -> String {
    let parts = [
        (counts.failing.saturating_sub(counts.still_failing), "failing"),
        (counts.still_failing, "still failing"),
        (counts.removed, "removed"),
        (counts.changed, "changed"),
        (counts.added, "added"),
        (counts.unchanged, "unchanged"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if parts.is_empty() { "nothing to compare".to_owned() } else { parts.join(", ") }
}

fn write_set(out: &mut String, set: &ChangeSet, fold: Fold) -> std::fmt::Result {
    writeln!(out, "{HEAD}set {}{HEAD:#}: {} {}", printable(&set.label), members(set, fold), status(set.status))?;
    for problem in &set.problems {
        writeln!(out, "  {BAD}{}{BAD:#}: {}", self::problem(set.status), printable(problem))?;
    }
    for Consequence { rule, object, text } in &set.consequences {
        let style = style(*rule);
        let about = object.as_ref().map_or(String::new(), |object| format!(" {DIM}{}{DIM:#}", printable(object)));
        writeln!(out, "  {style}{:<9}{style:#} {}{about}", rule.word(), printable(text))?;
    }
    for object in set.objects.iter().take(fold.objects) {
        write_object(out, object, fold)?;
    }
    write_more(out, "  ", set.objects.len().saturating_sub(fold.objects), "object")
}

/// How much is folded.
fn write_more(out: &mut String, indent: &str, more: usize, what: &str) -> std::fmt::Result {
    match more {
        0 => Ok(()),
        1 => writeln!(out, "{indent}{DIM}… and one more {what}: `--full` shows it{DIM:#}"),
        more => writeln!(out, "{indent}{DIM}… and {more} more {what}s: `--full` shows them{DIM:#}"),
    }
}

/// What becomes of a tenant, after its name.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Failing => "cannot be rendered",
        Status::Removed => "removed: Argo CD renders nothing and deletes nothing",
        Status::Changed => "changed",
        Status::Added => "added",
        Status::Mended => "can be rendered again: what it was before is not known",
        Status::StillFailing => "cannot be rendered, and could not before",
    }
}

/// What a problem of a tenant is, by what becomes of the tenant.
pub fn problem(status: Status) -> &'static str {
    match status {
        Status::Mended | Status::Removed => "error before",
        _ => "error",
    }
}

fn members(set: &ChangeSet, fold: Fold) -> String {
    let names: Vec<String> = set.members.iter().take(fold.members).map(|member| printable(&member.name)).collect();
    match (set.members.len(), set.members.len() - names.len()) {
        (1, _) => names.join(""),
        (count, 0) => format!("{count} tenants ({})", names.join(", ")),
        (count, more) => format!("{count} tenants ({}, … {more} more)", names.join(", ")),
    }
}

fn write_object(out: &mut String, object: &ObjectChange, fold: Fold) -> std::fmt::Result {
    let (sign, style) = match object.action {
        Action::Deleted => ("-", BAD),
        Action::Replaced => ("±", NOTE),
        Action::Changed => ("~", NOTE),
        Action::Created => ("+", GOOD),
    };
    let before = object.name_before.as_ref();
    let before = before.map_or(String::new(), |name| format!(" {DIM}(was {}){DIM:#}", printable(name)));
    writeln!(out, "  {style}{sign} {}{style:#}{before}", printable(&object.title()))?;
    let shown = |value: &Json| shown(value, fold);
    for FieldChange { path, before, after } in object.fields.iter().take(fold.fields) {
        let values = match (before, after) {
            (Some(before), Some(after)) => {
                let (before, after) = (before.to_string(), after.to_string());
                let start = around::start(&before, &after, fold.value);
                let shown = |text: &str| cut(&around::from(text, start), fold);
                format!("{} → {}", shown(&before), shown(&after))
            }
            (Some(before), None) => format!("{BAD}- {}{BAD:#}", shown(before)),
            (None, Some(after)) => format!("{GOOD}+ {}{GOOD:#}", shown(after)),
            (None, None) => continue,
        };
        writeln!(out, "      {}: {values}", printable(path))?;
    }
    write_more(out, "      ", object.fields.len().saturating_sub(fold.fields), "field")
}

fn style(rule: Rule) -> Style {
    match rule {
        rule if rule.is_destructive() => BAD,
        Rule::Restart | Rule::Release | Rule::AccessLess => DIM,
        _ => NOTE,
    }
}

fn shown(value: &Json, fold: Fold) -> String {
    cut(&value.to_string(), fold)
}

fn cut(text: &str, fold: Fold) -> String {
    let text = printable(text);
    match text.char_indices().nth(fold.value) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
