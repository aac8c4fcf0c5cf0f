//! The plan of the platform's own set.

use std::collections::BTreeSet;

use serde::Serialize;

use super::network::dns;
use super::terraform::placement;
use super::{DnsPlan, PlatformFacts, Texts, facts};
use crate::cell::Cell;
use crate::spec::value::{ApiVersionKind, Cidr};
use crate::spec::{Engine, PulledImage};
use crate::tree::Node;

/// Everything that is decided about a platform's own set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformPlan {
    /// Where tenants live.
    pub platform: PlatformFacts,
    /// The labels of every object.
    pub labels: Texts,
    /// What tenants' namespaces begin with.
    pub namespace_prefix: String,
    /// Namespaces with that prefix that no tenant has.
    pub namespace_deny: Vec<String>,
    /// The git repository of the tenants.
    pub repository: String,
    /// The project of the tenants' Applications.
    pub tenants_project: String,
    /// Where charts come from.
    pub chart_repositories: Vec<String>,
    /// Kinds of custom templates.
    pub custom_kinds: Vec<KindPlan>,
    /// Where names are looked up.
    pub dns: Vec<DnsPlan>,
    /// The API server's addresses.
    pub api_server: Vec<Cidr>,
    /// Terraform; null where the platform has none.
    pub terraform: Option<PlatformTerraformPlan>,
    /// The images that are kept on the Terraform nodes.
    pub pulled_images: Vec<PulledImagePlan>,
}

/// A kind, as an AppProject names it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KindPlan {
    /// The group.
    pub group: String,
    /// The kind.
    pub kind: String,
}

/// What Terraform needs once.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformTerraformPlan {
    /// The repositories that its pods' images may come from.
    pub image_repositories: BTreeSet<String>,
    /// Its pods' PriorityClass; null where it is none of ours.
    pub priority_class: Option<String>,
    /// Whether state is in Secrets of the control namespace.
    pub state_in_cluster: bool,
    /// Where its pods run: a part of a pod's spec.
    pub placement: Node,
}

/// An image that is kept on nodes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PulledImagePlan {
    /// The container's name.
    pub name: &'static str,
    /// The image.
    pub image: String,
    /// What `hold` is told: where to listen, and the files whose reading warms the page cache.
    pub arguments: Vec<String>,
    /// The port that it listens on when it has read them; null without files.
    pub port: Option<u16>,
}

/// Kubernetes has these two itself.
const SYSTEM_CLASS: &str = "system-";
/// Where the Terraform image has its providers.
const PROVIDERS: &str = "/opt/terraform/providers";
/// Where the image puller says that it has read them.
const READY_PORT: u16 = 8081;

/// Resolves the platform's own set.
pub fn platform(cell: &Cell) -> PlatformPlan {
    let spec = &cell.platform.spec;
    let terraform = spec.terraform.as_ref();
    let images = [
        terraform.map(|terraform| (PulledImage::Terraform, &terraform.image)),
        spec.runner.as_ref().map(|runner| (PulledImage::Runner, &runner.image)),
    ];
    let pulls = spec.image_puller.as_ref().filter(|puller| puller.enabled != Some(false));
    let pulled = |image: PulledImage| pulls.is_some_and(|puller| puller.images.contains(&image));
    PlatformPlan {
        platform: facts::platform(&cell.platform),
        labels: facts::labels(&cell.platform, None),
        namespace_prefix: spec.namespace.prefix.to_string(),
        namespace_deny: spec.namespace.deny.iter().map(ToString::to_string).collect(),
        repository: spec.argocd.repository.to_string(),
        tenants_project: spec.argocd.project.to_string(),
        chart_repositories: spec
            .charts
            .values()
            .map(|chart| chart.repository.to_string())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        custom_kinds: spec.custom_kinds.iter().map(|kind| custom_kind(kind)).collect(),
        dns: dns(&spec.network),
        api_server: spec.network.api_server.clone(),
        terraform: terraform.map(|terraform| PlatformTerraformPlan {
            image_repositories: images.iter().flatten().map(|(_, image)| image.repository().to_owned()).collect(),
            priority_class: terraform
                .pod
                .as_ref()
                .and_then(|pod| pod.priority_class_name.as_ref())
                .map(ToString::to_string)
                .filter(|class| !class.starts_with(SYSTEM_CLASS)),
            state_in_cluster: terraform.backend.kubernetes.is_some(),
            placement: placement(terraform, false),
        }),
        pulled_images: images
            .into_iter()
            .flatten()
            .filter(|(which, _)| pulled(*which))
            .map(|(which, image)| {
                let engine = terraform.filter(|_| which == PulledImage::Terraform).map(|terraform| {
                    match terraform.engine.unwrap_or(Engine::Terraform) {
                        Engine::Terraform => "/usr/local/bin/terraform",
                        Engine::OpenTofu => "/usr/local/bin/tofu",
                    }
                });
                let listen =
                    |engine: &str| ["--listen", &READY_PORT.to_string(), PROVIDERS, engine].map(str::to_owned).to_vec();
                PulledImagePlan {
                    name: which.word(),
                    image: image.to_string(),
                    arguments: engine.map(listen).unwrap_or_default(),
                    port: engine.map(|_| READY_PORT),
                }
            })
            .collect(),
    }
}

fn custom_kind(kind: &ApiVersionKind) -> KindPlan {
    KindPlan { group: kind.group().to_owned(), kind: kind.kind.clone() }
}
