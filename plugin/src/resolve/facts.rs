//! Who the tenant is and where it lives, its labels, and its record.

use super::releases::Chosen;
use super::{PlatformFacts, ReleasePlan, Resolver, TenantFacts, Texts, texts};
use crate::cell::{TenantFile, unknown};
use crate::names;
use crate::problem::Problem;
use crate::read::{At, Text as _};
use crate::spec::value::{ItemName, ObjectName, TenantId};
use crate::spec::{Platform, State};

/// Says which program made an object.
pub(super) const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "tenantry");
/// Says which tenant an object is of.
pub const TENANT_LABEL: &str = "tenantry.dev/tenant";

/// Where tenants of this platform live.
pub(super) fn platform(platform: &Platform) -> PlatformFacts {
    let spec = &platform.spec;
    PlatformFacts {
        name: platform.metadata.name.to_string(),
        cluster: spec.cluster.name.to_string(),
        kubernetes: spec.cluster.kubernetes.to_string(),
        region: spec.cluster.region.as_ref().map(ToString::to_string),
        domain: spec.domain.to_string(),
        control_namespace: spec.control.namespace.to_string(),
        argocd_namespace: spec.argocd.namespace.to_string(),
        releases_namespace: spec.argocd.releases.namespace.to_string(),
        releases_project: spec.argocd.releases.project.to_string(),
        account_id: spec.aws.as_ref().map(|aws| aws.account_id.to_string()),
        oidc_provider: spec.aws.as_ref().and_then(|aws| aws.oidc_provider.as_ref()).map(ToString::to_string),
        boundary: spec.aws.as_ref().and_then(|aws| aws.role.boundary.as_ref()).map(ToString::to_string),
    }
}

/// The labels of every object.
pub(super) fn labels(platform: &Platform, tenant: Option<&str>) -> Texts {
    let mut labels = texts(&platform.spec.labels);
    labels.insert(MANAGED_BY.0.to_owned(), MANAGED_BY.1.to_owned());
    if let Some(tenant) = tenant {
        labels.insert(TENANT_LABEL.to_owned(), tenant.to_owned());
    }
    labels
}

/// The tenant's own labels, under those of every object.
pub(super) fn own_labels(file: &TenantFile, labels: &Texts) -> Texts {
    let mut own = texts(&file.tenant.metadata.labels);
    own.extend(labels.clone());
    own
}

/// The tenant's own annotations.
pub(super) fn own_annotations(file: &TenantFile) -> Texts {
    texts(&file.tenant.metadata.annotations)
}

/// What the record says: for people and for tools that look a tenant up.
pub(super) fn record(tenant: &TenantFacts, releases: &[ReleasePlan], module: Option<String>) -> Texts {
    let mut record = Texts::new();
    let mut put = |key: &str, value: &str| record.insert(key.to_owned(), value.to_owned());
    put("name", &tenant.name);
    put("id", &tenant.id);
    put("tier", &tenant.tier);
    put("state", tenant.state.word());
    put("host", &tenant.host);
    put("namespace", &tenant.namespace);
    let optional = [("ring", &tenant.ring), ("team", &tenant.team), ("email", &tenant.email)];
    for (key, value) in optional {
        value.iter().for_each(|value| drop(put(key, value)));
    }
    tenant.identity.role_arn.iter().for_each(|arn| drop(put("role", arn)));
    module.iter().for_each(|module| drop(put("module", module)));
    for release in releases {
        put(&format!("release.{}", release.name), &release.version);
    }
    record
}

