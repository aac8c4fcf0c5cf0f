//! What a module's files declare, in whichever syntax.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::problem::{Problem, Problems};
use crate::source::Span;
use crate::spec::ModuleVariable;

/// One thing that a file declares.
pub(super) enum Declaration {
    /// A variable.
    Variable(String, ModuleVariable),
    /// An output.
    Output(String),
    /// A resource: its type and its name.
    Resource(String, String),
    /// A data source or a provider's settings, by the provider that it needs.
    Uses(String),
    /// A call of another module.
    Call(String),
    /// A block that says where state is: `backend` or `cloud`.
    State(&'static str),
}

/// All that a module declares, each with its place.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) variables: BTreeMap<String, (Span, ModuleVariable)>,
    pub(super) outputs: BTreeMap<String, Span>,
    /// By address.
    pub(super) resources: BTreeMap<String, Span>,
    pub(super) calls: BTreeMap<String, Span>,
    /// Whether a file could not be read.
    pub(super) is_partial: bool,
    /// The first place that needs a provider.
    pub(super) provider: Option<(Span, String)>,
}

/// The provider that is a part of Terraform itself.
const BUILT_IN: &str = "terraform";

impl Declared {
    /// Adds a declaration, or tells why it may not stand there.
    pub(super) fn add(&mut self, at: Span, declaration: Declaration, problems: &mut Problems) {
        match declaration {
            Declaration::Variable(name, variable) => {
                let first = self.variables.get(&name).map(|(first, _)| *first);
                if let Some(first) = first {
                    return problems.push(twice("variable", &name, at, first));
                }
                self.variables.insert(name, (at, variable));
            }
            Declaration::Output(name) => once(&mut self.outputs, "output", name, at, problems),
            Declaration::Call(name) => once(&mut self.calls, "module", name, at, problems),
            Declaration::Resource(kind, name) => {
                self.uses(at, kind.split('_').next().unwrap_or_default());
                once(&mut self.resources, "resource", format!("{kind}.{name}"), at, problems);
            }
            Declaration::Uses(provider) => self.uses(at, &provider),
            Declaration::State(block) => problems.push(
                Problem::new(at, format!("a `{block}` block in a module"))
                    .label("not the module's to say")
                    .hint("remove it: the runner says where each tenant's state is, by the platform file's `backend`"),
            ),
        }
    }

    fn uses(&mut self, at: Span, provider: &str) {
        if provider != BUILT_IN {
            self.provider.get_or_insert_with(|| (at, provider.to_owned()));
        }
    }
}

fn once(known: &mut BTreeMap<String, Span>, what: &str, name: String, at: Span, problems: &mut Problems) {
    match known.entry(name) {
        Entry::Occupied(first) => problems.push(twice(what, first.key(), at, *first.get())),
        Entry::Vacant(free) => drop(free.insert(at)),
    }
}

fn twice(what: &str, name: &str, at: Span, first: Span) -> Problem {
    Problem::new(at, format!("{what} `{name}` is declared twice"))
        .label("declared again")
        .related(first, "first declared here")
}
