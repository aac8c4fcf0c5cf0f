//! The files that users write, as types. A field is one line of one type here.

mod module;
mod platform;
mod tenant;
pub mod value;

pub use module::{Module, ModuleKind, ModuleVariable, VariableType};
pub use platform::*;
pub use tenant::*;

use crate::read::choice;

choice! {
    /// The version of the file format.
    pub enum ApiVersion {
        /// The first one.
        V1Alpha1 = "tenantry.dev/v1alpha1",
    }
}
