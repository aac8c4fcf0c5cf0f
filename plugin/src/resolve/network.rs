//! What the network policies open.

use std::sync::LazyLock;

use super::releases::Chosen;
use super::{
    DnsPlan, EgressPlan, EgressRule, IdentityFacts, IngressFromPlan, IngressPlan, IpBlock, NetworkPlan, Resolver, texts,
};
use crate::problem::Problem;
use crate::read::{At, Text as _};
use crate::source::Span;
use crate::spec::value::{Cidr, Port};
use crate::spec::{Dns, EgressTarget, IdentityType, PlatformNetwork, ProfileEgress};

static EVERYWHERE: LazyLock<Vec<Cidr>> = LazyLock::new(|| cidrs(&["0.0.0.0/0", "::/0"]));
const LINK_LOCAL: &str = "169.254.0.0/16";
const LINK_LOCAL_V6: &str = "fe80::/10";
const METADATA_V6: &str = "fd00:ec2::/32";
/// The metadata service and its neighbours, which no tenant ever reaches through `internet`.
static NEVER_INTERNET: LazyLock<Vec<Cidr>> = LazyLock::new(|| cidrs(&[LINK_LOCAL, LINK_LOCAL_V6, METADATA_V6]));
/// What no tenant names, whatever the platform blocks.
const CLOSED: &[(&str, &str)] = &[
    (LINK_LOCAL, "the cloud's metadata service is there"),
    (LINK_LOCAL_V6, "link-local addresses"),
    (METADATA_V6, "the cloud's metadata service is there"),
    ("::ffff:0:0/96", "IPv4 in IPv6's clothes, which some network plugins take for IPv4"),
    ("64:ff9b::/96", "IPv4 behind a translator"),
    ("2002::/16", "IPv4 behind a relay"),
];

