//! The rules: what a change comes to. Each is a pure function over both sides, in a file of its own.

mod access;
mod data_loss;
mod facts;
mod fails;
mod identity;
mod network;
mod quota;
mod recreate;
mod release;
mod restart;
mod rotate;
mod say;
mod secrets;
mod terraform;
#[cfg(test)]
mod testing;

use facts::{Facts, Terraform};

use super::consequence::{Consequence, Rule};
use super::model::Status;
use super::pair::{Pair, Way};
use super::side::Rendered;
use crate::render::Manifest;
use crate::resolve::Plan;

/// What a rule looks at: one tenant, or one platform's own set.
#[derive(Debug)]
pub struct Case<'a> {
    /// What becomes of it.
    pub status: Status,
    /// It at the earlier side; none where it is new or could not be rendered.
    pub before: Option<&'a Rendered>,
    /// It at the later side; none where it is gone or cannot be rendered.
    pub after: Option<&'a Rendered>,
    /// What it was as a whole; none for a platform's own set.
    facts_before: Option<Facts>,
    /// What it is as a whole.
    facts_after: Option<Facts>,
    /// Its objects that are other than before; none where the later side has no set, for Argo CD deletes nothing then.
    pub pairs: Vec<Pair<'a>>,
}

impl<'a> Case<'a> {
    /// A case.
    pub fn new(
        status: Status,
        before: Option<&'a Rendered>,
        after: Option<&'a Rendered>,
        pairs: Vec<Pair<'a>>,
    ) -> Self {
        let [facts_before, facts_after] = [before, after].map(|set| set.and_then(Facts::of));
        Self { status, before, after, facts_before, facts_after, pairs }
    }

    /// What it was and is as a whole.
    fn facts(&self) -> Option<(&Facts, &Facts)> {
        self.facts_before.as_ref().zip(self.facts_after.as_ref())
    }

    /// Terraform at both sides, where it is on.
    fn terraform(&self) -> [Option<&Terraform>; 2] {
        [&self.facts_before, &self.facts_after].map(|facts| facts.as_ref().and_then(|facts| facts.terraform.as_ref()))
    }

    /// What was decided at the earlier side.
    fn plan_before(&self) -> Option<&'a Plan> {
        self.before?.plan.as_ref()
    }

    /// What is decided at the later side.
    fn plan_after(&self) -> Option<&'a Plan> {
        self.after?.plan.as_ref()
    }

    /// What was decided at both sides.
    fn plans(&self) -> Option<(&'a Plan, &'a Plan)> {
        self.plan_before().zip(self.plan_after())
    }

    /// Whether a namespace goes, and so all in it: what its objects did needs no word of its own.
    fn goes(&self, namespace: &str) -> bool {
        self.pairs.iter().any(|pair| is_namespace(pair.before, namespace) && !is_namespace(pair.after, namespace))
    }

    /// Whether a namespace is new: nothing in it was otherwise before.
    fn comes(&self, namespace: &str) -> bool {
        self.pairs.iter().any(|pair| is_namespace(pair.after, namespace) && !is_namespace(pair.before, namespace))
    }

    /// Whether an object comes or goes with its namespace alone.
    fn with_namespace(&self, pair: &Pair<'_>) -> bool {
        match (pair.before, pair.after) {
            (Some(before), None) => self.goes(before.namespace()),
            (None, Some(after)) => self.comes(after.namespace()),
            _ => false,
        }
    }
}

fn is_namespace(object: Option<&Manifest>, name: &str) -> bool {
    object.is_some_and(|object| object.kind() == "Namespace" && object.name() == name)
}

/// Tells what a rule finds.
type Found<'f> = &'f mut Vec<Consequence>;

/// All rules, in the order of [`Rule::ALL`].
const RULES: &[fn(&Case<'_>, Found<'_>)] = &[
    fails::found,
    data_loss::found,
    identity::found,
    recreate::found,
    terraform::found,
    rotate::found,
    access::found,
    network::found,
    quota::found,
    release::found,
    restart::found,
];
/// The rules that need no earlier side. What was there before it was mended nobody knows: all of it would look new.
const ALONE: &[fn(&Case<'_>, Found<'_>)] = &[fails::found, data_loss::found];

/// All that a case comes to, worst first.
pub fn consequences(case: &Case<'_>) -> Vec<Consequence> {
    let mut all = Vec::new();
    let rules = if case.status == Status::Mended { ALONE } else { RULES };
    rules.iter().for_each(|rule| rule(case, &mut all));
    all.sort();
    all.dedup();
    all
}

/// Something that comes of an object.
fn of(rule: Rule, object: &Manifest, text: impl Into<String>) -> Consequence {
    Consequence { rule, object: Some(object.id().to_string()), text: text.into() }
}

/// Something that comes of the whole.
fn all(rule: Rule, text: impl Into<String>) -> Consequence {
    Consequence { rule, object: None, text: text.into() }
}

/// Argo CD's annotation of how an object is synced.
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// Whether an object has an option of Argo CD's.
fn has_option(object: &Manifest, option: &str) -> bool {
    object.annotation(SYNC_OPTIONS).is_some_and(|options| options.split(',').any(|other| other.trim() == option))
}

/// Whether a path is a field or lies in it.
fn is_in(path: &str, field: &str) -> bool {
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether the object of the earlier side goes away, whatever comes in its place.
fn leaves(pair: &Pair<'_>) -> bool {
    pair.after.is_none() || matches!(pair.way, Way::Moved | Way::Renamed)
}
