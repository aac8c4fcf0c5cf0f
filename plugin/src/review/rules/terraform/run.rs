//! What the runner is told: `run.json`.

use super::{RUN, say};
use crate::render::Manifest;
use crate::resolve::TerraformPlan;
use crate::review::change::FieldChange;
use crate::review::consequence::Rule;
use crate::review::rules::{Case, Found, of};

pub(super) fn found(case: &Case<'_>, object: &Manifest, fields: &[FieldChange], found: Found<'_>) {
    let module = case.plans().and_then(|(before, after)| before.terraform.as_ref().zip(after.terraform.as_ref()));
    if let Some((before, after)) = module {
        let text = replaced(before, after);
        found.extend(text.map(|text| of(Rule::Terraform, object, text)));
    }
    // Whatever else is said of another module or version comes with it.
    let is_other = module.is_some_and(|(before, after)| version(before) != version(after));
    let mut adopted = Vec::new();
    for field in fields {
        let Some(path) = field.path.strip_prefix(RUN) else { continue };
        if let Some(import) = path.strip_prefix(IMPORTS) {
            let address = import.trim_start_matches(['.', '[', '"']).split('"').next().unwrap_or(import);
            adopted.push(if address.is_empty() { "all" } else { address });
        } else if !(is_other && path.starts_with("module.")) {
            found.extend(told(path, field).map(|text| of(Rule::Terraform, object, text)));
        }
    }
    adopted.dedup();
    if !adopted.is_empty() && !is_other {
        let text = format!("adopts what is there by other names: {}", say::values(adopted));
        found.push(of(Rule::Terraform, object, text));
    }
}

/// How the paths begin of how to adopt what is there: they follow from variables, some lines a resource.
const IMPORTS: &str = "module.imports";

fn version(plan: &TerraformPlan) -> (&str, &str) {
    (&plan.run.module.name, &plan.run.module.version)
}

fn replaced(before: &TerraformPlan, after: &TerraformPlan) -> Option<String> {
    let ((name, old), (other, new)) = (version(before), version(after));
    if name != other {
        return Some(format!("module {}", say::moved(&format!("{name} {old}"), &format!("{other} {new}"))));
    }
    if old == new {
        return None;
    }
    let down = matches!((semver::Version::parse(old), semver::Version::parse(new)), (Ok(old), Ok(new)) if new < old);
    Some(format!("module {} {}{}", say::value(name), say::moved(old, new), if down { ", a downgrade" } else { "" }))
}

/// One of the runner's inputs; none where another rule or line says it.
fn told(path: &str, field: &FieldChange) -> Option<String> {
    let as_number = |value: &Option<serde_json::Value>| value.as_ref().and_then(serde_json::Value::as_i64);
    Some(match path {
        // Of IDENTITY, and of what is destroyed.
        "tenant"
        | "id"
        | "namespace"
        | "role"
        | "backend.s3.bucket"
        | "backend.s3.key"
        | "backend.kubernetes.namespace"
        | "backend.kubernetes.secretSuffix" => return None,
        path if path == "destroy" || path.starts_with("destroy.") => return None,
        // Another kind of backend.
        "backend.s3" | "backend.kubernetes" => return None,
        "generation" => match (as_number(&field.before), as_number(&field.after)) {
            (Some(before), Some(after)) => format!("runs again: generation `{before}` → `{after}`"),
            _ => return Some(say::field("generation", field)),
        },
        "approvedPlan" => match (&field.before, &field.after) {
            (_, None) => "the approval of a plan is taken back".to_owned(),
            (_, Some(after)) => format!("plan {} is approved", say::value(after.as_str().unwrap_or_default())),
        },
        "module.digest" => "module of the same version, with other files".to_owned(),
        path => say::field(path, field),
    })
}
