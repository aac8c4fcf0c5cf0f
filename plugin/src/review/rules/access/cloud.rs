//! Which cloud role a pod has, and whom that role trusts.

use serde_json::Value as Json;

use crate::render::Manifest;
use crate::review::consequence::Rule;
use crate::review::pair::Pair;
use crate::review::rules::terraform::VARIABLES;
use crate::review::rules::{Case, Found, of, say};
use crate::tree::Value;

#[cfg(test)]
mod tests;

/// Annotations of a ServiceAccount that name its role in a cloud.
const ROLES: &[&str] =
    &["eks.amazonaws.com/role-arn", "azure.workload.identity/client-id", "iam.gke.io/gcp-service-account"];
/// Lists that Terraform is told, and what one item more or less of them means.
const TRUST: &[(&str, &str, &str)] = &[
    ("service_accounts", "may take the tenant's cloud role", "may no longer take the tenant's cloud role"),
    ("extra_policies", "is a policy of the tenant's cloud role", "is no longer a policy of the tenant's cloud role"),
    ("assume_roles", "may be taken by the tenant's cloud role", "may no longer be taken by the tenant's cloud role"),
];
/// Texts that Terraform is told, and what another one means for the tenant's cloud role.
const RIGHTS: &[(&str, &str)] = &[
    ("permissions_boundary", "the tenant's cloud role has another boundary"),
    ("secrets_access", "the tenant's cloud role may do something else with secrets"),
    ("secrets_tag", "the tenant's cloud role reaches secrets by another tag"),
    ("secrets_write_prefix", "the tenant's cloud role writes secrets of other names"),
    ("shared_bucket", "the tenant's cloud role reaches another bucket"),
    ("shared_bucket_prefix", "the tenant's cloud role reaches another part of the bucket"),
    ("oidc_provider", "another provider says who may take the tenant's cloud role"),
    ("namespace", "another namespace's pods may take the tenant's cloud role"),
    ("cluster", "another cluster's pods may take the tenant's cloud role"),
];
/// Values of these from little to much.
const LADDER: &[&str] = &["none", "read", "write"];

pub(super) fn service_account(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.object() else { return };
    // Pods get the same role in another way: `IDENTITY` says so.
    let is_told = case.plans().is_some_and(|(before, after)| {
        let (before, after) = (&before.tenant.identity, &after.tenant.identity);
        pair.is_both() && before.kind != after.kind && before.role_arn.is_some() && before.role_arn == after.role_arn
    });
    for key in ROLES.iter().filter(|_| !is_told) {
        let role = |object: Option<&'_ Manifest>| object.and_then(|object| object.annotation(key)).map(str::to_owned);
        match (role(pair.before), role(pair.after)) {
            (Some(before), Some(after)) if before != after => {
                found.push(of(
                    Rule::AccessMore,
                    object,
                    format!("has another cloud role: {}", say::moved(&before, &after)),
                ));
            }
            (None, Some(role)) => {
                found.push(of(Rule::AccessMore, object, format!("gets cloud role {}", say::value(&role))));
            }
            (Some(role), None) => {
                found.push(of(Rule::AccessLess, object, format!("loses cloud role {}", say::value(&role))));
            }
            _ => {}
        }
    }
    if let (Some(before), Some(after)) = (pair.before, pair.after) {
        // Kubernetes mounts it unless it is told otherwise.
        let mounts = |object: &Manifest| {
            let field = object.object.get(&["automountServiceAccountToken"]);
            !field.is_some_and(|node| matches!(node.value, Value::Bool(false)))
        };
        match (mounts(before), mounts(after)) {
            (false, true) => found.push(of(Rule::AccessMore, after, "its token is mounted into pods")),
            (true, false) => found.push(of(Rule::AccessLess, after, "its token is no longer mounted into pods")),
            _ => {}
        }
    }
}

/// What the tenant's module is told that its role may do. Known by the names of `terraform/tenant`: a description does not say what
/// a variable means.
pub(super) fn rights(pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.after.filter(|_| pair.before.is_some()) else { return };
    for field in &pair.fields {
        let Some(name) = field.path.strip_prefix(VARIABLES) else { continue };
        let Some((_, means)) = RIGHTS.iter().find(|(variable, _)| *variable == name) else { continue };
        let text = |value: &Option<Json>| value.as_ref().and_then(Json::as_str).map(str::to_owned);
        let (before, after) = (text(&field.before), text(&field.after));
        let rung = |value: &Option<String>| LADDER.iter().position(|rung| Some(*rung) == value.as_deref());
        let less = match (name, &before, &after) {
            ("permissions_boundary", None, Some(_)) => true,
            // Whatever reaches something by a name reaches nothing without one.
            ("secrets_write_prefix" | "shared_bucket", Some(_), None) => true,
            _ => matches!((rung(&before), rung(&after)), (Some(before), Some(after)) if after < before),
        };
        let rule = if less { Rule::AccessLess } else { Rule::AccessMore };
        let shown = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        found.push(of(rule, object, format!("{means}: {}", say::moved(&shown(before), &shown(after)))));
    }
}

/// What the tenant's module is told of whom to trust.
pub(super) fn trust(pair: &Pair<'_>, found: Found<'_>) {
    let Some(object) = pair.after.filter(|_| pair.before.is_some()) else { return };
    for field in &pair.fields {
        let Some(name) = field.path.strip_prefix(VARIABLES) else { continue };
        let Some((_, more, less)) = TRUST.iter().find(|(variable, ..)| *variable == name) else { continue };
        let list = |value: &Option<Json>| value.as_ref().and_then(Json::as_array).cloned().unwrap_or_default();
        let (before, after) = (list(&field.before), list(&field.after));
        // Of what all may, nobody gets more, nor is anything lost where all may.
        let is_all = |list: &[Json]| list.iter().any(|item| item == "*");
        for item in say::beyond(&after, &before).into_iter().filter(|_| !is_all(&before)) {
            found.push(of(Rule::AccessMore, object, format!("{} {more}", say::value(item))));
        }
        for item in say::beyond(&before, &after).into_iter().filter(|_| !is_all(&after)) {
            found.push(of(Rule::AccessLess, object, format!("{} {less}", say::value(item))));
        }
    }
}
