//! Laws over all tenants. What policies say changes only at the edges of the ranges and ports that they name, so asking
//! there, on both sides of each edge, is asking everywhere.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::cell::{CELLS, Cell, NODE, Tenant, makes_secrets};
use super::openings::{self, Opening};
use super::places::{edges, server_port};
use super::policy::{End, Pod, Port, tcp, udp};

/// Where a law looks whatever the policies name.
const RANGES: [&str; 12] = [
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/8",
    "10.0.16.2/32",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "169.254.169.254/32",
    "169.254.170.23/32",
    "192.0.2.0/24",
    "fd00::/8",
    "fd00:ec2::254/128",
    "2001:db8::/32",
];
const PORTS: [i32; 8] = [1, 22, 53, 80, 443, 3306, 6443, 65535];

/// Both sides of every edge of what is named in a tenant's policies and files.
struct Edges {
    addresses: BTreeSet<IpAddr>,
    ports: BTreeSet<Port>,
}

impl Edges {
    fn new<'a>(policies: impl Iterator<Item = &'a NetworkPolicy>, openings: &[Opening]) -> Self {
        let mut ranges: Vec<IpNet> = RANGES.iter().map(|range| range.parse().unwrap()).collect();
        let mut numbers = PORTS.to_vec();
        for opening in openings {
            ranges.push(opening.range);
            ranges.extend(&opening.except);
            numbers.extend(opening.ports.iter().map(|port| port.number));
        }
        for spec in policies.map(|policy| policy.spec.clone().unwrap_or_default()) {
            let ingress = spec.ingress.into_iter().flatten().map(|rule| (rule.from, rule.ports));
            let egress = spec.egress.into_iter().flatten().map(|rule| (rule.to, rule.ports));
            for (peers, ports) in ingress.chain(egress) {
                for block in peers.into_iter().flatten().filter_map(|peer| peer.ip_block) {
                    let texts = [block.cidr].into_iter().chain(block.except.into_iter().flatten());
                    ranges.extend(texts.map(|text| text.parse::<IpNet>().unwrap()));
                }
                for port in ports.into_iter().flatten() {
                    let first = port.port.map_or(1, |port| match port {
                        IntOrString::Int(number) => number,
                        IntOrString::String(name) => panic!("no policy of ours names the port {name}"),
                    });
                    numbers.extend([first, port.end_port.unwrap_or(first)]);
                }
            }
        }
        let addresses = ranges.iter().flat_map(edges).map(|(address, _)| address);
        // A pod reaches its own node whatever is written, so no law is about it.
        let addresses = addresses.filter(|address| NODE.iter().all(|node| node.parse() != Ok(*address))).collect();
        let near = numbers.iter().flat_map(|number| [number - 1, *number, number + 1]);
        let near: BTreeSet<i32> = near.filter(|number| (1..=65535).contains(number)).collect();
        let ports = ["TCP", "UDP", "SCTP"]
            .into_iter()
            .flat_map(|protocol| near.iter().map(move |number| Port { protocol, number: *number }));
        Self { addresses, ports: ports.collect() }
    }

    /// Every address with every port.
    fn each(&self, mut check: impl FnMut(IpAddr, Port)) {
        for address in &self.addresses {
            for port in &self.ports {
                check(*address, *port);
            }
        }
    }
}

/// For every tenant that lives, with the openings that its files name.
fn living(mut check: impl FnMut(&Cell, &Tenant, &[Opening])) {
    for cell in CELLS.iter() {
        let lives = |tenant: &&Tenant| !tenant.is_destroying();
        assert!(cell.tenants.iter().filter(lives).count() > 2);
        for tenant in cell.tenants.iter().filter(lives) {
            check(cell, tenant, &openings::all(&cell.platform, &tenant.spec));
        }
    }
}

fn own_policies<'a>(cell: &'a Cell, tenant: &Tenant) -> impl Iterator<Item = &'a NetworkPolicy> {
    cell.policies.of(&tenant.pods[0].namespace)
}

/// Whether one pod reaches another, on any of these ports and by any of its addresses.
fn reaches(cell: &Cell, from: &Pod, to: &Pod, ports: &BTreeSet<Port>) -> bool {
    let pairs = || from.ends().zip(to.ends());
    pairs().any(|(from, to)| ports.iter().any(|port| cell.policies.allow(from, to, *port)))
}

