//! Whether a review fails: what is destructive, and what of it was acknowledged.

use std::str::FromStr;

use crate::command::allow::{Allow, Word, known};
use crate::review::Rule;
use crate::review::model::Review;

impl Word for Rule {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn word(self) -> &'static str {
        self.word()
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
        if text == "none" { Ok(Self::None) } else { known(text).map(Self::Rule) }
    }
}

/// How many tenants something happens to that fails the review and that nobody acknowledged.
pub(super) fn unacknowledged(review: &Review, allowed: &[Allow<Rule>], fail_on: Option<&[FailOn]>) -> usize {
    let fails = |rule: Rule| match fail_on {
        None => rule.is_destructive(),
        Some(rules) => rules.contains(&FailOn::Rule(rule)),
    };
    let is_allowed = |rule: Rule, tenant: &str| allowed.iter().any(|allow| allow.covers(rule, tenant));
    let mut count = 0;
    for set in &review.sets {
        let rules: Vec<Rule> = set.consequences.iter().map(|found| found.rule).filter(|rule| fails(*rule)).collect();
        count += set.members.iter().filter(|member| rules.iter().any(|rule| !is_allowed(*rule, &member.name))).count();
    }
    count
}
