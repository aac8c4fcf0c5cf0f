//! Templates that are filled, and filled again.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::Context;
use super::{Manifest, Stage, TemplateFile, Templates};
use crate::problem::Problems;
use crate::resolve::Plan;
use crate::template::{Budget, Template};
use crate::tree::Node;

/// What a set's templates made.
#[derive(Debug)]
pub struct Filled {
    context: Context,
    files: Vec<FilledFile>,
    /// What is left of what they may use up.
    left: Budget,
}

/// What a template file made, document by document.
#[derive(Debug)]
struct FilledFile {
    template: Arc<str>,
    documents: Vec<Vec<Node>>,
}

/// What templates made earlier of another plan, without a problem.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    /// The templates.
    pub templates: &'a Templates,
    /// The plan.
    pub plan: &'a Plan,
    /// What they made.
    pub filled: &'a Filled,
}

impl Filled {
    /// The objects.
    pub fn manifests(&self) -> Vec<Manifest> {
        let mut manifests = Vec::new();
        for FilledFile { template, documents } in &self.files {
            let manifest = |object: &Node| Manifest { object: object.clone(), template: Arc::clone(template) };
            manifests.extend(documents.iter().flatten().map(manifest));
        }
        manifests
    }

    fn file(&self, name: &str) -> Option<&FilledFile> {
        self.files.iter().find(|file| *file.template == *name)
    }
}

/// Fills the templates of some stages.
pub(super) fn fill(templates: &Templates, stages: &[Stage], context: Context, problems: &mut Problems) -> Filled {
    let mut budget = Budget::default();
    let file = |file: &TemplateFile| FilledFile {
        template: Arc::clone(&file.name),
        documents: file
            .documents()
            .iter()
            .map(|document| document.evaluate(context.value(), &mut budget, problems))
            .collect(),
    };
    let files = stages.iter().flat_map(|stage| templates.of(*stage)).map(file).collect();
    Filled { context, files, left: budget }
}

/// Fills the templates of some stages with a plan. What they made earlier of the same values is taken from there, with the
/// places that it was made at then.
pub(super) fn fill_after<'t>(
    earlier: Earlier<'_>,
    templates: &'t Templates,
    stages: &[Stage],
    plan: &Plan,
    problems: &mut Problems,
) -> Filled {
    let (context, same_parts) = Context::after(plan, &earlier.filled.context, earlier.plan);
    // What is taken over was taken from the budget at its time; what is made in place of other things counts twice.
    let mut budget = earlier.filled.left.clone();
    // Paths are asked for by many documents.
    let mut known: HashMap<&'t str, bool> = HashMap::new();
    let mut is_same = |path: &'t str| {
        let is_in = |part: &&str| path.strip_prefix(*part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        same_parts.iter().any(is_in)
            || *known.entry(path).or_insert_with(|| context.has_same(&earlier.filled.context, path))
    };
    let mut files = Vec::new();
    for file in stages.iter().flat_map(|stage| templates.of(*stage)) {
        let made = earlier.filled.file(&file.name);
        let made = made.filter(|_| earlier.templates.file(&file.name).is_some_and(|other| other.is_same(file)));
        let document = |(place, document): (usize, &'t Template)| match made {
            None => document.evaluate(context.value(), &mut budget, problems),
            Some(made) => {
                let made = &made.documents[place];
                document.evaluate_after(made, &mut is_same, context.value(), &mut budget, problems)
            }
        };
        let documents = file.documents().iter().enumerate().map(document).collect();
        files.push(FilledFile { template: Arc::clone(&file.name), documents });
    }
    Filled { context, files, left: budget }
}
