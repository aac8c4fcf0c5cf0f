//! What one render cannot see: a tenant that became something that it never may, or only by way of a state or a word.

use std::collections::BTreeSet;

use super::both::{Both, both};
use super::pair::{Way, pairs};
use super::side::{Rendered, Side};
use crate::find::{Mode, TENANT_FILE, join};
use crate::problem::{Place, Problem, Problems};
use crate::resolve::Plan;
use crate::source::Span;
use crate::spec::State;
use rayon::prelude::*;

/// What a change may do where somebody says so, and how they say it: `GENERATION:acme`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// A generation goes down: a rollback does it on purpose.
    Generation,
    /// Objects go from a set whose state stays.
    Shrunk,
}

impl Word {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Generation, Self::Shrunk];

    /// How it is said.
    pub fn word(self) -> &'static str {
        match self {
            Self::Generation => "GENERATION",
            Self::Shrunk => "SHRUNK",
        }
    }
}

/// What was said: a word for a tenant, by its name; for all of them, `*`.
pub type Allowed = BTreeSet<(Word, String)>;

/// Compares two sides, on all cores. What cannot be rendered is told by what renders it.
pub fn check(base: &Side<'_>, head: &Side<'_>, allowed: &Allowed) -> Problems {
    let all = both(base, head);
    let found: Vec<Problems> = all
        .par_iter()
        .filter(|both| both.mode == Mode::Tenant)
        .map(|both| {
            let mut problems = Problems::new();
            one(base, head, both, allowed, &mut problems);
            problems
        })
        .collect();
    let mut problems = Problems::new();
    found.into_iter().for_each(|more| problems.append(more));
    problems
}

fn one(base: &Side<'_>, head: &Side<'_>, both: &Both, allowed: &Allowed, problems: &mut Problems) {
    let Some(Ok(Some(before))) = both.base.as_ref().map(|folder| base.render(folder)) else { return };
    let Some(plan) = &before.plan else { return };
    let Some(folder) = &both.head else {
        if plan.tenant.state != State::Destroying {
            let shown = head.show(&join(both.folder(), TENANT_FILE));
            problems.push(
                Problem::path(
                    &shown,
                    format!("`{shown}` is gone, and tenant `{}` was not `destroying`", plan.tenant.name),
                )
                .hint("bring the file back; a tenant goes by `state: destroying`, and its file once all of it is gone"),
            );
        }
        return;
    };
    let Ok(Some(after)) = head.render(folder) else { return };
    let Some(step) = Step::of(plan, &after) else { return };
    step.never(problems);
    step.terraform(problems);
    step.generations(allowed, problems);
    step.shrunk(&before, &after, allowed, problems);
}

/// A tenant, before and after.
struct Step<'a> {
    before: &'a Plan,
    after: &'a Plan,
    set: &'a Rendered,
    name: Span,
}

impl<'a> Step<'a> {
    fn of(before: &'a Plan, set: &'a Rendered) -> Option<Self> {
        let name = set.file.as_ref()?.tenant.metadata.name.at;
        Some(Self { before, after: set.plan.as_ref()?, set, name })
    }

    /// Where a field of the spec stands; the tenant's name where the file does not have it.
    fn at(&self, path: &[&str]) -> Place {
        let file = self.set.file.as_ref();
        file.and_then(|file| file.spec.get(path)).map_or(self.name, |node| node.at).into()
    }

    fn never(&self, problems: &mut Problems) {
        let (before, after) = (&self.before.tenant, &self.after.tenant);
        let mut other = |what: &str, path: &[&str], was: &str, is: &str, why: &str| {
            if was != is {
                problems.push(
                    Problem::new(
                        self.at(path),
                        format!("{what} of tenant `{}` was `{was}`, and is `{is}`", after.name),
                    )
                    .label("never changes")
                    .hint(format!("write `{}: {was}`; {why}", path.join("."))),
                );
            }
        };
        other("the id", &["id"], &before.id, &after.id, "what the tenant has in the cloud is called by it");
        other(
            "the namespace",
            &["namespace"],
            &before.namespace,
            &after.namespace,
            "all that runs would be made anew, without its data",
        );
        if self.before.terraform.is_some() {
            let word = |plan: &Plan| {
                serde_json::to_value(plan.tenant.identity.kind)
                    .ok()
                    .and_then(|value| value.as_str().map(str::to_owned))
                    .unwrap_or_default()
            };
            other(
                "the identity",
                &["identity", "type"],
                &word(self.before),
                &word(self.after),
                "Terraform has made what belongs to it",
            );
            let role = |plan: &Plan| plan.tenant.identity.role_name.clone().unwrap_or_default();
            // It is called by the id, of which something is said already.
            if before.id == after.id {
                other(
                    "the role",
                    &["identity", "roleArn"],
                    &role(self.before),
                    &role(self.after),
                    "customers trust it by its name",
                );
            }
        }
    }

