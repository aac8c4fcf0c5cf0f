//! `tenant.yaml`, and the tiers of a platform, which are partial specs of a tenant.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::ApiVersion;
use super::value::{
    AnnotationKey, AnnotationValue, Cidr, Commit, Email, ExactVersion, Host, ItemName, KeyName, LabelKey, LabelValue,
    ModuleName, ObjectName, Port, QuotaKey, ResourceName, RoleArn, Subject, TenantId, TenantName,
};
use crate::quantity::Quantity;
use crate::read::{At, Read, Reader, choice, record};
use crate::tree::Node;

choice! {
    /// The kind of a tenant's file.
    pub enum TenantKind {
        /// The only one.
        Tenant = "Tenant",
    }
}

record! {
    /// One customer's instance of a product.
    pub struct Tenant {
        /// The version of the file format.
        api_version = "apiVersion": ApiVersion,
        /// `Tenant`.
        kind: TenantKind,
        /// The tenant's name, labels and annotations.
        metadata: TenantMetadata,
        /// What the tenant gets. What is left out comes from the tier, then from the platform.
        spec: TenantSpec,
    }
}

record! {
    /// Name, labels and annotations.
    pub struct TenantMetadata {
        /// The tenant's name: the folder's name. Never changes.
        name: At<TenantName>,
        /// Labels for the Namespace and the record.
        labels: BTreeMap<LabelKey, LabelValue>,
        /// Annotations for the Namespace and the record.
        annotations: BTreeMap<AnnotationKey, AnnotationValue>,
    }
}

record! {
    /// What a tenant gets. A tier has the same fields, but for those that are one tenant's own.
    pub struct TenantSpec {
        /// Goes into cloud names; a UUID is usual; unique over the fleet. Default: the name. Never changes.
        id: Option<At<TenantId>>,
        /// The tier: one of the platform's.
        tier: Option<At<ItemName>>,
        /// The group in which the tenant is promoted: one of the platform's.
        ring: Option<At<ItemName>>,
        /// What the tenant is to be. Default: `active`.
        state: Option<At<State>>,
        /// What `destroying` needs.
        destroy: Option<At<Destroy>>,
        /// Who answers for the tenant.
        owner: Option<Owner>,
        /// Where the tenant is reached.
        domain: Option<Domain>,
        /// The tenant's namespace. Default: the platform's prefix and the name. Never changes.
        namespace: Option<At<ObjectName>>,
        /// What the tenant's pods are in the cloud.
        identity: Option<Identity>,
        /// People's access, by a name of its own.
        access: BTreeMap<ItemName, At<Access>>,
        /// What the namespace may use, by Kubernetes' own keys.
        quota: BTreeMap<QuotaKey, At<Quantity>>,
        /// What a container gets that asks for nothing.
        limits: Limits,
        /// What the tenant's pods may reach, and who may reach them.
        network: Network,
        /// Secrets, by name: references and shapes, never values.
        secrets: BTreeMap<ItemName, At<Secret>>,
        /// Helm releases, by name.
        releases: BTreeMap<ItemName, At<Release>>,
        /// Terraform for the tenant.
        terraform: Option<At<TerraformSpec>>,
    }
}

choice! {
    /// What a tenant is to be.
    pub enum State {
        /// Everything runs.
        Active = "active",
        /// The releases are scaled down; everything else stays.
        Suspended = "suspended",
        /// Terraform destroys what it made, then the namespace goes.
        Destroying = "destroying",
    }
}

record! {
    /// The word that `destroying` needs.
    pub struct Destroy {
        /// The tenant's name, once more.
        confirm: At<TenantName>,
        /// Whether what holds data is kept. Default: `keep`.
        data: Option<Data>,
    }
}

choice! {
    /// What becomes of data.
    pub enum Data {
        /// What holds data stays.
        Keep = "keep",
        /// Data is deleted too.
        Delete = "delete",
    }
}

record! {
    /// Who answers for a tenant.
    pub struct Owner {
        /// A team.
        team: Option<LabelValue>,
        /// Its address.
        email: Option<Email>,
    }
}

record! {
    /// Where a tenant is reached.
    pub struct Domain {
        /// A full name. Default: `<name>.<platform domain>`. Unique over the fleet.
        host: Option<At<Host>>,
        /// Its certificate.
        tls: Option<Tls>,
    }
}

record! {
    /// A certificate by reference.
    pub struct Tls {
        /// The Secret of type `kubernetes.io/tls` in the tenant's namespace.
        secret_name = "secretName": ObjectName,
    }
}

record! {
    /// What the tenant's pods are in the cloud.
    pub struct Identity {
        /// How a pod gets its identity. Default: `none`. Never changes while Terraform is on.
        kind = "type": Option<At<IdentityType>>,
        /// A role that exists already. Default: the platform's role prefix and the tenant's id.
        role_arn = "roleArn": Option<At<RoleArn>>,
        /// With `annotations`: what the ServiceAccounts carry.
        annotations: BTreeMap<IdentityKey, AnnotationValue>,
    }
}

