//! Who reaches whom, as a table for people: a change of a policy shows as a change of lines that say what it opens.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cell::{CELLS, Cell, Tenant};
use super::places::{Place, destinations, sources};
use super::policy::{End, Pod, Port, tcp};

/// The lines of a pod, and the pods that have the same.
type Blocks = Vec<(String, Vec<String>)>;

#[test]
fn who_reaches_whom() {
    for cell in CELLS.iter() {
        insta::with_settings!({snapshot_path => "../snapshots/network", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(cell.name, table(cell));
        });
    }
}

fn table(cell: &Cell) -> String {
    let mut text = String::new();
    for (blocks, tenants) in groups(cell) {
        writeln!(text, "## {}", tenants.join(", ")).unwrap();
        for (lines, pods) in blocks {
            writeln!(text, "\n{}:\n{lines}", pods.join(", ")).unwrap();
        }
    }
    text
}

/// Tenants whose pods get the same answers are shown once; so are pods of a tenant.
fn groups(cell: &Cell) -> Vec<(Blocks, Vec<String>)> {
    let mut groups: Vec<(Blocks, Vec<String>)> = Vec::new();
    for tenant in &cell.tenants {
        let blocks = blocks(cell, Some(tenant), tenant.pods.iter());
        let state = if tenant.is_destroying() { " (destroying, pods that were left)" } else { "" };
        add(&mut groups, blocks, format!("{}{state}", tenant.name));
    }
    let jobs = cell.tenants.iter().flat_map(|tenant| &tenant.jobs);
    let mut namespaces: BTreeMap<&str, Vec<&Pod>> = BTreeMap::new();
    for pod in jobs.chain(&cell.own) {
        namespaces.entry(&pod.namespace).or_default().push(pod);
    }
    for (namespace, pods) in namespaces {
        groups.push((blocks(cell, None, pods.into_iter()), vec![format!("namespace {namespace}")]));
    }
    groups
}

fn blocks<'a>(cell: &Cell, tenant: Option<&Tenant>, pods: impl Iterator<Item = &'a Pod>) -> Blocks {
    let mut blocks = Vec::new();
    for pod in pods {
        add(&mut blocks, lines(cell, tenant, pod), pod.name.clone());
    }
    blocks
}

/// Puts a name with those of the same key.
fn add<T: PartialEq>(groups: &mut Vec<(T, Vec<String>)>, key: T, name: String) {
    match groups.iter_mut().find(|(known, _)| *known == key) {
        Some((_, names)) if names.contains(&name) => {}
        Some((_, names)) => names.push(name),
        None => groups.push((key, vec![name])),
    }
}

fn lines(cell: &Cell, tenant: Option<&Tenant>, pod: &Pod) -> String {
    let mut text = String::new();
    row(&mut text, "to", "", "open", "closed");
    rows(&mut text, pod, destinations(cell, tenant, pod), |own, other, port| cell.policies.allow(own, other, port));
    row(&mut text, "from", "", "open", "closed");
    rows(&mut text, pod, sources(cell, tenant, pod), |own, other, port| cell.policies.allow(other, own, port));
    text
}

/// A line for each place; one for a pod whose addresses get the same answer.
fn rows(text: &mut String, pod: &Pod, places: Vec<Place<'_>>, allows: impl Fn(End<'_>, End<'_>, Port) -> bool) {
    let mut rows: Vec<[String; 4]> = Vec::new();
    for place in places {
        let is_v4 = |end: &End<'_>| end.address.is_ipv4();
        let own = pod.ends().find(|own| is_v4(own) == is_v4(&place.end)).unwrap();
        let (open, closed): (Vec<Port>, Vec<Port>) =
            place.ports.iter().partition(|port| allows(own, place.end, **port));
        // Which address a pod has says nothing.
        let family = if is_v4(&place.end) { "pod, IPv4" } else { "pod, IPv6" };
        let address = place.end.pod.map_or_else(|| place.end.address.to_string(), |_| family.to_owned());
        let row = [place.name, address, shown(&open), shown(&closed)];
        match rows.last_mut() {
            Some(last) if place.end.pod.is_some() && [&last[0], &last[2], &last[3]] == [&row[0], &row[2], &row[3]] => {
                last[1] = "pod".to_owned();
            }
            _ => rows.push(row),
        }
    }
    for [name, address, open, closed] in rows {
        row(text, &name, &address, &open, &closed);
    }
}

fn row(text: &mut String, name: &str, address: &str, open: &str, closed: &str) {
    let line = format!("  {name:<28} {address:<20} {open:<30} {closed}");
    writeln!(text, "{}", line.trim_end()).unwrap();
}

fn shown(ports: &[Port]) -> String {
    let text = |port: &Port| match *port {
        port if port == tcp(port.number) => port.number.to_string(),
        Port { protocol, number } => format!("{number}/{protocol}"),
    };
    if ports.is_empty() { "-".to_owned() } else { ports.iter().map(text).collect::<Vec<_>>().join(" ") }
}
