//! The templates with a plan in them: manifests.

mod built_in;
mod context;
mod filled;
mod manifest;
mod templates;

pub use filled::{Earlier, Filled};
pub use manifest::{Id, Manifest};
pub use templates::{Stage, TemplateFile, Templates, Wanted};

use context::Context;
use filled::Again;

use crate::problem::Problems;
use crate::resolve::{Plan, PlatformPlan};
use crate::spec::State;

/// What the templates make of a tenant, by its state.
pub fn tenant(templates: &Templates, plan: &Plan, earlier: Option<Earlier<'_>>, problems: &mut Problems) -> Filled {
    let stage = match plan.tenant.state {
        State::Active | State::Suspended => Stage::Tenant,
        State::Destroying => Stage::Destroying,
    };
    let stages = [Stage::Always, stage];
    let (context, again) = match earlier.map(|earlier| Again::after(earlier, plan)) {
        Some((context, again)) => (context, Some(again)),
        None => (Context::of(plan), None),
    };
    filled::fill(templates, &stages, context, again, problems)
}

/// What the templates make of a platform's own set.
pub fn platform(templates: &Templates, plan: &PlatformPlan, problems: &mut Problems) -> Filled {
    filled::fill(templates, &[Stage::Platform], Context::of(plan), None, problems)
}
