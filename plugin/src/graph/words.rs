//! What there is to say about a graph, in lines; both forms of output lay the same lines out.

use std::cmp::Ordering;

use super::{Graph, Health, Need, Object, Onward, Phase, Reason, Step, Subject};
use crate::spec::State;

/// Waves from here on come after every wave of a tenant that lives, so after everything that is pruned of it.
const DESTRUCTION: i64 = 100;

impl Graph {
    /// Whose set it is, and how much of it.
    pub(super) fn headline(&self) -> String {
        let whose = match &self.subject {
            Subject::Tenant { name, state, .. } => format!("tenant `{name}`, {state}"),
            Subject::Platform { name } => format!("platform `{name}`"),
        };
        let waves = self.steps.iter().filter(|step| step.phase.is_of_sync()).count();
        format!("{whose}: {} in {}", counted(self.objects.len(), "object"), counted(waves, "wave"))
    }

    /// What holds for the whole.
    pub(super) fn introduction(&self) -> Vec<String> {
        let mut lines = vec![
            "Argo CD applies a wave in this order and goes on when what has health in it is Healthy; Degraded fails the sync"
                .to_owned(),
        ];
        let Subject::Tenant { state, namespace, paused, .. } = &self.subject else { return lines };
        match state {
            State::Active => {}
            State::Suspended => {
                lines.push(
                    "the releases run with what their profiles say for `suspended`; everything else stays".to_owned(),
                );
            }
            State::Destroying => {
                let job = self.steps.iter().map(|step| step.wave).max().filter(|wave| *wave >= DESTRUCTION);
                let before = job.map(|wave| format!(", and before wave {wave}")).unwrap_or_default();
                lines.push(format!(
                    "the same sync prunes what is there of the tenant and not in this set: the highest wave first, each gone \
                     before the next{before}"
                ));
                lines.push(format!(
                    "what carries `PruneLast=true` goes after the last wave: with the built-in templates NetworkPolicy \
                     {namespace}/default-deny, and Namespace {namespace} once a person confirms it"
                ));
            }
        }
        if *paused {
            lines.push("`run: everySync` pauses: there is no Terraform Job".to_owned());
        }
        lines
    }

    /// What a step is called.
    pub(super) fn title(&self, step: &Step) -> String {
        let when = match step.phase {
            Phase::Sync => return format!("wave {}", step.wave),
            Phase::PreSync => "before the sync",
            Phase::PostSync => "after the sync, when everything is Healthy",
            Phase::SyncFail => "when a sync has failed",
            Phase::PreDelete => "before the Application is deleted with what is its own",
            Phase::PostDelete => "after the Application is deleted with what is its own",
            Phase::Skip => "never applied",
        };
        format!("{}, wave {}: {when}", step.phase.word(), step.wave)
    }

    /// When Argo CD goes on after a step, and the conditions for it.
    pub(super) fn onward(&self, step: &Step) -> Option<(&'static str, Vec<String>)> {
        let (title, held) = match &step.onward {
            Onward::When(held) if held.is_empty() => ("goes on at once: nothing here has health", held),
            Onward::When(held) => ("goes on when", held),
            Onward::Last(held) if held.is_empty() => ("the last wave: Argo CD does not wait for it", held),
            Onward::Last(held) => ("the last wave: Argo CD waits for its hooks alone, until", held),
            Onward::BeforePruned(held) if held.is_empty() => {
                ("the last wave; what is pruned last goes after it at once: nothing here has health", held)
            }
            Onward::BeforePruned(held) => ("the last wave; what is pruned last goes after it, when", held),
            Onward::Apart => return None,
        };
        let condition = |index: &usize| {
            let object = &self.objects[*index];
            match object.health {
                Health::When(condition) => format!("{} {condition}", object.name),
                Health::Unknown | Health::None => {
                    format!("{} is Healthy, if Argo CD has a health script for its kind", object.name)
                }
            }
        };
        Some((title, held.iter().map(condition).collect()))
    }

    /// A need of an object, as a whole sentence.
    pub(super) fn need(&self, object: &Object, need: &Need) -> String {
        let (verb, what) = (verb(need.reason), &need.what);
        let Some(by) = need.by.map(|by| &self.objects[by]) else { return format!("{verb} {what}, not of this set") };
        let made = if by.name == *what { String::new() } else { format!(", made by {}", by.name) };
        format!("{verb} {what}{made}{}", apart(object, need, by))
    }

