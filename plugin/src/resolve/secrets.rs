//! Secrets, by reference and shape.

use std::collections::BTreeMap;

use minijinja::Value as Context;

use super::secret_jobs::MadeByJob;
use super::{
    ExternalSecretPlan, GeneratedKeyPlan, GeneratedSecretPlan, GeneratorPlan, Resolver, SecretPlan, StorePlan,
};
use crate::names;
use crate::problem::Problem;
use crate::read::At;
use crate::spec::value::{ItemName, KeyName};
use crate::spec::{After, Charset, GeneratedBackend, Secret, SecretKeys, SecretSource, SecretStore, Shape};

/// All secrets of a tenant.
#[derive(Default)]
pub(super) struct Secrets {
    /// What charts refer to.
    pub(super) by_name: BTreeMap<String, SecretPlan>,
    pub(super) external: Vec<ExternalSecretPlan>,
    pub(super) made_by_job: Vec<MadeByJob>,
    pub(super) generated: Vec<GeneratedSecretPlan>,
    pub(super) generators: Vec<GeneratorPlan>,
}

impl Secrets {
    pub(super) fn last_wave(&self) -> u8 {
        self.by_name.values().map(|secret| secret.wave).max().unwrap_or(0)
    }
}

impl Resolver<'_> {
    pub(super) fn secrets(&mut self, scope: &Context, has_terraform: bool) -> Secrets {
        let mut secrets = Secrets::default();
        for (name, secret) in &self.spec.secrets {
            let Some(source) = &secret.source else {
                self.problems.push(
                    Problem::new(secret.at, format!("secret `{name}` has no `source`"))
                        .label("where does it come from?")
                        .hint("the values are `generated`, `external` and `existing`"),
                );
                continue;
            };
            let wave = self.secret_wave(name, secret, has_terraform);
            let generation = secret.generation.as_ref().map_or(1, |generation| generation.value.0);
            self.only(name, secret, source.value);
            let object = match source.value {
                SecretSource::Generated => {
                    let object = names::generation(name.as_str(), generation);
                    self.generated(name, secret, &object, wave, &mut secrets);
                    object
                }
                SecretSource::External => {
                    // A generation freezes it: the Secret of that number never changes again.
                    let immutable = secret.generation.is_some();
                    let object =
                        if immutable { names::generation(name.as_str(), generation) } else { name.to_string() };
                    secrets.external.extend(self.external(name, secret, &object, immutable, wave, scope));
                    object
                }
                SecretSource::Existing => match &secret.name {
                    Some(name) => name.to_string(),
                    None => {
                        let problem = Problem::new(secret.at, format!("secret `{name}` needs `name`"));
                        self.problems.push(problem.label("which Secret is it?"));
                        continue;
                    }
                },
            };
            let made = source.value != SecretSource::Existing;
            if let Some(other) = secrets.by_name.iter().find(|(_, other)| made && other.name == object) {
                self.problems.push(
                    Problem::new(
                        secret.at,
                        format!("secrets `{}` and `{name}` would both be the Secret `{object}`", other.0),
                    )
                    .label("one would overwrite the other")
                    .hint("give one of them another name"),
                );
            }
            if made && has_terraform && object == names::OUTPUTS {
                self.problems.push(
                    Problem::new(secret.at, format!("secret `{name}` would be the Secret `{object}`"))
                        .label("Terraform's outputs are there")
                        .hint("give it another name; with `source: existing` it is the one of the outputs"),
                );
            }
            secrets.by_name.insert(name.to_string(), SecretPlan { name: object, generation, wave });
        }
        secrets
    }

    fn secret_wave(&mut self, name: &ItemName, secret: &At<Secret>, has_terraform: bool) -> u8 {
        let waits = secret.after.contains(&After::Terraform);
        if waits && !has_terraform {
            self.problems.push(
                Problem::new(secret.at, format!("secret `{name}` waits for Terraform, which is off"))
                    .label("would never be there")
                    .hint("remove `after`, or give the tenant a `terraform.module`"),
            );
        }
        if waits { 2 } else { 0 }
    }

    /// Tells fields that belong to another source.
    fn only(&mut self, name: &ItemName, secret: &Secret, source: SecretSource) {
        let shapes = secret.keys.as_ref().filter(|keys| matches!(keys.value, SecretKeys::Shapes(_)));
        let list = secret.keys.as_ref().filter(|keys| matches!(keys.value, SecretKeys::Names(_)));
        let mut wrong = Vec::new();
        let mut judge = |field: &str, at: Option<crate::source::Span>, allowed: bool| {
            wrong.extend(at.filter(|_| !allowed).map(|at| (at, field.to_owned())));
        };
        judge("name", secret.name.as_ref().map(|name| name.at), source == SecretSource::Existing);
        judge("key", secret.key.as_ref().map(|key| key.at), source == SecretSource::External);
        judge("keys` as a map of shapes", shapes.map(|keys| keys.at), source == SecretSource::Generated);
        judge("keys` as a list of names", list.map(|keys| keys.at), source == SecretSource::External);
        let generation = secret.generation.as_ref().map(|generation| generation.at);
        judge("generation", generation, source != SecretSource::Existing);
        for (at, field) in wrong {
            let field = if field.contains('`') { format!("`{field}") } else { format!("`{field}`") };
            self.problems.push(
                Problem::new(at, format!("secret `{name}` is `{}` and has {field}", source.word()))
                    .label(format!("not with `source: {}`", source.word())),
            );
        }
    }

    fn generated(&mut self, name: &ItemName, secret: &At<Secret>, object: &str, wave: u8, secrets: &mut Secrets) {
        let Some(SecretKeys::Shapes(shapes)) =
            secret.keys.as_ref().map(|keys| &keys.value).filter(|keys| !keys.is_empty())
        else {
            self.problems.push(
                Problem::new(secret.at, format!("secret `{name}` needs `keys`"))
                    .label("what is to be generated?")
                    .hint("like `keys: {password: {length: 32}}` or `keys: {id: uuid}`"),
            );
            return;
        };
        let backend = self.platform.secrets.generated.as_ref().map_or(GeneratedBackend::Job, |backend| backend.value);
        match backend {
            GeneratedBackend::Job if self.has_secret_jobs(name, secret) => {
                secrets.made_by_job.push(MadeByJob::new(object, shapes, wave));
            }
            GeneratedBackend::Job => {}
            GeneratedBackend::ExternalSecrets => {
                let (generated, generators) = self.by_generators(name, secret, object, shapes, wave).unzip();
                secrets.generated.extend(generated);
                secrets.generators.extend(generators.into_iter().flatten());
            }
        }
    }

    fn by_generators(
        &mut self,
        name: &ItemName,
        secret: &At<Secret>,
        object: &str,
        shapes: &BTreeMap<KeyName, Shape>,
        wave: u8,
    ) -> Option<(GeneratedSecretPlan, Vec<GeneratorPlan>)> {
        let generators: Vec<GeneratorPlan> =
            shapes.iter().map(|(key, shape)| generator(object, key.as_str(), shape, wave)).collect();
        let mut names: Vec<&str> = generators.iter().map(|generator| generator.generator.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            self.problems.push(
                Problem::new(secret.at, format!("secret `{name}` has keys that differ in `-`, `_`, `.` or case only"))
                    .label(format!("both would have the generator `{}`", twice[0])),
            );
            return None;
        }
        let keys = shapes.keys().zip(&generators).map(|(key, generator)| GeneratedKeyPlan {
            key: key.to_string(),
            generator: generator.generator.clone(),
            kind: generator.kind,
            output: if generator.kind == PASSWORD { "password" } else { "uuid" },
        });
        Some((GeneratedSecretPlan { name: object.to_owned(), keys: keys.collect(), wave }, generators))
    }

    fn external(
        &mut self,
        name: &ItemName,
        secret: &At<Secret>,
        object: &str,
        immutable: bool,
        wave: u8,
        scope: &Context,
    ) -> Option<ExternalSecretPlan> {
        let Some(store) = &self.platform.secrets.store else {
            self.problems.push(
                Problem::new(
                    secret.at,
                    format!("secret `{name}` is `external`, and the platform has no `secrets.store`"),
                )
                .label("there is no store"),
            );
            return None;
        };
        let (Some(key), Some(SecretKeys::Names(properties))) =
            (&secret.key, secret.keys.as_ref().map(|keys| &keys.value))
        else {
            self.problems.push(
                Problem::new(secret.at, format!("secret `{name}` needs `key` and `keys`"))
                    .label("where in the store, and which properties?")
                    .hint("like `{source: external, key: database, keys: [username, password]}`"),
            );
            return None;
        };
        if properties.is_empty() {
            self.problems.push(Problem::new(secret.at, format!("secret `{name}` has an empty `keys`")));
        }
        let prefix = self.key_prefix(store, scope)?;
        Some(ExternalSecretPlan {
            name: object.to_owned(),
            key: format!("{prefix}{}", key.value),
            properties: properties.iter().map(ToString::to_string).collect(),
            immutable,
            wave,
            store: StorePlan { kind: store.kind.word(), name: store.name.to_string() },
            refresh_interval: store.refresh_interval.as_ref().map_or("1h".to_owned(), ToString::to_string),
        })
    }

    /// What every key of this tenant begins with. It ends in `/`, so that one tenant's prefix is never the
    /// beginning of another's.
    fn key_prefix(&mut self, store: &SecretStore, scope: &Context) -> Option<String> {
        let made = store.key_prefix.evaluate(scope, &mut self.budget, self.problems);
        let prefix = made.first()?.as_text().unwrap_or_default().to_owned();
        let own = [self.spec.id.as_ref()?.as_str(), self.file.tenant.metadata.name.as_str()];
        let problem = |message: &str, label: &str| {
            Problem::new(store.key_prefix.at, message).label(label).hint("like `tenants/${{ tenant.id }}/`")
        };
        if !prefix.ends_with('/') {
            self.problems.push(problem("`keyPrefix` is no text that ends in `/`", "must end in `/`"));
        } else if !prefix.split('/').any(|part| own.contains(&part)) {
            let label = "must hold the tenant's id or name between its `/`";
            self.problems.push(problem("`keyPrefix` is the same for every tenant", label));
        }
        Some(prefix)
    }
}

