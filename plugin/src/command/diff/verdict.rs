//! Whether a review fails: what is destructive, and what of it was acknowledged.

use std::collections::HashMap;
use std::str::FromStr;

use crate::command::allow::{Allow, Word, known};
use crate::report::printable;
use crate::review::Rule;
use crate::review::history::Who;
use crate::review::model::{Member, Review};

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

/// What a review comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing happens to anybody.
    Nothing,
    /// Something happens to somebody.
    Changes,
    /// Something happens that fails the review, and nobody acknowledged it.
    Fails,
    /// A part of the later side cannot be read, so that nobody knows.
    Unknown,
}

impl Verdict {
    /// The exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Unknown => 1,
            Self::Changes => 2,
            Self::Fails => 3,
        }
    }
}

/// The worst of what a review says.
pub(super) fn verdict(review: &Review, allowed: &[Allow<Rule>], fail_on: Option<&[FailOn]>) -> Verdict {
    let (base, head) = (&review.base, &review.head);
    if unacknowledged(review, allowed, fail_on) > 0 {
        Verdict::Fails
    } else if !head.problems.is_empty() {
        Verdict::Unknown
    } else if !review.sets.is_empty() || base.other_versions != head.other_versions {
        Verdict::Changes
    } else {
        Verdict::Nothing
    }
}

/// What was said for a name that nobody has to whom something happens, or that several have: it acknowledges nothing.
pub(super) fn idle(review: &Review, allowed: &[Allow<Rule>]) -> Vec<String> {
    let members = || review.sets.iter().flat_map(|set| &set.members);
    let why = |allow: &Allow<Rule>| {
        if allow.tenant == "*" || members().any(|member| allow.is_folder(&member.folder)) {
            return None;
        }
        match members().filter(|member| member.name == allow.tenant).count() {
            0 => Some("nothing happens to one of that name".to_owned()),
            1 => None,
            count => Some(format!("{count} have that name: say it for their folders")),
        }
    };
    let told = |allow: &Allow<Rule>| {
        Some(format!(
            "warning: `{}:{}` acknowledges nothing: {}\n",
            allow.what.word(),
            printable(&allow.tenant),
            why(allow)?
        ))
    };
    allowed.iter().filter_map(told).collect()
}

/// How many tenants something happens to that fails the review and that nobody acknowledged.
fn unacknowledged(review: &Review, allowed: &[Allow<Rule>], fail_on: Option<&[FailOn]>) -> usize {
    let fails = |rule: Rule| match fail_on {
        None => rule.is_destructive(),
        Some(rules) => rules.contains(&FailOn::Rule(rule)),
    };
    let mut named: HashMap<&str, usize> = HashMap::new();
    for member in review.sets.iter().flat_map(|set| &set.members) {
        *named.entry(&member.name).or_default() += 1;
    }
    let is_allowed = |rule: Rule, member: &Member| {
        let Member { folder, name, .. } = member;
        let who = Who { folder, name, is_only: named.get(name.as_str()) == Some(&1) };
        allowed.iter().any(|allow| allow.covers(rule, &who))
    };
    let mut count = 0;
    for set in &review.sets {
        let rules: Vec<Rule> = set.consequences.iter().map(|found| found.rule).filter(|rule| fails(*rule)).collect();
        count += set.members.iter().filter(|member| rules.iter().any(|rule| !is_allowed(*rule, member))).count();
    }
    count
}
