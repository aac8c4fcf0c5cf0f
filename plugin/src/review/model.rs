//! What every form of a review is made from.

use serde::Serialize;
use serde_json::Value as Json;

use super::change::FieldChange;
use super::consequence::Consequence;

/// The version of the JSON form. Fields are added without a new one.
pub const SCHEMA: &str = "tenantry.dev/review/v1alpha1";

/// A review, whole.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The earlier side.
    pub base: SideInfo,
    /// The later side.
    pub head: SideInfo,
    /// How many of what.
    pub counts: Counts,
    /// What happens, to whom; worst first.
    pub sets: Vec<ChangeSet>,
}

/// A side, for people.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SideInfo {
    /// What was asked for: `origin/main`, `the working tree`.
    pub name: String,
    /// The commit; none for folders and the working tree.
    pub commit: Option<String>,
    /// Problems of the side as a whole, as people are shown them.
    pub problems: Vec<String>,
    /// Cells that ask for another version of the plugin and are rendered with this one.
    pub other_versions: Vec<OtherVersion>,
    /// What else must be known of the side, as people are shown it: what of it is not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A cell that asks for another version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherVersion {
    /// The cell's folder.
    pub cell: String,
    /// The version.
    pub version: String,
}

/// How many tenants and platforms there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All, on either side.
    pub all: usize,
    /// To which nothing happens.
    pub unchanged: usize,
    /// That are other than before.
    pub changed: usize,
    /// That are new.
    pub added: usize,
    /// That are gone.
    pub removed: usize,
    /// That cannot be rendered at the later side.
    pub failing: usize,
    /// Of those, the ones that could not be rendered before either.
    pub still_failing: usize,
}

/// What becomes of a tenant or platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// It cannot be rendered at the later side.
    Failing,
    /// Its file is gone.
    Removed,
    /// Its set is other than before.
    Changed,
    /// It is new.
    Added,
    /// It could not be rendered before.
    Mended,
    /// It cannot be rendered at either side.
    StillFailing,
}

/// Tenants to which the same happens, up to their own names.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// `A`, `B`, …, `Z`, `AA`: in the order of the review.
    pub label: String,
    /// What becomes of them.
    pub status: Status,
    /// Them, in order of their folders; the first is the one whose changes are shown.
    pub members: Vec<Member>,
    /// What it comes to, worst first.
    pub consequences: Vec<Consequence>,
    /// The first one's objects.
    pub objects: Vec<ObjectChange>,
    /// Why the first one cannot be rendered, or could not before; as people are shown it.
    pub problems: Vec<String>,
}

/// A tenant, or a platform's own set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its folder.
    pub folder: String,
    /// The tenant's name; the folder's for a platform.
    pub name: String,
    /// Whether it is a platform's own set.
    pub is_platform: bool,
    /// The tenant's tier; none where it could not be rendered.
    pub tier: Option<String>,
    /// The tenant's ring.
    pub ring: Option<String>,
}

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// It goes.
    Deleted,
    /// It goes, and another one comes in its place.
    Replaced,
    /// It is changed where it is.
    Changed,
    /// It is new.
    Created,
}

/// What becomes of an object, and how it is other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChange {
    /// What becomes of it.
    pub action: Action,
    /// Its kind.
    pub kind: String,
    /// Its namespace; none for what has none.
    pub namespace: Option<String>,
    /// Its name at the later side, or at the earlier one where it is gone.
    pub name: String,
    /// Its name at the earlier side, where it is another.
    pub name_before: Option<String>,
    /// Its namespace at the earlier side, where it is another.
    pub namespace_before: Option<String>,
    /// The wave in which Argo CD applies it.
    pub wave: i64,
    /// The template that makes it.
    pub template: String,
    /// What is other; for what is new or gone nothing.
    pub fields: Vec<FieldChange>,
    /// The whole of what is new, without values that look secret.
    pub content: Option<Json>,
}

impl ObjectChange {
    /// `Kind namespace/name`.
    pub fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}
