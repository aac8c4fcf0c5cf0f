//! What Argo CD does with a set, and in which order: waves, what each waits for, what needs what, and how it all goes.
//!
//! Made from a rendered set, and from what was decided about the tenant where the objects themselves do not say it.

mod build;
mod health;
mod mermaid;
mod needs;
mod text;
mod words;

pub use health::Health;

use std::fmt;

use crate::spec::State;

/// A set as Argo CD goes through it.
#[derive(Debug)]
pub struct Graph {
    /// Whose set it is.
    pub subject: Subject,
    /// Every object once, in the order in which they are applied.
    pub objects: Vec<Object>,
    /// The waves of each phase, in order; then what belongs to no sync.
    pub steps: Vec<Step>,
    /// How what is there goes.
    pub removal: Removal,
}

/// Whose set it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A tenant's.
    Tenant {
        /// Its name.
        name: String,
        /// What it is to be.
        state: State,
        /// Its namespace.
        namespace: String,
        /// Whether its Terraform Job, which runs at every sync, is left out for now.
        paused: bool,
    },
    /// A platform's own.
    Platform {
        /// Its name.
        name: String,
    },
}

/// An object of the set.
#[derive(Debug)]
pub struct Object {
    /// What it is called.
    pub name: Name,
    /// Its wave.
    pub wave: i64,
    /// The phases that it is a hook of; none for what is no hook.
    pub hooks: Vec<Phase>,
    /// When Argo CD deletes the hook, as annotated.
    pub hook_deletion: Option<String>,
    /// Argo CD's options for it, as annotated.
    pub options: Vec<String>,
    /// Whether it is removed together with what it deployed.
    pub takes_along: bool,
    /// What Argo CD can say of its health.
    pub health: Health,
    /// The Secrets that it has made in the cluster.
    pub makes: Vec<Name>,
    /// What it cannot do without.
    pub needs: Vec<Need>,
}

/// What an object is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The group; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty for what has none.
    pub namespace: String,
    /// The name.
    pub name: String,
}

/// Something that an object cannot do without.
#[derive(Debug, PartialEq, Eq)]
pub struct Need {
    /// Why.
    pub reason: Reason,
    /// What is needed.
    pub what: Name,
    /// The object of the set that it is, or that makes it; none where it is from elsewhere.
    pub by: Option<usize>,
}

/// Why an object needs another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its pods read it, or have it in their file system.
    Reads,
    /// Its pods run under this ServiceAccount.
    RunsAs,
    /// The values of its chart name this Secret.
    Uses,
    /// Its values are drawn by this generator.
    Draws,
    /// It says `after: [terraform]`.
    AfterTerraform,
    /// Terraform makes its pods' identity.
    Identity,
    /// A secret that it uses waits for Terraform.
    SecretAfterTerraform,
}

/// When something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before a sync.
    PreSync,
    /// In a sync.
    Sync,
    /// After a sync whose objects are all Healthy.
    PostSync,
    /// When a sync has failed.
    SyncFail,
    /// Before the Application's objects are deleted with it.
    PreDelete,
    /// After they are.
    PostDelete,
    /// Never.
    Skip,
}

/// What is applied at one time.
#[derive(Debug)]
pub struct Step {
    /// The phase.
    pub phase: Phase,
    /// The wave.
    pub wave: i64,
    /// Its objects: indices of [`Graph::objects`].
    pub objects: Vec<usize>,
    /// When Argo CD goes on.
    pub onward: Onward,
}

/// When Argo CD goes on after a step.
#[derive(Debug, PartialEq, Eq)]
pub enum Onward {
    /// When these are Healthy; at once where there are none.
    When(Vec<usize>),
    /// It is the last step: Argo CD waits for these hooks and for nothing else.
    Last(Vec<usize>),
    /// It is the last step, and something is pruned after it: Argo CD waits for these while there is.
    BeforePruned(Vec<usize>),
    /// It is no part of a sync.
    Apart,
}

/// How what is there goes, when a later commit no longer holds it or the Application is deleted.
#[derive(Debug, Default)]
pub struct Removal {
    /// The waves in which it goes, the first one to go first.
    pub waves: Vec<(i64, Vec<usize>)>,
    /// Pruned after everything else.
    pub last: Vec<usize>,
    /// Pruned only when a person confirms it.
    pub confirmed: Vec<usize>,
    /// Never pruned.
    pub kept: Vec<usize>,
    /// Deleted with the Application only when a person confirms it.
    pub deletion_confirmed: Vec<usize>,
    /// Not deleted with the Application.
    pub deletion_kept: Vec<usize>,
    /// Hooks, which are not pruned.
    pub hooks: Vec<usize>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace.as_str() {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}

impl Phase {
    /// Argo CD's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::PreSync => "PreSync",
            Self::Sync => "Sync",
            Self::PostSync => "PostSync",
            Self::SyncFail => "SyncFail",
            Self::PreDelete => "PreDelete",
            Self::PostDelete => "PostDelete",
            Self::Skip => "Skip",
        }
    }

    /// The phase of Argo CD's word.
    pub fn of(word: &str) -> Option<Self> {
        let all =
            [Self::PreSync, Self::Sync, Self::PostSync, Self::SyncFail, Self::PreDelete, Self::PostDelete, Self::Skip];
        all.into_iter().find(|phase| phase.word() == word)
    }

    /// Whether it is a part of a sync that goes well.
    pub fn is_of_sync(self) -> bool {
        matches!(self, Self::PreSync | Self::Sync | Self::PostSync)
    }
}

impl Object {
    /// When it is applied. A hook of several phases is told at the first of them.
    pub fn phase(&self) -> Phase {
        self.hooks.iter().copied().min().unwrap_or(Phase::Sync)
    }
}
