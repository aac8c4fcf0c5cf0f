//! What one render cannot see: a tenant that became something that it never may, or only by way of a state or a word.

use std::collections::HashMap;

use super::both::{Both, both};
use super::each::{Found, Progress, each};
use super::pair::pairs;
use super::side::{Rendered, Side};
use super::subject::told;
use crate::find::{Mode, TENANT_FILE, join};
use crate::problem::{Place, Problem, Problems};
use crate::render::Manifest;
use crate::resolve::Plan;
use crate::source::Span;
use crate::spec::State;

/// What a change may do where somebody says so, and how they say it: `GENERATION:acme`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// A generation goes down: a rollback does it on purpose.
    Generation,
    /// Objects go from a set whose state stays.
    Shrunk,
    /// What was there cannot be rendered, so nobody knows what becomes of it.
    Unread,
}

impl Word {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Generation, Self::Shrunk, Self::Unread];

    /// How it is said.
    pub fn word(self) -> &'static str {
        match self {
            Self::Generation => "GENERATION",
            Self::Shrunk => "SHRUNK",
            Self::Unread => "UNREAD",
        }
    }
}

/// Whom a word is said for.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The folder.
    pub folder: &'a str,
    /// The tenant's name.
    pub name: &'a str,
    /// Whether nobody else has that name: names are unique within a cluster.
    pub is_only: bool,
}

/// Whether a word was said for a tenant.
pub type Allowed<'a> = dyn Fn(Word, &Who<'_>) -> bool + Sync + 'a;

/// Compares two sides, on all cores. What cannot be rendered at the later side is told by what renders it.
pub fn check(base: &Side<'_>, head: &Side<'_>, allowed: &Allowed<'_>, progress: Progress<'_>) -> Problems {
    let mut all = both(base, head);
    all.retain(|both| both.mode == Mode::Tenant);
    let mut named: HashMap<&str, usize> = HashMap::new();
    for both in &all {
        *named.entry(both.name()).or_default() += 1;
    }
    let found = each(base, head, &all, progress, |both, sets| {
        let Some(sets) = sets else { return Problems::new() };
        let (folder, name) = (both.folder(), both.name());
        let who = Who { folder, name, is_only: named.get(name) == Some(&1) };
        one(base, head, both, sets, &|word| allowed(word, &who))
    });
    let mut problems = Problems::new();
    found.into_iter().for_each(|more| problems.append(more));
    problems
}

/// Whether a word was said for one tenant.
type Said<'a> = &'a dyn Fn(Word) -> bool;

fn one(base: &Side<'_>, head: &Side<'_>, both: &Both, sets: (Found, Found), is_said: Said<'_>) -> Problems {
    let mut problems = Problems::new();
    let before = match sets.0 {
        Ok(None) => return problems,
        Ok(Some(before)) => before,
        // A platform file that cannot be read is told once, for all of its tenants.
        Err(found) if found.is_empty() || is_said(Word::Unread) => return problems,
        Err(found) => return Problems::from(unread(base, head, both, found)),
    };
    let Some(plan) = &before.plan else { return problems };
    if both.head.is_none() {
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
        return problems;
    }
    let Ok(Some(after)) = sets.1 else { return problems };
    if let Some(step) = Step::of(plan, &after, is_said) {
        step.never(&mut problems);
        step.terraform(&mut problems);
        step.generations(&mut problems);
        step.shrunk(&before, &after, &mut problems);
    }
    problems
}

/// A tenant that may have been anything.
fn unread(base: &Side<'_>, head: &Side<'_>, both: &Both, found: Problems) -> Problem {
    let (shown, name) = (head.show(&join(both.folder(), TENANT_FILE)), both.name());
    let why = told(base, found).into_iter().next().unwrap_or_default();
    Problem::path(
        &shown,
        format!("tenant `{name}` could not be rendered before, so nobody knows what becomes of it: {why}"),
    )
    .hint("compare with the commit that is applied")
    .hint(format!("where it is known to be right: `--allow UNREAD:{name}`"))
}

