//! What the rendered NetworkPolicies open. Only a network plugin enforces them, and none is at hand in a test, so here
//! they are evaluated: by the meaning that Kubernetes gives them, over the pods and addresses of a whole cluster.

#[path = "../support/mod.rs"]
mod support;

mod blocked;
mod cell;
mod files;
mod laws;
mod openings;
mod places;
mod policy;
mod semantics;
mod table;
mod valid;
