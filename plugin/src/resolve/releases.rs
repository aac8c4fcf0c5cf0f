//! Helm releases: which chart, which profile, which values, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use minijinja::Value as Context;
use minijinja::value::{Enumerator, Object, Serde};

use super::secrets::Secrets;
use super::{ReleasePlan, Resolver, Texts, Wait, values};
use crate::names;
use crate::problem::Problem;
use crate::read::At;
use crate::source::Span;
use crate::spec::value::ItemName;
use crate::spec::{After, Chart, IdentityType, Profile, Release, State};
use crate::tree::{Map, Node, Value, overlay};

/// A release with the chart and the profile that it uses.
pub(super) struct Chosen<'a> {
    pub(super) name: &'a ItemName,
    pub(super) release: &'a At<Release>,
    pub(super) chart: &'a Chart,
    pub(super) profile: &'a Profile,
    pub(super) version: String,
}

impl<'a> Resolver<'a> {
    /// The releases that are on, each with its one profile.
    pub(super) fn chosen_releases(&mut self) -> Vec<Chosen<'a>> {
        let spec = self.spec;
        let on = spec.releases.iter().filter(|(_, release)| release.enabled != Some(false));
        on.filter_map(|(name, release)| self.choose(name, release)).collect()
    }

    fn choose(&mut self, name: &'a ItemName, release: &'a At<Release>) -> Option<Chosen<'a>> {
        let charts = &self.platform.charts;
        let wanted = release.chart.clone().unwrap_or_else(|| At { value: name.clone(), at: release.at });
        let Some(chart) = charts.get(&wanted.value) else {
            let known: Vec<&str> = charts.keys().map(ItemName::as_str).collect();
            self.tell_unknown("chart", &wanted, &known);
            return None;
        };
        let (version, at, fits): (String, Span, Vec<&At<Profile>>) = match (&release.version, &release.commit) {
            (Some(version), None) => {
                let fits =
                    |profile: &&At<Profile>| profile.versions.as_ref().is_some_and(|range| range.contains(version));
                (version.to_string(), version.at, chart.profiles.iter().filter(fits).collect())
            }
            (None, Some(commit)) => {
                let fits = |profile: &&At<Profile>| profile.commits.contains(&commit.value);
                (commit.to_string(), commit.at, chart.profiles.iter().filter(fits).collect())
            }
            (Some(version), Some(commit)) => {
                self.problems.push(
                    Problem::new(commit.at, format!("release `{name}` has a `version` and a `commit`"))
                        .label("exactly one of the two")
                        .related(version.at, "the version"),
                );
                return None;
            }
            (None, None) => {
                self.problems.push(
                    Problem::new(release.at, format!("release `{name}` needs a `version` or a `commit`"))
                        .label("exactly one of the two"),
                );
                return None;
            }
        };
        match fits.as_slice() {
            [profile] => Some(Chosen { name, release, chart, profile, version }),
            [] => {
                let ranges: Vec<String> = chart.profiles.iter().map(|profile| describe(profile)).collect();
                self.problems.push(
                    Problem::new(at, format!("`{version}` is outside every profile of chart `{}`", wanted.as_str()))
                        .label("no profile has values for it")
                        .hint(format!("the profiles are for {}", ranges.join(" and "))),
                );
                None
            }
            [first, second, ..] => {
                self.problems.push(
                    Problem::new(at, format!("`{version}` is inside two profiles of chart `{}`", wanted.as_str()))
                        .label("which one is meant?")
                        .related(first.at, "the first")
                        .related(second.at, "the second"),
                );
                None
            }
        }
    }

    pub(super) fn releases(
        &mut self,
        chosen: &[Chosen<'_>],
        scope: &Context,
        secrets: &Secrets,
        has_terraform: bool,
    ) -> Vec<ReleasePlan> {
        chosen.iter().filter_map(|chosen| self.release(chosen, scope, secrets, has_terraform)).collect()
    }

    fn release(
        &mut self,
        chosen: &Chosen<'_>,
        scope: &Context,
        secrets: &Secrets,
        has_terraform: bool,
    ) -> Option<ReleasePlan> {
        let watched = Arc::new(Watched::new(secrets));
        let own = chosen.release.values.as_ref();
        let values = self.values(chosen, own, scope, &watched);
        let waits = self.waits(chosen, &watched, secrets, has_terraform);
        let tenant = &self.file.tenant.metadata.name;
        Some(ReleasePlan {
            name: chosen.name.to_string(),
            application: names::shared(tenant, chosen.name.as_str(), names::LABEL),
            source: source(chosen),
            wave: if waits.is_some() { 2 } else { 1 },
            values: values?,
            version: chosen.version.clone(),
            secrets: watched
                .names()
                .iter()
                .filter_map(|name| Some(secrets.by_name.get(name)?.name.clone()))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            waits,
        })
    }

    /// Profile ◄ tier ◄ tenant ◄ suspend.
    fn values(
        &mut self,
        chosen: &Chosen<'_>,
        own: Option<&Node>,
        scope: &Context,
        secrets: &Arc<Watched>,
    ) -> Option<Node> {
        let service_accounts: BTreeMap<String, String> =
            chosen.profile.service_accounts.iter().map(|(part, name)| (part.to_string(), name.to_string())).collect();
        let context = minijinja::context! {
            secrets => Context::from_dyn_object(Arc::clone(secrets)),
            serviceAccounts => service_accounts,
            release => minijinja::context! { name => chosen.name.as_str(), version => chosen.version.as_str() },
            ..scope.clone()
        };
        let empty = Node::new(Value::Map(Map::default()), chosen.release.at);
        let mut merged = match &chosen.profile.values {
            Some(template) => template.evaluate(&context, &mut self.budget, self.problems).into_iter().next()?,
            None => empty,
        };
        if let Some(own) = own {
            values::check(own, &chosen.profile.tenant_values, self.problems);
            merged = overlay(&merged, own);
        }
        if let (State::Suspended, Some(suspend)) = (self.state(), &chosen.profile.suspend) {
            merged = overlay(&merged, suspend);
        }
        Some(merged)
    }

    /// A release waits for Terraform where it says so, where a secret that it uses does, and where its pods
    /// get their identity from an association that Terraform makes.
    fn waits(&mut self, chosen: &Chosen<'_>, used: &Watched, secrets: &Secrets, has_terraform: bool) -> Option<Wait> {
        let says = chosen.release.after.contains(&After::Terraform);
        if says && !has_terraform {
            self.problems.push(
                Problem::new(chosen.release.at, format!("release `{}` waits for Terraform, which is off", chosen.name))
                    .label("would never start")
                    .hint("remove `after`, or give the tenant a `terraform.module`"),
            );
        }
        let kind = self.spec.identity.as_ref().and_then(|identity| identity.kind.as_ref()).map(|kind| kind.value);
        let by_identity = has_terraform && kind == Some(IdentityType::PodIdentity);
        let by_secret = used.names().iter().any(|name| secrets.by_name.get(name).is_some_and(|secret| secret.wave > 0));
        match (says, by_identity, by_secret) {
            (true, ..) => Some(Wait::Says),
            (_, true, _) => Some(Wait::Identity),
            (.., true) => Some(Wait::Secret),
            _ => None,
        }
    }
}

