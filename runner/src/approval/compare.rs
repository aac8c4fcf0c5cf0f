//! Whether a plan stays within what was approved.

use super::{Change, Changes, Side};

impl Changes {
    /// The changes of this plan that the approved list does not cover. An empty plan needs none; one of which a part was done
    /// meanwhile is covered by what was approved for the whole.
    pub fn beyond(&self, approved: &Self) -> Self {
        let covered = |change: &Change| approved.0.iter().any(|approved| change.is_within(approved));
        Self(self.0.iter().filter(|change| !covered(change)).cloned().collect())
    }
}

impl Change {
    fn is_within(&self, approved: &Self) -> bool {
        // Of a replacement a half may be done: what is left of it is to make the new one.
        let left = self.actions == ["create"] && approved.actions.contains(&self.actions[0]);
        self.address == approved.address
            && self.deposed == approved.deposed
            && (left || self.actions == approved.actions && self.gone == approved.gone)
            && self.imported == approved.imported
            && self.values.iter().all(|(path, value)| approved.covers(path, value))
    }

    /// Whether a value was approved: itself, or it or what it is a part of was unknown then.
    fn covers(&self, path: &str, value: &Side) -> bool {
        if self.values.get(path).is_some_and(|approved| approved == value) {
            return true;
        }
        let ends = path.match_indices('.').map(|(end, _)| end).chain([path.len()]);
        ends.filter_map(|end| self.values.get(path.get(..end)?)).any(|approved| *approved == Side::Unknown)
            || self.values.get("").is_some_and(|approved| *approved == Side::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn change(address: &str, actions: &[&str], values: &[(&str, Side)]) -> Change {
        Change {
            address: address.to_owned(),
            deposed: None,
            gone: None,
            imported: None,
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            values: values.iter().map(|(path, side)| ((*path).to_owned(), side.clone())).collect(),
        }
    }

    #[test]
    fn a_part_of_what_was_approved_passes() {
        let to = |text: &str| Side::To(json!(text));
        let approved = Changes(vec![
            change("a", &["create"], &[("name", to("a")), ("id", Side::Unknown), ("tags", Side::Unknown)]),
            change("b", &["delete", "create"], &[("name", to("b"))]),
        ]);
        let beyond = |changes: &[Change]| Changes(changes.to_vec()).beyond(&approved).0.len();
        assert_eq!(beyond(&[]), 0);
        assert_eq!(
            beyond(&[change("a", &["create"], &[("name", to("a")), ("id", to("1")), ("tags.x.y", to("2"))])]),
            0
        );
        assert_eq!(beyond(&[change("b", &["delete", "create"], &[])]), 0);
        assert_eq!(beyond(&[change("a", &["create"], &[("name", to("other"))])]), 1);
        assert_eq!(beyond(&[change("a", &["create"], &[("size", to("1"))])]), 1);
        // What was known when it was approved may not become anything.
        assert_eq!(beyond(&[change("a", &["create"], &[("name", Side::Unknown)])]), 1);
        assert_eq!(beyond(&[change("a", &["delete"], &[])]), 1);
        assert_eq!(beyond(&[change("b", &["delete"], &[])]), 1);
        // Half of a replacement is done.
        assert_eq!(beyond(&[change("b", &["create"], &[("name", to("b"))])]), 0);
        assert_eq!(beyond(&[change("b", &["create"], &[("name", to("c"))])]), 1);
        assert_eq!(beyond(&[change("c", &["create"], &[])]), 1);
    }

    fn sides() -> impl Strategy<Value = Side> {
        prop_oneof![
            Just(Side::Unknown),
            (0..3_u8).prop_map(|number| Side::To(json!(number))),
            (0..3_u8).prop_map(|number| Side::Sensitive(number.to_string())),
        ]
    }

    fn lists() -> impl Strategy<Value = Changes> {
        let values = prop::collection::btree_map("[ab](\\.[ab])?", sides(), 0..4);
        let actions = prop_oneof![Just(vec!["create"]), Just(vec!["update"]), Just(vec!["delete", "create"])];
        let change = (values, actions).prop_map(|(values, actions): (BTreeMap<String, Side>, _)| (values, actions));
        prop::collection::btree_map("[a-d]", change, 0..5).prop_map(|changes| {
            Changes(
                changes
                    .into_iter()
                    .map(|(address, (values, actions))| Change {
                        address,
                        deposed: None,
                        gone: None,
                        imported: None,
                        actions: actions.into_iter().map(str::to_owned).collect(),
                        values,
                    })
                    .collect(),
            )
        })
    }

    proptest! {
        #[test]
        fn a_list_covers_itself_and_every_part_of_it(list in lists(), keep in prop::collection::vec(any::<bool>(), 5)) {
            prop_assert!(list.beyond(&list).is_empty());
            let part = list.0.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(change, _)| change.clone()).collect();
            prop_assert!(Changes(part).beyond(&list).is_empty());
        }

        #[test]
        fn what_is_covered_touches_nothing_else(list in lists(), approved in lists()) {
            let beyond = list.beyond(&approved);
            for change in list.0.iter().filter(|change| !beyond.0.contains(change)) {
                let is_part = |a: &Change| a.actions == change.actions || a.actions.ends_with(&change.actions);
                prop_assert!(approved.0.iter().any(|a| a.address == change.address && is_part(a)));
            }
        }
    }
}
