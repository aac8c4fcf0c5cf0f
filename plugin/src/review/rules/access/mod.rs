//! `ACCESS+`, `ACCESS-`: somebody may do more, or less: by Kubernetes' roles and bindings, by a cloud role, by what an
//! AppProject or an admission policy lets through, by what pods may do on their nodes, by what is reached from outside.

mod balancers;
mod bindings;
mod cloud;
mod hosts;
mod pods;
mod project;
mod roles;
mod services;
#[cfg(test)]
mod tests;

use super::secrets::{Fate, fate};
use super::{Case, Found, of};
use crate::review::consequence::Rule;
use crate::review::pair::Pair;

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for pair in &case.pairs {
        match pair.kind() {
            "Role" | "ClusterRole" => roles::found(pair, found),
            "RoleBinding" | "ClusterRoleBinding" => bindings::found(case, pair, found),
            "ServiceAccount" if !case.with_namespace(pair) => cloud::service_account(case, pair, found),
            "ConfigMap" => {
                cloud::trust(pair, found);
                cloud::rights(pair, found);
            }
            "AppProject" => project::project(case, pair, found),
            "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => project::admission(case, pair, found),
            "Service" => services::found(case, pair, found),
            kind if hosts::KINDS.contains(&kind) => hosts::found(case, pair, found),
            _ => pods::found(case, pair, found),
        }
        secret(case, pair, found);
    }
}

/// A Secret that goes, and can be had again where it came from.
fn secret(case: &Case<'_>, pair: &Pair<'_>, found: Found<'_>) {
    if let (Some(before), None) = (pair.before, pair.after)
        && !case.with_namespace(pair)
        && fate(before) == Some(Fate::Goes)
    {
        let what = if before.kind() == "Secret" { "goes" } else { "goes, and its Secret with it" };
        found.push(of(Rule::AccessLess, before, format!("{what}: pods that read it do not start any more")));
    }
}
