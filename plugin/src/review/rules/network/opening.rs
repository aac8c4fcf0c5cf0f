//! What a NetworkPolicy opens, piece by piece: a direction, a peer, a port.

use ipnet::IpNet;

use super::ranges::Addresses;
use crate::render::Manifest;
use crate::review::rules::say;
use crate::tree::{Node, Value};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

/// Who is reached, or reaches.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Peer<'a> {
    Anybody,
    Range {
        net: IpNet,
        except: Vec<IpNet>,
    },
    /// Pods by labels, or what cannot be read.
    Selected(&'a Node),
}

/// A port of a protocol, or some.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Port<'a> {
    Any,
    All(&'a str),
    Numbers { protocol: &'a str, first: i64, last: i64 },
    Named { protocol: &'a str, name: &'a str },
}

/// One thing that a policy opens.
#[derive(Clone, Debug)]
pub(super) struct Opening<'a> {
    pub(super) policy: &'a Manifest,
    /// The namespace's name at the later side, where the policy was moved.
    namespace: &'a str,
    pub(super) direction: Direction,
    pub(super) peer: Peer<'a>,
    pub(super) port: Port<'a>,
}

impl Opening<'_> {
    /// Whether it is about all pods that another is about, the same way.
    pub(super) fn is_alike(&self, other: &Opening<'_>) -> bool {
        self.namespace == other.namespace
            && self.direction == other.direction
            && selects_all_of(self.policy, other.policy)
    }

    /// Whether others open all of it, each a part.
    pub(super) fn is_covered(&self, others: &[Opening<'_>]) -> bool {
        let mut others = others.iter().filter(|other| other.is_alike(self) && other.port.covers(&self.port));
        let Peer::Range { net, except } = &self.peer else {
            return others.any(|other| matches!(other.peer, Peer::Anybody) || other.peer == self.peer);
        };
        let mut left = Addresses::of(net, except);
        for other in others {
            left = match &other.peer {
                Peer::Anybody => return true,
                Peer::Range { net, except } => left.without(&Addresses::of(net, except)),
                Peer::Selected(_) => left,
            };
        }
        left.is_empty()
    }

    pub(super) fn pods(&self) -> String {
        pods(self.policy)
    }
}

impl Peer<'_> {
    pub(super) fn said(&self) -> String {
        match self {
            Peer::Anybody => "anybody".to_owned(),
            Peer::Range { net, .. } => say::value(&net.to_string()),
            Peer::Selected(node) => selected(node),
        }
    }
}

impl Port<'_> {
    pub(super) fn covers(&self, other: &Port<'_>) -> bool {
        match (self, other) {
            (Port::Any, _) => true,
            (Port::All(ours), Port::All(theirs)) => ours == theirs,
            (Port::All(ours), Port::Numbers { protocol, .. } | Port::Named { protocol, .. }) => ours == protocol,
            (
                Port::Numbers { protocol, first, last },
                Port::Numbers { protocol: other, first: inner_first, last: inner_last },
            ) => protocol == other && first <= inner_first && inner_last <= last,
            (ours, theirs) => ours == theirs,
        }
    }

    pub(super) fn said(&self) -> String {
        match self {
            Port::Any => "any port".to_owned(),
            Port::All(protocol) => format!("any {protocol} port"),
            Port::Numbers { protocol, first, last } if first == last => format!("{protocol} {first}"),
            Port::Numbers { protocol, first, last } => format!("{protocol} {first}-{last}"),
            Port::Named { protocol, name } => format!("{protocol} {}", say::value(name)),
        }
    }
}

/// All that a policy opens. `namespace` is what its own is called at the later side.
pub(super) fn openings<'a>(policy: &'a Manifest, namespace: &'a str) -> Vec<Opening<'a>> {
    let mut all = Vec::new();
    for (direction, field, peers_field) in
        [(Direction::Ingress, "ingress", "from"), (Direction::Egress, "egress", "to")]
    {
        for rule in policy.object.list_at(&["spec", field]) {
            let mut peers: Vec<Peer<'_>> = rule.list_at(&[peers_field]).iter().map(peer).collect();
            let mut ports: Vec<Port<'_>> = rule.list_at(&["ports"]).iter().map(port).collect();
            // To Kubernetes an empty list is everybody.
            if peers.is_empty() {
                peers.push(Peer::Anybody);
            }
            if ports.is_empty() {
                ports.push(Port::Any);
            }
            for peer in peers {
                let opening =
                    |port: &Port<'a>| Opening { policy, namespace, direction, peer: peer.clone(), port: port.clone() };
                all.extend(ports.iter().map(opening));
            }
        }
    }
    all
}

