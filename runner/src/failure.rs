//! How a run may fail. What it says is what somebody reads at three in the morning: in the log, and in the pod's termination
//! message.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::cluster::lease;
use crate::engine::class::Class;
use crate::engine::lock::Lock;
use crate::exit::Exit;
use crate::stop::Reason;

/// A failure.
#[derive(Debug, Error)]
pub enum Failure {
    /// A file of the inputs or the image.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the inputs.
    #[error("cannot understand `{}`: {reason}", path.display())]
    Misunderstood {
        /// The file.
        path: PathBuf,
        /// Why, with line and column.
        reason: String,
    },
    /// The folder to work in.
    #[error("cannot write `{}`: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The environment lacks a variable.
    #[error("no variable `{0}` in the environment")]
    NoVariable(&'static str),
    /// The image does not hold the module.
    #[error("module `{name}` {version} is not in this image: no folder `{}`", path.display())]
    NoModule {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// Where it would be.
        path: PathBuf,
    },
    /// The image holds another module under that name and version.
    #[error(
        "module `{name}` {version} of this image is not the one that was described: `{found}` in place of `{wanted}`"
    )]
    OtherModule {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// The hash that the description gives.
        wanted: String,
        /// The hash of what is in the image.
        found: String,
    },
    /// An id, a tenant or a role that is bound otherwise.
    #[error("{bound} is bound otherwise: {difference}")]
    Bound {
        /// What is bound.
        bound: String,
        /// What differs.
        difference: String,
    },
    /// The API server.
    #[error("{doing}: {}", chain(source))]
    Kubernetes {
        /// What was tried.
        doing: String,
        /// Why it failed.
        source: Box<kube::Error>,
    },
    /// The programs of the cluster are not reachable in the way that a pod reaches them.
    #[error("no access to the Kubernetes API: {0}")]
    NoCluster(String),
    /// Destroying was not confirmed.
    #[error("destroying `{tenant}` is not confirmed")]
    Unconfirmed {
        /// The tenant.
        tenant: String,
    },
    /// The module cannot keep data.
    #[error("module `{0}` holds data and has no `keepData`, so that keeping the data cannot be done")]
    CannotKeep(String),
    /// A plan that needs a person.
    #[error("the plan needs approval: {open} of its {all} changes {} not approved", if *open == 1 { "is" } else { "are" })]
    ApprovalNeeded {
        /// The tenant.
        tenant: String,
        /// How many changes are not approved.
        open: usize,
        /// How many there are.
        all: usize,
        /// The hash to write.
        hash: String,
    },
    /// The list of changes is larger than what Kubernetes keeps.
    #[error("the plan's list of changes has {0} bytes, more than a ConfigMap holds")]
    PlanTooLarge(usize),
    /// The lock is held by somebody who may be alive.
    #[error("the state is locked: {verdict}; {lock}")]
    Locked {
        /// The lock.
        lock: Box<Lock>,
        /// What is known of its holder.
        verdict: String,
    },
    /// The engine failed.
    #[error("{summary}")]
    Engine {
        /// What it said.
        summary: String,
        /// What that means.
        class: Class,
        /// The resources that it is about.
        addresses: Vec<String>,
    },
    /// The engine was ended by somebody else.
    #[error("{engine} was ended by signal {signal}{}", if *signal == 9 { ": out of memory, most likely" } else { "" })]
    Killed {
        /// Which.
        engine: &'static str,
        /// By which signal.
        signal: i32,
    },
    /// The engine does not start.
    #[error("cannot start `{program}`: {source}")]
    NoEngine {
        /// The program.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The engine said something that cannot be understood.
    #[error("cannot understand what {engine} says of {what}: {reason}")]
    Gibberish {
        /// Which.
        engine: &'static str,
        /// About what.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// A rescued state that is no successor of the backend's.
    #[error("a rescued state (serial {rescued}) is not known to follow the backend's (serial {backend})")]
    Diverged {
        /// Serial of the rescued one.
        rescued: u64,
        /// Serial of the backend's.
        backend: u64,
    },
    /// A rescued state is not the kind of file that it should be.
    #[error("a rescued state cannot be read: {0}")]
    BadRescue(String),
    /// State could be saved nowhere.
    #[error("the state could not be saved: neither to the backend ({backend}) nor to a Secret ({secret})")]
    StateUnsaved {
        /// Why not to the backend.
        backend: String,
        /// Why not to a Secret.
        secret: String,
    },
    /// The state was saved to a Secret, and waits for the backend.
    #[error("the backend did not take the state, which was saved to Secret `{0}`")]
    StateInSecret(String),
    /// The backend was changed, and the new one has no state.
    #[error("the last run had its state in another backend, and there is none in this one")]
    StateElsewhere,
    /// What was found in the cloud is not this tenant's.
    #[error("`{address}` exists in the cloud and is not this tenant's: tag `{tag}` is {found}, not `{wanted}`")]
    NotOurs {
        /// The resource's address.
        address: String,
        /// The tag.
        tag: String,
        /// Its value there.
        found: String,
        /// Its value where it is the tenant's.
        wanted: String,
    },
    /// What was to be adopted is in the state already, under another address.
    #[error("`{address}` exists in the cloud, and is in the state as `{other}`")]
    HeldElsewhere {
        /// Where it was to be.
        address: String,
        /// Where it is.
        other: String,
    },
    /// Told to stop.
    #[error("{}", match .0 {
        Reason::Signal => "interrupted",
        Reason::Deadline => "the deadline came before the end",
        Reason::Slow => "the backend takes longer than a minute to answer",
    })]
    Stopped(Reason),
    /// A Secret that is there has not the keys that were declared.
    #[error("Secret `{name}` exists without {missing}")]
    OtherSecret {
        /// Its name.
        name: String,
        /// The keys.
        missing: String,
    },
    /// A Secret that is declared in a way that cannot be made.
    #[error("cannot make Secret `{name}`: {reason}")]
    BadShape {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The key of plans' hashes is too short to be one.
    #[error("Secret `{0}` holds no key of 32 bytes")]
    BadKey(&'static str),
    /// Keeping data was asked for, and the plan takes some away.
    #[error("the plan takes away what holds data: {0}")]
    TakesData(String),
    /// No random bytes.
    #[error("the kernel gives no random bytes: {0}")]
    NoRandomness(String),
}

impl Failure {
    /// The code that the run ends with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::ApprovalNeeded { .. } => Exit::ApprovalNeeded,
            Self::Locked { .. } => Exit::LockHeld,
            Self::Stopped(Reason::Signal) => Exit::Interrupted,
            Self::Engine { class, .. } => class.exit(),
            Self::Kubernetes { source, .. } => kubernetes_exit(source),
            // The program is there or not; there may be no memory for it just now.
            Self::NoEngine { source, .. }
                if [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied].contains(&source.kind()) =>
            {
                Exit::Permanent
            }
            Self::Unwritable { .. }
            | Self::NoEngine { .. }
            | Self::NoCluster(_)
            | Self::Killed { .. }
            | Self::StateUnsaved { .. }
            | Self::StateInSecret(_)
            | Self::NoRandomness(_)
            | Self::Stopped(Reason::Deadline | Reason::Slow) => Exit::Temporary,
            Self::Unreadable { .. }
            | Self::Misunderstood { .. }
            | Self::NoVariable(_)
            | Self::NoModule { .. }
            | Self::OtherModule { .. }
            | Self::Bound { .. }
            | Self::Unconfirmed { .. }
            | Self::CannotKeep(_)
            | Self::PlanTooLarge(_)
            | Self::Gibberish { .. }
            | Self::Diverged { .. }
            | Self::BadRescue(_)
            | Self::StateElsewhere
            | Self::NotOurs { .. }
            | Self::HeldElsewhere { .. }
            | Self::OtherSecret { .. }
            | Self::BadKey(_)
            | Self::TakesData(_)
            | Self::BadShape { .. } => Exit::Permanent,
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Misunderstood { .. } => "plugin and runner are of different versions: pin both to the same".to_owned(),
            Self::NoModule { .. } => "build the module into the image, or name the version that is in it".to_owned(),
            Self::OtherModule { .. } => {
                "build the image from the module that was described, or describe this one: `tenantry module describe`".to_owned()
            }
            Self::Bound { .. } => {
                "a tenant keeps its id, namespace and role for good; give a new tenant an id that was never used".to_owned()
            }
            Self::Unconfirmed { tenant } => {
                format!("write `destroy: {{confirm: {tenant}}}` in the tenant's file, beside `state: destroying`")
            }
            Self::CannotKeep(_) => "write `destroy: {data: delete}`, or give the module a variable that keeps its data".to_owned(),
            Self::ApprovalNeeded { tenant, hash, .. } => format!(
                "read ConfigMap `{tenant}--plan-{hash}`, then write `terraform: {{approvedPlan: {hash}}}` in the tenant's file"
            ),
            Self::PlanTooLarge(_) => "change less at once, or approve nothing: `approval: none`".to_owned(),
            Self::Locked { lock, .. } if lock.operation == lease::OPERATION => format!(
                "a run of this tenant may be at work; when nothing runs for it any more, delete Lease `{}` of the control namespace",
                lock.id
            ),
            Self::Locked { lock, .. } => format!(
                "when nothing runs for this tenant any more, delete the lock: `terraform force-unlock {}`, or the same with `tofu`; \
                 with `unlock: ifHolderGone` the runner does it itself once the holder's pod has ended",
                lock.id
            ),
            Self::Diverged { .. } | Self::BadRescue(_) => {
                "compare both by hand: the rescued one is in Secrets `…--rescued-state-N`, gzip-compressed; push the right one and \
                 delete the Secrets"
                    .to_owned()
            }
            Self::StateInSecret(_) => "nothing is lost: the next run pushes it to the backend before it plans".to_owned(),
            Self::StateUnsaved { .. } => {
                "resources of this run may be in the cloud and not in the state: the next run adopts those that the module has \
                 `imports` for"
                    .to_owned()
            }
            Self::NotOurs { .. } => {
                "it belongs to somebody else: choose another name for it; if it is this tenant's after all, set the tag by hand"
                    .to_owned()
            }
            Self::StateElsewhere => "copy the state first: `terraform state pull` there, `terraform state push` here".to_owned(),
            Self::HeldElsewhere { address, other } => {
                format!("write a `moved` block from `{other}` to `{address}` in the module: the address alone was changed")
            }
            Self::Killed { signal: 9, .. } => "raise `terraform.pod.resources` in the platform file".to_owned(),
            Self::BadKey(_) => "delete it: the next run makes it anew, and open plans have to be approved again".to_owned(),
            Self::TakesData(_) => {
                "nothing was changed; the module's variable that keeps data does not keep this: mend the module".to_owned()
            }
            Self::OtherSecret { .. } => "raise the secret's `generation`: a Secret that exists is never changed".to_owned(),
            _ => return None,
        })
    }

    /// Whether the same may well succeed a moment later.
    pub fn passes(&self) -> bool {
        match self {
            Self::Engine { class, .. } => *class == Class::Passing,
            Self::Kubernetes { source, .. } => kubernetes_exit(source) == Exit::Temporary,
            Self::Stopped(reason) => *reason == Reason::Slow,
            _ => false,
        }
    }
}

/// What the API server refuses stays refused; what it did not get, or was too busy for, may go through next time.
fn kubernetes_exit(error: &kube::Error) -> Exit {
    match error {
        kube::Error::Api(status) if (400..500).contains(&status.code) && ![408, 409, 429].contains(&status.code) => {
            Exit::Permanent
        }
        _ => Exit::Temporary,
    }
}

/// An error with its causes, where they say more than it does: what is wrong with a connection stands in the last of them.
fn chain(error: &kube::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text += &format!(": {more}");
        }
        cause = error.source();
    }
    text
}
