//! `QUOTA-`: less room than before.

use super::{Case, Found, of, say};
use crate::quantity::Quantity;
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::tree::{Map, Node, Value};

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for pair in &case.pairs {
        let Some(after) = pair.after else { continue };
        match after.kind() {
            "ResourceQuota" | "LimitRange" if case.with_namespace(pair) => {}
            "ResourceQuota" => {
                let hard = |object: &'_ Manifest| object.object.get(&["spec", "hard"]).and_then(Node::as_map).cloned();
                let (before, now) = (pair.before.and_then(hard).unwrap_or_default(), hard(after).unwrap_or_default());
                lower("", &before, &now, Direction::Down, after, found);
            }
            "LimitRange" => limits(pair.before, after, found),
            _ => {}
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

/// Amounts that leave less room: lower ones, or higher ones where they are the least that may be asked for.
fn lower(prefix: &str, before: &Map, after: &Map, direction: Direction, object: &Manifest, found: Found<'_>) {
    for entry in after.iter() {
        let (Some(amount), Some(new)) = (text(&entry.node), quantity(&entry.node)) else { continue };
        let name = say::value(&format!("{prefix}{}", entry.key));
        let told = match before.get(&entry.key) {
            None if direction == Direction::Up => {
                format!("{name}: at least {}, until now anything", say::value(&amount))
            }
            None => format!("{name}: at most {}, until now without limit", say::value(&amount)),
            Some(node) => match (text(node), quantity(node)) {
                (Some(was), Some(old))
                    if (direction == Direction::Down && new < old) || (direction == Direction::Up && new > old) =>
                {
                    format!("{name}: {}", say::moved(&was, &amount))
                }
                _ => continue,
            },
        };
        found.push(of(Rule::QuotaLess, object, told));
    }
}

/// Per kind of thing, what it may have at most and must ask for at least.
fn limits(before: Option<&Manifest>, after: &Manifest, found: Found<'_>) {
    let items =
        |object: &'_ Manifest| object.object.get(&["spec", "limits"]).and_then(Node::as_list).map(<[Node]>::to_vec);
    let old = before.and_then(items).unwrap_or_default();
    for item in items(after).unwrap_or_default() {
        let kind = item.text_at(&["type"]).unwrap_or_default();
        let same = old.iter().find(|other| other.text_at(&["type"]) == Some(kind));
        for (field, direction) in [
            ("default", Direction::Down),
            ("max", Direction::Down),
            ("maxLimitRequestRatio", Direction::Down),
            ("min", Direction::Up),
        ] {
            let map = |node: &Node| node.get(&[field]).and_then(Node::as_map).cloned().unwrap_or_default();
            let prefix = format!("{kind} {field} ");
            lower(&prefix, &same.map(map).unwrap_or_default(), &map(&item), direction, after, found);
        }
    }
}

fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

fn quantity(node: &Node) -> Option<Quantity> {
    text(node)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::found;
    use crate::review::rules::testing::{of_fleet, of_objects};

    const NOTHING: [&str; 0] = [];

    fn quota(hard: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: q, namespace: n}}, spec: {{hard: {{{hard}}}}}}}"
        )
    }

    fn range(limits: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: LimitRange, metadata: {{name: r, namespace: n}}, spec: {{limits: [{limits}]}}}}"
        )
    }

    #[test]
    fn quotas() {
        let of = |before: &str, after: &str| of_objects(found, &quota(before), &quota(after));
        assert_eq!(of("pods: 10", "pods: 9"), ["QUOTA- ResourceQuota n/q: `pods`: `10` → `9`"]);
        assert_eq!(of("memory: 1Gi", "memory: 1G"), ["QUOTA- ResourceQuota n/q: `memory`: `1Gi` → `1G`"]);
        assert_eq!(
            of("pods: 10", "pods: 10, a: 1"),
            ["QUOTA- ResourceQuota n/q: `a`: at most `1`, until now without limit"]
        );
        assert_eq!(of("cpu: 1", "cpu: 1000m"), NOTHING);
        assert_eq!(of("cpu: 1, pods: 1", "cpu: 2"), NOTHING);
        assert_eq!(
            of_objects(found, "", &quota("a: 1")),
            ["QUOTA- ResourceQuota n/q: `a`: at most `1`, until now without limit"]
        );
        assert_eq!(of_objects(found, &quota("a: 1"), ""), NOTHING);
        let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: n}}\n---\n";
        assert_eq!(of_objects(found, "", &format!("{namespace}{}", quota("a: 1"))), NOTHING);
    }

    #[test]
    fn limit_ranges() {
        let of = |before: &str, after: &str| of_objects(found, &range(before), &range(after));
        let both = "{type: Container, max: {cpu: 2}, min: {cpu: 100m}}";
        assert_eq!(
            of(both, "{type: Container, max: {cpu: 1}, min: {cpu: 200m}}"),
            [
                "QUOTA- LimitRange n/r: `Container max cpu`: `2` → `1`",
                "QUOTA- LimitRange n/r: `Container min cpu`: `100m` → `200m`",
            ]
        );
        assert_eq!(of(both, "{type: Container, max: {cpu: 3}, min: {cpu: 50m}}"), NOTHING);
        assert_eq!(of(both, "{type: Container}"), NOTHING);
        assert_eq!(
            of("{type: Container, default: {cpu: 500m}}", "{type: Container, default: {cpu: 50m}}"),
            ["QUOTA- LimitRange n/r: `Container default cpu`: `500m` → `50m`"]
        );
        assert_eq!(
            of("{type: Container}", "{type: Container, min: {cpu: 1}}"),
            ["QUOTA- LimitRange n/r: `Container min cpu`: at least `1`, until now anything"]
        );
    }

    #[test]
    fn a_tenant() {
        assert_eq!(
            of_fleet(
                found,
                "tenants/acme",
                &[("tenants/acme/tenant.yaml", "tier: pro}", "tier: pro, quota: {pods: 5}}")]
            ),
            ["QUOTA- ResourceQuota t-acme/tenant: `pods`: `40` → `5`"]
        );
    }
}
