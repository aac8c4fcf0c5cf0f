//! What the API server refuses in a NetworkPolicy.
//!
//! Source: Kubernetes' `pkg/apis/networking/validation`. CI has no API server, and a policy that is refused fences
//! nobody.

use ipnet::IpNet;
use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::{Value, json};

type Checked = Result<(), String>;

/// Checks a policy, as the API server does before it takes one.
pub(crate) fn policy(policy: &NetworkPolicy) -> Checked {
    let name = policy.metadata.name.as_deref().unwrap_or_default();
    let spec = policy.spec.clone().unwrap_or_default();
    let all = || -> Checked {
        spec.pod_selector.iter().try_for_each(selector)?;
        for kind in spec.policy_types.iter().flatten() {
            ensure(["Ingress", "Egress"].contains(&kind.as_str()), || format!("`{kind}` is no policy type"))?;
        }
        for rule in spec.ingress.iter().flatten() {
            rule.from.iter().flatten().try_for_each(peer)?;
            rule.ports.iter().flatten().try_for_each(port)?;
        }
        for rule in spec.egress.iter().flatten() {
            rule.to.iter().flatten().try_for_each(peer)?;
            rule.ports.iter().flatten().try_for_each(port)?;
        }
        Ok(())
    };
    all().map_err(|reason| format!("network policy `{name}`: {reason}"))
}

fn ensure(holds: bool, reason: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(reason()) }
}

fn peer(peer: &NetworkPolicyPeer) -> Checked {
    let selectors = [&peer.namespace_selector, &peer.pod_selector];
    let selected = selectors.iter().any(|selector| selector.is_some());
    ensure(selected || peer.ip_block.is_some(), || "a peer names nobody".to_owned())?;
    ensure(!(selected && peer.ip_block.is_some()), || "a peer has `ipBlock` and a selector".to_owned())?;
    selectors.into_iter().flatten().try_for_each(selector)?;
    peer.ip_block.iter().try_for_each(block)
}

fn selector(selector: &LabelSelector) -> Checked {
    for requirement in selector.match_expressions.iter().flatten() {
        let values = requirement.values.iter().flatten().count();
        let (operator, key) = (requirement.operator.as_str(), &requirement.key);
        match operator {
            "In" | "NotIn" => ensure(values > 0, || format!("`{operator}` of `{key}` has no values"))?,
            "Exists" | "DoesNotExist" => ensure(values == 0, || format!("`{operator}` of `{key}` has values"))?,
            _ => return Err(format!("`{operator}` is no operator")),
        }
    }
    Ok(())
}

fn block(block: &IPBlock) -> Checked {
    let whole = range(&block.cidr)?;
    for except in block.except.iter().flatten() {
        let hole = range(except)?;
        ensure(whole != hole && whole.contains(&hole), || format!("`{except}` is no part of `{}`", block.cidr))?;
    }
    Ok(())
}

/// A range. Host bits that are set draw a warning from today's API servers, and an error from tomorrow's.
fn range(text: &str) -> Result<IpNet, String> {
    let range: IpNet = text.parse().map_err(|_| format!("`{text}` is no range"))?;
    ensure(range.trunc() == range, || format!("`{text}` has host bits"))?;
    Ok(range)
}

fn port(entry: &NetworkPolicyPort) -> Checked {
    let protocol = entry.protocol.as_deref().unwrap_or("TCP");
    ensure(["TCP", "UDP", "SCTP"].contains(&protocol), || format!("`{protocol}` is no protocol"))?;
    let number = |number: i32| ensure((1..=65535).contains(&number), || format!("`{number}` is no port"));
    match (&entry.port, entry.end_port) {
        (Some(IntOrString::Int(first)), last) => {
            number(*first)?;
            number(last.unwrap_or(*first))?;
            ensure(last.is_none_or(|last| last >= *first), || format!("`endPort` is below `{first}`"))
        }
        (Some(IntOrString::String(name)), None) => {
            let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            let fits = (1..=15).contains(&name.len()) && name.bytes().all(known);
            ensure(fits && name.bytes().any(|byte| byte.is_ascii_lowercase()), || format!("`{name}` is no port's name"))
        }
        (None, None) => Ok(()),
        (_, Some(_)) => Err("`endPort` without a number in `port`".to_owned()),
    }
}

#[test]
fn what_the_api_server_refuses() {
    let egress = |rule: Value| json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [rule]});
    let block = |block: Value| egress(json!({"to": [{"ipBlock": block}]}));
    let port = |port: Value| egress(json!({"ports": [port]}));
    let select = |expression: Value| json!({"podSelector": {"matchExpressions": [expression]}});
    let table = [
        (json!({"policyTypes": ["egress"]}), "`egress` is no policy type"),
        (egress(json!({"to": [{}]})), "a peer names nobody"),
        (
            egress(json!({"to": [{"ipBlock": {"cidr": "::/0"}, "podSelector": {}}]})),
            "a peer has `ipBlock` and a selector",
        ),
        (block(json!({"cidr": "192.0.2.0"})), "`192.0.2.0` is no range"),
        (block(json!({"cidr": "192.0.2.1/24"})), "`192.0.2.1/24` has host bits"),
        (block(json!({"cidr": "::/0", "except": ["::/0"]})), "`::/0` is no part of `::/0`"),
        (block(json!({"cidr": "::/0", "except": ["10.0.0.0/8"]})), "`10.0.0.0/8` is no part of `::/0`"),
        (port(json!({"port": 0})), "`0` is no port"),
        (port(json!({"port": 65536})), "`65536` is no port"),
        (port(json!({"port": 9, "endPort": 8})), "`endPort` is below `9`"),
        (port(json!({"endPort": 8})), "`endPort` without a number in `port`"),
        (port(json!({"port": "http", "endPort": 8})), "`endPort` without a number in `port`"),
        (port(json!({"port": "443"})), "`443` is no port's name"),
        (port(json!({"protocol": "tcp"})), "`tcp` is no protocol"),
        (select(json!({"key": "k", "operator": "In"})), "`In` of `k` has no values"),
        (select(json!({"key": "k", "operator": "Exists", "values": ["v"]})), "`Exists` of `k` has values"),
        (select(json!({"key": "k", "operator": "Gt", "values": ["1"]})), "`Gt` is no operator"),
    ];
    for (spec, reason) in table {
        let refused = serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": spec})).unwrap();
        assert_eq!(policy(&refused).unwrap_err(), format!("network policy `p`: {reason}"));
    }
}