impl SecretKeys {
    fn is_empty(&self) -> bool {
        match self {
            Self::Shapes(shapes) => shapes.is_empty(),
            Self::Names(names) => names.is_empty(),
        }
    }
}

const PASSWORD: &str = "Password";

fn generator(object: &str, key: &str, shape: &Shape, wave: u8) -> GeneratorPlan {
    // Keys may hold what names may not.
    let part: String =
        key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    // Within a wave Argo CD applies custom kinds by name, and an ExternalSecret without its generator is Degraded for a
    // moment, which fails the sync. `0-` before a name comes before that name, whatever it is.
    let generator = format!("0-{object}-{}", part.trim_matches('-'));
    match shape {
        Shape::Uuid => {
            GeneratorPlan { generator, kind: "UUID", length: None, digits: None, symbols: None, charset: None, wave }
        }
        Shape::Random(shape) => {
            let length = shape.length.0;
            let charset = shape.charset.unwrap_or(Charset::Alphanumeric);
            let (digits, symbols) = match charset {
                Charset::Digits => (length, 0),
                Charset::Alphanumeric => (length / 4, 0),
                Charset::Symbols => (length / 4, length / 8),
            };
            GeneratorPlan {
                generator,
                kind: PASSWORD,
                length: Some(length),
                digits: Some(digits),
                symbols: Some(symbols),
                charset: Some(charset),
                wave,
            }
        }
    }
}