/// What the files list is all that is open, for every pod of the namespace alike, whatever labels it has; but for the
/// API server, which the Jobs that make secrets reach.
#[test]
fn pods_reach_what_the_files_say_and_nothing_else() {
    living(|cell, tenant, openings| {
        let edges = Edges::new(own_policies(cell, tenant), openings);
        for end in tenant.pods.iter().filter_map(|pod| pod.ends().next()) {
            let for_job =
                if makes_secrets(end.pod.unwrap()) { openings::api_server(&cell.platform) } else { Vec::new() };
            edges.each(|address, port| {
                let expected = openings.iter().chain(&for_job).any(|opening| opening.holds(address, port));
                let allowed = cell.policies.allow(end, End::from(address), port);
                let pod = &end.pod.unwrap().name;
                assert_eq!(allowed, expected, "{}: {pod} to {address} {port:?}", tenant.name);
            });
            let siblings = tenant.pods.iter().filter(|pod| pod.name != end.pod.unwrap().name);
            for pod in siblings.chain(cell.others.all()) {
                let open =
                    edges.ports.iter().filter(|port| cell.policies.allow(end, pod.ends().next().unwrap(), **port));
                let expected: &[Port] = if pod.name == "kube-dns" { &[tcp(53), udp(53)] } else { &[] };
                assert_eq!(open.copied().collect::<Vec<_>>(), expected, "{}: to {}", tenant.name, pod.name);
            }
        }
    });
}

/// A tenant without DNS, without an ingress controller and without a profile's egress has this policy alone.
#[test]
fn default_deny_closes_a_namespace_by_itself() {
    for cell in CELLS.iter() {
        let policies = cell.policies.only("default-deny");
        let pods = cell.tenants.iter().flat_map(|tenant| tenant.pods.iter().chain(&tenant.jobs));
        for end in pods.chain(&cell.own).flat_map(Pod::ends) {
            for other in cell.others.all().into_iter().flat_map(Pod::ends) {
                let open = policies.allow(end, other, udp(53)) || policies.allow(other, end, tcp(8080));
                assert!(!open, "{}", end.pod.unwrap().name);
            }
        }
    }
}

#[test]
fn nobody_reaches_instance_metadata() {
    let metadata = ["169.254.169.254", "fd00:ec2::254"].map(|text| text.parse::<IpAddr>().unwrap());
    let closed = |cell: &Cell, pod: &Pod, edges: &Edges| {
        for (address, end) in metadata.iter().flat_map(|address| pod.ends().map(move |end| (*address, end))) {
            for port in &edges.ports {
                assert!(!cell.policies.allow(end, End::from(address), *port), "{} {port:?}", pod.name);
            }
        }
    };
    living(|cell, tenant, openings| {
        let edges = Edges::new(own_policies(cell, tenant), openings);
        tenant.pods.iter().for_each(|pod| closed(cell, pod, &edges));
    });
    for cell in CELLS.iter() {
        let control = cell.platform["control"]["namespace"].as_str().unwrap();
        let edges = Edges::new(cell.policies.of(control), &[]);
        let jobs = cell.tenants.iter().flat_map(|tenant| &tenant.jobs);
        cell.own.iter().chain(jobs).for_each(|pod| closed(cell, pod, &edges));
    }
}

/// Nor those that are being destroyed, nor anyone in the platform's namespaces.
#[test]
fn tenants_do_not_meet() {
    living(|cell, tenant, openings| {
        for other in cell.tenants.iter().filter(|other| other.name != tenant.name) {
            let policies = own_policies(cell, tenant).chain(own_policies(cell, other));
            let ports = Edges::new(policies, openings).ports;
            for (own, pod) in tenant.pods.iter().flat_map(|own| other.pods.iter().map(move |pod| (own, pod))) {
                assert!(!reaches(cell, own, pod, &ports), "{} to {}", tenant.name, other.name);
                // Of those that live, each has its turn.
                let back = other.is_destroying() && reaches(cell, pod, own, &ports);
                assert!(!back, "{} to {}", other.name, tenant.name);
            }
        }
        let ports = Edges::new(own_policies(cell, tenant), openings).ports;
        for (own, pod) in
            tenant.pods.iter().flat_map(|own| cell.own.iter().chain(&tenant.jobs).map(move |pod| (own, pod)))
        {
            assert!(!reaches(cell, own, pod, &ports) && !reaches(cell, pod, own, &ports), "{}", tenant.name);
        }
    });
}

/// Of the blocked ranges, tenants reach what the platform's own words open: profiles, DNS, the Pod Identity agent.
#[test]
fn blocked_ranges_are_opened_by_the_platform_only() {
    living(|cell, tenant, openings| {
        let blocked = openings::blocked(&cell.platform);
        let mut by_platform = openings::dns(&cell.platform);
        by_platform.extend(openings::pod_identity(&tenant.spec));
        by_platform.extend(openings::profiles(&cell.platform, &tenant.spec));
        let edges = Edges::new(own_policies(cell, tenant), openings);
        let pod = tenant.pods[0].ends().next().unwrap();
        edges.each(|address, port| {
            let inside = blocked.iter().any(|range| range.contains(&address));
            if inside && cell.policies.allow(pod, End::from(address), port) {
                let opened = by_platform.iter().any(|opening| opening.holds(address, port));
                assert!(opened, "{}: {address} {port:?}", tenant.name);
            }
        });
    });
}

