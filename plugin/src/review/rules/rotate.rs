//! `ROTATE`: a secret is made anew, comes from somewhere else, is to be made otherwise, or is left to itself.

use std::cmp::Ordering;

use super::facts::Facts;
use super::secrets::{Fate, fate};
use super::{Case, Found, all, of, say};
use crate::names::without_generation;
use crate::resolve::{ExternalSecretPlan, Plan};
use crate::review::consequence::{Consequence, Rule};
use crate::review::pair::{Pair, Way};

#[cfg(test)]
mod tests;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    // A tenant that is being destroyed has no secrets any more.
    if let Some((before, after)) = case.facts().filter(|(_, after)| !after.is_destroying) {
        for (name, (old, was)) in &before.secrets {
            let Some((new, is)) = after.secrets.get(name) else { continue };
            let text = match (was.cmp(is), old == new) {
                (Ordering::Less, _) => format!("is made anew: generation `{was}` → `{is}`"),
                (Ordering::Greater, _) => format!("goes back to an older value: generation `{was}` → `{is}`"),
                (Ordering::Equal, false) => format!("is another Secret: {}", say::moved(old, new)),
                (Ordering::Equal, true) => continue,
            };
            found.push(tell(name, &text));
        }
        if let Some((before, after)) = case.plans() {
            stores(before, after, found);
            shapes(before, after, found);
        }
    }
    found.extend(case.pairs.iter().filter_map(|pair| generation(case, pair)));
    found.extend(case.pairs.iter().filter_map(|pair| left(case, pair)));
}

/// A Secret that stays when what made it goes.
fn left(case: &Case<'_>, pair: &Pair<'_>) -> Option<Consequence> {
    let before = pair.before.filter(|_| pair.after.is_none() && !case.with_namespace(pair))?;
    (fate(before)? == Fate::Stays)
        .then(|| of(Rule::Rotate, before, "goes: its Secret stays as it is, and nobody looks after it"))
}

fn tell(name: &str, text: &str) -> Consequence {
    all(Rule::Rotate, format!("secret {} {text}", say::value(name)))
}

/// Secrets of the same name whose place in the store is another.
fn stores(before: &Plan, after: &Plan, found: Found<'_>) {
    for (old, new) in same(&before.external_secrets, &after.external_secrets, |secret| &secret.name) {
        let text = if old.key != new.key {
            format!("is read from another key: {}", say::moved(&old.key, &new.key))
        } else if old.store.name != new.store.name || old.store.kind != new.store.kind {
            format!("is read from another store: {}", say::moved(&old.store.name, &new.store.name))
        } else if old.properties != new.properties {
            format!("has other keys: {}", say::values(new.properties.iter().map(String::as_str)))
        } else if old.immutable != new.immutable {
            "follows the store".to_owned()
        } else {
            continue;
        };
        found.push(tell(&new.name, &format!("{text}{}", stays(new))));
    }
}

/// A secret with a generation is read once.
fn stays(secret: &ExternalSecretPlan) -> &'static str {
    if secret.immutable { "; what is there stays until its generation is raised" } else { "" }
}

/// Secrets of the same name that are to be made otherwise. What is there is never made again.
fn shapes(before: &Plan, after: &Plan, found: Found<'_>) {
    const STAYS: &str = "is to be made otherwise; what is there stays until its generation is raised";
    fn by_job(plan: &Plan) -> impl Iterator<Item = &crate::resolve::SecretSpecPlan> {
        plan.secret_jobs.iter().flat_map(|jobs| &jobs.jobs).flat_map(|job| &job.spec.secrets)
    }
    for old in by_job(before) {
        if by_job(after).any(|new| new.name == old.name && new.keys != old.keys) {
            found.push(tell(&old.name, STAYS));
        }
    }
    for (old, new) in same(&before.generated_secrets, &after.generated_secrets, |secret| &secret.name) {
        let made = |plan: &Plan, generator: &str| {
            let found = plan.generators.iter().find(|other| other.generator == generator)?;
            Some((found.kind, found.length, found.charset))
        };
        let keys = |plan: &Plan, secret: &crate::resolve::GeneratedSecretPlan| -> Vec<_> {
            secret.keys.iter().map(|key| (key.key.clone(), made(plan, &key.generator))).collect()
        };
        if keys(before, old) != keys(after, new) {
            found.push(tell(&old.name, STAYS));
        }
    }
}

/// What has the same name on both sides.
fn same<'a, T>(before: &'a [T], after: &'a [T], name: impl Fn(&T) -> &String) -> Vec<(&'a T, &'a T)> {
    before.iter().filter_map(|old| Some((old, after.iter().find(|new| name(new) == name(old))?))).collect()
}

/// An object of somebody's own template that is of another generation.
fn generation(case: &Case<'_>, pair: &Pair<'_>) -> Option<Consequence> {
    let (Some(before), Some(after), Way::Generation) = (pair.before, pair.after, pair.way) else { return None };
    let known = |facts: &Facts| facts.secrets.values().any(|(name, _)| name == after.name());
    if case.facts_after.as_ref().is_some_and(known) {
        return None;
    }
    let number = |name: &str| name.rsplit_once("-g").and_then(|(_, number)| number.parse::<u64>().ok());
    let names = say::moved(before.name(), after.name());
    without_generation(after.name())?;
    Some(of(
        Rule::Rotate,
        after,
        match number(after.name()) < number(before.name()) {
            true => format!("goes back to an older value: {names}"),
            false => format!("is made anew: {names}"),
        },
    ))
}
