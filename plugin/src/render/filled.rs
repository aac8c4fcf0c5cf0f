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
}

/// Fills the templates of some stages. What they made earlier of the same values is taken from there, with the places that it
/// was made at then.
pub(super) fn fill<'t>(
    templates: &'t Templates,
    stages: &[Stage],
    context: Context,
    mut again: Option<Again<'_, 't>>,
    problems: &mut Problems,
) -> Filled {
    // What is taken over was taken from the budget at its time; what is made in place of other things counts twice.
    let mut budget = again.as_ref().map(|again| again.earlier.filled.left.clone()).unwrap_or_default();
    let mut files = Vec::new();
    for file in stages.iter().flat_map(|stage| templates.of(*stage)) {
        let made = again.as_ref().and_then(|again| again.made(file));
        let document = |(place, document): (usize, &'t Template)| match (&mut again, made) {
            (Some(again), Some(made)) => {
                let mut is_same = |path: &'t str| again.is_same(path, &context);
                document.evaluate_after(&made[place], &mut is_same, context.value(), &mut budget, problems)
            }
            _ => document.evaluate(context.value(), &mut budget, problems),
        };
        let documents = file.documents().iter().enumerate().map(document).collect();
        files.push(FilledFile { template: Arc::clone(&file.name), documents });
    }
    Filled { context, files, left: budget }
}

/// What is as it was when templates are filled again.
#[derive(Debug)]
pub(super) struct Again<'e, 't> {
    earlier: Earlier<'e>,
    /// Parts of the plan that are the same.
    parts: Vec<&'static str>,
    /// Whether the same is found at a path: it is asked for by many documents.
    paths: HashMap<&'t str, bool>,
}

impl<'e, 't> Again<'e, 't> {
    /// After these templates with their plan, with the context of another plan.
    pub(super) fn after(earlier: Earlier<'e>, plan: &Plan) -> (Context, Self) {
        let (context, parts) = Context::after(plan, &earlier.filled.context, earlier.plan);
        (context, Self { earlier, parts, paths: HashMap::new() })
    }

    /// What the same file made, document by document.
    fn made(&self, file: &TemplateFile) -> Option<&'e [Vec<Node>]> {
        let Earlier { templates, filled, .. } = self.earlier;
        templates.file(&file.name).filter(|other| other.is_same(file))?;
        Some(&filled.files.iter().find(|made| made.template == file.name)?.documents)
    }

    fn is_same(&mut self, path: &'t str, context: &Context) -> bool {
        let is_in = |part: &&str| path.strip_prefix(*part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.parts.iter().any(is_in)
            || *self.paths.entry(path).or_insert_with(|| context.has_same(&self.earlier.filled.context, path))
    }
}