/// A tenant, before and after.
struct Step<'a> {
    before: &'a Plan,
    after: &'a Plan,
    set: &'a Rendered,
    name: Span,
    is_said: Said<'a>,
}

impl<'a> Step<'a> {
    fn of(before: &'a Plan, set: &'a Rendered, is_said: Said<'a>) -> Option<Self> {
        let name = set.file.as_ref()?.tenant.metadata.name.at;
        Some(Self { before, after: set.plan.as_ref()?, set, name, is_said })
    }

    /// Where a field of the spec stands; the tenant's name where the file does not have it.
    fn at(&self, path: &[&str]) -> Place {
        let file = self.set.file.as_ref();
        file.and_then(|file| file.spec.get(path)).map_or(self.name, |node| node.at).into()
    }

    fn never(&self, problems: &mut Problems) {
        let (before, after) = (&self.before.tenant, &self.after.tenant);
        let (was, is) = (&self.before.platform.cluster, &self.after.platform.cluster);
        if was != is {
            problems.push(
                Problem::new(self.name, format!("tenant `{}` was in cluster `{was}`, and is in `{is}`", after.name))
                    .label("never moves")
                    .hint(format!("bring it back to `{was}`: what it has there would stay, and nobody look after it")),
            );
        }
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
        }
        // They are called by the id, of which something is said already.
        if let (Some(was), Some(is), true) = (&self.before.terraform, &self.after.terraform, before.id == after.id) {
            if let (Some(was), Some(is)) = (&before.identity.role_arn, &after.identity.role_arn) {
                other("the role", &["identity", "roleArn"], was, is, "customers trust it by its name");
            }
            let (was, is) = (was.run.backend.place(), is.run.backend.place());
            let path = ["terraform", "backend"];
            if was != is {
                problems.push(
                    Problem::new(
                        self.at(&path),
                        format!("the state of tenant `{}` was in `{was}`, and is in `{is}`", after.name),
                    )
                    .label("never moves by itself")
                    .hint("Terraform would find none there, and make all of it anew"),
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

    fn generations(&self, problems: &mut Problems) {
        if (self.is_said)(Word::Generation) {
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
    fn shrunk(&self, before: &Rendered, after: &Rendered, problems: &mut Problems) {
        let (was, is) = (self.before.tenant.state, self.after.tenant.state);
        if is == State::Destroying || (self.is_said)(Word::Shrunk) {
            return;
        }
        // Who is suspended has no scheduled work.
        let may_go = |object: &Manifest| was != is && matches!(object.kind(), "CronJob" | "Job");
        // Of the namespace itself something worse is said.
        let (old, new) = (&self.before.tenant.namespace, &self.after.tenant.namespace);
        let is_told = |object: &Manifest| old != new && object.kind() == "Namespace" && object.name() == old;
        let name = &self.after.tenant.name;
        let pairs = pairs(&before.manifests, &after.manifests);
        let gone: Vec<String> = pairs
            .iter()
            .filter(|pair| pair.after.is_none())
            .filter_map(|pair| pair.before)
            .filter(|object| !may_go(object) && !is_told(object))
            .map(|object| format!("`{}`", object.id()))
            .collect();
        if !gone.is_empty() {
            let (count, their) = match gone.len() {
                1 => ("an object".to_owned(), "its"),
                count => (format!("{count} objects"), "their"),
            };
            let shown = gone.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let more = if gone.len() > 3 { format!(" and {} more", gone.len() - 3) } else { String::new() };
            problems.push(
                Problem::new(
                    self.name,
                    format!("the set of tenant `{name}` loses {count} with nothing in {their} place"),
                )
                .label(format!("without {shown}{more}"))
                .hint(format!("Argo CD deletes them; where it is meant: `--allow SHRUNK:{name}`")),
            );
        }
    }
}

/// The generations of secrets that have one.
fn generations(plan: &Plan) -> Vec<(String, i64)> {
    plan.secrets.iter().map(|(name, secret)| (name.clone(), secret.generation)).collect()
}
