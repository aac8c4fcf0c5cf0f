//! Whether a review fails: what is destructive, and what of it was acknowledged.

use std::str::FromStr;

use crate::report::printable;
use crate::review::Rule;
use crate::review::model::Review;

/// Acknowledges a rule for a tenant: `DATA-LOSS:acme`, or for all: `DATA-LOSS:*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allow {
    rule: Rule,
    tenant: String,
}

impl FromStr for Allow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rule, tenant) = text.split_once(':').ok_or("wants `RULE:TENANT`, as `DATA-LOSS:acme`")?;
        if tenant.is_empty() {
            return Err("wants a tenant after the `:`, or `*` for all".to_owned());
        }
        Ok(Self { rule: self::rule(rule)?, tenant: tenant.to_owned() })
    }
}

/// A rule that fails a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailOn {
    /// None does.
    None,
    /// This one.
    Rule(Rule),
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" { Ok(Self::None) } else { rule(text).map(Self::Rule) }
    }
}

fn rule(text: &str) -> Result<Rule, String> {
    Rule::ALL.into_iter().find(|rule| rule.word() == text).ok_or_else(|| {
        let words: Vec<&str> = Rule::ALL.iter().map(|rule| rule.word()).collect();
        format!("unknown rule `{}`; there are {}", printable(text), words.join(", "))
    })
}

/// How many tenants something happens to that fails the review and that nobody acknowledged.
pub(super) fn unacknowledged(review: &Review, allowed: &[Allow], fail_on: Option<&[FailOn]>) -> usize {
    let fails = |rule: Rule| match fail_on {
        None => rule.is_destructive(),
        Some(rules) => rules.contains(&FailOn::Rule(rule)),
    };
    let is_allowed = |rule: Rule, tenant: &str| {
        allowed.iter().any(|allow| allow.rule == rule && (allow.tenant == "*" || allow.tenant == tenant))
    };
    let mut count = 0;
    for set in &review.sets {
        let rules: Vec<Rule> = set.consequences.iter().map(|found| found.rule).filter(|rule| fails(*rule)).collect();
        count += set.members.iter().filter(|member| rules.iter().any(|rule| !is_allowed(*rule, &member.name))).count();
    }
    count
}
