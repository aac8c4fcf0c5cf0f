//! By which hosts, and through what, pods are reached from outside: Ingresses, and routes of the Gateway API.

use super::balancers;
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::{Case, Found, of, say};
use crate::tree::{Node, Value};

/// Kinds that send what comes from outside to Services.
pub(super) const KINDS: &[&str] = &["Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute"];

/// What an Ingress that names none answers to, and a route on all that its gateway listens on.
const ANY: &str = "*";

/// Further hosts of an Ingress, parted by commas
/// (<https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#server-alias>).
const ALIASES: &str = "nginx.ingress.kubernetes.io/server-alias";

pub(super) fn found(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object().filter(|_| !case.with_namespace(pair)) else { return };
    let sides =
        |what: fn(&Manifest) -> Vec<String>| [pair.before, pair.after].map(|side| side.map_or(Vec::new(), what));
    if object.kind() == "Ingress" {
        balancers::found(pair, found);
    }
    let [old, new] = sides(hosts);
    for (rule, here, there, is) in [
        (Rule::AccessMore, &new, &old, "is reached from outside by"),
        (Rule::AccessLess, &old, &new, "is no longer reached by"),
    ] {
        let beyond: Vec<&String> = here.iter().filter(|host| !covers(there, host)).collect();
        // All of them: whoever reads this looks for one.
        let named = beyond.iter().map(|host| say::value(host)).collect::<Vec<_>>().join(", ");
        match beyond.as_slice() {
            [] => {}
            hosts if hosts.iter().any(|host| *host == ANY) => found.push(of(rule, object, format!("{is} every host"))),
            [_] => found.push(of(rule, object, format!("{is} host {named}"))),
            _ => found.push(of(rule, object, format!("{is} hosts {named}"))),
        }
    }
    // Of what comes or goes, its hosts say enough.
    let [old, new] = sides(through);
    let (is_ingress, widens, narrows) = (object.kind() == "Ingress", leaves(&new, &old), leaves(&old, &new));
    let rule = match (pair.is_both(), widens, narrows) {
        (true, true, _) => Rule::AccessMore,
        // What an Ingress without a class is taken by, nobody knows; a route without a gateway is taken by none.
        (true, false, true) if is_ingress => Rule::AccessMore,
        (true, false, true) => Rule::AccessLess,
        _ => return,
    };
    let none = if is_ingress { "the default" } else { "nothing" };
    let named = |through: Vec<String>| if through.is_empty() { none.to_owned() } else { through.join(", ") };
    found.push(of(
        rule,
        object,
        format!("is reached through something else: {}", say::moved(&named(old), &named(new))),
    ));
}

/// Whether one of these ways is none of the others, nor a part of one: a gateway has ports and listeners.
fn leaves(ways: &[String], others: &[String]) -> bool {
    let is_part = |way: &String, wide: &String| {
        way.strip_prefix(wide.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ' ']))
    };
    ways.iter().any(|way| !others.iter().any(|wide| is_part(way, wide)))
}

/// The hosts that it answers to, each once, in its own order: sorted, a tenant's own would stand at another place in each.
fn hosts(object: &Manifest) -> Vec<String> {
    let named = |host: Option<&str>| host.filter(|host| !host.is_empty()).unwrap_or(ANY).to_lowercase();
    let list = |field: &str| object.object.list_at(&["spec", field]).iter();
    let is_inside = |parent: &Node| parent.text_at(&["kind"]) == Some("Service");
    let all: Vec<String> = if object.kind() == "Ingress" {
        let default = object.object.get(&["spec", "defaultBackend"]).map(|_| ANY.to_owned());
        let aliases = object.annotation(ALIASES).unwrap_or_default().split(',').map(str::trim);
        let aliases = aliases.filter(|alias| !alias.is_empty()).map(|alias| named(Some(alias)));
        list("rules").map(|rule| named(rule.text_at(&["host"]))).chain(aliases).chain(default).collect()
    } else if list("parentRefs").len() > 0 && list("parentRefs").all(is_inside) {
        // Of a mesh, which is inside of the cluster.
        Vec::new()
    } else if list("hostnames").len() == 0 {
        vec![ANY.to_owned()]
    } else {
        list("hostnames").map(|host| named(host.as_text())).collect()
    };
    let mut hosts = Vec::new();
    for host in all {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
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
        let port = match parent.get(&["port"]).map(|port| &port.value) {
            Some(Value::Int(port)) => format!(":{port}"),
            _ => String::new(),
        };
        format!("{namespace}/{}{port}{listener}", at("name").unwrap_or_default())
    };
    let gateways = object.object.list_at(&["spec", "parentRefs"]).iter().map(gateway);
    class.into_iter().chain(gateways).collect()
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
            between("", &ingress(&hosts(&["b.example.com", "a.example.com", "b.example.com"]))),
            ["ACCESS+: is reached from outside by hosts `b.example.com`, `a.example.com`"]
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
        let alias = |aliases: &str| {
            let named = format!("namespace: n, annotations: {{nginx.ingress.kubernetes.io/server-alias: '{aliases}'}}");
            ingress(&hosts(&["a.example.com"])).replace("namespace: n", &named)
        };
        assert_eq!(
            between(&alias("b.example.com"), &alias("b.example.com, *.example.org")),
            ["ACCESS+: is reached from outside by host `*.example.org`"]
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
        let two = "parentRefs: [{name: a}, {name: b, port: 443}]";
        assert_eq!(of(two, "parentRefs: [{name: b, port: 443}, {name: a}]"), NOTHING);
        assert_eq!(
            of(two, "parentRefs: [{name: a}]"),
            ["ACCESS-: is reached through something else: `n/a, n/b:443` → `n/a`"]
        );
        assert_eq!(
            of(two, "parentRefs: [{name: a}, {name: b, port: 80}]"),
            ["ACCESS+: is reached through something else: `n/a, n/b:443` → `n/a, n/b:80`"]
        );
        assert_eq!(
            of("parentRefs: [{name: a}]", "parentRefs: [{name: a, sectionName: x}]"),
            ["ACCESS-: is reached through something else: `n/a` → `n/a (x)`"]
        );
        assert_eq!(
            of("parentRefs: [{name: a}]", "parentRefs: [{name: ab}]"),
            ["ACCESS+: is reached through something else: `n/a` → `n/ab`"]
        );
        assert_eq!(
            of("parentRefs: [{name: a}]", ""),
            ["ACCESS-: is reached through something else: `n/a` → `nothing`"]
        );
        // Of a mesh.
        assert_eq!(between("", &route("parentRefs: [{kind: Service, name: a}]")), NOTHING);
    }
}
