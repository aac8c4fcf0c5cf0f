//! The Jobs that make generated secrets.

use std::collections::BTreeMap;

use super::{Resolver, SecretJobPlan, SecretJobsPlan, SecretShapePlan, SecretSpecPlan};
use crate::names;
use crate::problem::Problem;
use crate::quantity::Quantity;
use crate::read::At;
use crate::spec::value::{ItemName, KeyName};
use crate::spec::{Charset, Secret, Shape};

/// A secret that a Job makes, and when.
pub(super) struct MadeByJob {
    spec: SecretSpecPlan,
    wave: u8,
}

impl MadeByJob {
    pub(super) fn new(object: &str, shapes: &BTreeMap<KeyName, Shape>, wave: u8) -> Self {
        let keys = shapes.iter().map(|(key, shape)| {
            let shape = match shape {
                Shape::Uuid => SecretShapePlan::Uuid,
                Shape::Random(shape) => SecretShapePlan::Random {
                    length: shape.length.0,
                    charset: shape.charset.unwrap_or(Charset::Alphanumeric),
                },
            };
            (key.to_string(), shape)
        });
        Self { spec: SecretSpecPlan { name: object.to_owned(), keys: keys.collect() }, wave }
    }
}

/// What a pod asks for that does next to nothing: `(resource, request, limit)`.
const RESOURCES: &[(&str, &str, &str)] = &[("cpu", "10m", "500m"), ("memory", "32Mi", "64Mi")];

impl Resolver<'_> {
    /// Whether the platform has what a secret's Job needs; tells what is missing.
    pub(super) fn has_secret_jobs(&mut self, name: &ItemName, secret: &At<Secret>) -> bool {
        let backend = self.platform.secrets.generated.as_ref();
        let problem = |what: &str, label: &str, hint: &str| {
            let mut problem =
                Problem::new(secret.at, format!("secret `{name}` is `generated` by a Job, and {what}")).label(label);
            if let Some(backend) = backend {
                problem = problem.related(backend.at, "the platform's backend");
            }
            problem.hint(hint).hint(
                "or write `secrets: {generated: externalSecrets}`, with the External Secrets operator in the cluster",
            )
        };
        let mut missing = Vec::new();
        if self.platform.runner.is_none() {
            let hint =
                "write `runner: {image: …}` in the platform file: the image by digest that holds `tenantry-runner`";
            missing.push(problem("the platform has no `runner`", "nothing would make it", hint));
        }
        if self.platform.network.api_server.is_empty() {
            let hint = "name the address of the API server's Service, and those behind it";
            missing.push(problem(
                "`network.apiServer` names no address",
                "the Job would not reach the API server",
                hint,
            ));
        }
        let has_all = missing.is_empty();
        missing.into_iter().for_each(|problem| self.problems.push(problem));
        has_all
    }

    /// One Job a wave.
    pub(super) fn secret_jobs(&self, made: Vec<MadeByJob>, tenant: &str) -> Option<SecretJobsPlan> {
        let runner = self.platform.runner.as_ref()?;
        let mut waves: BTreeMap<u8, Vec<SecretSpecPlan>> = BTreeMap::new();
        for MadeByJob { spec, wave } in made {
            waves.entry(wave).or_default().push(spec);
        }
        let wave = *waves.keys().next()?;
        Some(SecretJobsPlan {
            image: runner.image.to_string(),
            wave,
            names: waves.values().flatten().map(|secret| secret.name.clone()).collect(),
            api_server: self.platform.network.api_server.clone(),
            resources: self.small_resources(),
            jobs: waves
                .into_iter()
                .map(|(wave, secrets)| SecretJobPlan {
                    name: names::secret_job(wave > 0),
                    wave,
                    spec: super::SecretJobSpec { tenant: tenant.to_owned(), secrets },
                })
                .collect(),
        })
    }

    /// Little, but as much as the tenant's LimitRange wants at least: what it refuses never starts.
    fn small_resources(&self) -> BTreeMap<&'static str, BTreeMap<&'static str, String>> {
        let mut resources: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        for (what, request, limit) in RESOURCES {
            let least = self.spec.limits.min.get(*what).map(|least| &least.value);
            let at_least = |own: &str| match (own.parse::<Quantity>(), least) {
                (Ok(quantity), Some(least)) if *least > quantity => least.to_string(),
                _ => own.to_owned(),
            };
            resources.entry("requests").or_default().insert(what, at_least(request));
            resources.entry("limits").or_default().insert(what, at_least(limit));
        }
        resources
    }
}
