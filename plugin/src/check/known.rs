//! What objects of a type may look like, as far as it was found out: ten thousand tenants have the same objects but for
//! their names, and to read each as its type costs more than all else that is checked.

use std::collections::HashMap;
use std::ptr;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use compact_str::CompactString;

use super::kubernetes_values::{Allowed, is_amount};
use crate::render::Manifest;
use crate::tree::{Node, Value};

/// What a template's objects looked like that were found right. More than a template has shapes of its objects are not
/// kept: a look at each is to stay cheaper than the check.
static KNOWN: LazyLock<RwLock<HashMap<Arc<str>, Vec<Shape>>>> = LazyLock::new(RwLock::default);
const MAX_SHAPES: usize = 24;

/// An object without what its type takes any of.
#[derive(Debug)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// A text that is an amount of zero or more.
    Amount,
    /// This value: not only its type matters.
    Value(Value),
    List(Vec<Shape>),
    Map(Vec<(CompactString, Shape)>),
}

/// A text that may be another.
#[derive(Clone, Copy, Debug)]
enum Free {
    /// Any.
    Text,
    /// Any that is an amount.
    Amount,
}

/// The fields of an object that a type reads as a text and then compares with its own.
const OWN: &[&str] = &["apiVersion", "kind"];

impl Shape {
    /// Of an object each of whose nodes has a place in memory of its own. These texts in it may be any to its type, and these
    /// values are restricted further.
    pub(super) fn of(object: &Node, texts: &[&Node], restricted: &[(&Node, Allowed)]) -> Self {
        let mut texts: HashMap<_, _> = texts.iter().map(|text| (ptr::from_ref(*text), Free::Text)).collect();
        for (node, allowed) in restricted {
            match (texts.remove(&ptr::from_ref(*node)), allowed) {
                (Some(_), Allowed::Quantity) => drop(texts.insert(*node, Free::Amount)),
                (_, Allowed::OneOf(_)) | (None, _) => {}
            }
        }
        Self::part(object, &texts)
    }

    fn part(node: &Node, texts: &HashMap<*const Node, Free>) -> Self {
        match &node.value {
            value @ Value::Text(_) => match texts.get(&ptr::from_ref(node)) {
                Some(Free::Text) => Self::Text,
                Some(Free::Amount) => Self::Amount,
                None => Self::Value(value.clone()),
            },
            Value::List(items) => Self::List(items.iter().map(|item| Self::part(item, texts)).collect()),
            Value::Map(map) => Self::Map(
                map.iter()
                    .map(|entry| {
                        let is_own = OWN.contains(&entry.key.as_str());
                        let value = &entry.node;
                        let shape = if is_own { Self::Value(value.value.clone()) } else { Self::part(value, texts) };
                        (entry.key.clone(), shape)
                    })
                    .collect(),
            ),
            value => Self::Value(value.clone()),
        }
    }

    /// Whether an object is of this shape.
    pub(super) fn is_of(&self, node: &Node) -> bool {
        match (self, &node.value) {
            (Self::Text, Value::Text(_)) => true,
            (Self::Amount, Value::Text(text)) => is_amount(text),
            (Self::Value(Value::Text(own)), Value::Text(text)) => own == text,
            (Self::Value(Value::Bool(own)), Value::Bool(value)) => own == value,
            (Self::Value(Value::Int(own)), Value::Int(value)) => own == value,
            (Self::Value(Value::Float(own)), Value::Float(value)) => own == value,
            (Self::List(own), Value::List(items)) => {
                own.len() == items.len() && own.iter().zip(items).all(|(own, item)| own.is_of(item))
            }
            (Self::Map(own), Value::Map(map)) => {
                own.len() == map.len()
                    && own.iter().zip(map.iter()).all(|((key, own), entry)| *key == entry.key && own.is_of(&entry.node))
            }
            _ => false,
        }
    }
}

/// Whether an object looks like one that was found right.
pub(super) fn is_known(manifest: &Manifest) -> bool {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.get(&manifest.template).is_some_and(|shapes| shapes.iter().any(|shape| shape.is_of(&manifest.object)))
}

