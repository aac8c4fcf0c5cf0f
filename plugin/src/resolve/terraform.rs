//! Terraform for the tenant: its variables, what the runner is told, and how the pod is made.

use std::collections::BTreeMap;

use minijinja::Value as Context;

use super::plan::cron;
use super::{
    BackendPlan, DestroyPlan, DriftPlan, ModulePlan, PodPlan, Resolver, RunPlan, TenantFacts, TerraformPlan, texts,
};
use crate::names;
use crate::problem::Problem;
use crate::read::{At, did_you_mean, quoted_list};
use crate::source::Span;
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
        let variables = self.variables(wanted, spec, used, description, scope);
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
            run: self.run(tenant, wanted, spec, platform, used, description, deadline),
            pod: self.pod(platform, deadline),
        })
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

    #[expect(clippy::too_many_arguments, reason = "each is a different source of what the runner is told")]
    fn run(
        &self,
        tenant: &TenantFacts,
        name: &At<ModuleName>,
        spec: &TerraformSpec,
        platform: &PlatformTerraform,
        used: &ModuleUse,
        description: Option<&Module>,
        deadline: Seconds,
    ) -> RunPlan {
        let destroy = self.spec.destroy.as_ref().filter(|_| tenant.state == State::Destroying);
        RunPlan {
            tenant: tenant.name.clone(),
            id: tenant.id.clone(),
            namespace: tenant.namespace.clone(),
            role: tenant.identity.role_arn.clone(),
            cluster: self.platform.cluster.name.to_string(),
            module: ModulePlan {
                name: name.to_string(),
                version: used.version.to_string(),
                digest: description.and_then(|module| module.digest.as_ref()).map(ToString::to_string),
            },
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

    /// The platform's mapping, and over it the variables that are the tenant's to set.
    fn variables(
        &mut self,
        module: &At<ModuleName>,
        spec: &TerraformSpec,
        used: &ModuleUse,
        description: Option<&Module>,
        scope: &Context,
    ) -> Node {
        let mut variables = Map::default();
        for (name, template) in &used.variables {
            let made = template.evaluate(scope, &mut self.budget, self.problems).into_iter().next();
            if let Some(node) = made {
                variables.insert(Entry { key: name.as_str().into(), key_at: template.at, node });
            }
        }
        if let Some(own) = &spec.variables {
            self.own_variables(own, used, &mut variables);
        }
        if let Some(description) = description {
            self.typed(module, description, &variables);
        }
        Node::new(Value::Map(variables), module.at)
    }

    fn own_variables(&mut self, own: &Node, used: &ModuleUse, variables: &mut Map) {
        let Some(map) = own.as_map() else {
            let problem = Problem::new(own.at, format!("`terraform.variables` wants a map, found {}", own.kind()));
            return self.problems.push(problem.label("wants a map"));
        };
        let known: Vec<&str> = used.tenant_variables.iter().map(|variable| variable.as_str()).collect();
        for entry in map.iter() {
            if known.contains(&entry.key.as_str()) {
                variables.insert(entry.clone());
                continue;
            }
            self.problems.push(
                Problem::new(entry.key_at, format!("variable `{}` is not a tenant's or a tier's to set", entry.key))
                    .label("not one of the module's `tenantVariables`")
                    .maybe_hint(did_you_mean(&entry.key, known.iter().copied()))
                    .hint(format!("the platform leaves {} to them", quoted_list(known.iter().copied()))),
            );
        }
    }

    /// Terraform only warns of variables that a module does not have, so they are compared here.
    fn typed(&mut self, module: &At<ModuleName>, description: &Module, variables: &Map) {
        let known: Vec<&str> = description.variables.keys().map(Variable::as_str).collect();
        for entry in variables.iter() {
            match description.variables.get(entry.key.as_str()) {
                None => self.problems.push(
                    Problem::new(entry.key_at, format!("module `{}` has no variable `{}`", module.as_str(), entry.key))
                        .label("not in the module's description")
                        .maybe_hint(did_you_mean(&entry.key, known.iter().copied())),
                ),
                Some(variable) if !variable.kind.takes(&entry.node.value) => self.problems.push(
                    Problem::new(
                        entry.node.at,
                        format!("variable `{}` wants {}, found {}", entry.key, variable.kind.what(), entry.node.kind()),
                    )
                    .label(format!("wants {}", variable.kind.what())),
                ),
                Some(_) => {}
            }
        }
        let required = description.variables.iter().filter(|(_, variable)| variable.required == Some(true));
        for (name, _) in required.filter(|(name, _)| variables.get(name.as_str()).is_none()) {
            let at = Span { end: module.at.end, ..module.at };
            self.problems.push(
                Problem::new(at, format!("module `{}` needs the variable `{name}`", module.as_str()))
                    .label("not set by platform, tier or tenant"),
            );
        }
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
            map.insert(entry("tolerations", Value::List(pod.tolerations.clone())));
        }
        if let Some(class) = pod.priority_class_name.as_ref().filter(|_| with_priority) {
            map.insert(entry("priorityClassName", Value::Text(class.as_str().into())));
        }
    }
    Node::new(Value::Map(map), at)
}
