//! The tree that everything is: files as read, values as merged, objects as rendered. Every node knows
//! the place in a file that it comes from.

mod builder;
mod deserialize;
mod json;
mod list;
mod map;
mod node;
mod overlay;
mod parse;
mod path;
mod recorded;
mod scalar;

pub use deserialize::{Mismatch, from_node};
pub use json::write_json;
pub use list::List;
pub use map::{Entry, Map};
pub use node::{Node, Value};
pub use overlay::overlay;
pub use parse::{document, document_with_nulls, documents, documents_with_nulls};
pub use path::{Step, show};
pub use recorded::{Recorded, Step as RecordedStep, replay};