/// Keeps what an object looks like that was found right. Of a template's first object only that there was one: of a single
/// tenant there comes no second.
pub(super) fn keep(manifest: &Manifest, shape: impl FnOnce() -> Option<Shape>) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    match known.get_mut(&manifest.template) {
        Some(shapes) if shapes.len() < MAX_SHAPES => shapes.extend(shape()),
        Some(_) => {}
        None => drop(known.insert(Arc::clone(&manifest.template), Vec::new())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::Shape;
    use crate::check::kinds::{Maker, RoundTrip, find};
    use crate::check::kubernetes_values::{restricted, violations};
    use crate::problem::Problems;
    use crate::source::Sources;
    use crate::tree::{List, Node, Value, documents};

    /// Every object of the example fleets' tenants.
    fn objects() -> Vec<Node> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/golden");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.to_string_lossy().ends_with(".json.snap"));
        paths.sort();
        let (sources, mut problems) = (Sources::default(), Problems::new());
        let mut objects = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| line.starts_with('{')) {
                objects.extend(documents(&sources, sources.add("line", line.to_owned()), &mut problems));
            }
        }
        assert!(problems.is_empty(), "{problems:?}");
        objects
    }

    /// Every object that is one other value, key or length away from this one.
    fn mutants(node: &Node) -> Vec<Node> {
        let with = |value| Node::new(value, node.at);
        let mut made: Vec<Node> = match &node.value {
            Value::Text(text) => {
                let texts = ["", "0", "\u{1}", "Always", "not base64!", "2024-01-01", "null", &text.repeat(20)];
                texts.iter().map(|text| with(Value::Text((*text).into()))).collect()
            }
            Value::Int(_) => vec![with(Value::Int(i64::MAX)), with(Value::Int(-1)), with(Value::Int(1))],
            Value::Bool(value) => vec![with(Value::Bool(!value))],
            _ => Vec::new(),
        };
        made.extend([
            with(Value::Null),
            with(Value::Int(7)),
            with(Value::Text("seven".into())),
            with(Value::List(List::default())),
        ]);
        match &node.value {
            Value::List(items) => {
                made.push(with(Value::List([&**items, items].concat().into())));
                for (place, item) in items.iter().enumerate() {
                    made.extend(mutants(item).into_iter().map(|item| {
                        let mut items = items.to_vec();
                        items[place] = item;
                        with(Value::List(items.into()))
                    }));
                }
            }
            Value::Map(map) => {
                for (place, entry) in map.iter().enumerate() {
                    let others = map.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, entry)| entry);
                    made.push(with(Value::Map(others.cloned().collect())));
                    made.extend(mutants(&entry.node).into_iter().map(|node| {
                        let mut map = map.clone();
                        *map.get_mut(&entry.key).unwrap() = node;
                        with(Value::Map(map))
                    }));
                }
            }
            _ => {}
        }
        made
    }

    /// What is of a known shape is found right when it is read as its type, whatever it is.
    #[test]
    fn a_known_shape_is_right() {
        let (mut shapes, mut of_them) = (Vec::<Shape>::new(), 0);
        for object in objects() {
            if shapes.iter().any(|shape| shape.is_of(&object)) {
                continue;
            }
            let text = |key| object.text_at(&[key]).unwrap();
            let Some(kind) = find(text("apiVersion"), text("kind")).filter(|kind| kind.maker == Maker::Both) else {
                continue;
            };
            let Ok(RoundTrip { differences, texts }) = (kind.round_trip)(&object) else { panic!("{object:?}") };
            assert_eq!(differences, []);
            assert_eq!(violations(kind.name, &object), []);
            let shape = Shape::of(&object, &texts, &restricted(kind.name, &object));
            assert!(shape.is_of(&object), "{object:?}");
            for mutant in mutants(&object).into_iter().filter(|mutant| shape.is_of(mutant)) {
                of_them += 1;
                let read = (kind.round_trip)(&mutant).map(|read| read.differences);
                assert!(read.as_ref().is_ok_and(Vec::is_empty), "{read:?}: {mutant:?}");
                assert_eq!(violations(kind.name, &mutant), []);
            }
            shapes.push(shape);
        }
        assert!(shapes.len() > 50 && of_them > 10_000, "{} shapes, {of_them} of them", shapes.len());
    }
}
