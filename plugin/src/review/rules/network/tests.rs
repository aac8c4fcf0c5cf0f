use super::found;
use crate::review::rules::testing::{of_fleet, of_objects};

const NOTHING: [&str; 0] = [];
const GLOBEX: &str = "tenants/globex/tenant.yaml";
/// Closes all pods, so that what is opened is all that is open.
const DENY: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: n}, \
                    spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}\n---\n";

fn policy(name: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: n}}, spec: {{{spec}}}}}"
    )
}

fn egress(to: &str, ports: &str) -> String {
    policy("p", &format!("podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{to}], ports: [{ports}]}}]"))
}

fn of(before: &str, after: &str) -> Vec<String> {
    let lines = of_objects(found, &format!("{DENY}{before}"), &format!("{DENY}{after}"));
    lines.into_iter().map(|line| line.replace(" NetworkPolicy n/p", "")).collect()
}

fn block(cidr: &str) -> String {
    format!("{{ipBlock: {{cidr: {cidr}}}}}")
}

#[test]
fn opened_and_closed() {
    let one = egress(&block("10.0.0.0/24"), "{port: 443}");
    assert_eq!(of("", &one), ["ACCESS+: pods may reach `10.0.0.0/24` on TCP 443"]);
    assert_eq!(of(&one, ""), ["ACCESS-: pods may no longer reach `10.0.0.0/24` on TCP 443"]);
    let more = egress(&block("10.0.0.0/24"), "{port: 443}, {port: 53, protocol: UDP}");
    assert_eq!(of(&one, &more), ["ACCESS+: pods may reach `10.0.0.0/24` on UDP 53"]);
    assert_eq!(of("", &egress("", "{port: 1, endPort: 9}")), ["ACCESS+: pods may reach anybody on TCP 1-9"]);
    assert_eq!(of("", &egress(&block("10.0.0.0/24"), "")), ["ACCESS+: pods may reach `10.0.0.0/24` on any port"]);
    // Another policy opens it already, or still does.
    let both = format!("{one}\n---\n{}", egress(&block("10.0.0.0/16"), "{port: 443}").replace("name: p", "name: q"));
    let wide = egress(&block("10.0.0.0/16"), "{port: 443}").replace("name: p", "name: q");
    assert_eq!(of(&wide, &both), NOTHING);
    assert_eq!(of(&both, &wide), NOTHING);
    // The same, in another policy and another order.
    assert_eq!(of(&one, &one.replace("name: p", "name: q").replace("{to:", "{x: 1, to:")), NOTHING);
    let range = egress(&block("10.0.0.0/24"), "{port: 400, endPort: 500}");
    assert_eq!(of(&one, &range), ["ACCESS+: pods may reach `10.0.0.0/24` on TCP 400-500"]);
    assert_eq!(of(&range, &one), ["ACCESS-: pods may no longer reach `10.0.0.0/24` on TCP 400-500"]);
}

#[test]
fn ranges() {
    let (wide, narrow) = (egress(&block("10.0.0.0/24"), "{port: 1}"), egress(&block("10.0.0.0/25"), "{port: 1}"));
    assert_eq!(of(&wide, &narrow), ["ACCESS-: pods may no longer reach all of `10.0.0.0/24` on TCP 1"]);
    assert_eq!(of(&narrow, &wide), ["ACCESS+: pods may reach all of `10.0.0.0/24` on TCP 1"]);
    let holes = |holes: &str| egress(&format!("{{ipBlock: {{cidr: 0.0.0.0/0, except: [{holes}]}}}}"), "{port: 1}");
    assert_eq!(of(&holes("10.0.0.0/8"), &holes("")), ["ACCESS+: pods may reach `10.0.0.0/8` on TCP 1"]);
    assert_eq!(
        of(&holes("10.0.0.0/8"), &holes("10.0.0.0/8, 1.0.0.0/8")),
        ["ACCESS-: pods may no longer reach `1.0.0.0/8` on TCP 1"]
    );
    // Part of what was open, beside the hole.
    assert_eq!(of(&holes("11.0.0.0/8"), &wide), ["ACCESS-: pods may no longer reach all of `0.0.0.0/0` on TCP 1"]);
    assert_eq!(
        of(&wide, &egress(&block("2001:db8::/32"), "{port: 1}")),
        [
            "ACCESS+: pods may reach `2001:db8::/32` on TCP 1",
            "ACCESS-: pods may no longer reach `10.0.0.0/24` on TCP 1"
        ]
    );
}

#[test]
fn peers_by_label() {
    let from = |peer: &str| {
        policy(
            "p",
            &format!("podSelector: {{}}, policyTypes: [Ingress], ingress: [{{from: [{peer}], ports: [{{port: 1}}]}}]"),
        )
    };
    let named = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}";
    assert_eq!(of("", &from(named)), ["ACCESS+: pods of namespace `a` may reach pods on TCP 1"]);
    assert_eq!(
        of(&from(named), &from("{podSelector: {matchLabels: {app: x}}}")),
        [
            "ACCESS+: pods `app=x` of the namespace may reach pods on TCP 1",
            "ACCESS-: pods of namespace `a` may no longer reach pods on TCP 1"
        ]
    );
    assert_eq!(of(&from(named), &from("")), ["ACCESS+: anybody may reach pods on TCP 1"]);
    let some =
        egress(&block("10.0.0.0/24"), "{port: 1}").replace("podSelector: {}", "podSelector: {matchLabels: {a: b}}");
    assert_eq!(of("", &some), ["ACCESS+: pods `a=b` may reach `10.0.0.0/24` on TCP 1"]);
}

