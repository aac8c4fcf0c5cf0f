//! `DATA-LOSS`: data goes, or what it is worth is left to nobody.

mod guards;
mod held;
mod kinds;
mod objects;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;

use super::facts::Terraform;
use super::terraform::{VARIABLES, destroy_job, inputs};
use super::{Case, Found, all, of, say};
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
    let [before, after] = case.terraform();
    let wanted = |terraform: Option<&Terraform>| terraform.and_then(|terraform| terraform.destroy);
    let is_new = !before.is_some_and(Terraform::takes_all)
        || (wanted(after) == Some(Data::Delete) && wanted(before) != wanted(after));
    if let Some(terraform) = after.filter(|terraform| is_new && terraform.takes_all()) {
        let held = &terraform.holds_data;
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
        found.push(match destroy_job(case) {
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
    if let [Some(before), Some(after)] = case.terraform()
        && before.module != after.module
    {
        let text = format!("module {}, which may delete what holds data", say::moved(&before.module, &after.module));
        found.push(of(Rule::DataLoss, object, text));
    }
}
