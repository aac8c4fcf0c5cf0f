//! The built-in templates, parsed when the program was built.

use crate::tree::{Recorded, RecordedStep as Step};

/// Each by its name below `templates/`, in order.
pub(super) static BUILT_IN: &[(&str, Recorded)] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problems;
    use crate::source::Sources;
    use crate::tree::{documents, replay};

    #[test]
    fn what_was_recorded_is_what_parsing_gives() {
        assert!(!BUILT_IN.is_empty());
        for (name, recorded) in BUILT_IN {
            let (sources, mut problems) = (Sources::default(), Problems::new());
            let file = sources.add(*name, recorded.text);
            let parsed = documents(&sources, file, &mut problems);
            let replayed = replay(recorded, file, &mut problems);
            // With every position, which equality alone does not look at.
            assert_eq!(format!("{replayed:?}"), format!("{parsed:?}"), "{name}");
            assert!(problems.is_empty(), "{name}");
        }
    }
}
