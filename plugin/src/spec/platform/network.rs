//! The cluster's network.

use std::collections::BTreeMap;

use crate::read::{At, record};
use crate::spec::value::{Cidr, LabelValue, ObjectName, Port};

record! {
    /// The cluster's network.
    pub struct PlatformNetwork {
        /// Where names are looked up.
        dns: Vec<At<Dns>>,
        /// The ingress controller.
        ingress: Option<Ingress>,
        /// The API server's addresses: that of its Service, and those behind it, for some network plugins look at a packet
        /// before the Service's address is rewritten and some after.
        api_server = "apiServer": Vec<Cidr>,
        /// Ranges that no tenant opens: pods, services, nodes, instance metadata.
        blocked: Vec<At<Cidr>>,
    }
}

record! {
    /// A place where names are looked up: pods of a namespace, or an address.
    pub struct Dns {
        /// The namespace of the DNS pods.
        namespace: Option<ObjectName>,
        /// Their labels.
        labels: BTreeMap<PodLabelKey, LabelValue>,
        /// A node-local cache.
        cidr: Option<Cidr>,
    }
}

crate::spec::value::text! {
    /// A label key of pods that others made.
    PodLabelKey, "a label key", None, |text| crate::spec::value::rule(
        (1..=317).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)),
        "letters, digits, `-`, `_`, `.` and one `/`",
    )
}

record! {
    /// The ingress controller.
    pub struct Ingress {
        /// Its namespace.
        namespace: ObjectName,
        /// The port of the tenants' server pods.
        port: Port,
    }
}
