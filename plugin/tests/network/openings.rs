//! What the platform's and the tenant's files open, by the README's words and without the plugin's code.

use ipnet::IpNet;
use serde_json::Value;

use super::files::{enabled, numbers, profile, strings};
use super::policy::{Port, tcp, udp};

/// A range with holes, and ports.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) range: IpNet,
    pub(crate) except: Vec<IpNet>,
    pub(crate) ports: Vec<Port>,
}

impl Opening {
    fn new(range: &str, ports: Vec<Port>) -> Self {
        Self { range: range.parse().unwrap(), except: Vec::new(), ports }
    }

    pub(crate) fn holds(&self, address: std::net::IpAddr, port: Port) -> bool {
        let hole = self.except.iter().any(|hole| hole.contains(&address));
        self.range.contains(&address) && !hole && self.ports.contains(&port)
    }
}

/// The ranges that no tenant opens.
pub(crate) fn blocked(platform: &Value) -> Vec<IpNet> {
    strings(&platform["network"]["blocked"]).map(|range| range.parse().unwrap()).collect()
}

/// The API server, by its Service's port and the one behind it.
pub(crate) fn api_server(platform: &Value) -> Vec<Opening> {
    strings(&platform["network"]["apiServer"]).map(|range| Opening::new(range, vec![tcp(443), tcp(6443)])).collect()
}

/// The addresses where names are looked up.
pub(crate) fn dns(platform: &Value) -> Vec<Opening> {
    let places = platform["network"]["dns"].as_array().into_iter().flatten();
    let ranges = places.filter_map(|place| place["cidr"].as_str());
    ranges.map(|range| Opening::new(range, vec![udp(53), tcp(53)])).collect()
}

/// The agent of EKS Pod Identity, for tenants that use it.
pub(crate) fn pod_identity(tenant: &Value) -> Vec<Opening> {
    let ranges: &[&str] =
        if tenant["identity"]["type"] == "podIdentity" { &["169.254.170.23/32", "fd00:ec2::23/128"] } else { &[] };
    ranges.iter().map(|range| Opening::new(range, vec![tcp(80)])).collect()
}

/// What the profiles of the tenant's releases open.
pub(crate) fn profiles(platform: &Value, tenant: &Value) -> Vec<Opening> {
    let mut openings = Vec::new();
    for (name, release) in enabled(&tenant["releases"]) {
        for rule in profile(platform, name, release)["egress"].as_array().into_iter().flatten() {
            let ports: Vec<Port> = numbers(rule.get("ports")).into_iter().map(tcp).collect();
            match rule["to"].as_str().unwrap() {
                "apiServer" => openings.extend(api_server(platform)),
                "internet" => openings.extend(internet(platform, &ports)),
                range => openings.push(Opening::new(range, ports)),
            }
        }
    }
    openings
}

/// Everything but what is blocked, link-local addresses and instance metadata; of IPv6 nothing, where nothing of it is
/// blocked.
fn internet(platform: &Value, ports: &[Port]) -> Vec<Opening> {
    let blocked = blocked(platform);
    let everywhere = ["0.0.0.0/0", "::/0"].map(|all| Opening::new(all, ports.to_vec()));
    let never = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::/32"].map(|never| never.parse::<IpNet>().unwrap());
    let mut openings = Vec::new();
    for mut all in everywhere {
        all.except = blocked.iter().copied().filter(|range| all.range.contains(range)).collect();
        let is_known = all.range.addr().is_ipv4() || !all.except.is_empty();
        all.except.extend(never);
        openings.extend(is_known.then_some(all));
    }
    openings
}

/// What the tenant's own entries open; `field` is `to` or `from`.
pub(crate) fn own(map: &Value, field: &str) -> Vec<Opening> {
    let entries = enabled(map).into_values();
    let ports = |entry: &serde_json::Map<String, Value>| numbers(entry.get("ports")).into_iter().map(tcp).collect();
    entries.map(|entry| Opening::new(entry[field].as_str().unwrap(), ports(entry))).collect()
}

/// Everything outside of the cluster that a tenant's pods reach.
pub(crate) fn all(platform: &Value, tenant: &Value) -> Vec<Opening> {
    let lists =
        [dns(platform), pod_identity(tenant), profiles(platform, tenant), own(&tenant["network"]["egress"], "to")];
    lists.into_iter().flatten().collect()
}
