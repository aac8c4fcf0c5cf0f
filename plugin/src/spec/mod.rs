//! The files that users write, as types. A field is one line of one type here.

mod module;
mod platform;
mod tenant;
mod type_constraint;
pub mod value;

pub use module::{Import, Module, ModuleFile, ModuleKind, ModuleVariable};
pub use platform::*;
pub use tenant::*;
pub use type_constraint::{Attribute, NoType, TypeConstraint};

use crate::read::choice;

choice! {
    /// The version of the file format.
    pub enum ApiVersion {
        /// The first one.
        V1Alpha1 = "tenantry.dev/v1alpha1",
    }
}
