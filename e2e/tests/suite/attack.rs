//! An attack: by what means, what stops it, and the words by which it is refused.

use serde_json::Value;

/// An attack.
#[derive(Clone, Copy)]
pub(crate) struct Attack {
    /// The name of its test.
    pub(crate) name: &'static str,
    /// What is tried, as `docs/security.md` says it.
    pub(crate) what: &'static str,
    /// How.
    pub(crate) means: Means,
    /// What stops it, as `docs/security.md` says it.
    pub(crate) stopped_by: &'static str,
    /// How it ends.
    pub(crate) end: End,
    /// What is said then.
    pub(crate) words: &'static str,
}

/// How an attack ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It is refused.
    Refused,
    /// It is taken, and comes to nothing.
    NoEffect,
    /// It does what it is meant to.
    Works,
}

/// How it is tried.
#[derive(Clone, Copy)]
pub(crate) enum Means {
    /// Files in the tenant's folder.
    Folder(Files),
    /// A tenant file that takes another tenant's external secret, as `taken`.
    Id(&'static str),
    /// The tenant's Application with this namespace as its destination.
    Destination(&'static str),
    /// A manifest in the folder that is applied as it is, as if there were no plugin.
    Plain(&'static str),
    /// A pod as Terraform's Jobs make them, changed.
    Pod(fn(&mut Value)),
    /// A container in Terraform's pod when it is there.
    Ephemeral,
}

/// Files by their path in the folder.
pub(crate) type Files = &'static [(&'static str, File)];

/// A file of the folder.
#[derive(Clone, Copy)]
pub(crate) enum File {
    /// With this text.
    Text(&'static str),
    /// A link to this.
    Link(&'static str),
    /// Removed.
    Gone,
}

impl Attack {
    /// It is refused by these words.
    pub(crate) const fn refused(self, words: &'static str) -> Self {
        Self { end: End::Refused, words, ..self }
    }

    /// It ends otherwise.
    pub(crate) const fn ends(self, stopped_by: &'static str, end: End) -> Self {
        Self { stopped_by, end, ..self }
    }
}

// What stops an attack, as the page says it.
pub(crate) const PLUGIN: &str = "plugin";
pub(crate) const ARGO_CD: &str = "Argo CD";
pub(crate) const PROJECT: &str = "AppProject `tenants`";
pub(crate) const POLICY: &str = "admission policy";
pub(crate) const UNREAD: &str = "plugin, which reads no other file";
pub(crate) const REVIEW: &str = "**review only**: `tenantry validate`";
pub(crate) const NOTHING: &str = "**nothing**, once the plugin is out of the way";