    /// A need of an object, at the line from what it needs to it.
    pub(super) fn edge(&self, object: &Object, need: &Need, by: &Object) -> String {
        let what = if by.name == need.what { String::new() } else { format!(" {}", need.what) };
        format!("{}{what}{}", verb(need.reason), apart(object, need, by))
    }

    /// The stages in which everything goes when a later commit no longer holds it.
    pub(super) fn stages(&self) -> Vec<String> {
        let waves = self.removal.waves.iter();
        let mut stages: Vec<String> =
            waves.map(|(wave, held)| format!("wave {wave}: {}", counted(held.len(), "object"))).collect();
        if !self.removal.last.is_empty() {
            stages.push(format!("after all waves (`PruneLast=true`): {}", self.names(&self.removal.last)));
        }
        stages
    }

    /// What else there is to say about how things go.
    pub(super) fn exceptions(&self) -> Vec<String> {
        let removal = &self.removal;
        let all = [
            ("pruned only when a person confirms it (`Prune=confirm`)", &removal.confirmed),
            ("never pruned (`Prune=false`)", &removal.kept),
            ("hooks, which are not pruned", &removal.hooks),
            (
                "deleted with the Application only when a person confirms it (`Delete=confirm`)",
                &removal.deletion_confirmed,
            ),
            ("not deleted with the Application (`Delete=false`)", &removal.deletion_kept),
        ];
        let said = all.into_iter().filter(|(_, held)| !held.is_empty());
        said.map(|(what, held)| format!("{what}: {}", self.names(held))).collect()
    }

    fn names(&self, held: &[usize]) -> String {
        held.iter().map(|index| self.objects[*index].name.to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// The verb of a need.
fn verb(reason: Reason) -> &'static str {
    match reason {
        Reason::Reads => "reads",
        Reason::RunsAs => "runs as",
        Reason::Uses => "uses",
        Reason::Draws => "draws from",
        Reason::AfterTerraform | Reason::Identity | Reason::SecretAfterTerraform => "waits for",
    }
}

/// What there is to say beside what is needed.
fn apart(object: &Object, need: &Need, by: &Object) -> &'static str {
    match need.reason {
        Reason::AfterTerraform => return ": `after: [terraform]`",
        Reason::Identity => return ": it makes the identity of its pods",
        Reason::SecretAfterTerraform => return ": a secret that it uses does",
        Reason::Reads | Reason::RunsAs | Reason::Uses | Reason::Draws => {}
    }
    let (own, others) = ((object.phase(), object.wave), (by.phase(), by.wave));
    match others.cmp(&own) {
        Ordering::Greater => ", of a later wave: until then its pods do not start",
        // What is there when it is applied is there first: Argo CD's order of kinds sees to it.
        Ordering::Equal if by.name != need.what => ", in the same wave: until then its pods do not start",
        Ordering::Equal | Ordering::Less => "",
    }
}

/// What stands over the stages.
pub(super) const PRUNING: &str =
    "what a later commit no longer holds is pruned in its sync, each stage gone before the next";
/// The other way to go.
pub(super) const DELETION: &str =
    "deleting the Application with what is its own goes through the waves likewise; `PruneLast` does not count there";

impl Object {
    /// What is annotated, where anything is.
    pub(super) fn marks(&self) -> Option<String> {
        let mut marks = Vec::new();
        if !self.hooks.is_empty() {
            let phases: Vec<&str> = self.hooks.iter().map(|phase| phase.word()).collect();
            // Argo CD's default.
            let deletion = self.hook_deletion.as_deref().unwrap_or("BeforeHookCreation");
            marks.push(format!("hook {}, {deletion}", phases.join(" and ")));
        }
        marks.extend(self.options.iter().cloned());
        (!marks.is_empty()).then(|| marks.join(", "))
    }

    /// What it makes, and what goes along with it.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.makes.iter().map(|made| format!("makes {made}")).collect();
        if self.takes_along {
            notes.push("goes together with what it deployed".to_owned());
        }
        notes
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
