//! Terraform for the tenant: its variables, what the runner is told, and how the pod is made.

use std::collections::BTreeMap;

use minijinja::Value as Context;

use super::plan::cron;
use super::{
    BackendPlan, DestroyPlan, DriftPlan, ImportPlan, ModulePlan, PodPlan, Resolver, RunPlan, TenantFacts,
    TerraformPlan, texts,
};
use crate::names;
use crate::problem::Problem;
use crate::read::At;
use crate::spec::value::{ModuleName, Variable};
use crate::spec::{
    Approval, Data, Drift, Engine, Module, ModuleUse, PlatformTerraform, Run, Seconds, State, TerraformSpec, Unlock,
};
use crate::tree::{Entry, Map, Node, Value};

/// How long a pod may run where the platform says nothing.
const DEADLINE: Seconds = Seconds(1800);

impl Resolver<'_> {
    /// Whether the tenant has Terraform: a module, and not switched off.
    pub(super) fn has_terraform(&self) -> bool {
        let spec = self.spec.terraform.as_ref();
        let off = |spec: &At<TerraformSpec>| spec.enabled.as_ref().is_some_and(|enabled| !enabled.value);
        spec.is_some_and(|spec| spec.module.is_some() && !off(spec))
    }

    pub(super) fn terraform(
        &mut self,
        tenant: &TenantFacts,
        scope: &Context,
        has_terraform: bool,
    ) -> Option<TerraformPlan> {
        let spec = self.spec.terraform.as_ref()?;
        if !has_terraform {
            self.needs_module(spec);
            return None;
        }
        let wanted = spec.module.as_ref()?;
        let Some(platform) = &self.platform.terraform else {
            self.problems.push(
                Problem::new(wanted.at, "a module on a platform without `terraform`")
                    .label("the platform has no Terraform")
                    .hint("set `spec.terraform` in the platform file, or `terraform: {enabled: false}`"),
            );
            return None;
        };
        let Some(used) = platform.modules.get(&wanted.value) else {
            let known: Vec<&str> = platform.modules.keys().map(ModuleName::as_str).collect();
            self.tell_unknown("module", wanted, &known);
            return None;
        };
        let description = self.cell.modules.get(&wanted.value);
        self.keeps_data(tenant, wanted, description);
        let before = self.problems.len();
        let variables = self.variables(wanted, spec, used, description, scope);
        // What is wrong with a variable would be told once more for each import that uses it.
        let imports = match description.filter(|_| self.problems.len() == before) {
            Some(description) => self.imports(description, &variables, scope),
            None => BTreeMap::new(),
        };
        let module = module(wanted, used, description, imports);
        let deadline = platform.deadline_seconds.unwrap_or(DEADLINE);
        let run = spec.run.unwrap_or(Run::OnChange);
        let name = &self.file.tenant.metadata.name;
        let drift = platform.drift.as_ref().and_then(|Drift { schedule }| cron(*schedule, name.as_str()));
        Some(TerraformPlan {
            job: names::shared_sealed(name, "terraform", names::JOB),
            destroy_job: names::shared_sealed(name, "terraform-destroy", names::JOB),
            inputs: names::shared_sealed(name, "terraform-inputs", names::LABEL),
            applies: run == Run::OnChange || tenant.state == State::Active,
            every_sync: run == Run::EverySync,
            drift: drift
                .filter(|_| tenant.state == State::Active)
                .map(|schedule| DriftPlan { name: names::shared(name, "terraform-drift", names::CRON_JOB), schedule }),
            variables,
            outputs: module.outputs.clone(),
            run: self.run(tenant, spec, platform, module, deadline),
            pod: self.pod(platform, deadline),
        })
    }

    /// Law 6: what is to be kept must be something that can be kept.
    fn keeps_data(&mut self, tenant: &TenantFacts, module: &At<ModuleName>, description: Option<&Module>) {
        let Some(destroy) = self.spec.destroy.as_ref().filter(|_| tenant.state == State::Destroying) else { return };
        if destroy.data == Some(Data::Delete) {
            return;
        }
        let problem = |what: &str| {
            Problem::new(destroy.at, format!("the data of module `{}` cannot be kept: {what}", module.as_str()))
                .label("data is kept unless this says `data: delete`")
        };
        match description {
            None => self.problems.push(
                problem("it has no description")
                    .hint("write its `description` in the platform file, or `data: delete` where it holds none"),
            ),
            Some(Module { keep_data: None, holds_data, .. }) => {
                if let Some(first) = holds_data.first() {
                    self.problems.push(
                        problem("its description names no `keepData`").related(first.at, "holds data").hint(
                            "give the module a variable that keeps it, name that in its `tenantry.yaml` and describe it anew; or write `data: delete`",
                        ),
                    );
                }
            }
            Some(_) => {}
        }
    }

    fn needs_module(&mut self, spec: &TerraformSpec) {
        if let (Some(enabled), None) = (&spec.enabled, &spec.module)
            && enabled.value
        {
            self.problems.push(
                Problem::new(enabled.at, "`terraform.enabled: true` without a `module`")
                    .label("there is nothing to run"),
            );
        }
    }

    fn run(
        &self,
        tenant: &TenantFacts,
        spec: &TerraformSpec,
        platform: &PlatformTerraform,
        module: ModulePlan,
        deadline: Seconds,
    ) -> RunPlan {
        let destroy = self.spec.destroy.as_ref().filter(|_| tenant.state == State::Destroying);
        RunPlan {
            tenant: tenant.name.clone(),
            id: tenant.id.clone(),
            namespace: tenant.namespace.clone(),
            role: tenant.identity.role_arn.clone(),
            cluster: self.platform.cluster.name.to_string(),
            module,
            engine: platform.engine.unwrap_or(Engine::Terraform).word(),
            backend: self.backend(platform),
            state_role: platform.roles.as_ref().map(|roles| roles.state.to_string()),
            approval: spec.approval.as_ref().map_or(Approval::None, |approval| approval.value),
            approved_plan: spec.approved_plan.as_ref().map(ToString::to_string),
            unlock: spec.unlock.as_ref().map_or(Unlock::Never, |unlock| unlock.value),
            destroy: destroy.map(|destroy| DestroyPlan {
                confirm: destroy.confirm.to_string(),
                data: destroy.data.unwrap_or(Data::Keep),
            }),
            generation: spec.generation.map_or(1, |generation| generation.0),
            deadline_seconds: deadline.0,
        }
    }

    fn backend(&self, platform: &PlatformTerraform) -> BackendPlan {
        let id = self.spec.id.as_ref().map(|id| &id.value);
        match (&platform.backend.s3, id) {
            (Some(s3), Some(id)) => BackendPlan::S3 {
                bucket: s3.bucket.to_string(),
                region: s3.region.to_string(),
                key: format!(
                    "{}{id}/terraform.tfstate",
                    s3.prefix.as_ref().map(ToString::to_string).unwrap_or_default()
                ),
            },
            (_, id) => BackendPlan::Kubernetes {
                namespace: self.platform.control.namespace.to_string(),
                secret_suffix: id.map(names::state_suffix).unwrap_or_default(),
            },
        }
    }

    fn pod(&self, platform: &PlatformTerraform, deadline: Seconds) -> PodPlan {
        // A provider of a cloud takes about that much to start; without requests a Job would be the first to be evicted.
        let least = [("cpu".to_owned(), "1".to_owned()), ("memory".to_owned(), "1Gi".to_owned())];
        let mut resources = BTreeMap::from([("requests".to_owned(), BTreeMap::from(least))]);
        if let Some(given) = platform.pod.as_ref().and_then(|pod| pod.resources.as_ref()) {
            resources.entry("requests".to_owned()).or_default().extend(texts(&given.requests));
            if !given.limits.is_empty() {
                resources.insert("limits".to_owned(), texts(&given.limits));
            }
        }
        PodPlan {
            image: platform.image.to_string(),
            deadline_seconds: deadline.0,
            provider_role: platform.roles.as_ref().map(|roles| roles.provider.to_string()),
            region: self.platform.cluster.region.as_ref().map(ToString::to_string),
            resources,
            placement: placement(platform, true),
        }
    }
}

