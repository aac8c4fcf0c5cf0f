//! The meaning of `networking.k8s.io/v1` NetworkPolicies.
//!
//! Source: <https://kubernetes.io/docs/concepts/services-networking/network-policies/> and the API's reference. What
//! they leave open is taken so:
//! - A policy sees the addresses that a test names. Whether a Service's address is rewritten before or after is up to
//!   the network plugin, so a test asks for both.
//! - An `ipBlock` holds for pods' addresses too, as Kubernetes' own conformance tests want it.
//! - A pod of the host's network is its node: an address without a pod. No policy selects it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::valid;

/// Labels.
pub(crate) type Labels = BTreeMap<String, String>;

/// The label that the API server itself gives to every namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A pod that runs, with an address in each family that the cluster has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) labels: Labels,
    pub(crate) addresses: Vec<IpAddr>,
    /// The addresses of its node.
    pub(crate) node: Vec<IpAddr>,
    /// Its containers' ports that have a name.
    pub(crate) ports: Vec<(String, Port)>,
}

/// One end of a connection: an address, and the pod that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'a> {
    pub(crate) address: IpAddr,
    pub(crate) pod: Option<&'a Pod>,
}

/// A port with its protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Port {
    pub(crate) protocol: &'static str,
    pub(crate) number: i32,
}

/// A port of TCP.
pub(crate) const fn tcp(number: i32) -> Port {
    Port { protocol: "TCP", number }
}

/// A port of UDP.
pub(crate) const fn udp(number: i32) -> Port {
    Port { protocol: "UDP", number }
}

impl From<IpAddr> for End<'_> {
    fn from(address: IpAddr) -> Self {
        Self { address, pod: None }
    }
}

impl Pod {
    /// The pod by each of its addresses.
    pub(crate) fn ends(&self) -> impl Iterator<Item = End<'_>> {
        self.addresses.iter().map(|address| End { address: *address, pod: Some(self) })
    }
}

/// All that decides about a connection.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    /// The namespaces with their labels.
    namespaces: BTreeMap<String, Labels>,
    policies: Vec<NetworkPolicy>,
}

#[derive(Clone, Copy)]
enum Direction {
    Ingress,
    Egress,
}

/// A rule of either direction: who, and on which ports.
type Rule<'a> = (&'a Option<Vec<NetworkPolicyPeer>>, &'a Option<Vec<NetworkPolicyPort>>);

impl Policies {
    pub(crate) fn namespace(&mut self, name: &str, mut labels: Labels) {
        labels.insert(NAME_LABEL.to_owned(), name.to_owned());
        self.namespaces.insert(name.to_owned(), labels);
    }

    /// Adds a policy that the API server would take.
    pub(crate) fn add(&mut self, policy: NetworkPolicy) -> Result<(), String> {
        valid::policy(&policy)?;
        self.policies.push(policy);
        Ok(())
    }

    /// The policies of a namespace.
    pub(crate) fn of(&self, namespace: &str) -> impl Iterator<Item = &NetworkPolicy> {
        self.policies.iter().filter(move |policy| policy.metadata.namespace.as_deref() == Some(namespace))
    }

    /// The same namespaces with the policies of one name only.
    pub(crate) fn only(&self, name: &str) -> Self {
        let named = self.policies.iter().filter(|policy| policy.metadata.name.as_deref() == Some(name));
        Self { namespaces: self.namespaces.clone(), policies: named.cloned().collect() }
    }

    /// Whether a connection comes about: both ends must let it.
    pub(crate) fn allow(&self, from: End<'_>, to: End<'_>, port: Port) -> bool {
        // No policy comes between a pod and itself.
        let itself = from.pod.zip(to.pod).is_some_and(|(from, to)| std::ptr::eq(from, to));
        itself || self.lets(Direction::Egress, from, to, port, to) && self.lets(Direction::Ingress, to, from, port, to)
    }

