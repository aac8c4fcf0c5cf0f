//! `ACCESS+`, `ACCESS-`: pods may reach more or less, or be reached by more or less.
//!
//! Policies add up, so those that are other are compared together: what one no longer opens and another does is no change.

mod opening;
mod ranges;
#[cfg(test)]
mod tests;

use ipnet::IpNet;

use super::{Case, Found, of, say};
use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::{Pair, Way};
use crate::review::side::Rendered;
use opening::{Direction, Opening, Peer, closes, openings};

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    let is_policy =
        |pair: &&Pair<'_>| pair.kind() == "NetworkPolicy" && !opens_the_same(pair) && !case.with_namespace(pair);
    let changed = || case.pairs.iter().filter(is_policy);
    // Most tenants have none.
    if changed().next().is_some() {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for pair in changed() {
            let namespace = pair.object().map_or("", Manifest::namespace);
            old.extend(pair.before.into_iter().flat_map(|policy| openings(policy, namespace)));
            new.extend(pair.after.into_iter().flat_map(|policy| openings(policy, namespace)));
        }
        // What another policy opened all along, or still does, is no change either.
        let (mut was, mut is) = (whole(case.before), whole(case.after));
        was.extend(old.iter().cloned());
        is.extend(new.iter().cloned());
        tell(Rule::AccessMore, &new, &was, found);
        tell(Rule::AccessLess, &old, &is, found);
        changed().for_each(|pair| isolation(case, pair, found));
    }
    for pair in case.pairs.iter().filter(|pair| pair.kind() == "Namespace" && pair.is_both()) {
        pod_security(pair, found);
    }
}

/// Whether a policy is other by its labels alone.
fn opens_the_same(pair: &Pair<'_>) -> bool {
    let (Some(before), Some(after)) = (pair.before, pair.after) else { return false };
    pair.way == Way::Same && before.object.get(&["spec"]) == after.object.get(&["spec"])
}

/// All that a side opens.
fn whole(set: Option<&Rendered>) -> Vec<Opening<'_>> {
    let policies = set.into_iter().flat_map(|set| &set.manifests).filter(|object| object.kind() == "NetworkPolicy");
    policies.flat_map(|policy| openings(policy, policy.namespace())).collect()
}

/// What one side opens and the other does not.
fn tell(rule: Rule, openings: &[Opening<'_>], others: &[Opening<'_>], found: Found<'_>) {
    let mut told: Vec<(&Opening<'_>, String, Vec<String>)> = Vec::new();
    for opening in openings.iter().filter(|opening| !opening.is_covered(others)) {
        let peer = uncovered(opening, others);
        let port = opening.port.said();
        let same = |known: &&mut (&Opening<'_>, String, Vec<String>)| {
            known.0.policy.id() == opening.policy.id() && known.0.direction == opening.direction && known.1 == peer
        };
        match told.iter_mut().find(same) {
            Some((_, _, ports)) if ports.contains(&port) => {}
            Some((_, _, ports)) => ports.push(port),
            None => told.push((opening, peer, vec![port])),
        }
    }
    for (opening, peer, ports) in told {
        let may = if rule == Rule::AccessMore { "may" } else { "may no longer" };
        let (pods, ports) = (opening.pods(), ports.join(", "));
        let text = match opening.direction {
            Direction::Egress => format!("{pods} {may} reach {peer} on {ports}"),
            Direction::Ingress => format!("{peer} {may} reach {pods} on {ports}"),
        };
        found.push(of(rule, opening.policy, text));
    }
}

/// What of a peer the other side has not: all of it, or the holes that are there no more.
fn uncovered(opening: &Opening<'_>, others: &[Opening<'_>]) -> String {
    let Peer::Range { net, except } = &opening.peer else { return opening.peer.said() };
    let like = |other: &&Opening<'_>| other.is_alike(opening) && other.port.covers(&opening.port);
    for other in others.iter().filter(like) {
        if let Peer::Range { net: other_net, except: holes } = &other.peer
            && other_net.contains(net)
        {
            let covered = |hole: &&IpNet| except.iter().any(|mine| mine.contains(*hole));
            let missing: Vec<String> = holes.iter().filter(|hole| !covered(hole)).map(ToString::to_string).collect();
            return say::values(missing.iter().map(String::as_str));
        }
    }
    let rest = others.iter().filter(like).any(|other| match &other.peer {
        Peer::Range { net: part, .. } => net.contains(part),
        _ => false,
    });
    if rest { format!("all of {}", opening.peer.said()) } else { opening.peer.said() }
}

/// A policy that closed, where none does any more, and the other way round.
fn isolation(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    for direction in [Direction::Ingress, Direction::Egress] {
        let sides = [
            (Rule::AccessMore, pair.before, pair.after, case.after),
            (Rule::AccessLess, pair.after, pair.before, case.before),
        ];
        for (rule, policy, same, other_side) in sides {
            let Some(policy) = policy.filter(|policy| closes(policy, direction)) else { continue };
            // A policy that was moved closes the namespace that it is in now.
            let namespace = same.unwrap_or(policy).namespace();
            let closes_too = |other: &&Manifest| {
                other.kind() == "NetworkPolicy"
                    && other.namespace() == namespace
                    && closes(other, direction)
                    && opening::selects_all_of(other, policy)
            };
            if other_side.is_some_and(|set| set.manifests.iter().any(|other| closes_too(&other))) {
                continue;
            }
            let pods = opening::pods(policy);
            let closed = if same.is_some_and(|same| closes(same, direction)) {
                "nothing closes all of them any more"
            } else {
                "nothing closes them any more"
            };
            let text = match (rule, direction) {
                (Rule::AccessMore, Direction::Ingress) => format!("anybody may reach {pods}: {closed}"),
                (Rule::AccessMore, Direction::Egress) => format!("{pods} may reach anybody: {closed}"),
                (_, Direction::Ingress) => format!("{pods} are closed: nobody reaches them but who is let in"),
                (_, Direction::Egress) => format!("{pods} are closed: they reach nobody but who is let out"),
            };
            found.push(of(rule, policy, text));
        }
    }
}

/// From loose to tight. A namespace that says nothing is as loose as can be.
const LEVELS: &[&str] = &["privileged", "baseline", "restricted"];

fn pod_security(pair: &Pair<'_>, found: Found<'_>) {
    let (Some(before), Some(after)) = (pair.before, pair.after) else { return };
    let level = |object: &'_ Manifest| {
        let label = object.object.text_at(&["metadata", "labels", "pod-security.kubernetes.io/enforce"]);
        LEVELS.iter().position(|level| Some(*level) == label).unwrap_or(0)
    };
    let (old, new) = (level(before), level(after));
    if old != new {
        let rule = if new < old { Rule::AccessMore } else { Rule::AccessLess };
        found.push(of(rule, after, format!("Pod Security {}", say::moved(LEVELS[old], LEVELS[new]))));
    }
}
