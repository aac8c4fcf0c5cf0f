//! What the network policies open.

use serde::Serialize;

use super::Texts;
use crate::spec::value::{Cidr, Port};

/// What the network policies open.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPlan {
    /// Where names are looked up.
    pub dns: Vec<DnsPlan>,
    /// The ingress controller; null without one.
    pub ingress: Option<IngressPlan>,
    /// Policies for what pods may reach, each of a release or of the tenant.
    pub egress: Vec<EgressPlan>,
    /// Who else may reach pods.
    pub ingress_from: Vec<IngressFromPlan>,
    /// Whether pods ask the Pod Identity agent.
    pub pod_identity: bool,
}

/// A place where names are looked up: one of the two is set.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DnsPlan {
    /// The namespace of the DNS pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Their labels.
    pub labels: Texts,
    /// The address of a node-local cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Cidr>,
}

/// The ingress controller.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressPlan {
    /// Its namespace.
    pub namespace: String,
    /// The pods' port.
    pub port: Port,
}

/// A policy for what pods may reach.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EgressPlan {
    /// The policy's name.
    pub name: String,
    /// What it opens.
    pub rules: Vec<EgressRule>,
}

/// Ranges and ports.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EgressRule {
    /// The ranges.
    pub blocks: Vec<IpBlock>,
    /// The TCP ports; none means all.
    pub ports: Vec<Port>,
}

/// A range with holes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IpBlock {
    /// The range.
    pub cidr: Cidr,
    /// The holes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Cidr>,
}

/// Who else may reach pods.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressFromPlan {
    /// The policy's name.
    pub name: String,
    /// The range.
    pub cidr: Cidr,
    /// The TCP ports.
    pub ports: Vec<Port>,
}
