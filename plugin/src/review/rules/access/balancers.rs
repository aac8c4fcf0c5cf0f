//! From where a load balancer is reached, which annotations say: whether it stands on the internet, and which addresses it takes.

use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::{Found, of, say};

/// Of an Ingress; without it, an ALB is internal
/// (<https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/>).
const ALB_SCHEME: &str = "alb.ingress.kubernetes.io/scheme";
/// Of a Service; without it, it depends on who makes the balancer
/// (<https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/>).
const SCHEME: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme";
/// The word for the same before there was that one.
const INTERNAL: &str = "service.beta.kubernetes.io/aws-load-balancer-internal";
/// Lists of the ranges that are let in, parted by commas; anybody is where there is none.
const RANGES: &[&str] = &[
    "alb.ingress.kubernetes.io/inbound-cidrs",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
];

/// Of an object that is there on both sides: what comes or goes is told by its type or its hosts.
pub(super) fn found(pair: &Pair<'_>, found: Found<'_>) {
    let (Some(before), Some(after)) = (pair.before, pair.after) else { return };
    let (was, is) = (Place::of(before), Place::of(after));
    if was != is {
        let (rule, words) = if is > was { (Rule::AccessMore, "more") } else { (Rule::AccessLess, "fewer") };
        let text = format!("is reached from {words} places: load balancer {}", say::moved(was.word(), is.word()));
        found.push(of(rule, after, text));
    }
    for annotation in RANGES {
        ranges(after, &listed(before, annotation), &listed(after, annotation), found);
    }
}

/// What became of the ranges of addresses that are let in. None is anybody.
pub(super) fn ranges(object: &Manifest, old: &[&str], new: &[&str], found: Found<'_>) {
    if !old.is_empty() && (new.is_empty() || new.iter().any(|range| !old.contains(range))) {
        let from = if new.is_empty() { "anybody".to_owned() } else { say::values(new.iter().copied()) };
        found.push(of(Rule::AccessMore, object, format!("is reached from other ranges: {from}")));
    } else if new.iter().any(|range| !old.contains(range)) || old.iter().any(|range| !new.contains(range)) {
        let from = say::values(new.iter().copied());
        found.push(of(Rule::AccessLess, object, format!("is reached from fewer ranges: {from}")));
    }
}

fn listed<'a>(object: &'a Manifest, annotation: &str) -> Vec<&'a str> {
    let list = object.annotation(annotation).unwrap_or_default().split(',');
    list.map(str::trim).filter(|range| !range.is_empty()).collect()
}

/// Where a load balancer stands, from narrow to wide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Internal,
    /// Where its controller puts it by itself.
    Default,
    Internet,
}

impl Place {
    fn of(object: &Manifest) -> Self {
        if object.kind() == "Ingress" {
            let scheme = object.annotation(ALB_SCHEME);
            return if scheme == Some("internet-facing") { Self::Internet } else { Self::Internal };
        }
        match (object.annotation(SCHEME), object.annotation(INTERNAL)) {
            (Some("internet-facing"), _) => Self::Internet,
            (Some("internal"), _) | (_, Some("true")) => Self::Internal,
            _ => Self::Default,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Default => "the default",
            Self::Internet => "internet-facing",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::review::rules::access::found;
    use crate::review::rules::testing::of_objects;

    const NOTHING: [&str; 0] = [];

    fn between(object: &str, before: &str, after: &str) -> Vec<String> {
        let side = |annotations: &str| object.replace("ANNOTATIONS", annotations);
        let lines = of_objects(found, &side(before), &side(after));
        lines.into_iter().map(|line| line.replace(" Ingress n/i", "").replace(" Service n/i", "")).collect()
    }

    #[test]
    fn ingresses() {
        let of = |before: &str, after: &str| {
            let object = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: n, annotations: {ANNOTATIONS}}}";
            between(object, before, after)
        };
        let scheme = |scheme: &str| format!("alb.ingress.kubernetes.io/scheme: {scheme}");
        let wider = "ACCESS+: is reached from more places: load balancer `internal` → `internet-facing`";
        assert_eq!(of("", &scheme("internet-facing")), [wider]);
        assert_eq!(of(&scheme("internal"), &scheme("internet-facing")), [wider]);
        assert_eq!(of(&scheme("internal"), ""), NOTHING);
        assert_eq!(
            of(&scheme("internet-facing"), ""),
            ["ACCESS-: is reached from fewer places: load balancer `internet-facing` → `internal`"]
        );
        let allow = |ranges: &str| format!("nginx.ingress.kubernetes.io/allowlist-source-range: '{ranges}'");
        assert_eq!(
            of(&allow("10.0.0.0/8"), &allow("10.0.0.0/8, 198.51.100.0/24")),
            ["ACCESS+: is reached from other ranges: `10.0.0.0/8`, `198.51.100.0/24`"]
        );
        assert_eq!(of(&allow("10.0.0.0/8"), ""), ["ACCESS+: is reached from other ranges: anybody"]);
        assert_eq!(of("", &allow("10.0.0.0/8")), ["ACCESS-: is reached from fewer ranges: `10.0.0.0/8`"]);
        assert_eq!(of(&allow("10.0.0.0/8,a"), &allow("a, 10.0.0.0/8")), NOTHING);
    }

    #[test]
    fn services() {
        let of = |before: &str, after: &str| {
            let object = "{apiVersion: v1, kind: Service, metadata: {name: i, namespace: n, annotations: {ANNOTATIONS}}, spec: {type: LoadBalancer}}";
            between(object, before, after)
        };
        let scheme = |scheme: &str| format!("service.beta.kubernetes.io/aws-load-balancer-scheme: {scheme}");
        let internal = "service.beta.kubernetes.io/aws-load-balancer-internal: 'true'";
        assert_eq!(
            of("", &scheme("internet-facing")),
            ["ACCESS+: is reached from more places: load balancer `the default` → `internet-facing`"]
        );
        assert_eq!(
            of(internal, ""),
            ["ACCESS+: is reached from more places: load balancer `internal` → `the default`"]
        );
        assert_eq!(of(internal, &scheme("internal")), NOTHING);
        assert_eq!(
            of(&scheme("internet-facing"), &scheme("internal")),
            ["ACCESS-: is reached from fewer places: load balancer `internet-facing` → `internal`"]
        );
        let ranges = |ranges: &str| format!("service.beta.kubernetes.io/load-balancer-source-ranges: '{ranges}'");
        assert_eq!(of(&ranges("a,b"), &ranges("b")), ["ACCESS-: is reached from fewer ranges: `b`"]);
    }
}
