//! Who the tenant is and where it lives.

use serde::Serialize;

use crate::spec::{IdentityType, State};

/// Who the tenant is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantFacts {
    /// Its name.
    pub name: String,
    /// What it is called in the cloud.
    pub id: String,
    /// Its tier.
    pub tier: String,
    /// Its ring; null without one.
    pub ring: Option<String>,
    /// What it is to be.
    pub state: State,
    /// Where it is reached.
    pub host: String,
    /// The Secret with its certificate; null without one.
    pub tls_secret: Option<String>,
    /// Its namespace.
    pub namespace: String,
    /// Who answers for it; null without one.
    pub team: Option<String>,
    /// Their address; null without one.
    pub email: Option<String>,
    /// What its pods are in the cloud.
    pub identity: IdentityFacts,
    /// The ServiceAccounts of its releases: those that may take its role.
    pub service_accounts: Vec<String>,
}

/// What the tenant's pods are in the cloud.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityFacts {
    /// How a pod gets its identity.
    #[serde(rename = "type")]
    pub kind: IdentityType,
    /// The role's ARN; null without one.
    pub role_arn: Option<String>,
    /// The role's name; null without one.
    pub role_name: Option<String>,
    /// Whether the role exists already, so that Terraform makes none.
    pub role_exists: bool,
}

/// Where the tenant lives.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformFacts {
    /// The platform's name.
    pub name: String,
    /// The cluster's name.
    pub cluster: String,
    /// The cluster's minor version.
    pub kubernetes: String,
    /// The cluster's region; null without one.
    pub region: Option<String>,
    /// What host names end with.
    pub domain: String,
    /// The control namespace.
    pub control_namespace: String,
    /// Argo CD's namespace.
    pub argocd_namespace: String,
    /// The namespace of the child Applications.
    pub releases_namespace: String,
    /// The project of the child Applications.
    pub releases_project: String,
    /// The account; null without AWS.
    pub account_id: Option<String>,
    /// The OIDC provider; null without one.
    pub oidc_provider: Option<String>,
    /// The permissions boundary of tenants' roles; null without one.
    pub boundary: Option<String>,
}
