//! The evaluator itself, rule by rule. Each test names the sentence of Kubernetes' manual that it stands for.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::policy::{End, Pod, Policies, Port, tcp, udp};

const NODE: &str = "10.0.16.1";
const OTHER_NODE: &str = "10.0.16.2";

fn pod(namespace: &str, labels: &Value, address: &str) -> Pod {
    Pod {
        name: address.to_owned(),
        namespace: namespace.to_owned(),
        labels: serde_json::from_value(labels.clone()).unwrap(),
        addresses: vec![address.parse().unwrap()],
        node: vec![NODE.parse().unwrap()],
        ports: Vec::new(),
    }
}

/// Namespaces `a` and `b`, and these policies in `a`.
fn cluster(specs: &[Value]) -> Policies {
    let mut policies = Policies::default();
    policies.namespace("a", [("team".to_owned(), "red".to_owned())].into());
    policies.namespace("b", [("team".to_owned(), "blue".to_owned())].into());
    for (at, spec) in specs.iter().enumerate() {
        let policy = json!({"metadata": {"name": format!("p{at}"), "namespace": "a"}, "spec": spec});
        policies.add(serde_json::from_value(policy).unwrap()).unwrap();
    }
    policies
}

fn end(pod: &Pod) -> End<'_> {
    pod.ends().next().unwrap()
}

fn at(address: &str) -> End<'static> {
    End::from(address.parse::<IpAddr>().unwrap())
}

fn web() -> Pod {
    pod("a", &json!({"app": "web"}), "10.64.0.1")
}

fn database() -> Pod {
    pod("a", &json!({"app": "db"}), "10.64.0.2")
}

fn foreign() -> Pod {
    pod("b", &json!({"app": "web"}), "10.64.0.3")
}

#[test]
fn without_a_policy_all_is_open() {
    let policies = cluster(&[]);
    assert!(policies.allow(end(&web()), end(&foreign()), tcp(1)));
    assert!(policies.allow(end(&web()), at("192.0.2.1"), udp(9)));
    assert!(policies.allow(at("192.0.2.1"), at("192.0.2.2"), tcp(1)));
}

#[test]
fn each_direction_is_closed_apart() {
    let (web, foreign) = (web(), foreign());
    let ingress = cluster(&[json!({"podSelector": {}, "policyTypes": ["Ingress"]})]);
    assert!(ingress.allow(end(&web), end(&foreign), tcp(80)));
    assert!(!ingress.allow(end(&foreign), end(&web), tcp(80)));
    let egress = cluster(&[json!({"podSelector": {}, "policyTypes": ["Egress"]})]);
    assert!(!egress.allow(end(&web), end(&foreign), tcp(80)));
    assert!(egress.allow(end(&foreign), end(&web), tcp(80)));
}

#[test]
fn both_ends_must_let_it() {
    let (web, database) = (web(), database());
    let out = json!({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Egress"],
        "egress": [{"to": [{"podSelector": {"matchLabels": {"app": "db"}}}]}]});
    let closed = json!({"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]});
    let into = json!({"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]});
    assert!(!cluster(&[out.clone(), closed.clone()]).allow(end(&web), end(&database), tcp(5432)));
    assert!(cluster(&[out, into.clone()]).allow(end(&web), end(&database), tcp(5432)));
    let no_way_out = json!({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Egress"]});
    assert!(!cluster(&[no_way_out, into]).allow(end(&web), end(&database), tcp(5432)));
}

#[test]
fn policies_add_up() {
    let web = web();
    let opens =
        |port: i32| json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"port": port}]}]});
    let closed = json!({"podSelector": {}, "policyTypes": ["Egress"]});
    let policies = cluster(&[opens(1), closed, opens(2)]);
    let open: Vec<i32> = (1..4).filter(|port| policies.allow(end(&web), at("192.0.2.1"), tcp(*port))).collect();
    assert_eq!(open, [1, 2]);
}

#[test]
fn a_policy_holds_in_its_namespace_only() {
    let policies = cluster(&[json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})]);
    let other = pod("b", &json!({}), "10.64.0.9");
    assert!(policies.allow(end(&foreign()), end(&other), tcp(80)));
}

#[test]
fn types_that_are_not_named() {
    let (web, foreign) = (web(), foreign());
    // Always ingress, even where only egress has rules.
    let egress_rules = cluster(&[json!({"podSelector": {}, "egress": [{"ports": [{"port": 443}]}]})]);
    assert!(!egress_rules.allow(end(&foreign), end(&web), tcp(80)));
    assert!(egress_rules.allow(end(&web), at("192.0.2.1"), tcp(443)));
    assert!(!egress_rules.allow(end(&web), at("192.0.2.1"), tcp(80)));
    // An empty list of rules is no rule: egress stays open.
    let no_rules = cluster(&[json!({"podSelector": {}, "egress": []})]);
    assert!(no_rules.allow(end(&web), at("192.0.2.1"), tcp(80)));
    assert!(!no_rules.allow(end(&foreign), end(&web), tcp(80)));
    // A list of types that is empty is as good as none.
    let empty = cluster(&[json!({"podSelector": {}, "policyTypes": []})]);
    assert!(!empty.allow(end(&foreign), end(&web), tcp(80)));
    // A policy without a spec closes every pod of its namespace to the outside.
    let nothing = cluster(&[json!({})]);
    assert!(!nothing.allow(end(&foreign), end(&web), tcp(80)));
    assert!(nothing.allow(end(&web), at("192.0.2.1"), tcp(80)));
}

