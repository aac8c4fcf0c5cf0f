//! `ACCESS+`, `ACCESS-`: somebody may do more, or less: by Kubernetes' roles and bindings, by a cloud role, by what an
//! AppProject or an admission policy lets through.

mod bindings;
mod cloud;
mod project;
mod roles;
#[cfg(test)]
mod tests;

use super::{Case, Found};

pub(super) fn found(case: &Case<'_>, found: Found<'_>) {
    for pair in &case.pairs {
        match pair.kind() {
            "Role" | "ClusterRole" => roles::found(pair, found),
            "RoleBinding" | "ClusterRoleBinding" => bindings::found(case, pair, found),
            "ServiceAccount" if !case.with_namespace(pair) => cloud::service_account(case, pair, found),
            "ConfigMap" => cloud::trust(pair, found),
            "AppProject" => project::project(case, pair, found),
            "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => project::admission(case, pair, found),
            _ => {}
        }
    }
}
