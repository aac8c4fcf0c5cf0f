//! Refuses a set that is not what it must be: each object against its type and the rules of metadata, the
//! whole set against the laws. Built-in and custom templates go through the same checks.

pub mod custom;
mod fence;
mod kinds;
mod known;
pub mod kubernetes_values;
mod metadata;
mod round_trip;
mod set;
mod shape;

pub use fence::Fence;
pub(crate) use metadata::loses_values;

use crate::problem::{Problem, Problems};
use crate::render::Manifest;
use crate::source::Span;

/// Checks a whole set.
pub fn check(manifests: &[Manifest], fence: &Fence<'_>, problems: &mut Problems) {
    for manifest in manifests {
        let before = problems.len();
        metadata::identity(manifest, problems);
        if problems.len() > before {
            // Without a kind and a name nothing more can be said of it.
            continue;
        }
        shape::check(manifest, fence, problems);
        metadata::check(manifest, fence, problems);
        fence.check(manifest, problems);
    }
    set::check(manifests, fence, problems);
}

/// A problem with an object, shown at the template's line that made it.
fn problem(manifest: &Manifest, at: Span, message: impl AsRef<str>) -> Problem {
    let id = manifest.id();
    Problem::new(at, format!("{id}: {}", message.as_ref()))
}
