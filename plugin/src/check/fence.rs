//! Where a tenant's objects may be, and where the platform's.

use super::kinds::{Maker, find};
use super::problem;
use crate::names;
use crate::problem::Problems;
use crate::read::Text as _;
use crate::render::Manifest;
use crate::resolve::{Plan, PlatformFacts, PlatformPlan, Texts};
use crate::source::Span;
use crate::spec::value::{ApiVersionKind, Commit, ExactVersion};
use crate::tree::{Entry, Map};

/// What one set may contain.
#[derive(Debug)]
pub struct Fence<'a> {
    platform: &'a PlatformFacts,
    labels: &'a Texts,
    tenant: Option<Tenant<'a>>,
    custom_kinds: Vec<&'a ApiVersionKind>,
    required: Vec<(&'static str, Option<&'a str>)>,
}

#[derive(Debug, PartialEq)]
struct Tenant<'a> {
    name: &'a str,
    namespace: &'a str,
}

/// What Argo CD calls the cluster that it runs in.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";
/// What a tenant may have in the control namespace: what Terraform is told, its Jobs, and the record.
const CONTROL_KINDS: &[&str] = &["ConfigMap", "CronJob", "Job"];

impl<'a> Fence<'a> {
    /// The fence of a tenant's set.
    pub fn of_tenant(plan: &'a Plan, custom_kinds: impl Iterator<Item = &'a ApiVersionKind>) -> Self {
        let control = Some(plan.platform.control_namespace.as_str());
        let own = Some(plan.tenant.namespace.as_str());
        let mut required = vec![("ConfigMap", control)];
        if plan.tenant.state == crate::spec::State::Destroying {
            required.extend(plan.terraform.iter().map(|_| ("Job", control)));
        } else {
            required.push(("Namespace", None));
            required.extend(["ResourceQuota", "LimitRange", "NetworkPolicy"].map(|kind| (kind, own)));
            required.extend(plan.secret_jobs.iter().map(|_| ("Job", own)));
            required.extend(plan.terraform.iter().filter(|terraform| terraform.applies).map(|_| ("Job", control)));
            required.extend(plan.releases.iter().take(1).map(|_| ("Application", None)));
        }
        Self {
            platform: &plan.platform,
            labels: &plan.labels,
            tenant: Some(Tenant { name: &plan.tenant.name, namespace: &plan.tenant.namespace }),
            custom_kinds: custom_kinds.collect(),
            required,
        }
    }

    /// The fence of a platform's own set.
    pub fn of_platform(plan: &'a PlatformPlan, custom_kinds: impl Iterator<Item = &'a ApiVersionKind>) -> Self {
        Self {
            platform: &plan.platform,
            labels: &plan.labels,
            tenant: None,
            custom_kinds: custom_kinds.collect(),
            required: ["Namespace", "AppProject", "ClusterRole", "NetworkPolicy"].map(|kind| (kind, None)).to_vec(),
        }
    }

