//! `TERRAFORM`: Terraform is told something else, or is switched on or off.

use std::collections::BTreeMap;

use super::facts::Terraform;
use super::{Case, Found, all, of, say};
use crate::names::part_of;
use crate::render::Manifest;
use crate::resolve::TerraformPlan;
use crate::review::change::FieldChange;
use crate::review::consequence::{Consequence, Rule};
use crate::review::pair::Pair;
use crate::spec::{Data, State};

mod run;
#[cfg(test)]
mod tests;

/// How the paths of the module's variables begin.
pub(super) const VARIABLES: &str = "data[\"terraform.tfvars.json\"].";
/// How the paths of what the runner is told begin.
const RUN: &str = "data[\"run.json\"].";

/// The inputs, where they are other than before.
pub(super) fn inputs<'c, 'a>(case: &'c Case<'a>) -> Option<&'c Pair<'a>> {
    let is_input = |field: &FieldChange| field.path.starts_with(VARIABLES) || field.path.starts_with(RUN);
    case.pairs.iter().find(|pair| pair.is_both() && pair.kind() == "ConfigMap" && pair.fields.iter().any(is_input))
}

/// The Job that destroys, where it is new.
pub(super) fn destroy_job<'a>(case: &Case<'a>) -> Option<&'a Manifest> {
    let is_job = |object: &&Manifest| object.kind() == "Job" && part_of(object.name()) == Some("terraform-destroy");
    case.pairs.iter().filter_map(|pair| pair.after).find(is_job)
}

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    match case.terraform() {
        [None, None] => {}
        [None, Some(after)] => found.extend(switched_on(case, after)),
        // A tenant that is gone fails; what becomes of its state is said there.
        [Some(_), None] if case.after.is_some() => found
            .push(tell("is switched off: what it made is left alone, nothing is destroyed, and nobody looks after it")),
        [Some(_), None] => {}
        [Some(before), Some(after)] => destroys(case, before, after, found),
    }
    if let Some((before, after)) = case.plans()
        && let (Some(a), Some(b)) = (&before.terraform, &after.terraform)
    {
        runs(a, b, after.tenant.state, found);
    }
    if let Some(Pair { after: Some(object), fields, .. }) = inputs(case) {
        variables(object, fields, found);
        run::found(case, object, fields, found);
    }
}

fn tell(text: impl Into<String>) -> Consequence {
    all(Rule::Terraform, text)
}

fn switched_on(case: &Case<'_>, terraform: &Terraform) -> Option<Consequence> {
    Some(match terraform.destroy {
        Some(_) if terraform.takes_all() => return None,
        Some(_) => kept(case, terraform),
        None => {
            let module = say::value(&format!("{} {}", terraform.module, terraform.version));
            tell(format!("is switched on: module {module}"))
        }
    })
}

/// What becomes of what was made, where it is destroyed with its data kept. The opposite is `DATA-LOSS`.
fn destroys(case: &Case<'_>, before: &Terraform, after: &Terraform, found: Found<'_>) {
    match (before.destroy, after.destroy) {
        (None, Some(Data::Keep)) if !after.takes_all() => found.push(kept(case, after)),
        (Some(Data::Delete), Some(Data::Keep)) => {
            found.push(tell("what holds data is kept after all, unless the destroy has run already"));
        }
        (Some(_), None) => found.push(tell("is not to be destroyed any more: what is gone is made anew")),
        _ => {}
    }
}

fn kept(case: &Case<'_>, terraform: &Terraform) -> Consequence {
    let text = match (terraform.holds_data.is_empty(), &terraform.keep_data) {
        (true, Some(switch)) => format!("everything but what {} keeps is destroyed", say::value(switch)),
        _ => "everything but what holds data is destroyed".to_owned(),
    };
    match destroy_job(case) {
        Some(job) => of(Rule::Terraform, job, text),
        None => tell(text),
    }
}

/// When it runs, and in what.
fn runs(before: &TerraformPlan, after: &TerraformPlan, state: State, found: Found<'_>) {
    if before.pod.image != after.pod.image {
        found.push(tell("runs in another image"));
    }
    if before.pod.provider_role != after.pod.provider_role {
        let role = |plan: &TerraformPlan| plan.pod.provider_role.clone().unwrap_or_else(|| "none".to_owned());
        found.push(tell(format!("works as role {}", say::moved(&role(before), &role(after)))));
    }
    // While a tenant is being destroyed, neither is anybody's wish.
    if before.run.destroy.is_some() || after.run.destroy.is_some() {
        return;
    }
    match (before.every_sync, after.every_sync) {
        (false, true) => found.push(tell("runs at every sync, no longer only when its inputs change")),
        (true, false) => found.push(tell("runs when its inputs change, no longer at every sync")),
        _ => {}
    }
    match (before.applies, after.applies) {
        (true, false) => found.push(tell("pauses while the tenant is suspended")),
        (false, true) => found.push(tell("runs again, for the tenant is no longer suspended")),
        _ => {}
    }
    match (&before.drift, &after.drift) {
        (Some(_), None) if state == State::Suspended => {
            found.push(tell("drift is not looked for while the tenant is suspended"));
        }
        (Some(_), None) => found.push(tell("drift is no longer looked for")),
        (None, Some(after)) => found.push(tell(format!("drift is looked for {}", often(&after.schedule)))),
        (Some(before), Some(after)) if often(&before.schedule) != often(&after.schedule) => found.push(tell(format!(
            "drift is looked for {}, until now {}",
            often(&after.schedule),
            often(&before.schedule)
        ))),
        _ => {}
    }
}

/// How often, without the minute, which is each tenant's own.
fn often(schedule: &str) -> &'static str {
    match schedule.split(' ').filter(|field| *field == "*").count() {
        4 => "every hour",
        3 => "every day",
        _ => "every week",
    }
}

/// The module's variables, by name.
fn variables(object: &Manifest, fields: &[FieldChange], found: Found<'_>) {
    let mut by_name: BTreeMap<&str, Vec<(&str, &FieldChange)>> = BTreeMap::new();
    for field in fields {
        if let Some(path) = field.path.strip_prefix(VARIABLES) {
            let name = path.split(['.', '[']).next().unwrap_or(path);
            by_name.entry(name).or_default().push((path, field));
        }
    }
    for (name, changes) in by_name {
        let text = match changes.as_slice() {
            [(path, field)] => format!("variable {}", say::field(path, field)),
            changes => format!("variable {} is other in {} places", say::value(name), changes.len()),
        };
        found.push(of(Rule::Terraform, object, text));
    }
}
