//! `DATA-LOSS`: data goes, or what it is worth is left to nobody.

use serde_json::Value as Json;

use super::terraform::{VARIABLES, destroy_job, inputs};
use super::{Case, Found, all, has_option, leaves, of, say};
use crate::names::unsealed;
use crate::render::Manifest;
use crate::resolve::TerraformPlan;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::spec::Data;

/// Parts of kinds' names that tell of data, in lower case. Of kinds that are not known otherwise this is all there is to go by.
const HOLD_DATA: &[&str] = &[
    "database",
    "dbinstance",
    "dbcluster",
    "sqlinstance",
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "kafka",
    "cassandra",
    "elasticsearch",
    "bucket",
    "volume",
    "filesystem",
];

#[cfg(test)]
mod tests;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for (pair, before) in case.pairs.iter().filter_map(|pair| Some((pair, pair.before?))) {
        if leaves(pair)
            && let Some(text) = gone(before)
        {
            found.push(of(Rule::DataLoss, before, text));
        }
    }
    destroys(case, found);
    modes(case, found);
}

/// What is lost with an object.
fn gone(object: &Manifest) -> Option<String> {
    let kind = object.kind();
    let volumes = object.object.get(&["spec", "volumeClaimTemplates"]).is_some();
    let what = match kind {
        "Namespace" => "goes, with all in it",
        "PersistentVolumeClaim" | "PersistentVolume" => "goes, with its data",
        "StatefulSet" if volumes && deletes_volumes(object) => "goes, and its volumes with it",
        "StatefulSet" if volumes => "goes; its volumes stay, and nobody looks after them",
        _ if is_custom(object) && holds_data(kind) => "goes, and may take its data with it",
        _ if is_kept(object) => "is marked to be kept, and goes",
        _ => return None,
    };
    // Argo CD reads both from the object that is there, so those of the earlier side hold.
    Some(if has_option(object, "Prune=false") {
        "is marked to be kept: it stays, and nobody looks after it".to_owned()
    } else if has_option(object, "Prune=confirm") {
        format!("{what}, once a person confirms it")
    } else {
        what.to_owned()
    })
}

fn is_kept(object: &Manifest) -> bool {
    ["Prune=false", "Prune=confirm", "Delete=false", "Delete=confirm"].iter().any(|option| has_option(object, option))
        || object.annotation("helm.sh/resource-policy") == Some("keep")
}

/// Kubernetes keeps them unless it is told otherwise.
fn deletes_volumes(object: &Manifest) -> bool {
    object.object.text_at(&["spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"]) == Some("Delete")
}

/// A kind of somebody's own: Kubernetes' groups have no dot, or end in its own domain.
fn is_custom(object: &Manifest) -> bool {
    let group = object.id().group;
    group.contains('.') && !group.ends_with(".k8s.io") && group != "argoproj.io"
}

fn holds_data(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    HOLD_DATA.iter().any(|part| kind.contains(part))
}

/// Terraform's destroy, with its data.
fn destroys(case: &Case<'_>, found: Found<'_>) {
    let wanted = |plan: Option<&TerraformPlan>| plan?.run.destroy.as_ref().map(|destroy| destroy.data);
    let after = case.plan_after().and_then(|plan| plan.terraform.as_ref());
    let before = wanted(case.plan_before().and_then(|plan| plan.terraform.as_ref()));
    if let (Some(plan), Some(Data::Delete)) = (after, wanted(after))
        && before != Some(Data::Delete)
    {
        let held = &plan.run.module.holds_data;
        let what = match held.is_empty() {
            true => "Terraform destroys everything".to_owned(),
            false => format!(
                "Terraform destroys everything, with its data: {}",
                say::values(held.iter().map(String::as_str))
            ),
        };
        let text = match before {
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