fn peer(node: &Node) -> Peer<'_> {
    let range = |text: &str| text.parse().ok();
    match node.text_at(&["ipBlock", "cidr"]).and_then(range) {
        Some(net) => {
            let except = node.list_at(&["ipBlock", "except"]);
            Peer::Range { net, except: except.iter().filter_map(Node::as_text).filter_map(range).collect() }
        }
        None => Peer::Selected(node),
    }
}

fn port(node: &Node) -> Port<'_> {
    let protocol = node.text_at(&["protocol"]).unwrap_or("TCP");
    let number = |key| match node.get(&[key])?.value {
        Value::Int(number) => Some(number),
        _ => None,
    };
    match (number("port"), node.text_at(&["port"])) {
        (Some(first), _) => Port::Numbers { protocol, first, last: number("endPort").unwrap_or(first) },
        (None, Some(name)) => Port::Named { protocol, name },
        (None, None) => Port::All(protocol),
    }
}

/// Pods by their namespace's name and their labels, where that is what selects them.
fn selected(node: &Node) -> String {
    let labels = |key: &str| -> Vec<String> {
        let map = node.get(&[key, "matchLabels"]).and_then(Node::as_map);
        let pairs = map.into_iter().flat_map(crate::tree::Map::iter);
        pairs.map(|entry| (entry.key.as_str(), entry.node.as_text().unwrap_or_default())).map(said).collect()
    };
    let (pods, namespaces) = (labels("podSelector"), labels("namespaceSelector"));
    let pods = if pods.is_empty() { "pods".to_owned() } else { format!("pods {}", pods.join(" ")) };
    match (node.get(&["namespaceSelector"]), namespaces.as_slice()) {
        (None, _) => format!("{pods} of the namespace"),
        (Some(_), []) => format!("{pods} of other namespaces"),
        (Some(_), all) => format!("{pods} of namespace {}", all.join(" ")),
    }
}

fn said((key, value): (&str, &str)) -> String {
    match key {
        "kubernetes.io/metadata.name" => say::value(value),
        key => say::value(&format!("{key}={value}")),
    }
}

/// The pods that a policy is about.
pub(super) fn pods(policy: &Manifest) -> String {
    let labels = policy.object.get(&["spec", "podSelector", "matchLabels"]).and_then(Node::as_map);
    match labels {
        _ if selects_all(policy) => "pods".to_owned(),
        Some(labels) => {
            let all: Vec<String> = labels
                .iter()
                .map(|entry| said((entry.key.as_str(), entry.node.as_text().unwrap_or_default())))
                .collect();
            format!("pods {}", all.join(" "))
        }
        None => "some pods".to_owned(),
    }
}

/// Whether a policy is about every pod of its namespace.
pub(super) fn selects_all(policy: &Manifest) -> bool {
    let labels = policy.object.get(&["spec", "podSelector", "matchLabels"]).and_then(Node::as_map);
    labels.is_none_or(crate::tree::Map::is_empty)
        && policy.object.list_at(&["spec", "podSelector", "matchExpressions"]).is_empty()
}

/// Whether a policy is about all pods that another is about: it asks for nothing that the other does not ask for too.
pub(super) fn selects_all_of(one: &Manifest, other: &Manifest) -> bool {
    let selector = |policy: &'_ Manifest| policy.object.get(&["spec", "podSelector"]).cloned();
    if selects_all(one) || selector(one) == selector(other) {
        return true;
    }
    let has_more = one.object.get(&["spec", "podSelector", "matchExpressions"]).is_some();
    let labels = |policy: &'_ Manifest| {
        policy.object.get(&["spec", "podSelector", "matchLabels"]).and_then(Node::as_map).cloned()
    };
    let (ours, theirs) = (labels(one).unwrap_or_default(), labels(other).unwrap_or_default());
    !has_more && ours.iter().all(|entry| theirs.get(&entry.key) == Some(&entry.node))
}

/// Whether a policy closes its pods, but for what is opened. As Kubernetes has it where no types are given.
pub(super) fn closes(policy: &Manifest, direction: Direction) -> bool {
    let types = policy.object.list_at(&["spec", "policyTypes"]);
    let word = match direction {
        Direction::Ingress => "Ingress",
        Direction::Egress => "Egress",
    };
    match (types, direction) {
        ([], Direction::Ingress) => true,
        ([], Direction::Egress) => policy.object.get(&["spec", "egress"]).is_some(),
        (types, _) => types.iter().any(|node| node.as_text() == Some(word)),
    }
}