#[test]
fn rules_of_a_type_that_is_not_named_count_for_nothing() {
    let web = web();
    let policies = cluster(&[
        json!({"podSelector": {}, "policyTypes": ["Egress"], "ingress": [{"ports": [{"port": 1}]}]}),
        json!({"podSelector": {}, "policyTypes": ["Ingress"], "egress": [{}]}),
    ]);
    // Ingress is closed by the second policy, and the first one's rule opens nothing.
    assert!(!policies.allow(end(&foreign()), end(&web), tcp(1)));
    assert!(!policies.allow(end(&web), at("192.0.2.1"), tcp(1)));
}

#[test]
fn a_rule_without_peers_is_for_everyone_and_no_rule_for_nobody() {
    let web = web();
    for rule in [json!({}), json!({"to": []}), json!({"to": [], "ports": []})] {
        let policies = cluster(&[json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [rule]})]);
        assert!(policies.allow(end(&web), at("169.254.169.254"), tcp(80)), "{rule}");
        assert!(policies.allow(end(&web), at("fd00:ec2::254"), udp(80)), "{rule}");
    }
    for rules in [json!([]), Value::Null] {
        let policies = cluster(&[json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": rules})]);
        assert!(!policies.allow(end(&web), at("192.0.2.1"), tcp(80)));
    }
}

#[test]
fn a_namespace_and_a_pod_selector_in_one_peer_must_both_hold() {
    let peers = |peers: Value| cluster(&[json!({"podSelector": {}, "ingress": [{"from": peers}]})]);
    let blue = json!({"namespaceSelector": {"matchLabels": {"team": "blue"}}});
    let web_pods = json!({"podSelector": {"matchLabels": {"app": "web"}}});
    let both = json!({"namespaceSelector": {"matchLabels": {"team": "blue"}},
        "podSelector": {"matchLabels": {"app": "web"}}});
    let from = [web(), foreign(), pod("b", &json!({"app": "db"}), "10.64.0.4")];
    let target = database();
    let who = |policies: &Policies| from.each_ref().map(|from| policies.allow(end(from), end(&target), tcp(1)));
    assert_eq!(who(&peers(json!([both]))), [false, true, false]);
    // Two peers: either is enough; a pod selector alone means the policy's own namespace.
    assert_eq!(who(&peers(json!([blue, web_pods]))), [true, true, true]);
    assert_eq!(who(&peers(json!([web_pods]))), [true, false, false]);
    assert_eq!(who(&peers(json!([blue]))), [false, true, true]);
    assert_eq!(who(&peers(json!([{"namespaceSelector": {}}]))), [true, true, true]);
    assert_eq!(who(&peers(json!([{"podSelector": {}}]))), [true, false, false]);
    let by_name = json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b"}}});
    assert_eq!(who(&peers(json!([by_name]))), [false, true, true]);
    // Selectors are about pods: an address outside is nobody's namespace.
    assert!(!peers(json!([{"namespaceSelector": {}}])).allow(at("192.0.2.1"), end(&target), tcp(1)));
}

#[test]
fn expressions_of_selectors() {
    let isolated = |expression: Value, labels: Value| {
        let policies = cluster(&[json!({"podSelector": {"matchExpressions": [expression]}})]);
        !policies.allow(at("192.0.2.1"), end(&pod("a", &labels, "10.64.0.5")), tcp(1))
    };
    let of = |operator: &str, values: Value| json!({"key": "k", "operator": operator, "values": values});
    let (one, two, none) = (json!({"k": "1"}), json!({"k": "2"}), json!({}));
    let table = [
        (of("In", json!(["1", "3"])), [true, false, false]),
        // A pod without the label is taken too.
        (of("NotIn", json!(["1", "3"])), [false, true, true]),
        (of("Exists", Value::Null), [true, true, false]),
        (of("DoesNotExist", Value::Null), [false, false, true]),
    ];
    for (expression, expected) in table {
        let got = [&one, &two, &none].map(|labels| isolated(expression.clone(), labels.clone()));
        assert_eq!(got, expected, "{expression}");
    }
    // Labels and expressions must all hold.
    let both = json!({"podSelector": {"matchLabels": {"app": "web"},
        "matchExpressions": [{"key": "k", "operator": "Exists"}]}});
    let policies = cluster(&[both]);
    assert!(policies.allow(at("192.0.2.1"), end(&web()), tcp(1)));
    let labelled = pod("a", &json!({"app": "web", "k": ""}), "10.64.0.6");
    assert!(!policies.allow(at("192.0.2.1"), end(&labelled), tcp(1)));
}

#[test]
fn ranges_with_holes() {
    let web = web();
    let open = |blocks: Value, address: &str| {
        let policies = cluster(&[json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": blocks}]})]);
        policies.allow(end(&web), at(address), tcp(1))
    };
    let v4 = json!([{"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.64/26"]}}]);
    let table = [
        ("192.0.1.255", false),
        ("192.0.2.0", true),
        ("192.0.2.63", true),
        ("192.0.2.64", false),
        ("192.0.2.127", false),
    ];
    for (address, expected) in table.into_iter().chain([("192.0.2.128", true), ("192.0.3.0", false)]) {
        assert_eq!(open(v4.clone(), address), expected, "{address}");
    }
    let v6 = json!([{"ipBlock": {"cidr": "2001:db8::/32", "except": ["2001:db8:1::/48"]}}]);
    for (address, expected) in [("2001:db8::1", true), ("2001:db8:1::1", false), ("2001:db9::", false)] {
        assert_eq!(open(v6.clone(), address), expected, "{address}");
    }
    // Everything of one family is nothing of the other, not even in its clothes.
    assert!(!open(json!([{"ipBlock": {"cidr": "0.0.0.0/0"}}]), "2001:db8::1"));
    assert!(!open(json!([{"ipBlock": {"cidr": "0.0.0.0/0"}}]), "::ffff:192.0.2.1"));
    assert!(!open(json!([{"ipBlock": {"cidr": "::/0"}}]), "192.0.2.1"));
    // A hole is a hole of its own range only: another range fills it.
    let filled = json!([v4[0], {"ipBlock": {"cidr": "192.0.2.80/32"}}]);
    assert!(open(filled.clone(), "192.0.2.80"));
    assert!(!open(filled, "192.0.2.81"));
}

#[test]
fn a_range_holds_for_pods_too() {
    let policies = cluster(&[json!({"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Egress"],
        "egress": [{"to": [{"ipBlock": {"cidr": "10.64.0.2/32"}}]}]})]);
    assert!(policies.allow(end(&web()), end(&database()), tcp(1)));
    assert!(!policies.allow(end(&web()), end(&foreign()), tcp(1)));
}

