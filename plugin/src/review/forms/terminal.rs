//! For a terminal: a summary, then each set with what it comes to and its objects.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value as Json;

use crate::report::printable;
use crate::review::change::FieldChange;
use crate::review::consequence::{Consequence, Rule};
use crate::review::model::{Action, ChangeSet, Counts, ObjectChange, Review, SideInfo, Status};

const BAD: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Yellow.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const HEAD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// How many members of a set are named.
const NAMED: usize = 8;
/// How many characters of a value are shown.
const SHOWN: usize = 160;

/// The whole of it, with colour.
pub fn write(review: &Review) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    write_review(&mut text, review).ok();
    text
}

fn write_review(out: &mut String, review: &Review) -> std::fmt::Result {
    for side in [&review.base, &review.head] {
        write_side(out, side)?;
    }
    writeln!(out, "{HEAD}{} → {}{HEAD:#}: {}", named(&review.base), named(&review.head), summary(&review.counts))?;
    for set in &review.sets {
        writeln!(out)?;
        write_set(out, set)?;
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
            place(&other.cell),
            side.name,
            other.version,
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
        Some(commit) if !commit.starts_with(&side.name) => format!("{name} ({})", commit.get(..10).unwrap_or(commit)),
        _ => name,
    }
}

/// `2 changed, 1 added, 13 unchanged`.
pub fn summary(counts: &Counts) -> String {
    let parts = [
        (counts.failing, "failing"),
        (counts.removed, "removed"),
        (counts.changed, "changed"),
        (counts.added, "added"),
        (counts.unchanged, "unchanged"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if parts.is_empty() { "nothing to compare".to_owned() } else { parts.join(", ") }
}

fn write_set(out: &mut String, set: &ChangeSet) -> std::fmt::Result {
    writeln!(out, "{HEAD}set {}{HEAD:#}: {} {}", set.label, members(set), status(set.status))?;
    for problem in &set.problems {
        writeln!(out, "  {BAD}error{BAD:#}: {}", printable(problem))?;
    }
    for Consequence { rule, object, text } in &set.consequences {
        let style = style(*rule);
        let about = object.as_ref().map_or(String::new(), |object| format!(" {DIM}{}{DIM:#}", printable(object)));
        writeln!(out, "  {style}{:<9}{style:#} {}{about}", rule.word(), printable(text))?;
    }
    for object in &set.objects {
        write_object(out, object)?;
    }
    Ok(())
}

/// What becomes of a tenant, after its name.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Failing => "cannot be rendered any more",
        Status::Removed => "removed: Argo CD renders nothing and deletes nothing",
        Status::Changed => "changed",
        Status::Added => "added",
        Status::Mended => "can be rendered again",
    }
}

fn members(set: &ChangeSet) -> String {
    let names: Vec<&str> = set.members.iter().take(NAMED).map(|member| member.name.as_str()).collect();
    match set.members.len() {
        1 => names.join(""),
        count if count > NAMED => format!("{count} tenants ({}, … {} more)", names.join(", "), count - NAMED),
        count => format!("{count} tenants ({})", names.join(", ")),
    }
}

fn write_object(out: &mut String, object: &ObjectChange) -> std::fmt::Result {
    let (sign, style) = match object.action {
        Action::Deleted => ("-", BAD),
        Action::Replaced => ("±", NOTE),
        Action::Changed => ("~", NOTE),
        Action::Created => ("+", GOOD),
    };
    let before = object.name_before.as_ref().map_or(String::new(), |name| format!(" {DIM}(was {name}){DIM:#}"));
    writeln!(out, "  {style}{sign} {}{style:#}{before}", printable(&object.title()))?;
    for FieldChange { path, before, after } in &object.fields {
        let values = match (before, after) {
            (Some(before), Some(after)) => format!("{} → {}", shown(before), shown(after)),
            (Some(before), None) => format!("{BAD}- {}{BAD:#}", shown(before)),
            (None, Some(after)) => format!("{GOOD}+ {}{GOOD:#}", shown(after)),
            (None, None) => continue,
        };
        writeln!(out, "      {}: {values}", printable(path))?;
    }
    Ok(())
}

fn style(rule: Rule) -> Style {
    match rule {
        rule if rule.is_destructive() => BAD,
        Rule::Restart | Rule::Release | Rule::AccessLess => DIM,
        _ => NOTE,
    }
}

fn shown(value: &Json) -> String {
    let text = printable(&value.to_string());
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
