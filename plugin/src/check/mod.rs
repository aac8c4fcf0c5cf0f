//! Refuses a set that is not what it must be: each object against its type and the rules of metadata, the
//! whole set against the laws. Built-in and custom templates go through the same checks.

mod checked;
pub mod custom;
mod fence;
mod kinds;
mod known;
pub mod kubernetes_values;
mod metadata;
mod round_trip;
mod set;
mod shape;

pub use checked::Checked;
pub use fence::Fence;
pub(crate) use metadata::loses_values;

use checked::Known;

use crate::problem::{Problem, Problems};
use crate::render::Manifest;
use crate::source::Span;

/// Checks a whole set. What is as in another set that was checked is not looked at again.
pub fn check(manifests: &[Manifest], fence: &Fence<'_>, checked: Option<&Checked<'_>>, problems: &mut Problems) {
    let known = checked.map_or(Known::Nothing, |checked| checked.under(fence));
    for manifest in manifests {
        if known.has(manifest) {
            continue;
        }
        if known.has_but_for_labels(manifest, fence) {
            // The labels are the fence's own, and count for nothing but their size.
            metadata::size(manifest, problems);
            continue;
        }
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