    /// The tenant's namespace; none in the platform's own set.
    pub(super) fn tenant_namespace(&self) -> Option<&'a str> {
        self.tenant.as_ref().map(|tenant| tenant.namespace)
    }

    /// The labels that every object carries.
    pub(super) fn labels(&self) -> &'a Texts {
        self.labels
    }

    /// Whether an object's labels are these and no others.
    pub(super) fn has_same_labels(&self, labels: &Map) -> bool {
        let is_same = |((key, value), entry): ((&String, &String), &Entry)| {
            entry.key == *key && entry.node.as_text() == Some(value.as_str())
        };
        // Both are in order.
        labels.len() == self.labels.len() && self.labels.iter().zip(labels.iter()).all(is_same)
    }

    /// Whether another fence is the same but for the labels that every object carries.
    pub(super) fn is_same_but_for_labels(&self, other: &Fence<'_>) -> bool {
        // Taken apart, so that nothing more can be left out.
        let Self { platform, labels: _, tenant, custom_kinds, required } = self;
        *platform == other.platform
            && *tenant == other.tenant
            && *custom_kinds == other.custom_kinds
            && *required == other.required
    }

    /// Kinds without which the set is not what it says, each with the namespace where that matters.
    pub(super) fn required(&self) -> &[(&'static str, Option<&'a str>)] {
        &self.required
    }

    pub(super) fn is_custom_kind(&self, api_version: &str, kind: &str) -> bool {
        self.custom_kinds.iter().any(|custom| custom.api_version == api_version && custom.kind == kind)
    }

    /// Checks that an object lies inside.
    pub(super) fn check(&self, manifest: &Manifest, problems: &mut Problems) {
        // Kinds of custom templates are namespaced by rule.
        let kind = find(manifest.api_version(), manifest.kind());
        let namespaced = kind.is_none_or(|kind| kind.namespaced);
        if self.tenant.is_some() && kind.is_some_and(|kind| kind.maker == Maker::Platform) {
            // Told where its type is checked: no place would be right.
            return;
        }
        match (&self.tenant, namespaced) {
            (Some(tenant), true) => self.tenants_object(tenant, manifest, problems),
            (Some(tenant), false) => {
                if manifest.kind() != "Namespace" || manifest.name() != tenant.namespace {
                    let found = format!("a cluster-wide object that is not the namespace `{}`", tenant.namespace);
                    problems.push(problem(manifest, name_at(manifest), found).label("outside the tenant's fence"));
                }
            }
            (None, true) => self.platforms_object(manifest, problems),
            (None, false) => {
                let ours = [&self.platform.control_namespace, &self.platform.releases_namespace];
                if manifest.kind() == "Namespace" && ours.iter().all(|name| **name != manifest.name()) {
                    problems.push(
                        problem(manifest, name_at(manifest), "a namespace that is not the platform's own")
                            .label("neither the control nor the releases namespace"),
                    );
                }
            }
        }
    }

    fn tenants_object(&self, tenant: &Tenant<'_>, manifest: &Manifest, problems: &mut Problems) {
        let namespace = manifest.namespace();
        let is_application = manifest.kind() == "Application";
        if is_application {
            return self.application(tenant, manifest, problems);
        }
        if namespace == tenant.namespace {
            return;
        }
        if namespace != self.platform.control_namespace {
            let shown =
                if namespace.is_empty() { "no namespace".to_owned() } else { format!("namespace `{namespace}`") };
            problems.push(
                problem(manifest, namespace_at(manifest), format!("in {shown}"))
                    .label("outside the tenant's fence")
                    .hint(format!(
                        "an object of this tenant is in `{}` or `{}`: write `namespace: ${{{{ tenant.namespace }}}}`",
                        tenant.namespace, self.platform.control_namespace
                    )),
            );
            return;
        }
        if !CONTROL_KINDS.contains(&manifest.kind()) {
            problems.push(
                problem(manifest, namespace_at(manifest), format!("a {} in the control namespace", manifest.kind()))
                    .label("tenants have ConfigMaps, Jobs and CronJobs there"),
            );
        }
        self.shared_name(tenant, manifest, problems);
    }

    /// In a namespace that tenants share, a name says whose it is.
    fn shared_name(&self, tenant: &Tenant<'_>, manifest: &Manifest, problems: &mut Problems) {
        if !names::is_of(tenant.name, manifest.name()) {
            problems.push(
                problem(manifest, name_at(manifest), format!("the name does not begin with `{}--`", tenant.name))
                    .label("could be another tenant's")
                    .hint("write `name: ${{ tenant.name }}--…`"),
            );
        }
    }

    fn application(&self, tenant: &Tenant<'_>, manifest: &Manifest, problems: &mut Problems) {
        let object = &manifest.object;
        let fixed: [(&[&str], &str); 4] = [
            (&["metadata", "namespace"], &self.platform.releases_namespace),
            (&["spec", "project"], &self.platform.releases_project),
            (&["spec", "destination", "server"], IN_CLUSTER),
            (&["spec", "destination", "namespace"], tenant.namespace),
        ];
        for (path, wanted) in fixed {
            let found = object.text_at(path);
            if found != Some(wanted) {
                let at = object.get(path).map_or(object.at, |node| node.at);
                let message = format!("`{}` is `{}`, not `{wanted}`", path.join("."), found.unwrap_or_default());
                problems.push(problem(manifest, at, message).label("outside the tenant's fence"));
            }
        }
        for path in [&["spec", "destination", "name"][..], &["spec", "sources"]] {
            if let Some(node) = object.get(path) {
                problems.push(
                    problem(manifest, node.at, format!("`{}`", path.join("."))).label("not for a child Application"),
                );
            }
        }
        // Law 5: what runs is pinned.
        if let Some(node) = object.get(&["spec", "source", "targetRevision"])
            && let Some(revision) = node.as_text()
            && ExactVersion::parse(revision).is_err()
            && Commit::parse(revision).is_err()
        {
            let message = format!("`spec.source.targetRevision` is `{revision}`");
            problems.push(problem(manifest, node.at, message).label("neither an exact version nor a commit"));
        }
        self.shared_name(tenant, manifest, problems);
    }

    fn platforms_object(&self, manifest: &Manifest, problems: &mut Problems) {
        let facts = self.platform;
        let allowed = match manifest.kind() {
            "AppProject" => vec![&facts.argocd_namespace],
            _ => vec![&facts.control_namespace, &facts.releases_namespace],
        };
        if !allowed.iter().any(|namespace| **namespace == manifest.namespace()) {
            let names: Vec<&str> = allowed.iter().map(|name| name.as_str()).collect();
            problems.push(
                problem(manifest, namespace_at(manifest), format!("in namespace `{}`", manifest.namespace()))
                    .label("outside the platform's own namespaces")
                    .hint(format!("it may be in {}", crate::read::quoted_list(names))),
            );
        }
    }
}

fn name_at(manifest: &Manifest) -> Span {
    manifest.object.get(&["metadata", "name"]).map_or(manifest.object.at, |node| node.at)
}

fn namespace_at(manifest: &Manifest) -> Span {
    manifest.object.get(&["metadata", "namespace"]).map_or(manifest.object.at, |node| node.at)
}