impl Resolver<'_> {
    pub(super) fn network(&mut self, releases: &[Chosen<'_>], identity: &IdentityFacts) -> NetworkPlan {
        let network = &self.platform.network;
        let mut egress = Vec::new();
        for release in releases {
            let rules = release.profile.egress.iter().map(|rule| self.profile_rule(rule));
            // A rule without a range would be for every address.
            let rules: Vec<EgressRule> = rules.filter(|rule| !rule.blocks.is_empty()).collect();
            if !rules.is_empty() {
                egress.push(EgressPlan { name: format!("egress-{}", release.name), rules });
            }
        }
        egress.extend(self.own_egress());
        NetworkPlan {
            dns: dns(network),
            ingress: network
                .ingress
                .as_ref()
                .map(|ingress| IngressPlan { namespace: ingress.namespace.to_string(), port: ingress.port }),
            egress,
            ingress_from: self.own_ingress(),
            pod_identity: identity.kind == IdentityType::PodIdentity,
        }
    }

    fn profile_rule(&self, rule: &ProfileEgress) -> EgressRule {
        let network = &self.platform.network;
        match rule.to {
            EgressTarget::ApiServer => EgressRule {
                blocks: network.api_server.iter().map(|cidr| IpBlock { cidr: *cidr, except: Vec::new() }).collect(),
                // The service's port, and the port behind it: where the address is rewritten first, a policy
                // sees the latter.
                ports: if rule.ports.is_empty() { vec![Port(443), Port(6443)] } else { rule.ports.clone() },
            },
            EgressTarget::Internet => EgressRule { blocks: self.internet(), ports: rule.ports.clone() },
            EgressTarget::Range(cidr) => {
                EgressRule { blocks: vec![IpBlock { cidr, except: Vec::new() }], ports: rule.ports.clone() }
            }
        }
    }

    /// Every address but the platform's blocked ranges. IPv6 only where the platform says what of it is blocked.
    fn internet(&self) -> Vec<IpBlock> {
        EVERYWHERE.iter().filter_map(|all| self.all_but_blocked(*all)).collect()
    }

    fn all_but_blocked(&self, all: Cidr) -> Option<IpBlock> {
        let blocked = self.platform.network.blocked.iter().map(|blocked| blocked.value);
        let mut except: Vec<Cidr> = blocked.filter(|blocked| all.contains(blocked)).collect();
        // The API server refuses a hole as large as its range.
        if except.contains(&all) || all.is_ipv6() && except.is_empty() {
            return None;
        }
        for never in NEVER_INTERNET.iter() {
            if all.contains(never) && !except.iter().any(|blocked| blocked.contains(never)) {
                except.push(*never);
            }
        }
        except.sort();
        Some(IpBlock { cidr: all, except })
    }

    fn own_egress(&mut self) -> Vec<EgressPlan> {
        let mut plans = Vec::new();
        for (name, egress) in self.spec.network.egress.iter().filter(|(_, egress)| egress.enabled != Some(false)) {
            let path = format!("network.egress.{name}");
            if let Some(cidr) = self.own_range(&path, "to", egress.to.as_ref(), &egress.ports, egress.at) {
                let rule =
                    EgressRule { blocks: vec![IpBlock { cidr, except: Vec::new() }], ports: egress.ports.clone() };
                plans.push(EgressPlan { name: format!("own-egress-{name}"), rules: vec![rule] });
            }
        }
        plans
    }

    fn own_ingress(&mut self) -> Vec<IngressFromPlan> {
        let mut plans = Vec::new();
        for (name, ingress) in self.spec.network.ingress_from.iter().filter(|(_, from)| from.enabled != Some(false)) {
            let path = format!("network.ingressFrom.{name}");
            if let Some(cidr) = self.own_range(&path, "from", ingress.from.as_ref(), &ingress.ports, ingress.at) {
                plans.push(IngressFromPlan { name: format!("own-ingress-{name}"), cidr, ports: ingress.ports.clone() });
            }
        }
        plans
    }

    /// A range that a tenant names: it never touches a blocked one.
    fn own_range(
        &mut self,
        path: &str,
        field: &str,
        range: Option<&At<Cidr>>,
        ports: &[Port],
        at: Span,
    ) -> Option<Cidr> {
        if ports.is_empty() {
            self.problems.push(Problem::new(at, format!("`{path}` needs `ports`")).label("no port is named"));
        }
        let Some(range) = range else {
            self.problems.push(Problem::new(at, format!("`{path}` needs `{field}`")).label("no range is named"));
            return None;
        };
        if let Some(blocked) = self.platform.network.blocked.iter().find(|blocked| blocked.overlaps(&range.value)) {
            self.problems.push(
                Problem::new(range.at, format!("`{}` touches the blocked range `{}`", range.value, blocked.value))
                    .label("blocked by the platform")
                    .related(blocked.at, "blocked here")
                    .hint("name a range outside of it; a profile of the platform may open a part on purpose"),
            );
        } else if let Some((closed, why)) = CLOSED.iter().find(|(closed, _)| touches(closed, &range.value)) {
            self.problems.push(Problem::new(range.at, format!("`{}` touches `{closed}`", range.value)).label(*why));
        } else if range.is_ipv6() && !self.platform.network.blocked.iter().any(|blocked| blocked.is_ipv6()) {
            self.problems.push(
                Problem::new(range.at, format!("`{}` is a range of IPv6", range.value))
                    .label("the platform does not say what of IPv6 is blocked")
                    .hint("name the cluster's IPv6 ranges in `network.blocked` of the platform file first"),
            );
        }
        Some(range.value)
    }
}

/// Where names are looked up.
pub(super) fn dns(network: &PlatformNetwork) -> Vec<DnsPlan> {
    let plan = |dns: &At<Dns>| DnsPlan {
        namespace: dns.namespace.as_ref().map(ToString::to_string),
        labels: texts(&dns.labels),
        cidr: dns.cidr,
    };
    network.dns.iter().map(plan).collect()
}

fn cidrs(texts: &[&str]) -> Vec<Cidr> {
    texts.iter().filter_map(|text| Cidr::parse(text).ok()).collect()
}

fn touches(closed: &str, range: &Cidr) -> bool {
    closed.parse().is_ok_and(|closed| Cidr(closed).overlaps(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_ranges_are_ranges() {
        for (closed, _) in CLOSED {
            assert!(closed.parse::<ipnet::IpNet>().is_ok_and(|net| touches(closed, &Cidr(net))), "{closed}");
        }
        assert!(touches("::ffff:0:0/96", &Cidr::parse("::ffff:10.0.0.0/104").unwrap()));
        assert!(!touches("::ffff:0:0/96", &Cidr::parse("10.0.0.0/8").unwrap()));
    }
}
