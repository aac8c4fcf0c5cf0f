//! Where a pod may want to go, and who may want to come to it.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::cell::{Cell, NODE, OTHER_NODE, Tenant};
use super::files::{enabled, numbers};
use super::policy::{End, Pod, Port, tcp, udp};

/// An end of a connection and the ports that are tried.
pub(crate) struct Place<'a> {
    pub(crate) name: String,
    pub(crate) end: End<'a>,
    pub(crate) ports: Vec<Port>,
}

const DNS: [Port; 2] = [udp(53), tcp(53)];
const HTTPS: Port = tcp(443);

/// Addresses that mean the same everywhere.
fn addresses() -> Vec<(&'static str, &'static str, Vec<Port>)> {
    let internet = || vec![HTTPS, udp(443), tcp(80), tcp(22), tcp(25), udp(53)];
    let metadata = || vec![tcp(80), HTTPS];
    vec![
        ("node-local DNS cache", "169.254.20.10", [&DNS[..], &[tcp(9253)]].concat()),
        // As plugins see it that look before the address is rewritten.
        ("Service of kube-dns", "10.0.0.10", DNS.to_vec()),
        ("Service of the API server", "10.0.0.1", vec![HTTPS, tcp(6443)]),
        ("API server behind it", "10.0.32.7", vec![HTTPS, tcp(6443)]),
        ("internet", "192.0.2.10", internet()),
        ("internet", "2001:db8:ffff::10", internet()),
        ("instance metadata", "169.254.169.254", metadata()),
        ("instance metadata", "fd00:ec2::254", metadata()),
        ("instance metadata by NAT64", "64:ff9b::a9fe:a9fe", metadata()),
        ("EKS Pod Identity", "169.254.170.23", metadata()),
        ("EKS Pod Identity", "fd00:ec2::23", metadata()),
        ("link-local", "fe80::1", metadata()),
        ("databases", "10.20.0.5", vec![tcp(3306), HTTPS]),
        ("beside the databases", "10.20.1.0", vec![tcp(3306), HTTPS]),
        ("private", "10.30.0.9", vec![HTTPS, tcp(3306)]),
        ("private", "172.16.0.9", vec![HTTPS, tcp(3306)]),
        ("private", "192.168.1.9", vec![HTTPS, tcp(3306)]),
        ("shared (RFC 6598)", "100.64.0.9", vec![HTTPS, tcp(3306)]),
        ("private", "fd12:3456::9", vec![HTTPS, tcp(3306)]),
    ]
}

/// Where `pod` may want to go.
pub(crate) fn destinations<'a>(cell: &'a Cell, tenant: Option<&'a Tenant>, pod: &Pod) -> Vec<Place<'a>> {
    let others = &cell.others;
    let mut places = of_pod("kube-dns", &others.dns, &[&DNS[..], &[tcp(9153)]].concat());
    let parsed = |text: &str| End::from(text.parse::<IpAddr>().unwrap());
    for (name, address, ports) in addresses() {
        places.push(Place { name: name.to_owned(), end: parsed(address), ports });
    }
    let ports = [tcp(server_port(cell)), HTTPS, tcp(9090)];
    places.extend(tenants_pods(cell, tenant, pod, &ports));
    places.extend(of_pod("metrics-server (kube-system)", &others.system, &[tcp(10250), HTTPS, tcp(53)]));
    places.extend(of_pod("Argo CD's repo-server", &others.repo_server, &[tcp(8081), HTTPS]));
    places.extend(of_pod("ingress controller", &others.ingress, &[HTTPS, tcp(80)]));
    places.extend(of_pod("Terraform's pod", terraform(cell), &[HTTPS]));
    for (name, address) in [("the pod's node", NODE), ("another node", OTHER_NODE)] {
        let end = parsed(address[0]);
        places.push(Place { name: name.to_owned(), end, ports: vec![tcp(10250), HTTPS] });
    }
    places.extend(tenant.into_iter().flat_map(|tenant| entries(&tenant.spec["network"]["egress"], "to")));
    places
}

