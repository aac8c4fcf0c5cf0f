//! `tenantry-runner`: process 1 of the containers that Tenantry renders.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`command`] | the command line |
//! | [`inputs`] | what a run is told: `run.json` and the variables |
//! | [`engine`] | Terraform or OpenTofu: its work folder, its processes, its log, its locks |
//! | [`cluster`] | what is kept in Kubernetes: bindings, plans, reports, rescued states, outputs |
//! | [`approval`] | lists of changes, and whether one covers another |
//! | [`run`] | apply, plan, destroy and drift, put together from these |
//! | [`secret`] | Secrets that are made once |
//! | [`hold`] | keeps an image on its node |
//! | [`stop`] | signals and the deadline |
//! | [`failure`], [`exit`] | how a run may end |

pub mod approval;
pub mod cluster;
pub mod command;
pub mod engine;
pub mod exit;
pub mod failure;
mod hex; // hashes as they are written
pub mod hold;
pub mod inputs;
pub mod run;
pub mod say;
pub mod secret;
pub mod stop;

pub use command::main;
