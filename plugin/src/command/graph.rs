//! `tenantry graph`: what Argo CD does with a set, and in which order.

use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

use super::Failure;
use super::open::{here, open};
use super::output::Output;
use super::render::told;
use crate::cell::Cell;
use crate::find::{Mode, locate};
use crate::graph::Graph;
use crate::pipeline;
use crate::problem::Problems;
use crate::render::Wanted;
use crate::source::Sources;

/// The form of the output.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Form {
    /// For people.
    Text,
    /// A Mermaid flowchart.
    Mermaid,
}

/// Prints the graph of a tenant's or a platform's set.
pub(super) fn run(path: &Path, form: Form, output: &Output) -> Result<(), Failure> {
    let opened = open(path, &here()?)?;
    let sources = Sources::default();
    let failed = |problems: Problems| Failure::Input(told(problems, &sources));
    let place = locate(&opened.files, &opened.folder, None).map_err(|problem| failed(problem.into()))?;
    let graph = match place.mode {
        Mode::Tenant => {
            let cell = Cell::load(&opened.files, &sources, &place.platform, Wanted::Tenants).map_err(failed)?;
            let set = pipeline::tenant(&cell, &opened.files, &sources, &place.folder).map_err(failed)?;
            Graph::of_tenant(&set)
        }
        Mode::Platform => {
            let cell = Cell::load(&opened.files, &sources, &place.platform, Wanted::All).map_err(failed)?;
            let manifests = pipeline::platform(&cell).map_err(failed)?;
            Graph::of_platform(cell.platform.metadata.name.as_str(), &manifests)
        }
    };
    let text = match form {
        Form::Text if output.is_colored() => paint(&graph.text()),
        Form::Text => graph.text(),
        Form::Mermaid => graph.mermaid(),
    };
    Ok(output.text(&text)?)
}

/// Paints headings, and what Argo CD waits for.
fn paint(text: &str) -> String {
    let heading = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    let mut painted = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let style = if line.starts_with("  ->") { Style::new().bold() } else { heading };
        match line.starts_with(' ') && !line.starts_with("  ->") || line.is_empty() {
            true => painted.push_str(line),
            false => painted.push_str(&format!("{style}{line}{style:#}")),
        }
        painted.push('\n');
    }
    painted
}
