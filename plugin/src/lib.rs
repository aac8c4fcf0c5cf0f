//! Tenantry: one small file per tenant becomes everything that the tenant needs on a Kubernetes cluster.
//!
//! Data goes one way: find → read → resolve → render → seal → check → write. Each step is a module.

pub mod cell;
pub mod check;
pub mod command;
pub mod find;
pub mod fleet;
pub mod graph;
pub mod module;
pub mod names;
pub mod pipeline;
pub mod problem;
pub mod quantity;
pub mod read;
pub mod render;
pub mod report;
pub mod resolve;
pub mod review;
pub mod schema;
pub mod seal;
pub mod source;
pub mod spec;
pub mod template;
pub mod tree;
pub mod write;
