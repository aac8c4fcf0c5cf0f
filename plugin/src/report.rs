//! Problems as text: whole for people, in one line each for Argo CD.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::problem::{Place, Problem};
use crate::source::{Source, Sources, Span};

/// How many problems one line each are printed of.
const MAX_LINES: usize = 10;
/// How many bytes Argo CD's users see of an error before it gets in their way.
const MAX_BYTES: usize = 2048;

/// A problem with its source lines. `styled` for a terminal.
pub fn whole(problem: &Problem, sources: &Sources, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let title = Level::ERROR.primary_title(printable(&problem.message));
    let mut held = Vec::new();
    if let Place::At(at) = &problem.place {
        held.push((*at, sources.get(at.file), problem.label.clone(), AnnotationKind::Primary));
    }
    for (at, words) in &problem.related {
        held.push((*at, sources.get(at.file), words.clone(), AnnotationKind::Context));
    }
    let mut group = Group::with_title(title);
    // One snippet a file, the problem's own first.
    let mut done: Vec<crate::source::FileId> = Vec::new();
    for (at, source, ..) in &held {
        if done.contains(&at.file) {
            continue;
        }
        done.push(at.file);
        let here = held.iter().filter(|(other, ..)| other.file == at.file);
        let (text, first_line, offset) = excerpt(source, here.clone().map(|(at, ..)| *at));
        let mut snippet =
            Snippet::source(harmless(text)).path(printable(&source.path)).line_start(first_line).fold(true);
        for (at, source, label, kind) in here {
            let span = visible(source, *at);
            let span = span.start - offset..span.end - offset;
            let annotation = kind.span(span);
            snippet =
                snippet.annotation(if label.is_empty() { annotation } else { annotation.label(printable(label)) });
        }
        group = group.element(snippet);
    }
    if let Place::Path(path) = &problem.place {
        group = group.element(annotate_snippets::Origin::path(printable(path)));
    }
    for hint in &problem.hints {
        group = group.element(Level::HELP.with_name("hint").message(printable(hint)));
    }
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

/// The lines of a text that spans stand in: what the renderer has to look through is small, however large the file.
fn excerpt(source: &Source, spans: impl Iterator<Item = Span>) -> (&str, usize, usize) {
    let text = &*source.text;
    let (mut start, mut end) = (text.len(), 0);
    for at in spans {
        let visible = visible(source, at);
        start = start.min(visible.start);
        end = end.max(visible.end);
    }
    let start = text[..start.min(text.len())].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[end.max(start)..].find('\n').map_or(text.len(), |newline| end.max(start) + newline);
    let first_line = text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1;
    (&text[start..end], first_line, start)
}

/// The part of a span that stands on its first line, at least one character wide where there is one.
fn visible(source: &Source, at: Span) -> std::ops::Range<usize> {
    let text = &*source.text;
    let floor = |mut offset: usize| {
        offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = floor(at.start as usize);
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let end = floor(at.end as usize).clamp(start, line_end);
    let end = start + text[start..end].trim_end().len();
    let one = text[start..line_end].chars().next().map_or(0, char::len_utf8);
    start..end.max(start + one)
}

/// Problems in one line each: at most ten, at most 2 KiB, then how many more.
pub fn lines(problems: &[Problem], sources: &Sources) -> String {
    let mut text = String::new();
    let mut told = 0;
    for problem in problems.iter().take(MAX_LINES) {
        let line = line(problem, sources);
        // Leaves room for the last line.
        if text.len() + line.len() > MAX_BYTES - 64 {
            break;
        }
        text.push_str(&line);
        text.push('\n');
        told += 1;
    }
    match problems.len() - told {
        0 => {}
        more => text.push_str(&format!("{more} more: run `tenantry validate`\n")),
    }
    text
}

/// `tenants/acme/tenant.yaml:9:3: unknown field `quta`; did you mean `quota`?`
pub fn line(problem: &Problem, sources: &Sources) -> String {
    let place = match &problem.place {
        Place::At(at) => sources.describe(*at),
        Place::Path(path) => path.clone(),
    };
    let mut line = format!("{place}: {}", problem.message);
    if let Some(hint) = problem.hints.first() {
        line.push_str(&format!("; {hint}"));
    }
    let line = printable(&line);
    match line.char_indices().nth(400) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// Text of an input may hold what a terminal would obey, or what turns the order of letters round.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { format!("\\u{{{:x}}}", c as u32) } else { c.to_string() }).collect()
}

/// The same for source lines, with as many bytes as before, so that carets stay in place.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if is_obeyed(c) => match c.len_utf8() {
                1 => '?',
                2 => '\u{b7}',
                _ => '\u{fffd}',
            },
            c => c,
        })
        .collect()
}

fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
