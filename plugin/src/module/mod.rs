//! A Terraform module's folder: what it declares, and what its author says of it, as one description.
//!
//! Read offline and without Terraform, so that a description can be checked wherever the module is.

mod constant;
mod declared;
mod describe;
mod digest;
mod hcl;
mod json;

pub use describe::{MODULE_FILE, describe};
pub use digest::digest;
