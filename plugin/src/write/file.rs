//! One file, whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

/// Puts a text in the place of a file. It is written beside it first, so that whoever reads sees the old or the new.
///
/// # Errors
/// The path names no file, or it cannot be written.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let Some(name) = path.file_name() else { return Err(io::Error::other("the path names no file")) };
    if path.is_dir() {
        return Err(io::Error::other("there is a folder of this name"));
    }
    let beside = path.with_file_name(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).inspect_err(|_| drop(fs::remove_file(&beside)))
}
