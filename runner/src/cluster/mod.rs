//! What is kept in Kubernetes, in the control namespace: this is where a run is remembered when its pod and its node are gone.

pub mod applied;
pub mod binding;
pub mod holder;
pub mod lease;
pub mod outputs;
pub mod plans;
pub mod report;
pub mod rescue;
pub mod runs;

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client, Config, ResourceExt as _};

use crate::failure::Failure;

/// Who a field belongs to, to the API server.
pub const MANAGER: &str = "tenantry-runner";

/// The cluster, as the pod's own ServiceAccount sees it.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    /// The pod's namespace: the control namespace, or a tenant's for its secret Jobs.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
}

impl Cluster {
    /// Connects the way that a pod does.
    ///
    /// # Errors
    /// There is no ServiceAccount's token here.
    pub fn connect() -> Result<Self, Failure> {
        let no_cluster = |error: String| Failure::NoCluster(error);
        let mut config = Config::incluster().map_err(|error| no_cluster(error.to_string()))?;
        config.connect_timeout = Some(Duration::from_secs(5));
        config.read_timeout = Some(Duration::from_secs(30));
        config.write_timeout = Some(Duration::from_secs(30));
        let namespace = config.default_namespace.clone();
        let client = Client::try_from(config).map_err(|error| no_cluster(error.to_string()))?;
        Ok(Self { client, namespace, pod: env::var("POD_NAME").unwrap_or_default() })
    }

    fn config_maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    fn secrets(&self) -> Api<Secret> {
        self.secrets_of(&self.namespace)
    }

    /// The Secrets of a namespace.
    pub fn secrets_of(&self, namespace: &str) -> Api<Secret> {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// The runner's own pod; none where it runs in no pod of this namespace.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn own_pod(&self) -> Result<Option<Pod>, Failure> {
        self.pod_named(&self.pod).await
    }

    async fn pod_named(&self, name: &str) -> Result<Option<Pod>, Failure> {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &self.namespace);
        tried(format!("reading pod `{name}`"), || pods.get_opt(name)).await
    }

    async fn config_map(&self, name: &str) -> Result<Option<ConfigMap>, Failure> {
        let maps = self.config_maps();
        tried(format!("reading ConfigMap `{name}`"), || maps.get_opt(name)).await
    }

    /// Makes a ConfigMap that never changes; says whether it was not there before.
    async fn create(&self, mut map: ConfigMap) -> Result<bool, Failure> {
        map.immutable = Some(true);
        let maps = self.config_maps();
        let doing = format!("making ConfigMap `{}`", map.name_any());
        let parameters = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        tried(doing, || async {
            match maps.create(&parameters, &map).await {
                Ok(_) => Ok(true),
                Err(kube::Error::Api(status)) if status.reason == "AlreadyExists" => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Writes a ConfigMap, whatever was in it.
    async fn write(&self, map: &ConfigMap) -> Result<(), Failure> {
        let maps = self.config_maps();
        let name = map.name_any();
        let parameters = PatchParams::apply(MANAGER).force();
        let patch = Patch::Apply(map);
        tried(format!("writing ConfigMap `{name}`"), || maps.patch(&name, &parameters, &patch)).await.map(drop)
    }
}

/// Something of a tenant's in the control namespace, before it is filled. Names are `<tenant>--<part>`: no tenant's name holds
/// `--`.
fn of_tenant(tenant: &str, part: &str) -> ConfigMap {
    named(tenant, &format!("{tenant}--{part}"))
}

fn named(tenant: &str, name: &str) -> ConfigMap {
    let mut map = ConfigMap::default();
    map.metadata.name = Some(name.to_owned());
    map.metadata.labels = Some(labels(tenant));
    map
}

/// The labels of all that the runner makes.
pub fn labels(tenant: &str) -> BTreeMap<String, String> {
    [("app.kubernetes.io/managed-by", "tenantry-runner"), ("tenantry.dev/tenant", tenant)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// The API server is asked again where it was too busy or away for a moment: this often, with pauses of 0.2 s to 3.2 s.
const ATTEMPTS: u32 = 6;

/// Asks the API server, and again where that may help.
///
/// # Errors
/// It refuses, or does not answer for some seconds.
pub async fn tried<T, F: Future<Output = kube::Result<T>>>(
    doing: String,
    mut ask: impl FnMut() -> F,
) -> Result<T, Failure> {
    let mut pause = Duration::from_millis(200);
    let mut left = ATTEMPTS;
    loop {
        let source = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(source) => Box::new(source),
        };
        left -= 1;
        let failure = Failure::Kubernetes { doing: doing.clone(), source };
        if left == 0 || !failure.passes() {
            return Err(failure);
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}

/// Whether somebody else has the fields that were applied, or has made them immutable.
pub fn is_taken(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if [409, 422].contains(&status.code))
}