/// Who may want to come to `pod`.
pub(crate) fn sources<'a>(cell: &'a Cell, tenant: Option<&'a Tenant>, pod: &Pod) -> Vec<Place<'a>> {
    let others = &cell.others;
    let ports = [tcp(server_port(cell)), HTTPS, tcp(9090)];
    let mut places = of_pod("ingress controller", &others.ingress, &ports);
    places.extend(tenants_pods(cell, tenant, pod, &ports));
    places.extend(of_pod("metrics-server (kube-system)", &others.system, &ports));
    places.extend(of_pod("prometheus (monitoring)", &others.prometheus, &ports));
    places.extend(of_pod("Argo CD's repo-server", &others.repo_server, &ports));
    places.extend(of_pod("Terraform's pod", terraform(cell), &ports));
    let fixed = [("internet", "192.0.2.10"), ("internet", "2001:db8:ffff::10"), ("another node", OTHER_NODE[0])];
    for (name, address) in fixed.into_iter().chain([("the pod's node: kubelet", NODE[0])]) {
        let end = End::from(address.parse::<IpAddr>().unwrap());
        places.push(Place { name: name.to_owned(), end, ports: ports.to_vec() });
    }
    places.extend(tenant.into_iter().flat_map(|tenant| entries(&tenant.spec["network"]["ingressFrom"], "from")));
    places
}

/// The port of the tenants' servers.
pub(crate) fn server_port(cell: &Cell) -> i32 {
    let port = cell.platform["network"]["ingress"]["port"].as_i64();
    port.map_or(8080, |port| i32::try_from(port).unwrap())
}

fn of_pod<'a>(name: &str, pod: &'a Pod, ports: &[Port]) -> Vec<Place<'a>> {
    pod.ends().map(|end| Place { name: name.to_owned(), end, ports: ports.to_vec() }).collect()
}

/// A pod of another tenant, and another one of the same.
fn tenants_pods<'a>(cell: &'a Cell, tenant: Option<&'a Tenant>, pod: &Pod, ports: &[Port]) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    let lives = |other: &&Tenant| !other.is_destroying();
    let is_other = |other: &&Tenant| tenant.is_none_or(|tenant| tenant.name != other.name);
    let other = cell.tenants.iter().filter(lives).find(is_other).unwrap();
    places.extend(of_pod("another tenant's server", &other.pods[0], ports));
    let same = tenant.and_then(|tenant| tenant.pods.iter().find(|same| same.addresses != pod.addresses));
    places.extend(same.into_iter().flat_map(|same| of_pod("another pod of the tenant", same, ports)));
    places
}

fn terraform(cell: &Cell) -> &Pod {
    cell.tenants.iter().flat_map(|tenant| &tenant.jobs).next().unwrap()
}

/// A tenant's own ranges: their first and last addresses, and those just outside.
fn entries(map: &Value, field: &str) -> Vec<Place<'static>> {
    let mut places = Vec::new();
    for (name, entry) in enabled(map) {
        let range: IpNet = entry[field].as_str().unwrap().parse().unwrap();
        let mut ports: Vec<Port> = numbers(entry.get("ports")).into_iter().map(tcp).collect();
        ports.extend([HTTPS, tcp(9090)].into_iter().filter(|port| !entry_has(&entry["ports"], *port)));
        let ends = edges(&range).into_iter();
        places.extend(ends.map(|(address, inside)| Place {
            name: format!("{} {name}", if inside { "own" } else { "beside own" }),
            end: End::from(address),
            ports: ports.clone(),
        }));
    }
    places
}

fn entry_has(ports: &Value, port: Port) -> bool {
    numbers(Some(ports)).contains(&port.number)
}

/// The first and the last address of a range, and the neighbours of both; whether they are inside.
pub(crate) fn edges(range: &IpNet) -> Vec<(IpAddr, bool)> {
    let (first, last) = (range.network(), range.broadcast());
    let mut edges = vec![(first, true)];
    if first != last {
        edges.push((last, true));
    }
    edges.extend(step(first, false).map(|address| (address, false)));
    edges.extend(step(last, true).map(|address| (address, false)));
    edges
}

/// The next address up or down; none at the end of the family.
fn step(address: IpAddr, up: bool) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => {
            let bits = v4.to_bits();
            let next = if up { bits.checked_add(1) } else { bits.checked_sub(1) };
            next.map(|bits| IpAddr::V4(bits.into()))
        }
        IpAddr::V6(v6) => {
            let bits = v6.to_bits();
            let next = if up { bits.checked_add(1) } else { bits.checked_sub(1) };
            next.map(|bits| IpAddr::V6(bits.into()))
        }
    }
}
