//! A checked set as text: one JSON object a line for Argo CD, YAML for people, a file an object for git.

mod color;
mod file;
mod folder;
mod json;
mod order;
mod yaml;

pub use color::paint;
pub use file::replace as replace_file;
pub use folder::{file_name, write_folder};
pub use json::ndjson;
pub use order::order;
pub(crate) use order::rank;
pub use yaml::{to_yaml, yaml};