/// What the runner is told of the module.
fn module(
    name: &At<ModuleName>,
    used: &ModuleUse,
    description: Option<&Module>,
    imports: BTreeMap<String, ImportPlan>,
) -> ModulePlan {
    let of = |list: fn(&Module) -> Vec<String>| description.map(list).unwrap_or_default();
    let switch = |variable: &Option<At<Variable>>| variable.as_ref().map(|variable| variable.to_string());
    ModulePlan {
        name: name.to_string(),
        version: used.version.to_string(),
        digest: description.and_then(|module| module.digest.as_ref()).map(ToString::to_string),
        holds_data: of(|module| module.holds_data.iter().map(|address| address.to_string()).collect()),
        keep_data: description.and_then(|module| switch(&module.keep_data)),
        delete_data: description.and_then(|module| switch(&module.delete_data)),
        imports,
        outputs: of(|module| module.outputs.iter().map(|output| output.to_string()).collect()),
    }
}

/// Where Terraform's pods run, and with which priority where that is wanted: a part of a pod's spec.
pub(super) fn placement(platform: &PlatformTerraform, with_priority: bool) -> Node {
    let at = platform.backend.at;
    let entry = |key: &str, value: Value| Entry { key: key.into(), key_at: at, node: Node::new(value, at) };
    let mut map = Map::default();
    if let Some(pod) = &platform.pod {
        if !pod.node_selector.is_empty() {
            let labels = texts(&pod.node_selector).into_iter();
            let labels = labels.map(|(key, value)| entry(&key, Value::Text(value.into()))).collect();
            map.insert(entry("nodeSelector", Value::Map(labels)));
        }
        if !pod.tolerations.is_empty() {
            map.insert(entry("tolerations", Value::List(pod.tolerations.clone().into())));
        }
        if let Some(class) = pod.priority_class_name.as_ref().filter(|_| with_priority) {
            map.insert(entry("priorityClassName", Value::Text(class.as_str().into())));
        }
    }
    Node::new(Value::Map(map), at)
}
