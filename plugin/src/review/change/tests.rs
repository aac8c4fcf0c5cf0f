use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{FieldChange, compare};
use crate::problem::Problems;
use crate::source::Sources;
use crate::tree;

/// What is other between two values, as YAML.
fn changes(before: &str, after: &str) -> Vec<FieldChange> {
    let (sources, mut problems) = (Sources::default(), Problems::new());
    let mut read = |text: &str| {
        let file = sources.add("value.yaml", text.to_owned());
        tree::document(&sources, file, &mut problems).unwrap()
    };
    let (before, after, mut found) = (read(before), read(after), Vec::new());
    compare("", &before, &after, &mut found);
    found
}

fn paths(before: &str, after: &str) -> Vec<String> {
    changes(before, after).into_iter().map(|field| field.path).collect()
}

/// Both sides' items are named by the same field, though one side alone would have been named by another.
#[test]
fn items_are_named_alike_on_both_sides() {
    assert_eq!(
        paths("a: [{name: x, image: 1}]", "a: [{name: x, image: 2, mountPath: /y}]"),
        ["a[x].image", "a[x].mountPath"]
    );
    assert_eq!(paths("a: [{name: x, secretKey: k, b: 1}]", "a: [{name: x, secretKey: k, b: 2}]"), ["a[x].b"]);
    assert_eq!(
        paths("a: [{name: x, type: k, b: 1}, {name: x, type: l}]", "a: [{name: x, type: k, b: 2}, {name: x, type: l}]"),
        ["a[k].b"]
    );
    assert_eq!(
        paths(
            "rules: [{host: a.example.com, http: {paths: [{path: /, to: x}]}}]",
            "rules: [{host: a.example.com, http: {paths: [{path: /, to: y}, {path: /new}]}}, {host: b.example.com}]"
        ),
        ["rules[a.example.com].http.paths[/].to", "rules[a.example.com].http.paths[/new]", "rules[b.example.com]"]
    );
}

/// What is put before others, or comes after them, is no change of these; another order is one.
#[test]
fn order() {
    assert_eq!(paths("a: [{name: x}, {name: y}]", "a: [{name: y}, {name: x}]"), ["a"]);
    assert_eq!(paths("a: [{name: x, b: 1}, {name: y}]", "a: [{name: y}, {name: x, b: 2}]"), ["a[x].b", "a"]);
    assert_eq!(paths("a: [{name: x}]", "a: [{name: x}, {name: y}]"), ["a[y]"]);
    assert_eq!(paths("a: [{name: x}, {name: y}]", "a: [{name: y}]"), ["a[x]"]);
    assert_eq!(paths("a: [copy, staging, production]", "a: [copy, production, staging]"), ["a"]);
    assert_eq!(paths("a: [1, 2]", "a: [0, 1, 2]"), ["a"]);
    assert_eq!(paths("a: [1, 2]", "a: [2, 3]"), ["a[1]", "a[3]"]);
    assert_eq!(paths("a: [1, 2, 2]", "a: [2, 2, 1]"), ["a"]);
    assert_eq!(paths("a: [{b: 1}, {b: 2}]", "a: [{b: 2}, {b: 1}]"), ["a"]);
    assert_eq!(paths("a: [{b: 1}, {b: 2}]", "a: [{b: 1}, {b: 3}]"), ["a[1].b"]);
    assert_eq!(paths("a: [{b: 1}, {b: 2}]", "a: [{b: 3}, {b: 1}, {b: 2}]"), ["a[0]"]);
}

#[test]
fn a_text_that_means_the_same_json_is_another_text() {
    assert_eq!(paths(r#"a: '{"b": 1}'"#, r#"a: '{"b":1}'"#), ["a"]);
    assert_eq!(paths(r#"a: '{"b": 1}'"#, r#"a: '{"b": 2}'"#), ["a.b"]);
}

/// What an item is called where its text is a secret.
#[test]
fn no_path_holds_a_secret() {
    assert_eq!(paths("tokens: [one]", "tokens: [two]"), ["tokens[0]", "tokens[0]"]);
    assert_eq!(paths("a: [--password=x]", "a: [--password=y]"), ["a[--password]", "a[--password]"]);
    assert_eq!(paths("a: [--password, x]", "a: [--password, y]"), ["a[--password]", "a[--password]"]);
    assert_eq!(paths("a: [\"mysql://u:x@db\"]", "a: [\"mysql://u:y@db\"]"), ["a[0]", "a[0]"]);
    assert_eq!(paths("a: [-v, -v, --token, x]", "a: [-v, -v, --token, y]"), ["a[--token]"]);
    assert_eq!(paths("resources: [secrets]", "resources: [secrets, pods]"), ["resources[pods]"]);
}

/// Values of few keys and texts, so that there are many that are nearly alike.
fn value() -> impl Strategy<Value = Json> {
    let text = prop::sample::select(vec!["a", "b", "--token", "x=1", "1", "name", ""]);
    let leaf =
        prop_oneof![text.prop_map(Json::from), (0..3i64).prop_map(Json::from), any::<bool>().prop_map(Json::from)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(vec!["name", "key", "a", "b.c", "tokens", "value"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec(inner.clone(), 0..5).prop_shuffle().prop_map(Json::from),
            prop::collection::btree_map(key.prop_map(str::to_owned), inner, 0..4)
                .prop_map(|map: BTreeMap<String, Json>| Json::from_iter(map)),
        ]
    })
}

proptest! {
    /// Nothing that is other goes unsaid, nothing that is the same is said, and what ends otherwise is another change.
    #[test]
    fn changes_say_what_is_other(base in value(), one in value(), other in value()) {
        let of = |after: &Json| {
            let document = |value: &Json| serde_json::json!({"value": value}).to_string();
            changes(&document(&base), &document(after))
        };
        prop_assert_eq!(of(&one).is_empty(), base == one);
        prop_assert_eq!(of(&one) == of(&other), one == other);
    }

    /// The same for lists of the same items, named or not.
    #[test]
    fn each_order_is_another_change(
        (base, one, other) in prop::collection::vec(value(), 0..6)
            .prop_flat_map(|items| (Just(items.clone()), Just(items.clone()).prop_shuffle(), Just(items).prop_shuffle()))
    ) {
        let of = |after: &[Json]| {
            let document = |items: &[Json]| serde_json::json!({"items": items}).to_string();
            changes(&document(&base), &document(after))
        };
        prop_assert_eq!(of(&one).is_empty(), base == one);
        prop_assert_eq!(of(&one) == of(&other), one == other);
    }
}
