//! The hash of a module's files: what the runner compares before it runs them.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::find::{Files, join};
use crate::problem::Problem;

/// Where Terraform keeps what it fetched and made; no part of a module.
const WORK: &str = ".terraform";

/// SHA-256 over the path and the content of every file in the folder, in order of their paths, each after its length
/// as 64 bits, the lowest first. Folders named `.terraform` are left out.
///
/// # Errors
/// Something in the folder is a link, a pipe or a device, or cannot be read.
pub fn digest(root: &Path, files: &dyn Files) -> Result<String, Problem> {
    let mut paths = Vec::new();
    collect(root, "", files, &mut paths)?;
    paths.sort();
    let mut hash = Sha256::new();
    for path in &paths {
        let content = fs::read(root.join(path)).map_err(|error| unreadable(path, files, &error))?;
        for part in [path.as_bytes(), &content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("sha256:{digits}"))
}

fn collect(root: &Path, folder: &str, files: &dyn Files, paths: &mut Vec<String>) -> Result<(), Problem> {
    let failed = |error: std::io::Error| unreadable(folder, files, &error);
    for entry in fs::read_dir(root.join(folder)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let Ok(name) = entry.file_name().into_string() else {
            let shown = files.show(folder);
            return Err(Problem::path(&shown, format!("`{shown}` holds a file whose name is not UTF-8")));
        };
        let path = join(folder, &name);
        if kind.is_dir() {
            if name != WORK {
                collect(root, &path, files, paths)?;
            }
        } else if kind.is_file() {
            paths.push(path);
        } else {
            let what = if kind.is_symlink() { "a link" } else { "a pipe or device" };
            let shown = files.show(&path);
            return Err(Problem::path(&shown, format!("`{shown}` is {what}"))
                .hint("put the file itself there: a module is copied into an image"));
        }
    }
    Ok(())
}

fn unreadable(path: &str, files: &dyn Files, error: &std::io::Error) -> Problem {
    let shown = files.show(path);
    Problem::path(&shown, format!("`{shown}` cannot be read: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::Memory;

    /// Written out, so that the runner's own way to it can be held against the same.
    #[test]
    fn is_what_it_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in
            [("b/x", "2"), ("b.tf", "1"), ("a.tf", ""), (".terraform/x", "no"), ("b/.terraform/y", "no")]
        {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut bytes = Vec::new();
        for (path, text) in [("a.tf", ""), ("b.tf", "1"), ("b/x", "2")] {
            for part in [path, text] {
                bytes.extend((part.len() as u64).to_le_bytes());
                bytes.extend(part.bytes());
            }
        }
        let digits: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest(folder.path(), &Memory::default()).unwrap(), format!("sha256:{digits}"));
    }
}
