//! What a tenant opens of the network.

use std::collections::BTreeMap;

use crate::read::{At, record};
use crate::spec::value::{Cidr, ItemName, Port};

record! {
    /// What the tenant's pods may reach, and who may reach them, beyond what platform and profile open.
    pub struct Network {
        /// Where pods may connect to, by name.
        egress: BTreeMap<ItemName, At<Egress>>,
        /// Who may connect to pods, by name.
        ingress_from = "ingressFrom": BTreeMap<ItemName, At<IngressFrom>>,
    }
}

record! {
    /// A range of addresses that pods may connect to.
    pub struct Egress {
        /// The range: never one of the platform's `blocked`.
        to: Option<At<Cidr>>,
        /// TCP ports.
        ports: Vec<Port>,
        /// `false` takes a tier's entry away. Default: `true`.
        enabled: Option<bool>,
    }
}

record! {
    /// A range of addresses that may connect to pods.
    pub struct IngressFrom {
        /// The range: never one of the platform's `blocked`.
        from: Option<At<Cidr>>,
        /// TCP ports.
        ports: Vec<Port>,
        /// `false` takes a tier's entry away. Default: `true`.
        enabled: Option<bool>,
    }
}