impl Resolver<'_> {
    pub(super) fn tenant_facts(&mut self, releases: &[Chosen<'_>]) -> Option<TenantFacts> {
        let name = &self.file.tenant.metadata.name;
        self.ring();
        self.destroy();
        let namespace = self.namespace();
        // What could not be read is told already; with its default the rest can still be looked at.
        let id = self.spec.id.as_ref().map(|id| id.value.clone()).or_else(|| TenantId::parse(name.as_str()).ok())?;
        let domain = self.spec.domain.as_ref();
        let owner = self.spec.owner.as_ref();
        Some(TenantFacts {
            name: name.to_string(),
            id: id.to_string(),
            tier: self.spec.tier.as_ref()?.to_string(),
            ring: self.spec.ring.as_ref().map(|ring| ring.to_string()),
            state: self.state(),
            host: domain.and_then(|domain| domain.host.as_ref()).map(|host| host.to_string()).unwrap_or_default(),
            tls_secret: domain.and_then(|domain| domain.tls.as_ref()).map(|tls| tls.secret_name.to_string()),
            namespace,
            team: owner.and_then(|owner| owner.team.as_ref()).map(ToString::to_string),
            email: owner.and_then(|owner| owner.email.as_ref()).map(ToString::to_string),
            identity: self.identity(&id),
            service_accounts: releases
                .iter()
                .flat_map(|release| release.profile.service_accounts.values().map(ToString::to_string))
                .collect(),
        })
    }

    pub(super) fn state(&self) -> State {
        self.spec.state.as_ref().map_or(State::Active, |state| state.value)
    }

    fn ring(&mut self) {
        let known: Vec<&str> = self.platform.rings.iter().map(ItemName::as_str).collect();
        if let Some(ring) = &self.spec.ring
            && !known.contains(&ring.as_str())
        {
            self.problems.push(unknown("ring", ring, &known));
        }
    }

    fn namespace(&mut self) -> String {
        let prefix = &self.platform.namespace.prefix;
        let Some(At { value: namespace, at }) = self.spec.namespace.as_ref() else {
            return names::namespace(prefix, &self.file.tenant.metadata.name);
        };
        let text = namespace.as_str();
        let ours = [
            self.platform.control.namespace.as_str(),
            self.platform.argocd.namespace.as_str(),
            self.platform.argocd.releases.namespace.as_str(),
        ];
        let problem = |message: String| Problem::new(*at, message);
        if !text.starts_with(prefix.as_str()) {
            let problem = problem(format!("namespace `{text}` does not begin with `{}`", prefix.as_str()));
            self.problems.push(
                problem
                    .label("outside the tenants' namespaces")
                    .related(prefix.at, "the prefix")
                    .hint(format!("write `{}{text}`, or leave `namespace` out", prefix.as_str())),
            );
        } else if text.len() > 63 || text.contains('.') {
            self.problems.push(problem(format!("namespace `{text}` is no DNS label of at most 63 characters")));
        } else if self.platform.namespace.deny.iter().map(ObjectName::as_str).chain(ours).any(|name| name == text) {
            self.problems.push(
                problem(format!("namespace `{text}` is not for tenants"))
                    .label("on the platform's deny list, or the platform's own"),
            );
        }
        text.to_owned()
    }

    fn destroy(&mut self) {
        let name = &self.file.tenant.metadata.name;
        match (self.state(), &self.spec.destroy, &self.spec.state) {
            // A `destroy` that could not be read is told already.
            (State::Destroying, None, Some(state)) if self.file.spec.get(&["destroy"]).is_none() => self.problems.push(
                Problem::new(state.at, "`destroying` needs `destroy`").label("not confirmed").hint(format!(
                    "add `destroy: {{confirm: {}}}`; data is kept unless it says `data: delete`",
                    name.as_str()
                )),
            ),
            (State::Destroying, Some(destroy), _) if destroy.confirm.value != name.value => self.problems.push(
                Problem::new(destroy.confirm.at, format!("`confirm` says `{}`", destroy.confirm.as_str()))
                    .label(format!("must be the tenant's name, `{}`", name.as_str())),
            ),
            (State::Active | State::Suspended, Some(destroy), _) => self.problems.push(
                Problem::new(destroy.at, format!("`destroy` with state `{}`", self.state()))
                    .label("only with `state: destroying`")
                    .hint("remove it, or write `state: destroying`"),
            ),
            _ => {}
        }
    }

    /// The module that the tenant uses, for the record.
    pub(super) fn module_in_use(&self, has_terraform: bool) -> Option<String> {
        let name = self.spec.terraform.as_ref()?.module.as_ref().filter(|_| has_terraform)?;
        let used = self.platform.terraform.as_ref()?.modules.get(&name.value)?;
        Some(format!("{} {}", name.as_str(), used.version))
    }

    /// Tells that a list of names lacks one, with what is there.
    pub(super) fn tell_unknown(&mut self, what: &str, name: &At<impl AsRef<str>>, known: &[&str]) {
        self.problems.push(unknown(what, name, known));
    }
}
