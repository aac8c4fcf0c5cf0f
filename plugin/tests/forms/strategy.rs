//! Any model at all, with texts that want to be something else.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tenantry::review::change::FieldChange;
use tenantry::review::model::{
    Action, ChangeSet, Counts, Member, ObjectChange, OtherVersion, Review, SCHEMA, SideInfo, Status,
};
use tenantry::review::{Consequence, Rule};

use crate::models::HOSTILE;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(HOSTILE).prop_map(str::to_owned),
        2 => (select(HOSTILE), select(HOSTILE)).prop_map(|(a, b)| format!("{a}{b}")),
        2 => "[`@#<>|*_~$!&:\\-/ \\\\a\n]{0,24}",
        2 => "\\PC{0,40}",
        1 => select(HOSTILE).prop_map(|text| text.repeat(400)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    (text(), text(), 0..3).prop_map(|(a, b, kind)| match kind {
        0 => json!(a),
        1 => json!([a, b]),
        _ => json!({ a: b }),
    })
}

fn object() -> impl Strategy<Value = ObjectChange> {
    let field = (text(), option::of(value()), option::of(value())).prop_map(|(path, before, after)| FieldChange {
        path,
        before,
        after,
    });
    let actions = [Action::Deleted, Action::Replaced, Action::Changed, Action::Created];
    (
        (select(actions.to_vec()), text(), option::of(text()), text()),
        (option::of(text()), option::of(text()), any::<i64>(), text()),
        (vec(field, 0..50), option::of(value())),
    )
        .prop_map(
            |((action, kind, namespace, name), (name_before, namespace_before, wave, template), (fields, content))| {
                ObjectChange {
                    action,
                    kind,
                    namespace,
                    name,
                    name_before,
                    namespace_before,
                    wave,
                    template,
                    fields,
                    content,
                }
            },
        )
}

fn member() -> impl Strategy<Value = Member> {
    (text(), text(), any::<bool>(), option::of(text()), option::of(text()))
        .prop_map(|(folder, name, is_platform, tier, ring)| Member { folder, name, is_platform, tier, ring })
}

fn set() -> impl Strategy<Value = ChangeSet> {
    let consequence = (select(&Rule::ALL[..]), option::of(text()), text())
        .prop_map(|(rule, object, text)| Consequence { rule, object, text });
    let statuses = [Status::Failing, Status::Removed, Status::Changed, Status::Added, Status::Mended];
    (
        text(),
        select(statuses.to_vec()),
        vec(member(), 0..30),
        vec(consequence, 0..25),
        vec(object(), 0..12),
        vec(text(), 0..8),
    )
        .prop_map(|(label, status, members, consequences, objects, problems)| ChangeSet {
            label,
            status,
            members,
            consequences,
            objects,
            problems,
        })
}

fn side() -> impl Strategy<Value = SideInfo> {
    let other = (text(), text()).prop_map(|(cell, version)| OtherVersion { cell, version });
    (text(), option::of(text()), vec(text(), 0..8), vec(other, 0..8), vec(text(), 0..8)).prop_map(
        |(name, commit, problems, other_versions, notes)| SideInfo { name, commit, problems, other_versions, notes },
    )
}

pub(crate) fn review() -> impl Strategy<Value = Review> {
    (side(), side(), vec(set(), 0..6)).prop_map(|(base, head, sets)| Review {
        schema: SCHEMA,
        base,
        head,
        counts: Counts::default(),
        sets,
    })
}
