//! From a rendered set to its graph.

use super::needs::{applies_terraform, makes, needs, secret};
use super::{Graph, Health, Name, Need, Object, Onward, Phase, Reason, Removal, Step, Subject, health};
use crate::pipeline::TenantSet;
use crate::render::Manifest;
use crate::resolve::{Plan, Wait};
use crate::spec::State;
use crate::write::rank;

impl Graph {
    /// The graph of a tenant's set.
    pub fn of_tenant(set: &TenantSet) -> Self {
        let plan = &set.plan;
        let subject = Subject::Tenant {
            name: plan.tenant.name.clone(),
            state: plan.tenant.state,
            namespace: plan.tenant.namespace.clone(),
            paused: plan.tenant.state == State::Suspended
                && plan.terraform.as_ref().is_some_and(|terraform| !terraform.applies),
        };
        let terraform = set.manifests.iter().find(|manifest| applies_terraform(manifest)).map(name);
        build(subject, &set.manifests, |object| decided(plan, terraform.as_ref(), object))
    }

    /// The graph of a platform's own set.
    pub fn of_platform(name: &str, manifests: &[Manifest]) -> Self {
        build(Subject::Platform { name: name.to_owned() }, manifests, |_| Vec::new())
    }
}

fn build(subject: Subject, manifests: &[Manifest], decided: impl Fn(&Object) -> Vec<(Reason, Name)>) -> Graph {
    let mut objects: Vec<Object> = manifests.iter().map(|manifest| object(manifest, manifests)).collect();
    // As gitops-engine has it (`sync_tasks.go`): what is of the same kind, or of a kind without an order, goes by its name.
    objects
        .sort_by_cached_key(|object| (object.phase(), object.wave, rank(&object.name.kind), object.name.name.clone()));
    let wanted: Vec<Vec<(Reason, Name)>> = objects
        .iter()
        .map(|object| {
            let own = object.needs.iter().map(|need| (need.reason, need.what.clone()));
            own.chain(decided(object)).collect()
        })
        .collect();
    let by = |what: &Name| {
        let is_it = |object: &Object| object.name == *what || object.makes.contains(what);
        objects.iter().position(is_it)
    };
    let needs: Vec<Vec<Need>> = wanted
        .into_iter()
        .map(|wanted| wanted.into_iter().map(|(reason, what)| Need { reason, by: by(&what), what }).collect())
        .collect();
    for (object, needs) in objects.iter_mut().zip(needs) {
        object.needs = needs;
    }
    let is_destroyed = matches!(subject, Subject::Tenant { state: State::Destroying, .. });
    Graph { steps: steps(&objects, is_destroyed), removal: removal(&objects), subject, objects }
}

fn object(manifest: &Manifest, all: &[Manifest]) -> Object {
    let words = |key: &str| -> Vec<String> {
        let words = manifest.annotation(key).unwrap_or_default().split(',').map(str::trim);
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let mut hooks: Vec<Phase> = words("argocd.argoproj.io/hook").iter().filter_map(|word| Phase::of(word)).collect();
    hooks.sort_unstable();
    let finalizers = manifest.object.get(&["metadata", "finalizers"]).and_then(|node| node.as_list());
    let takes_along = finalizers
        .into_iter()
        .flatten()
        .filter_map(|node| node.as_text())
        .any(|finalizer| finalizer.starts_with("resources-finalizer.argocd.argoproj.io"));
    Object {
        name: name(manifest),
        wave: manifest.wave(),
        hook_deletion: manifest.annotation("argocd.argoproj.io/hook-delete-policy").map(str::to_owned),
        hooks,
        options: words("argocd.argoproj.io/sync-options"),
        takes_along,
        health: health::health(manifest),
        makes: makes(manifest, all),
        needs: needs(manifest).into_iter().map(|(reason, what)| Need { reason, what, by: None }).collect(),
    }
}

fn name(manifest: &Manifest) -> Name {
    let id = manifest.id();
    let [group, kind, namespace, name] = [id.group, id.kind, id.namespace, id.name].map(str::to_owned);
    Name { group, kind, namespace, name }
}

/// What was decided about an object, where the object itself does not say it.
fn decided(plan: &Plan, terraform: Option<&Name>, object: &Object) -> Vec<(Reason, Name)> {
    let mut needs = Vec::new();
    let on_terraform = |reason: Reason| terraform.map(|job| (reason, job.clone()));
    let own = |name: &str| secret(&plan.tenant.namespace, name);
    let late = plan.secrets.values().filter(|secret| secret.wave > 0);
    if late.map(|secret| own(&secret.name)).any(|secret| object.makes.contains(&secret)) {
        needs.extend(on_terraform(Reason::AfterTerraform));
    }
    let is_it = |application: &str| {
        object.name.kind == "Application"
            && object.name.namespace == plan.platform.releases_namespace
            && object.name.name == application
    };
    for release in plan.releases.iter().filter(|release| is_it(&release.application)) {
        let reason = release.waits.map(|wait| match wait {
            Wait::Says => Reason::AfterTerraform,
            Wait::Identity => Reason::Identity,
            Wait::Secret => Reason::SecretAfterTerraform,
        });
        needs.extend(reason.and_then(on_terraform));
        needs.extend(release.secrets.iter().map(|name| (Reason::Uses, own(name))));
    }
    needs
}

fn steps(objects: &[Object], is_destroyed: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        match steps.last_mut() {
            Some(step) if (step.phase, step.wave) == (object.phase(), object.wave) => step.objects.push(index),
            _ => steps.push(Step {
                phase: object.phase(),
                wave: object.wave,
                objects: vec![index],
                onward: Onward::Apart,
            }),
        }
    }
    let last = steps.iter().rposition(|step| step.phase.is_of_sync());
    for (at, step) in steps.iter_mut().enumerate().filter(|(_, step)| step.phase.is_of_sync()) {
        let held: Vec<usize> =
            step.objects.iter().copied().filter(|index| objects[*index].health != Health::None).collect();
        step.onward = if Some(at) != last {
            Onward::When(held)
        } else if is_destroyed {
            // The Namespace is pruned after the last step, and so the destroy Job is waited for.
            Onward::BeforePruned(held)
        } else {
            // gitops-engine, `sync_context.go`: the last step is over when it is applied, but for its hooks.
            Onward::Last(held.into_iter().filter(|index| !objects[*index].hooks.is_empty()).collect())
        };
    }
    steps
}

fn removal(objects: &[Object]) -> Removal {
    let mut removal = Removal::default();
    for (index, object) in objects.iter().enumerate() {
        let has = |option: &str| object.options.iter().any(|given| given == option);
        let put = |list: &mut Vec<usize>, option: &str| list.extend(has(option).then_some(index));
        put(&mut removal.deletion_confirmed, "Delete=confirm");
        put(&mut removal.deletion_kept, "Delete=false");
        if !object.hooks.is_empty() {
            removal.hooks.push(index);
            continue;
        }
        put(&mut removal.confirmed, "Prune=confirm");
        put(&mut removal.kept, "Prune=false");
        if has("Prune=false") {
            continue;
        }
        if has("PruneLast=true") {
            removal.last.push(index);
            continue;
        }
        match removal.waves.iter_mut().find(|(wave, _)| *wave == object.wave) {
            Some((_, held)) => held.push(index),
            None => removal.waves.push((object.wave, vec![index])),
        }
    }
    removal.waves.sort_by_key(|(wave, _)| std::cmp::Reverse(*wave));
    removal
}
