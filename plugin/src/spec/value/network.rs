//! Addresses.

use ipnet::IpNet;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::{dns_subdomain, rule, text};
use crate::read::{Read, Reader, Text};
use crate::tree::{Node, Value};

text! {
    /// A host name with at least one dot.
    Host, "a host name", Some("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"), |text| {
        dns_subdomain(text)?;
        rule(text.contains('.'), "a full name with a dot in it, like `ml.example.com`")
    }
}

/// A range of addresses whose host bits are zero, as a NetworkPolicy wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr(pub IpNet);

impl Cidr {
    /// Whether the two have an address in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.contains(&other.0) || other.0.contains(&self.0)
    }

    /// Whether all of `other` lies in this range.
    pub fn contains(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Whether it is a range of IPv6 addresses.
    pub fn is_ipv6(&self) -> bool {
        matches!(self.0, IpNet::V6(_))
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Text for Cidr {
    const WHAT: &'static str = "a CIDR";
    const PATTERN: Option<&'static str> = Some("^[0-9a-f.:]+/[0-9]{1,3}$");

    fn parse(text: &str) -> Result<Self, String> {
        let net: IpNet = text.parse().map_err(|_| "an address, `/` and a prefix length, like `203.0.113.0/24`")?;
        rule(net.addr() == net.network(), "bits are set behind the prefix")?;
        // Kubernetes takes the canonical form only; another one would look like a change for ever.
        rule(net.to_string() == text, "not in its canonical form")?;
        Ok(Self(net))
    }

    fn hint(text: &str) -> Option<String> {
        match text.parse::<IpNet>() {
            Ok(net) => Some(format!("write `{}`", net.trunc())),
            Err(_) => text.parse::<std::net::IpAddr>().ok().map(|address| format!("write `{}`", IpNet::from(address))),
        }
    }
}

/// A TCP or UDP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Port(pub u16);

impl Read for Port {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            Value::Int(port) if port != 0 && u16::try_from(port).is_ok() => u16::try_from(port).ok().map(Self),
            _ => reader.wants(node, "a port from 1 to 65535"),
        }
    }

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 1, "maximum": 65535})
    }
}