/// What a child Application calls its source.
fn source(chosen: &Chosen<'_>) -> Texts {
    let mut source = Texts::new();
    source.insert("repoURL".to_owned(), chosen.chart.repository.to_string());
    source.insert("targetRevision".to_owned(), chosen.version.clone());
    if let Some(chart) = &chosen.chart.chart {
        source.insert("chart".to_owned(), chart.to_string());
    }
    if let Some(path) = &chosen.chart.path {
        source.insert("path".to_owned(), path.to_string());
    }
    source
}

fn describe(profile: &Profile) -> String {
    match &profile.versions {
        Some(range) => format!("`{range}`"),
        None => profile.commits.iter().map(|commit| format!("`{commit}`")).collect::<Vec<_>>().join(", "),
    }
}

/// The secrets, as expressions see them; remembers which were looked at.
#[derive(Debug)]
struct Watched {
    secrets: BTreeMap<String, Context>,
    seen: Mutex<BTreeSet<String>>,
}

impl Watched {
    fn new(secrets: &Secrets) -> Self {
        let secrets = secrets.by_name.iter().map(|(name, plan)| (name.clone(), Context::from(Serde(plan))));
        Self { secrets: secrets.collect(), seen: Mutex::default() }
    }

    fn names(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

impl Object for Watched {
    fn get_value(self: &Arc<Self>, key: &Context) -> Option<Context> {
        let found = self.secrets.get(key.as_str()?)?;
        self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(key.as_str()?.to_owned());
        Some(found.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.secrets.keys().map(Context::from).collect())
    }
}
