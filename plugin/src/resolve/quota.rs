//! What the namespace may use, and what a container gets that asks for nothing.

use std::collections::BTreeMap;

use super::{Resolver, Texts};
use crate::problem::Problem;
use crate::quantity::Quantity;
use crate::read::At;
use crate::tree::{Node, Value};

/// Doors to the outside that no tenant opens.
const CLOSED: &[&str] = &["services.loadbalancers", "services.nodeports"];

impl Resolver<'_> {
    pub(super) fn quota(&mut self) -> Texts {
        let quota = &self.spec.quota;
        let bounds = self.platform.bounds.as_ref().map(|bounds| &bounds.quota);
        for (key, quantity) in quota {
            if let Some(bound) = bounds.and_then(|bounds| bounds.get(key))
                && quantity.value > bound.value
            {
                self.problems.push(
                    Problem::new(quantity.at, format!("quota `{key}` of `{}` is over the bound", quantity.value))
                        .label(format!("at most `{}`", bound.value))
                        .related(bound.at, "the platform's bound"),
                );
            }
            let below = self.layered.below.get(&["quota", key.as_str()]);
            if bounds.is_none_or(|bounds| bounds.get(key).is_none()) {
                self.not_above_tier(&format!("quota.{key}"), quantity, below);
            }
            if CLOSED.contains(&key.as_str()) && quantity.to_string() != "0" {
                self.problems.push(
                    Problem::new(quantity.at, format!("quota `{key}` is fixed at `0`"))
                        .label("tenants are reached through the ingress controller only"),
                );
            }
            if let Some(request) = key.as_str().strip_prefix("limits.").map(|what| format!("requests.{what}"))
                && let Some(request) = quota.get(request.as_str())
            {
                self.not_below("quota", key.as_str(), quantity, &format!("requests.{}", &key.as_str()[7..]), request);
            }
        }
        self.defaults_for_quota();
        let mut hard: Texts = quota.iter().map(|(key, quantity)| (key.to_string(), quantity.to_string())).collect();
        hard.extend(CLOSED.iter().map(|key| ((*key).to_owned(), "0".to_owned())));
        hard
    }

    /// A quota on requests or limits refuses every pod that names none. Charts often name none.
    fn defaults_for_quota(&mut self) {
        let limits = &self.spec.limits;
        for (key, quantity) in &self.spec.quota {
            let (field, given, what) = match key.as_str().split_once('.') {
                Some(("requests", what @ ("cpu" | "memory"))) => {
                    // Without a default request, a container's default limit is its request.
                    let given = limits.default_request.contains_key(what) || limits.default.contains_key(what);
                    ("defaultRequest", given, what)
                }
                Some(("limits", what @ ("cpu" | "memory"))) => ("default", limits.default.contains_key(what), what),
                _ => continue,
            };
            if !given {
                self.problems.push(
                    Problem::new(quantity.at, format!("quota `{key}` without `limits.{field}.{what}`"))
                        .label("pods that ask for nothing would be refused")
                        .hint(format!("set `limits: {{{field}: {{{what}: …}}}}` in the tier")),
                );
            }
        }
    }

    pub(super) fn limits(&mut self) -> BTreeMap<String, Texts> {
        let limits = &self.spec.limits;
        let sets = [
            ("default", &limits.default),
            ("defaultRequest", &limits.default_request),
            ("max", &limits.max),
            ("min", &limits.min),
        ];
        for (high, low) in [(0, 1), (2, 0), (2, 1), (1, 3), (0, 3), (2, 3)] {
            let ((high, highs), (low, lows)) = (sets[high], sets[low]);
            for (what, above) in highs {
                if let Some(below) = lows.get(what) {
                    self.not_below("limits", &format!("{high}.{what}"), above, &format!("{low}.{what}"), below);
                }
            }
        }
        for (what, quantity) in &limits.max {
            self.not_above_tier(
                &format!("limits.max.{what}"),
                quantity,
                self.layered.below.get(&["limits", "max", what.as_str()]),
            );
        }
        let filled = sets.into_iter().filter(|(_, set)| !set.is_empty());
        filled.map(|(name, set)| (name.to_owned(), super::texts(&values(set)))).collect()
    }

    /// Where the platform sets no bound, the tier's value is the bound.
    fn not_above_tier(&mut self, path: &str, quantity: &At<Quantity>, below: Option<&Node>) {
        let tiers = below.and_then(|node| Some((quantity_of(node)?, node.at)));
        if let Some((tiers, at)) = tiers
            && quantity.value > tiers
        {
            self.problems.push(
                Problem::new(quantity.at, format!("`{path}` of `{}` is over the tier's", quantity.value))
                    .label(format!("at most `{tiers}`"))
                    .related(at, "the tier's")
                    .hint("a tenant goes above its tier only where `bounds` say how far"),
            );
        }
    }

    fn not_below(&mut self, field: &str, high: &str, above: &At<Quantity>, low: &str, below: &At<Quantity>) {
        if above.value < below.value {
            self.problems.push(
                Problem::new(above.at, format!("`{field}.{high}` of `{}` is below `{field}.{low}`", above.value))
                    .label("a limit is never below its request")
                    .related(below.at, format!("`{}`", below.value)),
            );
        }
    }
}

fn quantity_of(node: &Node) -> Option<Quantity> {
    match &node.value {
        Value::Text(text) => text.parse().ok(),
        Value::Int(value) => value.to_string().parse().ok(),
        _ => None,
    }
}

fn values<K: Clone + Ord>(set: &BTreeMap<K, At<Quantity>>) -> BTreeMap<K, Quantity> {
    set.iter().map(|(key, quantity)| (key.clone(), quantity.value.clone())).collect()
}