#[test]
fn the_api_server_is_for_profiles_that_ask_for_it() {
    let mut asked = BTreeSet::new();
    living(|cell, tenant, _| {
        let chosen = super::files::enabled(&tenant.spec["releases"]);
        let asks = chosen.into_iter().any(|(name, release)| {
            let egress = &super::files::profile(&cell.platform, name, release)["egress"];
            egress.as_array().into_iter().flatten().any(|rule| rule["to"] == "apiServer")
        });
        asked.insert(asks);
        for opening in openings::api_server(&cell.platform) {
            for end in tenant.pods.iter().filter_map(|pod| pod.ends().next()) {
                let target = End::from(opening.range.network());
                let open = [tcp(443), tcp(6443), tcp(22)].map(|port| cell.policies.allow(end, target, port));
                let asks = asks || makes_secrets(end.pod.unwrap());
                assert_eq!(open, [asks, asks, false], "{}", tenant.name);
            }
        }
    });
    assert_eq!(asked, BTreeSet::from([false, true]));
}

#[test]
fn names_are_always_looked_up() {
    let works = |cell: &Cell, pod: &Pod| {
        for port in [udp(53), tcp(53)] {
            let to_pods = pod.ends().zip(cell.others.dns.ends()).all(|(from, to)| cell.policies.allow(from, to, port));
            let addresses = openings::dns(&cell.platform);
            let mut targets = addresses.iter().map(|opening| End::from(opening.range.network()));
            let from = pod.ends().next().unwrap();
            assert!(to_pods && targets.all(|to| cell.policies.allow(from, to, port)), "{}", pod.name);
        }
    };
    living(|cell, tenant, _| tenant.pods.iter().chain(&tenant.jobs).for_each(|pod| works(cell, pod)));
}

/// Who comes in: the ingress controller to its port, the ranges that the tenant names, the node under the pod.
#[test]
fn pods_are_reached_by_whom_the_files_say_and_nobody_else() {
    living(|cell, tenant, openings| {
        let from = openings::own(&tenant.spec["network"]["ingressFrom"], "from");
        let edges = Edges::new(own_policies(cell, tenant), openings);
        let has_ingress = cell.platform["network"]["ingress"].is_object();
        for end in tenant.pods.iter().filter_map(|pod| pod.ends().next()) {
            edges.each(|address, port| {
                let expected = from.iter().any(|opening| opening.holds(address, port));
                assert_eq!(cell.policies.allow(End::from(address), end, port), expected, "{}", tenant.name);
            });
            for port in &edges.ports {
                let others = &cell.others;
                for other in [&others.dns, &others.system, &others.repo_server, &others.prometheus] {
                    assert!(!cell.policies.allow(other.ends().next().unwrap(), end, *port), "{}", tenant.name);
                }
                let expected = has_ingress && *port == tcp(server_port(cell));
                let controller = others.ingress.ends().next().unwrap();
                assert_eq!(cell.policies.allow(controller, end, *port), expected, "{} {port:?}", tenant.name);
            }
        }
    });
}

/// Into the control and the releases namespace nobody comes; out of them only Terraform goes.
#[test]
fn the_platforms_namespaces_are_closed() {
    for cell in CELLS.iter() {
        let mut terraform = openings::dns(&cell.platform);
        terraform.extend(openings::api_server(&cell.platform));
        terraform.push(Opening {
            range: "0.0.0.0/0".parse().unwrap(),
            except: vec!["169.254.0.0/16".parse().unwrap()],
            ports: vec![tcp(443)],
        });
        let control = cell.platform["control"]["namespace"].as_str().unwrap();
        let edges = Edges::new(cell.policies.of(control), &terraform);
        let jobs = cell.tenants.iter().flat_map(|tenant| &tenant.jobs).map(|pod| (pod, &terraform[..]));
        let own = cell.own.iter().map(|pod| (pod, &[][..]));
        for (pod, openings) in jobs.chain(own) {
            let end = pod.ends().next().unwrap();
            edges.each(|address, port| {
                let expected = openings.iter().any(|opening| opening.holds(address, port));
                assert_eq!(cell.policies.allow(end, End::from(address), port), expected, "{} {address}", pod.name);
                assert!(!cell.policies.allow(End::from(address), end, port), "{} from {address}", pod.name);
            });
            for other in [&cell.others.ingress, &cell.others.repo_server, &cell.others.prometheus] {
                assert!(!reaches(cell, other, pod, &edges.ports), "{} from {}", pod.name, other.name);
            }
        }
    }
}