#[test]
fn ports() {
    let web = web();
    let open = |ports: Value, port: Port| {
        let policies = cluster(&[json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": ports}]})]);
        policies.allow(end(&web), at("192.0.2.1"), port)
    };
    let sctp = Port { protocol: "SCTP", number: 53 };
    // Without a protocol it is TCP; without a port, all of the protocol.
    assert!(open(json!([{"port": 53}]), tcp(53)));
    assert!(!open(json!([{"port": 53}]), udp(53)));
    assert!(!open(json!([{"port": 53}]), tcp(54)));
    assert!(open(json!([{"protocol": "UDP"}]), udp(65535)));
    assert!(!open(json!([{"protocol": "UDP"}]), tcp(53)));
    assert!(open(json!([{}]), tcp(7)) && !open(json!([{}]), udp(7)));
    assert!(open(json!([{"protocol": "SCTP", "port": 53}]), sctp));
    assert!(open(json!([]), sctp));
    let range = json!([{"port": 8000, "endPort": 8002}]);
    assert_eq!([7999, 8000, 8002, 8003].map(|port| open(range.clone(), tcp(port))), [false, true, true, false]);
    // A name is the listening pod's; no address outside has any.
    assert!(!open(json!([{"port": "http"}]), tcp(8080)));
    let named = cluster(&[json!({"podSelector": {"matchLabels": {"app": "db"}},
        "ingress": [{"ports": [{"port": "mysql"}]}]})]);
    let listening = Pod { ports: vec![("mysql".to_owned(), tcp(3306))], ..database() };
    assert!(named.allow(end(&web), end(&listening), tcp(3306)));
    assert!(!named.allow(end(&web), end(&listening), tcp(3307)));
    assert!(!named.allow(end(&web), end(&database()), tcp(3306)));
}

#[test]
fn who_and_where_belong_together_in_a_rule() {
    let web = web();
    let policies = cluster(&[json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [
        {"to": [{"ipBlock": {"cidr": "192.0.2.1/32"}}], "ports": [{"port": 1}]},
        {"to": [{"ipBlock": {"cidr": "192.0.2.2/32"}}], "ports": [{"port": 2}]},
    ]})]);
    let open = |address: &str, port: i32| policies.allow(end(&web), at(address), tcp(port));
    assert!(open("192.0.2.1", 1) && open("192.0.2.2", 2));
    assert!(!open("192.0.2.1", 2) && !open("192.0.2.2", 1));
}

#[test]
fn a_pod_reaches_itself_and_its_node() {
    let web = web();
    let policies = cluster(&[json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})]);
    assert!(policies.allow(end(&web), end(&web), tcp(1)));
    assert!(!policies.allow(end(&web), end(&database()), tcp(1)));
    // "Traffic to and from the node where a Pod is running is always allowed", of other nodes only by a rule.
    assert!(policies.allow(at(NODE), end(&web), tcp(1)) && policies.allow(end(&web), at(NODE), tcp(1)));
    assert!(!policies.allow(at(OTHER_NODE), end(&web), tcp(1)) && !policies.allow(end(&web), at(OTHER_NODE), tcp(1)));
}
