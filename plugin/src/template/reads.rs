//! What a part of a template is made of, so that a second evaluation makes anew only what is other.

use std::ops::BitOrAssign;

/// Paths that a template reads, by their places in [`Paths`]. Those from the last bit on share it: they count as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads(u64);

impl Reads {
    /// Whatever a template may read.
    pub(super) const ALL: Self = Self(u64::MAX);

    fn of(place: usize) -> Self {
        Self(1 << place.min(63))
    }

    /// Whether there are none.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether both have one.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOrAssign for Reads {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The paths that a template reads: `tenant.name`.
#[derive(Debug, Default)]
pub(super) struct Paths(Vec<Box<str>>);

impl Paths {
    /// A path, which is noted.
    pub(super) fn note(&mut self, path: &str) -> Reads {
        let place = self.0.iter().position(|other| **other == *path).unwrap_or_else(|| {
            self.0.push(path.into());
            self.0.len() - 1
        });
        Reads::of(place)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Those of which something holds.
    pub(super) fn reads_where<'a>(&'a self, mut holds: impl FnMut(&'a str) -> bool) -> Reads {
        let mut reads = Reads::default();
        for (place, path) in self.0.iter().enumerate() {
            if holds(path) {
                reads |= Reads::of(place);
            }
        }
        reads
    }
}

#[cfg(test)]
mod tests {
    use minijinja::value::Serde;
    use serde_json::{Value as Json, json};

    use crate::problem::Problems;
    use crate::source::Sources;
    use crate::template::{Budget, Template};
    use crate::tree;

    /// What a template makes when all names mean `new`, after all meant `old`, where it is told that only these are other.
    fn again(template: &str, changed: &[&str]) -> Json {
        let (sources, mut problems, mut budget) = (Sources::default(), Problems::new(), Budget::default());
        let node = tree::document(&sources, sources.add("template.yaml", template.to_owned()), &mut problems).unwrap();
        let template = Template::compile(node, &mut problems);
        let context = |word: &str| {
            let items = [format!("{word} 1"), format!("{word} 2")];
            minijinja::Value::from(Serde(json!({"x": word, "y": {"a": word, "b": word}, "items": items})))
        };
        let earlier = template.evaluate(&context("old"), &mut budget, &mut problems);
        let mut is_same = |path: &str| !changed.contains(&path);
        let made = template.evaluate_after(&earlier, &mut is_same, &context("new"), &mut budget, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        serde_json::to_value(made).unwrap()
    }

    #[test]
    fn only_what_reads_something_other_is_made_anew() {
        let map = "{p: '${{ x }}', q: {r: '${{ y.a }}', s: 'and ${{ y.b }}'}, t: ['${{ x }}', '${{ y.a }}']}";
        let old = json!({"p": "old", "q": {"r": "old", "s": "and old"}, "t": ["old", "old"]});
        assert_eq!(again(map, &[]), json!([old]));
        assert_eq!(again(map, &["z"]), json!([old]));
        let with_x = json!({"p": "new", "q": {"r": "old", "s": "and old"}, "t": ["new", "new"]});
        assert_eq!(again(map, &["x"]), json!([with_x]));
        let with_b = json!({"p": "old", "q": {"r": "old", "s": "and new"}, "t": ["old", "old"]});
        assert_eq!(again(map, &["y.b"]), json!([with_b]));
        // Whatever is done with it: minijinja itself does not say that this reads anything.
        assert_eq!(again("{p: '${{ x[:2] }}'}", &["x"]), json!([{"p": "ne"}]));
        assert_eq!(again("{$if: \"y['a'][:1] == 'n'\", p: there}", &["y"]), json!([{"p": "there"}]));
        assert_eq!(again("{p: '${{ items.0 }}'}", &["items"]), json!([{"p": "new 1"}]));
    }

    #[test]
    fn what_is_laid_over_a_map_and_whether_it_is_there_count_for_it() {
        let merged = "{m: {$merge: \"{'k': x}\", l: '${{ y.a }}'}, n: {$if: y.b == 'new', o: '${{ x }}'}}";
        assert_eq!(again(merged, &["y.b"]), json!([{"m": {"k": "old", "l": "old"}, "n": {"o": "new"}}]));
        assert_eq!(again(merged, &["x"]), json!([{"m": {"k": "new", "l": "new"}, "n": {"o": "new"}}]));
    }

    #[test]
    fn each_item_is_made_after_its_own() {
        let repeated = "{$for: item in items, i: '${{ item }}', x: '${{ x }}'}";
        let items =
            |item: &str, x: &str| json!([{"i": format!("{item} 1"), "x": x}, {"i": format!("{item} 2"), "x": x}]);
        assert_eq!(again(repeated, &[]), items("old", "old"));
        assert_eq!(again(repeated, &["x"]), items("old", "new"));
        assert_eq!(again(repeated, &["items"]), items("new", "new"));
        // A variable hides what has its name outside.
        let hidden = "{$for: x in items, i: '${{ x }}', y: '${{ y.a }}'}";
        assert_eq!(again(hidden, &["x"]), json!([{"i": "old 1", "y": "old"}, {"i": "old 2", "y": "old"}]));
        // Where an item made nothing, nobody knows whose is whose.
        let some = "{$for: item in items, $if: item != 'old 1', i: '${{ item }}', x: '${{ x }}'}";
        assert_eq!(again(some, &["x"]), items("new", "new"));
    }

    /// Those from the last place on count as one.
    #[test]
    fn many_paths() {
        let keys: String = (0..70).map(|key| format!("k{key}: '${{{{ x if y.a else m{key} }}}}', ")).collect();
        let made = again(&format!("{{{keys}z: '${{{{ items | length }}}}'}}"), &["m69"]);
        assert_eq!((&made[0]["k0"], &made[0]["k60"], &made[0]["k69"]), (&json!("old"), &json!("old"), &json!("new")));
    }
}
