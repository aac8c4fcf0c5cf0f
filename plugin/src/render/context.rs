//! A plan as templates see it.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, Serde, ValueKind};
use serde::Serialize;

use crate::resolve::Plan;

/// What templates look names up in.
#[derive(Debug)]
pub(super) struct Context(Value);

/// The parts of a plan by their names.
#[derive(Debug)]
struct Parts(Vec<(&'static str, Value)>);

impl Object for Parts {
    fn get_value(self: &Arc<Self>, name: &Value) -> Option<Value> {
        self.get_value_by_str(name.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.iter().map(|(name, _)| Value::from(*name)).collect())
    }
}

impl Context {
    /// Of a plan.
    pub(super) fn of(plan: &impl Serialize) -> Self {
        Self(Value::from(Serde(plan)))
    }

    /// Of a plan, after another: what is the same is taken from there. With the names of those parts.
    pub(super) fn after(plan: &Plan, earlier: &Self, other: &Plan) -> (Self, Vec<&'static str>) {
        let (mut parts, mut same) = (Vec::new(), Vec::new());
        for (name, is_same) in plan.parts(other) {
            let taken = earlier.0.get_attr(name).ok().filter(|_| is_same);
            same.extend(taken.as_ref().map(|_| name));
            parts.push((name, taken.unwrap_or_else(|| plan.part(name))));
        }
        (Self(Value::from_object(Parts(parts))), same)
    }

    /// As expressions take it.
    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    /// Whether the same is found at a path of names: `tenant.name`.
    pub(super) fn has_same(&self, other: &Self, path: &str) -> bool {
        let follow = |context: &Value| path.split('.').try_fold(context.clone(), |here, name| here.get_attr(name)).ok();
        match (follow(&self.0), follow(&other.0)) {
            (Some(one), Some(other)) => is_same(&one, &other),
            _ => false,
        }
    }
}

/// Whether two values are the same to every template. To minijinja 1 is 1.0, and a map's order is nothing.
fn is_same(one: &Value, other: &Value) -> bool {
    if one.kind() != other.kind() {
        return false;
    }
    match one.kind() {
        ValueKind::Undefined | ValueKind::None => true,
        ValueKind::Bool => one.is_true() == other.is_true(),
        ValueKind::Number if one.is_integer() || other.is_integer() => {
            one.is_integer() == other.is_integer() && one == other
        }
        ValueKind::Number => {
            let bits = |value: &Value| f64::try_from(value.clone()).map(f64::to_bits).ok();
            bits(one) == bits(other)
        }
        ValueKind::String => one.as_str() == other.as_str(),
        ValueKind::Seq if one.len() != other.len() => false,
        ValueKind::Seq => match (one.try_iter(), other.try_iter()) {
            (Ok(one), Ok(other)) => one.zip(other).all(|(one, other)| is_same(&one, &other)),
            _ => false,
        },
        ValueKind::Map => {
            let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return false };
            match (one.try_iter_pairs(), other.try_iter_pairs()) {
                (Some(mut pairs), Some(mut others)) => {
                    let is_in = |(name, value): (Value, Value)| {
                        let other = others.next();
                        other.is_some_and(|other| is_same(&name, &other.0) && is_same(&value, &other.1))
                    };
                    pairs.all(is_in) && others.next().is_none()
                }
                _ => false,
            }
        }
        // A plan has nothing else.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::Context;

    fn has_same(one: &Json, other: &Json) -> bool {
        let context = |value: &Json| Context::of(&json!({"a": {"b": value}}));
        context(one).has_same(&context(other), "a.b")
    }

    #[test]
    fn each_is_the_same_as_itself_alone() {
        let values = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(1),
            json!(1.0),
            json!(0.0),
            json!(-0.0),
            json!(""),
            json!("1"),
            json!("true"),
            json!([]),
            json!([1]),
            json!([1, 2]),
            json!([1.0]),
            json!({}),
            json!({"a": 1}),
            json!({"a": "1"}),
            json!({"b": 1}),
            json!({"a": 1, "b": 1}),
            json!([{"a": [null]}]),
        ];
        for (place, one) in values.iter().enumerate() {
            for (other_place, other) in values.iter().enumerate() {
                assert_eq!(has_same(one, other), place == other_place, "{one} {other}");
            }
        }
    }

    #[test]
    fn what_is_not_there() {
        let context = |value: &Json| Context::of(value);
        let (one, other) = (context(&json!({"a": {}})), context(&json!({"a": {"b": null}})));
        assert!(one.has_same(&one, "a.b") && other.has_same(&other, "a.b") && !one.has_same(&other, "a.b"));
        assert!(!one.has_same(&one, "a.b.c"));
    }
}
