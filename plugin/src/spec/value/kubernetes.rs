//! Kubernetes' own names and quantities.

use super::{dns_label, dns_subdomain, rule, text};
use crate::quantity::Quantity;
use crate::read::Text;

text! {
    /// A label key outside the reserved prefixes.
    LabelKey, "a label key", None, |text| { qualified(text)?; not_reserved(text) }
}

text! {
    /// A label value.
    LabelValue, "a label value", Some("^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$"), |text| {
        rule(text.is_empty() || is_name(text), "up to 63 of letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit")
    }
}

text! {
    /// An annotation key outside the reserved prefixes.
    AnnotationKey, "an annotation key", None, |text| { qualified(text)?; not_reserved(text) }
}

text! {
    /// What a quota or a limit is set for: `requests.cpu`, `pods`, `count/jobs.batch`.
    QuotaKey, "a resource name", None, |text| {
        rule(
            is_name(text) || text.split_once('/').is_some_and(|(group, name)| !group.is_empty() && is_name(name) && group.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))),
            "Kubernetes' own name, like `requests.cpu` or `pods`",
        )
    }
}

text! {
    /// What a container's limit is set for: `cpu`, `memory`.
    ResourceName, "a resource name", None, |text| rule(is_name(text), "Kubernetes' own name, like `cpu` or `memory`")
}

text! {
    /// A user or group of the cluster. Names of Kubernetes itself would open the tenant to everyone, or
    /// another tenant to this one.
    Subject, "a user or group", None, |text| {
        rule(!text.is_empty() && text.len() <= 253 && !text.contains(char::is_control), "1 to 253 characters, none of them control characters")?;
        rule(!text.starts_with("system:"), "`system:` names belong to Kubernetes")
    }
}

text! {
    /// A minor version of Kubernetes.
    ClusterVersion, "a Kubernetes version", Some("^1\\.[0-9]{1,3}$"), |text| {
        let holds = text.strip_prefix("1.").is_some_and(|minor| (1..=3).contains(&minor.len()) && minor.bytes().all(|byte| byte.is_ascii_digit()));
        rule(holds, "major and minor in quotes, like `\"1.37\"`")
    }
}

/// A kind with its group and version: `cert-manager.io/v1/Certificate`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersionKind {
    /// Group and version, as in `apiVersion`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
}

impl ApiVersionKind {
    /// The group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

impl Text for ApiVersionKind {
    const WHAT: &'static str = "a kind";
    const PATTERN: Option<&'static str> = Some("^[a-z0-9.-]+/v[0-9a-z]+/[A-Z][A-Za-z0-9]*$");

    fn parse(text: &str) -> Result<Self, String> {
        let why = "group, version and kind, like `cert-manager.io/v1/Certificate`";
        match text.split('/').collect::<Vec<_>>().as_slice() {
            [group, version, kind] => {
                dns_subdomain(group).map_err(|_| why)?;
                rule(version.starts_with('v') && dns_label(version, 20).is_ok(), why)?;
                rule(
                    kind.starts_with(|first: char| first.is_ascii_uppercase())
                        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                    why,
                )?;
                Ok(Self { api_version: format!("{group}/{version}"), kind: (*kind).to_owned() })
            }
            _ => Err(why.to_owned()),
        }
    }
}

impl Text for Quantity {
    const WHAT: &'static str = "a quantity";
    const TAKES_INTEGER: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let quantity: Self =
            text.parse().map_err(|_| "a number with a Kubernetes suffix, like `500m`, `2` or `4Gi`")?;
        rule(!quantity.is_negative(), "less than nothing")?;
        Ok(quantity)
    }
}

/// Prefixes whose labels and annotations decide what Argo CD, Helm, Kubernetes, Tenantry and common controllers do
/// with an object.
const RESERVED: &[&str] = &[
    "argoproj.io",
    "helm.sh",
    "kubernetes.io",
    "k8s.io",
    "x-k8s.io",
    "tenantry.dev",
    "amazonaws.com",
    "azure.com",
    "cattle.io",
    "cert-manager.io",
    "cilium.io",
    "cloud.google.com",
    "external-secrets.io",
    "gatekeeper.sh",
    "gke.io",
    "istio.io",
    "kyverno.io",
    "linkerd.io",
    "mittwald.de",
    "projectcalico.org",
];

/// Refuses keys that mean something to others.
fn not_reserved(key: &str) -> Result<(), String> {
    let Some((prefix, _)) = key.split_once('/') else {
        return rule(key != "istio-injection", "reserved: it decides about a sidecar");
    };
    let hit = RESERVED.iter().find(|name| prefix == **name || prefix.ends_with(&format!(".{name}")));
    match hit {
        Some(name) => Err(format!("the prefix `{name}` is reserved")),
        None => Ok(()),
    }
}

/// The form of label and annotation keys.
pub(crate) fn qualified(key: &str) -> Result<(), String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if let Some(prefix) = prefix {
        dns_subdomain(prefix)?;
    }
    rule(is_name(name), "an optional DNS name and `/`, then up to 63 of letters, digits, `-`, `_` and `.`")
}

fn is_name(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    (1..=63).contains(&text.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        && edge(bytes.first())
        && edge(bytes.last())
}

text! {
    /// An annotation's value: any text. Kubernetes limits all annotations of an object together to 256 KiB.
    AnnotationValue, "an annotation's value", None, |text| rule(text.len() <= 16_384, "16 KiB at most")
}
