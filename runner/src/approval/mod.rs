//! What a plan changes, as a list that a person approves, and whether a later plan stays within it.

mod changes;
mod compare;
mod key;
mod list;

pub use changes::{Change, Changes, Side};
pub use key::Key;
pub use list::List;