choice! {
    /// How a pod gets its identity.
    pub enum IdentityType {
        /// IAM roles for ServiceAccounts: an annotation that names the role.
        Irsa = "irsa",
        /// EKS Pod Identity: an association that Terraform makes, so releases wait for it.
        PodIdentity = "podIdentity",
        /// Annotations of another cloud.
        Annotations = "annotations",
        /// None.
        None = "none",
    }
}

record! {
    /// One group's or person's access to the tenant's namespace.
    pub struct Access {
        /// A group of the cluster's identity provider.
        group: Option<Subject>,
        /// A single user.
        user: Option<Subject>,
        /// What they may do. Default: `view`.
        role: Option<Role>,
        /// `false` takes a tier's entry away. Default: `true`.
        enabled: Option<bool>,
    }
}

choice! {
    /// A ClusterRole of ours; none of them may touch the fence.
    pub enum Role {
        /// May look.
        View = "view",
        /// May change workloads.
        Edit = "edit",
        /// May change workloads and read the namespace's roles.
        Admin = "admin",
    }
}

record! {
    /// What a container gets that asks for nothing, and what one may ask for (a LimitRange's item).
    pub struct Limits {
        /// The limit of a container that names none.
        default: BTreeMap<ResourceName, At<Quantity>>,
        /// The request of a container that names none.
        default_request = "defaultRequest": BTreeMap<ResourceName, At<Quantity>>,
        /// The highest limit of one container.
        max: BTreeMap<ResourceName, At<Quantity>>,
        /// The lowest request of one container.
        min: BTreeMap<ResourceName, At<Quantity>>,
    }
}

record! {
    /// What the tenant's pods may reach, and who may reach them, beyond what platform and profile open.
    pub struct Network {
        /// Where pods may connect to, by name.
        egress: BTreeMap<ItemName, At<Egress>>,
        /// Who may connect to pods, by name.
        ingress_from = "ingressFrom": BTreeMap<ItemName, At<IngressFrom>>,
    }
}

record! {
    /// A range of addresses that pods may connect to.
    pub struct Egress {
        /// The range: never one of the platform's `blocked`.
        to: Option<At<Cidr>>,
        /// TCP ports.
        ports: Vec<Port>,
        /// `false` takes a tier's entry away. Default: `true`.
        enabled: Option<bool>,
    }
}

record! {
    /// A range of addresses that may connect to pods.
    pub struct IngressFrom {
        /// The range: never one of the platform's `blocked`.
        from: Option<At<Cidr>>,
        /// TCP ports.
        ports: Vec<Port>,
        /// `false` takes a tier's entry away. Default: `true`.
        enabled: Option<bool>,
    }
}

choice! {
    /// What a release or secret waits for.
    pub enum After {
        /// The tenant's Terraform Job.
        Terraform = "terraform",
    }
}

choice! {
    /// Where a secret comes from.
    pub enum SecretSource {
        /// Made once in the cluster, of random characters.
        Generated = "generated",
        /// From the platform's store.
        External = "external",
        /// It exists already.
        Existing = "existing",
    }
}

record! {
    /// A secret by reference and shape.
    pub struct Secret {
        /// Where it comes from.
        source: Option<At<SecretSource>>,
        /// With `existing`: the Secret's name.
        name: Option<At<ObjectName>>,
        /// With `external`: the key in the store, below the platform's `keyPrefix`.
        key: Option<At<StoreKey>>,
        /// With `generated`: each key's shape. With `external`: the properties to take.
        keys: Option<At<SecretKeys>>,
        /// A new number is a rotation. Default: 1.
        generation: Option<At<Generation>>,
        /// What it waits for.
        after: Vec<After>,
    }
}

/// The keys of a secret: their shapes, or their names.
#[derive(Clone, Debug)]
pub enum SecretKeys {
    /// Of a generated secret.
    Shapes(BTreeMap<KeyName, Shape>),
    /// Of an external one.
    Names(Vec<KeyName>),
}

impl Read for SecretKeys {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_list().is_some() {
            return Read::read(node, reader).map(Self::Names);
        }
        if node.as_map().is_some() {
            return Read::read(node, reader).map(Self::Shapes);
        }
        reader.wants(node, "a list of names or a map of shapes")
    }

    fn schema() -> Json {
        json!({"anyOf": [Vec::<KeyName>::schema(), BTreeMap::<KeyName, Shape>::schema()]})
    }
}

/// The shape of one generated key.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Random characters.
    Random(RandomShape),
    /// A random UUID.
    Uuid,
}

record! {
    /// So many random characters.
    pub struct RandomShape {
        /// How many.
        length: Length,
        /// Of which kind. Default: `alphanumeric`.
        charset: Option<Charset>,
    }
}

