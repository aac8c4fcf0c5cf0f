//! Which object of one side became which of the other.

use std::collections::HashMap;

use super::change::{FieldChange, compare};
use crate::names;
use crate::render::{Id, Manifest};
use crate::tree::{Entry, Value};

/// How two objects are the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By group, kind, namespace and name.
    Same,
    /// By name but for the hash of its content, of Jobs and ConfigMaps: to Kubernetes another object, and for a Job another run.
    Sealed,
    /// By name but for the number of its generation, of secrets.
    Generation,
    /// By name, in another namespace.
    Moved,
    /// By content: nothing but the name is another.
    Renamed,
}

/// An object on both sides, or on one.
#[derive(Debug)]
pub struct Pair<'a> {
    /// What it was; none where it is new.
    pub before: Option<&'a Manifest>,
    /// What it is; none where it is gone.
    pub after: Option<&'a Manifest>,
    /// How the two belong together; [`Way::Same`] where there is only one.
    pub way: Way,
    /// What is other; empty for what is new or gone.
    pub fields: Vec<FieldChange>,
}

impl<'a> Pair<'a> {
    /// The one of the later side, else that of the earlier.
    pub fn object(&self) -> Option<&'a Manifest> {
        self.after.or(self.before)
    }

    /// Its kind.
    pub fn kind(&self) -> &'a str {
        self.object().map_or("", Manifest::kind)
    }

    /// Whether it is on both sides.
    pub fn is_both(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }
}

/// Pairs two sets; those that are the same on both sides are left out. In the order of the later side, then of what is gone.
pub fn pairs<'a>(before: &'a [Manifest], after: &'a [Manifest]) -> Vec<Pair<'a>> {
    let mut left: Vec<Option<&Manifest>> = before.iter().map(Some).collect();
    let mut found: Vec<Option<(&Manifest, Way)>> = vec![None; after.len()];
    // Sets are in order, so that most objects stand at the same place from one of the ends on.
    let is_same = |(one, other): &(&Manifest, &Manifest)| one.id() == other.id();
    let first = before.iter().zip(after).take_while(is_same).count();
    let last = before[first..].iter().rev().zip(after[first..].iter().rev()).take_while(is_same).count();
    for place in (0..first).chain(after.len() - last..after.len()) {
        let other = if place < first { place } else { place + before.len() - after.len() };
        found[place] = left[other].take().map(|manifest| (manifest, Way::Same));
    }
    for way in [Way::Same, Way::Sealed, Way::Generation, Way::Moved] {
        if left.iter().all(Option::is_none) || found.iter().all(Option::is_some) {
            break;
        }
        take(way, &mut left, after, &mut found);
    }
    for (place, manifest) in after.iter().enumerate().filter(|(place, _)| found[*place].is_none()).collect::<Vec<_>>() {
        let same = |other: &Manifest| {
            other.kind() == manifest.kind() && other.namespace() == manifest.namespace() && is_renamed(other, manifest)
        };
        if let Some(slot) = left.iter_mut().find(|slot| slot.is_some_and(same)) {
            found[place] = slot.take().map(|other| (other, Way::Renamed));
        }
    }
    let mut pairs = Vec::new();
    for (manifest, found) in after.iter().zip(found) {
        match found {
            None => pairs.push(Pair { before: None, after: Some(manifest), way: Way::Same, fields: Vec::new() }),
            Some((other, way)) => {
                if way == Way::Same && other.object == manifest.object {
                    continue;
                }
                let mut fields = Vec::new();
                compare("", &other.object, &manifest.object, &mut fields);
                pairs.push(Pair { before: Some(other), after: Some(manifest), way, fields });
            }
        }
    }
    let gone = left.into_iter().flatten();
    pairs.extend(gone.map(|other| Pair { before: Some(other), after: None, way: Way::Same, fields: Vec::new() }));
    pairs
}

/// Pairs what has the same key and is the only one on each side that has it.
fn take<'a>(
    way: Way,
    left: &mut [Option<&'a Manifest>],
    after: &'a [Manifest],
    found: &mut [Option<(&'a Manifest, Way)>],
) {
    let mut places: HashMap<(&str, &str, &str, &str), Option<usize>> = HashMap::new();
    for (place, manifest) in left.iter().enumerate().filter_map(|(place, slot)| Some((place, (*slot)?))) {
        let Some(key) = key(way, manifest) else { continue };
        places.entry(key).and_modify(|place| *place = None).or_insert(Some(place));
    }
    let mut wanted: HashMap<(&str, &str, &str, &str), Option<usize>> = HashMap::new();
    for (place, manifest) in after.iter().enumerate().filter(|(place, _)| found[*place].is_none()) {
        let Some(key) = key(way, manifest) else { continue };
        wanted.entry(key).and_modify(|place| *place = None).or_insert(Some(place));
    }
    for (key, place) in wanted {
        if let (Some(place), Some(Some(other))) = (place, places.get(&key)) {
            found[place] = left[*other].take().map(|manifest| (manifest, way));
        }
    }
}

fn key(way: Way, manifest: &Manifest) -> Option<(&str, &str, &str, &str)> {
    let Id { group, kind, namespace, name } = manifest.id();
    match way {
        Way::Same => Some((group, kind, namespace, name)),
        Way::Sealed if is_sealed(group, kind) => Some((group, kind, namespace, names::unsealed(name)?)),
        Way::Generation if is_secret(group, kind) => Some((group, kind, namespace, names::without_generation(name)?)),
        Way::Moved => Some((group, kind, "", name)),
        Way::Sealed | Way::Generation | Way::Renamed => None,
    }
}

/// The kinds that are named by their content. A volume whose name happens to end like that is another volume.
fn is_sealed(group: &str, kind: &str) -> bool {
    matches!((group, kind), ("batch", "Job") | ("", "ConfigMap"))
}

/// The kinds that generations are of: secrets, and what makes them.
fn is_secret(group: &str, kind: &str) -> bool {
    kind.ends_with("Secret") || group == "generators.external-secrets.io"
}

/// Whether nothing but the name differs, and the rest says enough to be known by: two bare ServiceAccounts are alike, and
/// have nothing to do with each other.
fn is_renamed(before: &Manifest, after: &Manifest) -> bool {
    let says = |entry: &Entry| {
        !matches!(entry.key.as_str(), "apiVersion" | "kind" | "metadata")
            && match &entry.node.value {
                Value::Map(map) => !map.is_empty(),
                Value::List(list) => !list.is_empty(),
                _ => false,
            }
    };
    if !before.object.as_map().is_some_and(|object| object.iter().any(says)) {
        return false;
    }
    let mut fields = Vec::new();
    compare("", &before.object, &after.object, &mut fields);
    fields.iter().all(|field| field.path == "metadata.name")
}
