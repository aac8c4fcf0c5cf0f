//! By which hosts, and through what, pods are reached from outside: Ingresses, and routes of the Gateway API.

use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::{Case, Found, of, say};
use crate::tree::Node;

/// Kinds that send what comes from outside to Services.
pub(super) const KINDS: &[&str] = &["Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute"];

/// What an Ingress that names none answers to, and a route on all that its gateway listens on.
const ANY: &str = "*";

pub(super) fn found(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object().filter(|_| !case.with_namespace(pair)) else { return };
    let sides =
        |what: fn(&Manifest) -> Vec<String>| [pair.before, pair.after].map(|side| side.map_or(Vec::new(), what));
    let [old, new] = sides(hosts);
    for (rule, here, there, is) in [
        (Rule::AccessMore, &new, &old, "is reached from outside by"),
        (Rule::AccessLess, &old, &new, "is no longer reached by"),
    ] {
        let beyond: Vec<&str> = here.iter().filter(|host| !covers(there, host)).map(String::as_str).collect();
        match beyond.as_slice() {
            [] => {}
            hosts if hosts.contains(&ANY) => found.push(of(rule, object, format!("{is} every host"))),
            [host] => found.push(of(rule, object, format!("{is} host {}", say::value(host)))),
            hosts => found.push(of(rule, object, format!("{is} hosts {}", say::values(hosts.iter().copied())))),
        }
    }
    // Of what comes or goes, its hosts say enough.
    let [old, new] = sides(through);
    if pair.is_both() && old != new {
        let named =
            |through: Vec<String>| if through.is_empty() { "the default".to_owned() } else { through.join(", ") };
        let text = format!("is reached through something else: {}", say::moved(&named(old), &named(new)));
        found.push(of(Rule::AccessMore, object, text));
    }
}

/// The hosts that it answers to, each once.
fn hosts(object: &Manifest) -> Vec<String> {
    let named = |host: Option<&str>| host.filter(|host| !host.is_empty()).unwrap_or(ANY).to_lowercase();
    let mut hosts: Vec<String> = if object.kind() == "Ingress" {
        let rules = object.object.list_at(&["spec", "rules"]).iter();
        let default = object.object.get(&["spec", "defaultBackend"]).map(|_| ANY.to_owned());
        rules.map(|rule| named(rule.text_at(&["host"]))).chain(default).collect()
    } else {
        object.object.list_at(&["spec", "hostnames"]).iter().map(|host| named(host.as_text())).collect()
    };
    if hosts.is_empty() && object.kind() != "Ingress" {
        hosts.push(ANY.to_owned());
    }
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Whether one of these is the host, or stands for it. A `*` in a host stands for one label in an Ingress and for several in a
/// route: what only the latter covers is told.
fn covers(hosts: &[String], host: &str) -> bool {
    let under = |wide: &String| {
        let rest = wide.strip_prefix("*.");
        rest.is_some_and(|rest| host.split_once('.').is_some_and(|(label, below)| !label.is_empty() && below == rest))
    };
    hosts.iter().any(|known| known == host || known == ANY || under(known))
}

/// What it is reached through: a class of Ingress, or gateways.
fn through(object: &Manifest) -> Vec<String> {
    let class = object.object.text_at(&["spec", "ingressClassName"]);
    let class = class.or_else(|| object.annotation("kubernetes.io/ingress.class")).map(str::to_owned);
    let gateway = |parent: &Node| {
        let at = |field: &str| parent.text_at(&[field]);
        let namespace = at("namespace").unwrap_or_else(|| object.namespace());
        let listener = at("sectionName").map(|name| format!(" ({name})")).unwrap_or_default();
        format!("{namespace}/{}{listener}", at("name").unwrap_or_default())
    };
    let gateways = object.object.list_at(&["spec", "parentRefs"]).iter().map(gateway);
    let mut through: Vec<String> = class.into_iter().chain(gateways).collect();
    through.sort();
    through
}

#[cfg(test)]
mod tests {
    use crate::review::rules::access::found;
    use crate::review::rules::testing::of_objects;

    const NOTHING: [&str; 0] = [];

    fn ingress(spec: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i, namespace: n}}, spec: {{{spec}}}}}"
        )
    }

    fn route(spec: &str) -> String {
        let of = "apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute";
        format!("{{{of}, metadata: {{name: r, namespace: n}}, spec: {{{spec}}}}}")
    }

    fn between(before: &str, after: &str) -> Vec<String> {
        let lines = of_objects(found, before, after);
        lines.into_iter().map(|line| line.replace(" Ingress n/i", "").replace(" HTTPRoute n/r", "")).collect()
    }

    #[test]
    fn ingresses() {
        let of = |before: &str, after: &str| between(&ingress(before), &ingress(after));
        let hosts = |hosts: &[&str]| {
            let rules: Vec<String> =
                hosts.iter().map(|host| format!("{{host: '{host}', http: {{paths: []}}}}")).collect();
            format!("rules: [{}]", rules.join(", "))
        };
        assert_eq!(
            of(&hosts(&["a.example.com"]), &hosts(&["b.example.com"])),
            [
                "ACCESS+: is reached from outside by host `b.example.com`",
                "ACCESS-: is no longer reached by host `a.example.com`"
            ]
        );
        assert_eq!(
            between("", &ingress(&hosts(&["a.example.com", "b.example.com", "a.example.com"]))),
            ["ACCESS+: is reached from outside by hosts `a.example.com`, `b.example.com`"]
        );
        assert_eq!(
            between(&ingress(&hosts(&["a.example.com"])), ""),
            ["ACCESS-: is no longer reached by host `a.example.com`"]
        );
        // No host is any, and so is a default.
        assert_eq!(of(&hosts(&["a.example.com"]), &hosts(&[""])), ["ACCESS+: is reached from outside by every host"]);
        let with_default = format!("{}, defaultBackend: {{service: {{name: s}}}}", hosts(&["a.example.com"]));
        assert_eq!(of(&hosts(&["a.example.com"]), &with_default), ["ACCESS+: is reached from outside by every host"]);
        // A label of it, and not two.
        assert_eq!(of(&hosts(&["*.example.com"]), &hosts(&["*.example.com", "A.example.com"])), NOTHING);
        assert_eq!(
            of(&hosts(&["*.example.com"]), &hosts(&["*.example.com", "a.b.example.com"])),
            ["ACCESS+: is reached from outside by host `a.b.example.com`"]
        );
        assert_eq!(
            of("ingressClassName: internal", "ingressClassName: public"),
            ["ACCESS+: is reached through something else: `internal` → `public`"]
        );
        assert_eq!(
            of("", "ingressClassName: public"),
            ["ACCESS+: is reached through something else: `the default` → `public`"]
        );
        let path = |path: &str| format!("rules: [{{host: a.example.com, http: {{paths: [{{path: {path}}}]}}}}]");
        assert_eq!(of(&path("/a"), &path("/b")), NOTHING);
    }

    #[test]
    fn routes() {
        let of = |before: &str, after: &str| between(&route(before), &route(after));
        assert_eq!(of("hostnames: [a.example.com]", ""), ["ACCESS+: is reached from outside by every host"]);
        assert_eq!(of("", "hostnames: [a.example.com]"), ["ACCESS-: is no longer reached by every host"]);
        assert_eq!(
            of("parentRefs: [{name: inner}]", "parentRefs: [{name: public, namespace: gateways, sectionName: https}]"),
            ["ACCESS+: is reached through something else: `n/inner` → `gateways/public (https)`"]
        );
    }
}