    fn terraform(&self, problems: &mut Problems) {
        if self.before.terraform.is_none()
            || self.after.terraform.is_some()
            || self.before.tenant.state == State::Destroying
        {
            return;
        }
        let by_tier = self.before.tenant.tier != self.after.tenant.tier;
        let (place, why) = if by_tier {
            (self.at(&["tier"]), format!("tier `{}` has no Terraform", self.after.tenant.tier))
        } else {
            (self.at(&["terraform", "enabled"]), "it is switched off".to_owned())
        };
        problems.push(
            Problem::new(
                place,
                format!("tenant `{}` has things that Terraform made, and {why}", self.after.tenant.name),
            )
            .label("nobody would look after them any more")
            .hint("go by `state: destroying` first, or keep Terraform on"),
        );
    }

    fn generations(&self, allowed: &Allowed, problems: &mut Problems) {
        if self.is_allowed(Word::Generation, allowed) {
            return;
        }
        let name = &self.after.tenant.name;
        let mut down = |what: String, path: &[&str], was: i64, is: i64| {
            if is < was {
                problems.push(
                    Problem::new(self.at(path), format!("{what} of tenant `{name}` was {was}, and is {is}"))
                        .label("goes back to an older one")
                        .hint(format!("where it is meant, as in a rollback: `--allow GENERATION:{name}`")),
                );
            }
        };
        for (secret, number) in generations(self.before) {
            let now = generations(self.after).into_iter().find(|(other, _)| *other == secret);
            if let Some((_, is)) = now {
                down(format!("the generation of secret `{secret}`"), &["secrets", &secret, "generation"], number, is);
            }
        }
        if let (Some(before), Some(after)) = (&self.before.terraform, &self.after.terraform) {
            let (was, is) = (before.run.generation, after.run.generation);
            down("the generation of Terraform".to_owned(), &["terraform", "generation"], was, is);
        }
    }

    /// An object that goes while the tenant stays what it is, and that nothing takes the place of.
    fn shrunk(&self, before: &Rendered, after: &Rendered, allowed: &Allowed, problems: &mut Problems) {
        if self.before.tenant.state != self.after.tenant.state || self.is_allowed(Word::Shrunk, allowed) {
            return;
        }
        let name = &self.after.tenant.name;
        let pairs = pairs(&before.manifests, &after.manifests);
        let gone: Vec<String> = pairs
            .iter()
            .filter(|pair| pair.after.is_none() && pair.way == Way::Same)
            .filter_map(|pair| Some(format!("`{}`", pair.before?.id())))
            .collect();
        if after.manifests.len() < before.manifests.len() && !gone.is_empty() {
            let shown = gone.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let more = if gone.len() > 3 { format!(" and {} more", gone.len() - 3) } else { String::new() };
            problems.push(
                Problem::new(
                    self.name,
                    format!(
                        "the set of tenant `{name}` has {} objects, and had {}",
                        after.manifests.len(),
                        before.manifests.len()
                    ),
                )
                .label(format!("without {shown}{more}"))
                .hint(format!("Argo CD deletes them; where it is meant: `--allow SHRUNK:{name}`")),
            );
        }
    }

    fn is_allowed(&self, word: Word, allowed: &Allowed) -> bool {
        let said = |name: &str| allowed.contains(&(word, name.to_owned()));
        said(&self.after.tenant.name) || said("*")
    }
}

/// The generations of secrets that have one.
fn generations(plan: &Plan) -> Vec<(String, i64)> {
    plan.secrets.iter().map(|(name, secret)| (name.clone(), secret.generation)).collect()
}
