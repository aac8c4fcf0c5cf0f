//! ServiceAccounts, what they may do, and people's access.

use serde::Serialize;

use super::Texts;
use crate::spec::Role;

/// A ServiceAccount.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountPlan {
    /// Its name.
    pub name: String,
    /// The release that it is of.
    pub release: String,
    /// Whether its token is mounted.
    pub mount_token: bool,
    /// Its identity in the cloud.
    pub annotations: Texts,
}

/// The Role of a server.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolePlan {
    /// The name of Role and RoleBinding.
    pub name: String,
    /// The ServiceAccount that has it.
    pub service_account: String,
    /// What it allows.
    pub rules: Vec<RulePlan>,
}

/// A rule of a Role.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulePlan {
    /// API groups.
    pub api_groups: Vec<String>,
    /// Resources.
    pub resources: Vec<String>,
    /// Names of single objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_names: Vec<String>,
    /// Verbs.
    pub verbs: Vec<String>,
}

/// People's access.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPlan {
    /// The RoleBinding's name.
    pub name: String,
    /// `Group` or `User`.
    pub kind: &'static str,
    /// The group's or user's name.
    pub subject: String,
    /// What they may do.
    pub role: Role,
}
