//! Why a file is not read, in the same words wherever the files are.

use std::io::ErrorKind;
use std::string::FromUtf8Error;

use super::files::{MAX_DEPTH, MAX_FILE};
use crate::problem::Problem;

/// A link whose end is missing, by its path as people are shown it.
pub(super) fn link_to_nothing(shown: &str) -> Problem {
    Problem::path(shown, format!("`{shown}` is a link to nothing"))
}

pub(super) fn link_that_leaves(shown: &str) -> Problem {
    Problem::path(shown, format!("`{shown}` is a link that leaves the repository"))
        .hint("put the file itself there, or link to one inside the repository")
}

pub(super) fn too_deep(shown: &str) -> Problem {
    Problem::path(shown, format!("`{shown}` lies more than {MAX_DEPTH} folders deep"))
}

pub(super) fn unreadable(shown: &str, reason: &str) -> Problem {
    Problem::path(shown, format!("`{shown}` cannot be read: {reason}"))
}

/// `what` it is, with its article.
pub(super) fn no_file(shown: &str, what: &str) -> Problem {
    Problem::path(shown, format!("`{shown}` is {what}, not a file"))
}

pub(super) fn too_large(shown: &str) -> Problem {
    Problem::path(shown, format!("`{shown}` is larger than {} KiB", MAX_FILE >> 10))
        .hint("a file of this kind has some kilobytes; is it the right one?")
}

/// A file's bytes as its text.
///
/// # Errors
/// They are not UTF-8.
pub(super) fn text(shown: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| not_utf8(shown, &error))
}

fn not_utf8(shown: &str, error: &FromUtf8Error) -> Problem {
    let offset = error.utf8_error().valid_up_to();
    let line = error.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
    Problem::path(shown, format!("`{shown}` is not UTF-8: byte {} on line {line}", offset + 1))
        .hint("save the file as UTF-8")
}

/// An error of the file system, without its number.
pub(super) fn reason(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    }
}
