//! `DATA-LOSS`: data goes, or what it is worth is left to nobody.

mod guards;
mod held;
mod kinds;
mod objects;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;

use super::terraform::{VARIABLES, destroy_job, inputs, takes_all};
use super::{Case, Found, all, of, say};
use crate::names::unsealed;
use crate::render::Manifest;
use crate::resolve::TerraformPlan;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::spec::Data;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    objects::found(case, found);
    guards::found(case, found);
    destroys(case, found);
    modes(case, found);
    held::found(case, found);
}

/// Terraform's destroy, with its data.
fn destroys(case: &Case<'_>, found: Found<'_>) {
    let wanted = |plan: Option<&TerraformPlan>| plan?.run.destroy.as_ref().map(|destroy| destroy.data);
    let [before, after] =
        [case.plan_before(), case.plan_after()].map(|plan| plan.and_then(|plan| plan.terraform.as_ref()));
    let is_new =
        !before.is_some_and(takes_all) || (wanted(after) == Some(Data::Delete) && wanted(before) != wanted(after));
    if let Some(plan) = after.filter(|plan| is_new && takes_all(plan)) {
        let held = &plan.run.module.holds_data;
        let what = match (wanted(after), held.is_empty()) {
            (Some(Data::Keep), _) => {
                "Terraform destroys everything, though data is to be kept: the module says neither what holds data nor how \
                 to keep it"
                    .to_owned()
            }
            (_, true) => "Terraform destroys everything".to_owned(),
            (_, false) => format!(
                "Terraform destroys everything, with its data: {}",
                say::values(held.iter().map(String::as_str))
            ),
        };
        let text = match wanted(before) {
            Some(_) => format!("{what}; until now it was to be kept"),
            None => what,
        };
        found.push(match destroy_job(case, plan) {
            Some(job) => of(Rule::DataLoss, job, text),
            None => all(Rule::DataLoss, text),
        });
    }
}

/// What a tenant has of its own may go when it is to share, and when another module no longer knows of it.
fn modes(case: &Case<'_>, found: Found<'_>) {
    let Some(Pair { after: Some(object), fields, .. }) = inputs(case) else { return };
    let dedicated = Json::from("dedicated");
    for change in fields {
        let variable = change.path.strip_prefix(VARIABLES).filter(|name| name.ends_with("_mode"));
        if let Some(name) = variable
            && change.before.as_ref() == Some(&dedicated)
        {
            found.push(of(
                Rule::DataLoss,
                object,
                format!("{}, which may delete what holds data", say::field(name, change)),
            ));
        }
    }
    if let Some((before, after)) = case.plans()
        && let (Some(before), Some(after)) = (&before.terraform, &after.terraform)
    {
        let (before, after) = (&before.run.module, &after.run.module);
        if before.name != after.name {
            let text = format!("module {}, which may delete what holds data", say::moved(&before.name, &after.name));
            found.push(of(Rule::DataLoss, object, text));
        }
    }
}

/// Whether a Job's name is one before its content's hash.
pub(super) fn is_job(object: &Manifest, name: &str) -> bool {
    object.kind() == "Job" && (object.name() == name || unsealed(object.name()) == Some(name))
}
