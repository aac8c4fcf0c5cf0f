//! The way from a tree's root to a value in it.

use std::fmt::Write as _;

/// One step. It borrows: ten thousand tenants are walked, and nearly none of them has a problem to tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Into a map.
    Key(&'a str),
    /// Into a list, from 0.
    Index(usize),
}

/// `spec.containers[0].image`.
pub fn show(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            // Writing into a string does not fail.
            Step::Index(index) => write!(text, "[{index}]").unwrap_or_default(),
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
        }
    }
    text
}
