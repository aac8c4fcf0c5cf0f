//! Tenants to which the same happens.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::change::FieldChange;
use super::consequence::{Consequence, Rule};
use super::model::{Action, ChangeSet, Counts, Member, ObjectChange, Status};
use super::names::{Own, neutral_schedule};
use super::subject::{Changes, Outcome};

/// Takes outcomes from many threads. What is kept of a set is its members and one of them whole.
#[derive(Debug, Default)]
pub struct Collector(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    counts: Counts,
    sets: HashMap<[u8; 32], Set>,
}

#[derive(Debug)]
struct Set {
    shown: Box<Changes>,
    members: Vec<Member>,
}

impl Collector {
    /// Adds what happens to one.
    pub fn add(&self, outcome: Outcome) {
        // Before the lock is taken: this is where the time goes.
        let changes = match outcome {
            Outcome::Nothing => return,
            Outcome::Unchanged => None,
            Outcome::Changed(changes) => Some((fingerprint(&changes), changes)),
        };
        let mut state = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let state = &mut *state;
        state.counts.all += 1;
        let Some((print, changes)) = changes else {
            state.counts.unchanged += 1;
            return;
        };
        match changes.status {
            Status::Failing => state.counts.failing += 1,
            Status::StillFailing => {
                state.counts.failing += 1;
                state.counts.still_failing += 1;
            }
            Status::Removed => state.counts.removed += 1,
            Status::Added => state.counts.added += 1,
            Status::Changed | Status::Mended => state.counts.changed += 1,
        }
        let member = changes.member.clone();
        match state.sets.entry(print) {
            std::collections::hash_map::Entry::Occupied(mut set) => {
                let set = set.get_mut();
                // The first by folder is shown, whichever thread came first.
                if member < set.shown.member {
                    set.shown = changes;
                }
                set.members.push(member);
            }
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Set { shown: changes, members: vec![member] });
            }
        }
    }

    /// All sets, worst first, then the largest.
    pub fn finish(self) -> (Counts, Vec<ChangeSet>) {
        let State { counts, sets } = self.0.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut sets: Vec<ChangeSet> = sets.into_values().map(change_set).collect();
        sets.sort_by(|a, b| {
            let worst = |set: &ChangeSet| set.consequences.first().map_or(usize::MAX, |first| rank(first.rule));
            worst(a)
                .cmp(&worst(b))
                .then_with(|| b.members.len().cmp(&a.members.len()))
                .then_with(|| a.members.cmp(&b.members))
        });
        for (place, set) in sets.iter_mut().enumerate() {
            set.label = label(place);
        }
        (counts, sets)
    }
}

fn change_set(Set { shown, mut members }: Set) -> ChangeSet {
    members.sort();
    let Changes { status, objects, consequences, problems, .. } = *shown;
    ChangeSet { label: String::new(), status, members, consequences, objects, problems }
}

fn rank(rule: Rule) -> usize {
    Rule::ALL.iter().position(|other| *other == rule).unwrap_or_default()
}

/// `A` to `Z`, then `AA`.
fn label(place: usize) -> String {
    let mut text = String::new();
    let mut left = place + 1;
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or_default();
        text.insert(0, char::from(b'A' + letter));
        left = (left - 1) / 26;
    }
    text
}

/// What decides that the same happens.
#[derive(Serialize)]
struct Print<'a> {
    status: Status,
    is_platform: bool,
    objects: Vec<Object<'a>>,
    consequences: Vec<Consequence>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct Object<'a> {
    action: Action,
    kind: &'a str,
    namespace: Option<String>,
    name: String,
    name_before: Option<String>,
    namespace_before: Option<String>,
    fields: Vec<FieldChange>,
    content: Option<serde_json::Value>,
}

fn fingerprint(changes: &Changes) -> [u8; 32] {
    let own = &changes.own;
    let consequence = |found: &Consequence| Consequence {
        rule: found.rule,
        object: found.object.as_ref().map(|object| own.neutral(object)),
        text: own.neutral(&found.text),
    };
    // Their order goes by names, which are each tenant's own.
    let objects: Vec<Cow<'_, ObjectChange>> = changes.objects.iter().map(|object| still(object, own)).collect();
    let mut objects: Vec<Object<'_>> = objects.iter().map(|object| neutral(object, own)).collect();
    objects.sort_by(|a, b| (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name)));
    let mut consequences: Vec<Consequence> = changes.consequences.iter().map(consequence).collect();
    consequences.sort();
    let print = Print {
        status: changes.status,
        is_platform: changes.member.is_platform,
        objects,
        consequences,
        problems: changes.problems.iter().map(|text| own.neutral_problem(text, &changes.member.folder)).collect(),
    };
    // A tree of maps, lists, texts and numbers always has a JSON form. Hashed whole: it is written in many small pieces.
    Sha256::digest(serde_json::to_vec(&print).unwrap_or_default()).into()
}

/// An object without what is jitter in it.
fn still<'a>(object: &'a ObjectChange, own: &Own) -> Cow<'a, ObjectChange> {
    if !own.is_drift(&object.kind, &object.name) {
        return Cow::Borrowed(object);
    }
    let mut object = object.clone();
    let field = object.fields.iter_mut().find(|field| field.path == "spec.schedule");
    let sides = field.into_iter().flat_map(|field| [&mut field.before, &mut field.after]).flatten();
    let content = object.content.as_mut().and_then(|content| content.pointer_mut("/spec/schedule"));
    for value in sides.chain(content) {
        *value = neutral_schedule(value.as_str().unwrap_or_default()).into();
    }
    Cow::Owned(object)
}

fn neutral<'a>(object: &'a ObjectChange, own: &Own) -> Object<'a> {
    Object {
        action: object.action,
        kind: &object.kind,
        namespace: object.namespace.as_ref().map(|text| own.neutral(text)),
        name: own.neutral(&object.name),
        name_before: object.name_before.as_ref().map(|text| own.neutral(text)),
        namespace_before: object.namespace_before.as_ref().map(|text| own.neutral(text)),
        fields: object.fields.iter().map(|field| own.neutral_field(field)).collect(),
        content: object.content.as_ref().map(|content| own.neutral_json(content)),
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn labels_go_on_after_z() {
        assert_eq!([0, 25, 26, 27, 51, 52, 701, 702].map(label), ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }
}
