//! A variable's value against its type, down to the last value in it.
//!
//! Terraform turns texts into numbers and numbers into texts, and leaves out what an object's type does not name. A
//! tenant file is to say what it means, so neither is taken here.

use crate::problem::{Problem, Problems};
use crate::read::{did_you_mean, quoted_list};
use crate::spec::TypeConstraint;
use crate::tree::{Map, Node, Step, Value, show};

/// Tells what does not fit.
pub(super) fn check(variable: &str, wanted: &TypeConstraint, node: &Node, problems: &mut Problems) {
    Check { path: vec![Step::Key(variable)], problems }.value(wanted, node);
}

struct Check<'a, 'p> {
    path: Vec<Step<'a>>,
    problems: &'p mut Problems,
}

impl<'a> Check<'a, '_> {
    fn value(&mut self, wanted: &TypeConstraint, node: &'a Node) {
        match (wanted, &node.value) {
            (TypeConstraint::Any, _)
            | (TypeConstraint::Text, Value::Text(_))
            | (TypeConstraint::Number, Value::Int(_) | Value::Float(_))
            | (TypeConstraint::Bool, Value::Bool(_)) => {}
            (TypeConstraint::List(of) | TypeConstraint::Set(of), Value::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.inside(Step::Index(index), of, item);
                }
            }
            (TypeConstraint::Tuple(of), Value::List(items)) => {
                if items.len() != of.len() {
                    let message = format!("wants {} values, found {}", of.len(), items.len());
                    self.tell(node, &message, |problem| problem.label(format!("wants {} values", of.len())));
                }
                for (index, (of, item)) in of.iter().zip(items).enumerate() {
                    self.inside(Step::Index(index), of, item);
                }
            }
            (TypeConstraint::Map(of), Value::Map(map)) => {
                for entry in map.iter() {
                    self.inside(Step::Key(&entry.key), of, &entry.node);
                }
            }
            (TypeConstraint::Object(_), Value::Map(map)) => self.object(wanted, node, map),
            _ => {
                let message = format!("wants {}, found {}", wanted.what(), node.kind());
                self.tell(node, &message, |problem| problem.label(format!("wants {}", wanted.what())));
            }
        }
    }

    fn inside(&mut self, step: Step<'a>, wanted: &TypeConstraint, node: &'a Node) {
        self.path.push(step);
        self.value(wanted, node);
        self.path.pop();
    }

    fn object(&mut self, wanted: &TypeConstraint, node: &Node, map: &'a Map) {
        let TypeConstraint::Object(attributes) = wanted else { return };
        let known = || attributes.keys().map(String::as_str);
        for entry in map.iter() {
            match attributes.get(entry.key.as_str()) {
                Some(attribute) => self.inside(Step::Key(&entry.key), &attribute.kind, &entry.node),
                None => {
                    let message = format!("has no attribute `{}`", entry.key);
                    let at = Node { at: entry.key_at, ..entry.node.clone() };
                    self.tell(&at, &message, |problem| {
                        problem
                            .label("not in the variable's type")
                            .maybe_hint(did_you_mean(&entry.key, known()))
                            .hint(format!("the attributes are {}", quoted_list(known())))
                    });
                }
            }
        }
        for (name, _) in attributes.iter().filter(|(name, of)| !of.optional && map.get(name).is_none()) {
            let message = format!("needs the attribute `{name}`");
            self.tell(node, &message, |problem| problem.label(format!("needs `{name}`")));
        }
    }

    fn tell(&mut self, node: &Node, message: &str, words: impl FnOnce(Problem) -> Problem) {
        let problem = Problem::new(node.at, format!("variable `{}` {message}", show(&self.path)));
        self.problems.push(words(problem));
    }
}