#[test]
fn a_policy_that_closed_is_gone() {
    let closed = |name: &str| policy(name, "podSelector: {}, policyTypes: [Ingress, Egress]");
    assert_eq!(
        of_objects(found, &closed("p"), ""),
        [
            "ACCESS+ NetworkPolicy n/p: anybody may reach pods: nothing closes them any more",
            "ACCESS+ NetworkPolicy n/p: pods may reach anybody: nothing closes them any more"
        ]
    );
    assert_eq!(
        of_objects(found, "", &closed("p")),
        [
            "ACCESS- NetworkPolicy n/p: pods are closed: nobody reaches them but who is let in",
            "ACCESS- NetworkPolicy n/p: pods are closed: they reach nobody but who is let out"
        ]
    );
    assert_eq!(of(&closed("p"), ""), NOTHING);
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: n}}\n---\n";
    assert_eq!(of_objects(found, &format!("{namespace}{}", closed("p")), ""), NOTHING);
}

#[test]
fn pod_security() {
    let namespace =
        |labels: &str| format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: n, labels: {{{labels}}}}}}}");
    let level = |level: &str| namespace(&format!("pod-security.kubernetes.io/enforce: {level}"));
    let of = |before: &str, after: &str| of_objects(found, before, after);
    let loose = "ACCESS+ Namespace n: Pod Security `restricted` → ";
    assert_eq!(of(&level("restricted"), &level("baseline")), [format!("{loose}`baseline`")]);
    assert_eq!(of(&level("restricted"), &namespace("")), [format!("{loose}`privileged`")]);
    assert_eq!(of(&namespace(""), &level("baseline")), ["ACCESS- Namespace n: Pod Security `privileged` → `baseline`"]);
    assert_eq!(of(&level("baseline"), &namespace("a: b, pod-security.kubernetes.io/enforce: baseline")), NOTHING);
}

#[test]
fn a_tenant() {
    let edit = (GLOBEX, "203.0.113.0/24, ports: [5439]", "203.0.113.0/25, ports: [5432, 5439]");
    assert_eq!(
        of_fleet(found, "tenants/globex", &[edit]),
        [
            "ACCESS+ NetworkPolicy t-globex/own-egress-warehouse: pods may reach `203.0.113.0/25` on TCP 5432",
            "ACCESS- NetworkPolicy t-globex/own-egress-warehouse: pods may no longer reach all of `203.0.113.0/24` on TCP 5439"
        ]
    );
    let blocked = ("platform.yaml", "blocked: [10.0.0.0/8, ", "blocked: [10.0.0.0/8, 192.168.0.0/16, ");
    let line = "ACCESS- NetworkPolicy t-globex/egress-mlflow: pods may no longer reach `192.168.0.0/16` on TCP 443";
    assert!(of_fleet(found, "tenants/globex", &[blocked]).contains(&line.to_owned()));
}

/// What closed all pods closes some, and nothing else closes the others.
#[test]
fn a_policy_that_closes_less() {
    let closes = |name: &str, selector: &str| policy(name, &format!("podSelector: {selector}, policyTypes: [Egress]"));
    let (all, some) = (closes("p", "{}"), closes("p", "{matchLabels: {app: x}}"));
    assert_eq!(
        of_objects(found, &all, &some),
        ["ACCESS+ NetworkPolicy n/p: pods may reach anybody: nothing closes all of them any more"]
    );
    assert_eq!(
        of_objects(found, &some, &all),
        ["ACCESS- NetworkPolicy n/p: pods are closed: they reach nobody but who is let out"]
    );
    assert_eq!(of(&all, &some), NOTHING);
    let expression = closes("p", "{matchExpressions: [{key: app, operator: In, values: [none]}]}");
    assert_eq!(of_objects(found, &all, &expression).len(), 1);
    // What asks for less is about more pods.
    let narrow = closes("p", "{matchLabels: {app: x, tier: y}}");
    assert_eq!(
        of_objects(found, &narrow, &some),
        ["ACCESS- NetworkPolicy n/p: pods `app=x` are closed: they reach nobody but who is let out"]
    );
    let moved = all.replace("namespace: n", "namespace: m");
    assert_eq!(of_objects(found, &all, &moved), NOTHING);
}

#[test]
fn a_range_in_parts() {
    let whole = egress(&block("203.0.113.0/24"), "{port: 1}");
    let parts = egress(&format!("{}, {}", block("203.0.113.0/25"), block("203.0.113.128/25")), "{port: 1}");
    assert_eq!(of(&whole, &parts), NOTHING);
    assert_eq!(of(&parts, &whole), NOTHING);
    let hole = egress("{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.128/25]}}", "{port: 1}");
    assert_eq!(of(&hole, &egress(&block("203.0.113.0/25"), "{port: 1}")), NOTHING);
    let gap = egress(&format!("{}, {}", block("203.0.113.0/25"), block("203.0.113.128/26")), "{port: 1}");
    assert_eq!(of(&whole, &gap), ["ACCESS-: pods may no longer reach all of `203.0.113.0/24` on TCP 1"]);
}
