//! Where a repeated part of a template looks names up.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object};

/// What is around a part that is repeated, with the item that it is repeated for.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) name: Arc<str>,
    pub(super) item: Value,
    pub(super) outer: Value,
}

impl Object for Scope {
    fn get_value(self: &Arc<Self>, name: &Value) -> Option<Value> {
        self.get_value_by_str(name.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        if *self.name == *name {
            return Some(self.item.clone());
        }
        self.outer.get_attr(name).ok().filter(|found| !found.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let own = Value::from(Arc::clone(&self.name));
        let outer = self.outer.try_iter().into_iter().flatten().filter(|name| *name != own);
        Enumerator::Values(outer.chain([own.clone()]).collect())
    }
}
