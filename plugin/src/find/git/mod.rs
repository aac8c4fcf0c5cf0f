//! Files of a commit, read out of git's store: neither the working tree nor the network is touched.
//!
//! A file is what was committed. What git makes of it at a checkout (line ends, large files that lie elsewhere) is
//! not done here.

mod batch;
mod id;
mod listing;
mod program;
mod repository;
mod resolve;
mod tree;

pub use id::{Commit, ObjectId};
pub use repository::{Meeting, Repository};
pub use tree::Tree;
