//! What rules ask of a tenant as a whole: from its plan, or from what was rendered before, whose record and inputs say the same.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::names::without_generation;
use crate::render::Manifest;
use crate::resolve::{BackendPlan, Plan, TerraformPlan};
use crate::review::rendered;
use crate::review::side::Rendered;
use crate::spec::{Data, State};

#[cfg(test)]
mod tests;

/// A tenant at one side.
#[derive(Debug)]
pub(super) struct Facts {
    /// The cluster that it lives in; none where nobody can say.
    pub cluster: Option<String>,
    /// What it is called in the cloud.
    pub id: String,
    /// Its namespace.
    pub namespace: String,
    /// Whether it is being destroyed.
    pub is_destroying: bool,
    /// How a pod gets its identity; none where nobody can say.
    pub identity: Option<&'static str>,
    /// Its role's ARN.
    pub role_arn: Option<String>,
    /// Its role's name; none where nobody can say.
    pub role_name: Option<String>,
    /// The names and generations of its secrets.
    pub secrets: BTreeMap<String, (String, i64)>,
    /// Terraform, where it is on.
    pub terraform: Option<Terraform>,
}

/// Terraform at one side.
#[derive(Debug)]
pub(super) struct Terraform {
    /// The module's name.
    pub module: String,
    /// The module's version.
    pub version: String,
    /// Addresses of what holds data.
    pub holds_data: Vec<String>,
    /// The variable by which everything goes but what holds data.
    pub keep_data: Option<String>,
    /// Ids of what can be adopted, by address.
    pub ids: BTreeMap<String, String>,
    /// Where the state is. A bucket's name says which it is, in whatever region.
    pub state: String,
    /// What becomes of data, where it is to be destroyed.
    pub destroy: Option<Data>,
    /// The module's variables.
    pub variables: Json,
}

impl Facts {
    /// Those of a set; none of a platform's own.
    pub(super) fn of(set: &Rendered) -> Option<Self> {
        match &set.plan {
            Some(plan) => Some(Self::of_plan(plan)),
            None => Self::of_record(&set.manifests),
        }
    }

    fn of_plan(plan: &Plan) -> Self {
        let tenant = &plan.tenant;
        let secrets =
            plan.secrets.iter().map(|(name, secret)| (name.clone(), (secret.name.clone(), secret.generation)));
        Self {
            cluster: Some(plan.platform.cluster.clone()),
            id: tenant.id.clone(),
            namespace: tenant.namespace.clone(),
            is_destroying: tenant.state == State::Destroying,
            identity: Some(tenant.identity.kind.word()),
            role_arn: tenant.identity.role_arn.clone(),
            role_name: tenant.identity.role_name.clone(),
            secrets: secrets.collect(),
            terraform: plan.terraform.as_ref().map(Terraform::of_plan),
        }
    }

    fn of_record(set: &[Manifest]) -> Option<Self> {
        let record = rendered::record(set)?;
        let told = |key: &str| record.object.text_at(&["data", key]).map(str::to_owned);
        let cluster =
            set.iter().find_map(|object| Some(file(object, "run.json")?.get("cluster")?.as_str()?.to_owned()));
        Some(Self {
            cluster,
            id: told("id")?,
            namespace: told("namespace").unwrap_or_default(),
            is_destroying: told("state").as_deref() == Some(State::Destroying.word()),
            identity: None,
            role_arn: told("role"),
            role_name: None,
            secrets: set
                .iter()
                .filter_map(|object| file(object, "secrets.json"))
                .flat_map(|spec| made(&spec))
                .collect(),
            terraform: set.iter().find_map(|object| {
                Terraform::of_files(&file(object, "run.json")?, file(object, "terraform.tfvars.json")?)
            }),
        })
    }
}

impl Terraform {
    /// Whether destroying takes what holds data too: since somebody says so, or since the module says nothing of data. The
    /// runner does the same.
    pub(super) fn takes_all(&self) -> bool {
        match self.destroy {
            Some(Data::Delete) => true,
            Some(Data::Keep) => self.keep_data.is_none() && self.holds_data.is_empty(),
            None => false,
        }
    }

    fn of_plan(plan: &TerraformPlan) -> Self {
        let module = &plan.run.module;
        Self {
            module: module.name.clone(),
            version: module.version.clone(),
            holds_data: module.holds_data.clone(),
            keep_data: module.keep_data.clone(),
            ids: module.imports.iter().map(|(address, import)| (address.clone(), import.id.clone())).collect(),
            state: plan.run.backend.place(),
            destroy: plan.run.destroy.as_ref().map(|destroy| destroy.data),
            variables: serde_json::to_value(&plan.variables).unwrap_or_default(),
        }
    }

    fn of_files(run: &Json, variables: Json) -> Option<Self> {
        let text = |path: &str| run.pointer(path).and_then(Json::as_str).map(str::to_owned);
        let backend = match (text("/backend/s3/bucket"), text("/backend/s3/key")) {
            (Some(bucket), Some(key)) => BackendPlan::S3 { bucket, region: String::new(), key },
            _ => BackendPlan::Kubernetes {
                namespace: text("/backend/kubernetes/namespace").unwrap_or_default(),
                secret_suffix: text("/backend/kubernetes/secretSuffix").unwrap_or_default(),
            },
        };
        let held = run.pointer("/module/holdsData").and_then(Json::as_array).into_iter().flatten();
        let imports = run.pointer("/module/imports").and_then(Json::as_object).into_iter().flatten();
        Some(Self {
            module: text("/module/name")?,
            version: text("/module/version").unwrap_or_default(),
            holds_data: held.filter_map(Json::as_str).map(str::to_owned).collect(),
            keep_data: text("/module/keepData"),
            ids: imports
                .filter_map(|(address, import)| Some((address.clone(), import.get("id")?.as_str()?.to_owned())))
                .collect(),
            state: backend.place(),
            destroy: match text("/destroy/data").as_deref() {
                Some("delete") => Some(Data::Delete),
                Some(_) => Some(Data::Keep),
                None => None,
            },
            variables,
        })
    }
}

/// A file of a ConfigMap that is JSON.
fn file(object: &Manifest, name: &str) -> Option<Json> {
    let text = object.object.text_at(&["data", name]).filter(|_| object.kind() == "ConfigMap")?;
    serde_json::from_str(text).ok()
}

/// The secrets that a Job is told to make.
fn made(spec: &Json) -> Vec<(String, (String, i64))> {
    let named = |secret: &Json| {
        let name = secret.get("name")?.as_str()?;
        let base = without_generation(name)?;
        let generation = name[base.len()..].trim_start_matches("-g").parse().ok()?;
        Some((base.to_owned(), (name.to_owned(), generation)))
    };
    spec.get("secrets").and_then(Json::as_array).into_iter().flatten().filter_map(named).collect()
}
