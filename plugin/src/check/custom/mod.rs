//! The custom kinds that Tenantry renders itself, as plain structs after their CRDs: what can be read into one has no unknown
//! field, lacks no required one and holds only values that its operator knows.
//!
//! serde reads a struct from a list too (`["a", "b"]` for its first two fields) and takes null for an absent field. Either
//! shows when what was read is written again: it is no longer the same.

pub mod app_project;
pub mod application;
mod application_source;
pub mod external_secret;
mod external_secret_data;
pub mod generators;
