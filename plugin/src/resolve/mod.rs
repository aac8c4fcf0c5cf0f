//! Platform ◄ tier ◄ tenant into one complete, explicit plan.

mod access;
mod facts;
mod fixed;
mod identity;
mod layers;
pub mod module_rules;
mod network;
mod plan;
mod platform_plan;
pub mod platform_rules;
mod quota;
mod releases;
mod secret_jobs;
mod secrets;
mod terraform;
mod typed;
mod values;
mod variables;

pub use facts::TENANT_LABEL;
pub use layers::{Layered, merge};
pub use plan::*;
pub use platform_plan::{PlatformPlan, platform};

use std::collections::BTreeMap;

use minijinja::Value as Context;
use minijinja::value::Serde;
use serde::Serialize;

use crate::cell::{Cell, TenantFile};
use crate::problem::Problems;
use crate::spec::{PlatformSpec, TenantSpec};
use crate::template::Budget;

/// What each part of the plan is made from.
struct Resolver<'a> {
    cell: &'a Cell,
    platform: &'a PlatformSpec,
    file: &'a TenantFile,
    spec: &'a TenantSpec,
    layered: &'a Layered,
    budget: Budget,
    problems: &'a mut Problems,
}

/// What expressions in the platform file see of a tenant.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Scope<'a> {
    tenant: &'a TenantFacts,
    platform: &'a PlatformFacts,
}

/// Resolves a tenant from its merged layers. Tells every problem; gives a plan as far as one could be made.
pub fn tenant(cell: &Cell, file: &TenantFile, layered: &Layered, problems: &mut Problems) -> Option<Plan> {
    fixed::check(&cell.platform.spec, file, layered, problems);
    let mut resolver = Resolver {
        cell,
        platform: &cell.platform.spec,
        file,
        spec: &layered.spec,
        layered,
        budget: Budget::default(),
        problems,
    };
    let platform = facts::platform(&cell.platform);
    let releases = resolver.chosen_releases();
    let tenant = resolver.tenant_facts(&releases)?;
    let scope = Context::from(Serde(Scope { tenant: &tenant, platform: &platform }));
    let has_terraform = resolver.has_terraform();
    let secrets = resolver.secrets(&scope, has_terraform);
    let service_accounts = resolver.service_accounts(&releases, &tenant.identity);
    let release_plans = resolver.releases(&releases, &scope, &secrets, has_terraform);
    let labels = facts::labels(&cell.platform, Some(&tenant.name));
    Some(Plan {
        own_labels: facts::own_labels(file, &labels),
        own_annotations: facts::own_annotations(file),
        quota: resolver.quota(),
        limits: resolver.limits(),
        network: resolver.network(&releases, &tenant.identity),
        roles: resolver.roles(&releases),
        access: resolver.access(),
        terraform: resolver.terraform(&tenant, &scope, has_terraform),
        record: facts::record(&tenant, &release_plans, resolver.module_in_use(has_terraform)),
        last_wave: release_plans.iter().map(|release| release.wave).max().unwrap_or(1).max(secrets.last_wave()).max(1),
        labels,
        secrets: secrets.by_name,
        secret_jobs: resolver.secret_jobs(secrets.made_by_job, &tenant.name),
        external_secrets: secrets.external,
        generated_secrets: secrets.generated,
        generators: secrets.generators,
        releases: release_plans,
        service_accounts,
        tenant,
        platform,
    })
}

/// Texts of a map whose keys and values are newtypes.
fn texts<K: ToString, V: ToString>(map: &BTreeMap<K, V>) -> Texts {
    map.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}
