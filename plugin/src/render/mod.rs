//! The templates with a plan in them: manifests.

mod built_in;
mod manifest;
mod templates;

pub use manifest::{Id, Manifest};
pub use templates::{Stage, TemplateFile, Templates, Wanted};

use minijinja::Value as Context;
use minijinja::value::Serde;

use crate::problem::Problems;
use crate::resolve::{Plan, PlatformPlan};
use crate::spec::State;
use crate::template::Budget;

/// The manifests of a tenant, by its state.
pub fn tenant(templates: &Templates, plan: &Plan, problems: &mut Problems) -> Vec<Manifest> {
    let stage = match plan.tenant.state {
        State::Active | State::Suspended => Stage::Tenant,
        State::Destroying => Stage::Destroying,
    };
    fill(templates, &[Stage::Always, stage], &Context::from(Serde(plan)), problems)
}

/// The manifests of a platform's own set.
pub fn platform(templates: &Templates, plan: &PlatformPlan, problems: &mut Problems) -> Vec<Manifest> {
    fill(templates, &[Stage::Platform], &Context::from(Serde(plan)), problems)
}

fn fill(templates: &Templates, stages: &[Stage], context: &Context, problems: &mut Problems) -> Vec<Manifest> {
    let mut budget = Budget::default();
    let mut manifests = Vec::new();
    for file in stages.iter().flat_map(|stage| templates.of(*stage)) {
        for document in file.documents() {
            for mut object in document.evaluate(context, &mut budget, problems) {
                object.sort();
                manifests.push(Manifest { object, template: file.name.clone() });
            }
        }
    }
    manifests
}
