//! Review: what a change does to the fleet. Both sides are rendered, the later one with what it has in common with the
//! earlier; what is told apart is objects, not text.
//!
//! Data goes one way: [`side`] (a fleet at a commit) → [`each`] (both sides of a tenant, where they may differ) → [`pair`] (which
//! object became which) → [`change`] (which fields) → [`rules`] (what it comes to) → [`sets`] (to whom the same happens) →
//! [`model`] (what every form is made from) → [`forms`]. [`history`] asks of both sides what [`pair`] and plans say of it.

pub mod both;
pub mod change;
pub mod consequence;
pub mod each;
pub mod forms;
pub mod history;
pub mod key;
pub mod mask;
pub mod model;
pub mod names;
pub mod pair;
pub mod path;
pub mod rendered;
pub mod rules;
pub mod sets;
pub mod side;
pub mod subject;

pub use consequence::{Consequence, Rule};
pub use model::Review;
pub use side::Side;

use both::both;
use each::{Progress, each};
use model::{OtherVersion, SCHEMA, SideInfo};
use sets::Collector;

/// Puts comparisons together: one for all tenants, or one for all that have the same base.
#[derive(Debug, Default)]
pub struct Reviewer {
    collector: Collector,
    base: Told,
    head: Told,
}

/// What is said of a side as a whole.
#[derive(Debug, Default)]
struct Told {
    problems: Vec<String>,
    other_versions: Vec<OtherVersion>,
}

impl Reviewer {
    /// Compares two sides, on all cores.
    pub fn add(&mut self, base: &Side<'_>, head: &Side<'_>, progress: Progress<'_>) {
        each(base, head, &both(base, head), progress, |both, sets| {
            self.collector.add(subject::outcome(base, head, both, sets));
        });
        self.base.hear(base);
        self.head.hear(head);
    }

    /// All of it.
    pub fn finish(self, base: SideInfo, head: SideInfo) -> Review {
        let (counts, sets) = self.collector.finish();
        Review { schema: SCHEMA, base: self.base.into(base), head: self.head.into(head), counts, sets }
    }
}

impl Told {
    fn hear(&mut self, side: &Side<'_>) {
        for problem in subject::told(side, side.problems.clone()) {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        for (cell, version) in side.other_versions() {
            let other = OtherVersion { cell, version };
            if !self.other_versions.contains(&other) {
                self.other_versions.push(other);
            }
        }
    }

    fn into(self, info: SideInfo) -> SideInfo {
        SideInfo { problems: self.problems, other_versions: self.other_versions, ..info }
    }
}

/// Compares two sides.
pub fn review(
    (base, base_info): (&Side<'_>, SideInfo),
    (head, head_info): (&Side<'_>, SideInfo),
    progress: Progress<'_>,
) -> Review {
    let mut reviewer = Reviewer::default();
    reviewer.add(base, head, progress);
    reviewer.finish(base_info, head_info)
}