    /// Whether the policies of one end let it talk with its peer. `target` is the end that listens on the port.
    fn lets(&self, direction: Direction, own: End<'_>, peer: End<'_>, port: Port, target: End<'_>) -> bool {
        let Some(pod) = own.pod else { return true };
        // Nor between a pod and the node under it: the kubelet's probes come from there.
        if peer.pod.is_none() && pod.node.contains(&peer.address) {
            return true;
        }
        let mut isolated = false;
        for policy in self.of(&pod.namespace).filter(|policy| applies(policy, direction, pod)) {
            isolated = true;
            let allowed = rules(policy, direction).into_iter().any(|(peers, ports)| {
                // No list and an empty list say the same here: everyone, every port.
                let peers = peers.as_deref().unwrap_or_default();
                let ports = ports.as_deref().unwrap_or_default();
                (ports.is_empty() || ports.iter().any(|one| is_port(one, port, target)))
                    && (peers.is_empty() || peers.iter().any(|one| self.is_peer(one, &pod.namespace, peer)))
            });
            if allowed {
                return true;
            }
        }
        !isolated
    }

    fn is_peer(&self, peer: &NetworkPolicyPeer, own_namespace: &str, end: End<'_>) -> bool {
        if let Some(block) = &peer.ip_block {
            return in_block(block, end.address);
        }
        let Some(pod) = end.pod else { return false };
        let namespace = match &peer.namespace_selector {
            None => pod.namespace == own_namespace,
            Some(selector) => self.namespaces.get(&pod.namespace).is_some_and(|labels| selects(selector, labels)),
        };
        namespace && peer.pod_selector.as_ref().is_none_or(|selector| selects(selector, &pod.labels))
    }
}

fn applies(policy: &NetworkPolicy, direction: Direction, pod: &Pod) -> bool {
    let spec = policy.spec.as_ref();
    let types = spec.and_then(|spec| spec.policy_types.as_deref()).unwrap_or_default();
    let is_of = |name: &str| types.iter().any(|own| own == name);
    // Without types a policy is of ingress, and of egress if it has rules for it.
    let of_direction = match direction {
        Direction::Ingress => is_of("Ingress") || types.is_empty(),
        Direction::Egress => is_of("Egress") || types.is_empty() && !rules(policy, direction).is_empty(),
    };
    let selector = spec.and_then(|spec| spec.pod_selector.as_ref());
    of_direction && selector.is_none_or(|selector| selects(selector, &pod.labels))
}

fn rules(policy: &NetworkPolicy, direction: Direction) -> Vec<Rule<'_>> {
    let Some(spec) = &policy.spec else { return Vec::new() };
    match direction {
        Direction::Ingress => spec.ingress.iter().flatten().map(|rule| (&rule.from, &rule.ports)).collect(),
        Direction::Egress => spec.egress.iter().flatten().map(|rule| (&rule.to, &rule.ports)).collect(),
    }
}

/// Whether a selector takes these labels. An empty one takes all.
fn selects(selector: &LabelSelector, labels: &Labels) -> bool {
    selector.match_labels.iter().flatten().all(|(key, value)| labels.get(key) == Some(value))
        && selector.match_expressions.iter().flatten().all(|requirement| meets(requirement, labels))
}

fn meets(requirement: &LabelSelectorRequirement, labels: &Labels) -> bool {
    let own = labels.get(&requirement.key);
    let named = own.is_some_and(|own| requirement.values.iter().flatten().any(|value| value == own));
    match requirement.operator.as_str() {
        "In" => named,
        // A label that is not there is not in the list either.
        "NotIn" => !named,
        "Exists" => own.is_some(),
        "DoesNotExist" => own.is_none(),
        other => unreachable!("`{other}` is no operator, and was refused"),
    }
}

fn in_block(block: &IPBlock, address: IpAddr) -> bool {
    // A range of one family holds no address of the other.
    let holds = |cidr: &String| cidr.parse::<IpNet>().expect("ranges were checked").contains(&address);
    holds(&block.cidr) && !block.except.iter().flatten().any(holds)
}

fn is_port(entry: &NetworkPolicyPort, port: Port, target: End<'_>) -> bool {
    if entry.protocol.as_deref().unwrap_or("TCP") != port.protocol {
        return false;
    }
    match &entry.port {
        None => true,
        Some(IntOrString::Int(first)) => (*first..=entry.end_port.unwrap_or(*first)).contains(&port.number),
        // A name means what the pod that listens means by it; an address means nothing by it.
        Some(IntOrString::String(name)) => {
            target.pod.is_some_and(|pod| pod.ports.iter().any(|(own, number)| own == name && *number == port))
        }
    }
}
