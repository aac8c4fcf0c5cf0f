//! From where a Service is reached.

use super::balancers;
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::{Case, Found, of, say};
use crate::tree::Node;

/// From narrow to wide.
const TYPES: &[&str] = &["ExternalName", "ClusterIP", "NodePort", "LoadBalancer"];

pub(super) fn found(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object().filter(|_| !case.with_namespace(pair)) else { return };
    let (was, is) = (kind(pair.before), kind(pair.after));
    let place = |kind: &str| TYPES.iter().position(|known| *known == kind).unwrap_or(TYPES.len());
    match place(was).cmp(&place(is)) {
        std::cmp::Ordering::Less if place(is) > 1 => {
            let text = format!("is reached from outside the cluster: type {}", say::moved(was, is));
            found.push(of(Rule::AccessMore, object, text));
        }
        std::cmp::Ordering::Greater if place(was) > 1 => {
            found.push(of(
                Rule::AccessLess,
                object,
                format!("is reached from fewer places: type {}", say::moved(was, is)),
            ));
        }
        _ => {}
    }
    let (old, new) = (texts(pair.before, "externalIPs"), texts(pair.after, "externalIPs"));
    for address in new.iter().filter(|address| !old.contains(address)) {
        found.push(of(Rule::AccessMore, object, format!("is reached by address {}", say::value(address))));
    }
    if is == "LoadBalancer" && was == is {
        balancers::ranges(object, &texts(pair.before, RANGES), &texts(pair.after, RANGES), found);
        balancers::found(pair, found);
    }
}

const RANGES: &str = "loadBalancerSourceRanges";

fn kind(service: Option<&Manifest>) -> &str {
    service.and_then(|service| service.object.text_at(&["spec", "type"])).unwrap_or("ClusterIP")
}

fn texts<'a>(service: Option<&'a Manifest>, field: &str) -> Vec<&'a str> {
    let list = service.map(|service| service.object.list_at(&["spec", field]));
    list.unwrap_or_default().iter().filter_map(Node::as_text).collect()
}

#[cfg(test)]
mod tests {
    use crate::review::rules::access::found;
    use crate::review::rules::testing::of_objects;

    const NOTHING: [&str; 0] = [];

    #[test]
    fn services() {
        let service = |spec: &str| {
            format!("{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: n}}, spec: {{{spec}}}}}")
        };
        let of = |before: &str, after: &str| -> Vec<String> {
            let lines = of_objects(found, &service(before), &service(after));
            lines.into_iter().map(|line| line.replace(" Service n/s", "")).collect()
        };
        let outside = "ACCESS+: is reached from outside the cluster: type `ClusterIP` → ";
        assert_eq!(of("type: ClusterIP", "type: LoadBalancer"), [format!("{outside}`LoadBalancer`")]);
        assert_eq!(of("", "type: NodePort"), [format!("{outside}`NodePort`")]);
        assert_eq!(
            of("type: LoadBalancer", ""),
            ["ACCESS-: is reached from fewer places: type `LoadBalancer` → `ClusterIP`"]
        );
        let from = |ranges: &str| format!("type: LoadBalancer, loadBalancerSourceRanges: [{ranges}]");
        assert_eq!(of(&from("10.0.0.0/8"), &from("")), ["ACCESS+: is reached from other ranges: anybody"]);
        assert_eq!(of(&from("a, b"), &from("a")), ["ACCESS-: is reached from fewer ranges: `a`"]);
        assert_eq!(of("", "externalIPs: [198.51.100.7]"), ["ACCESS+: is reached by address `198.51.100.7`"]);
        assert_eq!(of("ports: [{port: 1}]", "ports: [{port: 2}]"), NOTHING);
    }
}
