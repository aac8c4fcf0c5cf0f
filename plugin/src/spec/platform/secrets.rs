//! Where secrets come from.

use crate::read::{At, choice, record};
use crate::spec::value::ObjectName;
use crate::template::Template;

choice! {
    /// What makes `generated` secrets.
    pub enum GeneratedBackend {
        /// A Job of the runner, in the tenant's namespace.
        Job = "job",
        /// Generators of the External Secrets operator.
        ExternalSecrets = "externalSecrets",
    }
}

record! {
    /// Where secrets come from.
    pub struct PlatformSecrets {
        /// The store of `external` secrets. Absent: there are none.
        store: Option<SecretStore>,
        /// What makes `generated` secrets. Default: `job`.
        generated: Option<At<GeneratedBackend>>,
    }
}

choice! {
    /// The kind of a store.
    pub enum StoreKind {
        /// For the whole cluster.
        ClusterSecretStore = "ClusterSecretStore",
        /// In the tenant's namespace.
        SecretStore = "SecretStore",
    }
}

record! {
    /// A store of the External Secrets operator.
    pub struct SecretStore {
        /// Its kind.
        kind: StoreKind,
        /// Its name.
        name: ObjectName,
        /// How often a secret is read again. Default: `1h`.
        refresh_interval = "refreshInterval": Option<Interval>,
        /// What every tenant's key begins with; an expression that names the tenant.
        key_prefix = "keyPrefix": At<Template>,
    }
}

crate::spec::value::text! {
    /// A time of at least an hour: stores charge by the call and limit their rate.
    Interval, "a time", Some("^[1-9][0-9]{0,3}h$"), |text| crate::spec::value::rule(
        text.strip_suffix('h').is_some_and(|hours| (1..=4).contains(&hours.len()) && !hours.starts_with('0') && hours.bytes().all(|byte| byte.is_ascii_digit())),
        "whole hours, like `1h`",
    )
}