choice! {
    /// The characters that a key is made of.
    pub enum Charset {
        /// Letters and digits.
        Alphanumeric = "alphanumeric",
        /// Letters, digits and `-_.~`.
        Symbols = "symbols",
        /// Digits.
        Digits = "digits",
    }
}

impl Read for Shape {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_text() {
            Some("uuid") => Some(Self::Uuid),
            Some(_) => reader.wants(node, "`uuid`, or a map with `length` and `charset`"),
            None => RandomShape::read(node, reader).map(Self::Random),
        }
    }

    fn schema() -> Json {
        json!({"anyOf": [{"const": "uuid"}, RandomShape::schema()]})
    }
}

/// How many characters a generated key has: 16 to 256.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Length(pub i64);

impl Read for Length {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            // Fewer can be guessed.
            crate::tree::Value::Int(length @ 16..=256) => Some(Self(length)),
            _ => reader.wants(node, "a number of characters from 16 to 256"),
        }
    }

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 16, "maximum": 256})
    }
}

/// A number that only a person raises: 1 and up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Generation(pub i64);

impl Read for Generation {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.value {
            crate::tree::Value::Int(generation @ 1..=999_999) => Some(Self(generation)),
            _ => reader.wants(node, "a number from 1 to 999999"),
        }
    }

    fn schema() -> Json {
        json!({"type": "integer", "minimum": 1, "maximum": 999_999})
    }
}

record! {
    /// A Helm release.
    pub struct Release {
        /// The chart: one of the platform's. Default: the release's name.
        chart: Option<At<ItemName>>,
        /// The exact version of the chart.
        version: Option<At<ExactVersion>>,
        /// The exact commit of a chart in git.
        commit: Option<At<Commit>>,
        /// Values, at the paths that the profile leaves to tenants.
        values: Option<Node>,
        /// What it waits for.
        after: Vec<After>,
        /// `false` takes a tier's release away. Default: `true`.
        enabled: Option<bool>,
    }
}

choice! {
    /// When Terraform runs.
    pub enum Run {
        /// When its inputs change.
        OnChange = "onChange",
        /// At every sync.
        EverySync = "everySync",
    }
}

choice! {
    /// Which plans need an approved hash. From loose to tight: the order is compared.
    pub enum Approval {
        /// None.
        None = "none",
        /// Those that destroy or replace something.
        Destructive = "destructive",
        /// All that change something.
        All = "all",
    }
}

choice! {
    /// Whether a lock may be broken.
    pub enum Unlock {
        /// Never.
        Never = "never",
        /// When its holder is provably gone.
        IfHolderGone = "ifHolderGone",
    }
}

record! {
    /// Terraform for the tenant.
    pub struct TerraformSpec {
        /// Whether there is any. Default: `true` where a module is given.
        enabled: Option<At<bool>>,
        /// The module: one of the platform's.
        module: Option<At<ModuleName>>,
        /// Variables, of those that the platform leaves to tenants.
        variables: Option<Node>,
        /// When it runs. Default: `onChange`.
        run: Option<Run>,
        /// A new number runs it again. Default: 1.
        generation: Option<Generation>,
        /// Which plans need an approved hash; never fewer than the platform's.
        approval: Option<At<Approval>>,
        /// Whether a lock may be broken; never more readily than the platform's.
        unlock: Option<At<Unlock>>,
        /// The hash of the plan that a person approved.
        approved_plan = "approvedPlan": Option<PlanHash>,
    }
}

crate::spec::value::text! {
    /// The hash of a list of changes, as the runner prints it.
    PlanHash, "a plan's hash", Some("^[0-9a-f]{16,64}$"), |text| {
        crate::spec::value::rule(
            (16..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
            "16 to 64 lower-case hexadecimal digits",
        )
    }
}

crate::spec::value::text! {
    /// An annotation of another cloud's identity for ServiceAccounts. Argo CD's and Kubernetes' own are refused.
    IdentityKey, "an annotation key", None, |text| {
        crate::spec::value::qualified(text)?;
        // Another cloud's identity. What Argo CD and Kubernetes do, and the role of `irsa`, are decided elsewhere.
        let prefix = text.split_once('/').map_or("", |(prefix, _)| prefix);
        let clouds = ["iam.gke.io", "azure.workload.identity"];
        crate::spec::value::rule(
            clouds.contains(&prefix) || <AnnotationKey as crate::read::Text>::parse(text).is_ok(),
            "an annotation of a cloud's identity, like `iam.gke.io/gcp-service-account`",
        )
    }
}

crate::spec::value::text! {
    /// A key of the platform's store, below the tenant's prefix.
    StoreKey, "a key in the store", Some("^[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*$"), |text| crate::spec::value::rule(
        text.len() <= 256
            && text.split('/').all(|part| {
                !part.is_empty()
                    && part != "."
                    && part != ".."
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=.@-".contains(&byte))
            }),
        "names of letters, digits and `_+=.@-` with `/` between, below the tenant's own prefix",
    )
}
