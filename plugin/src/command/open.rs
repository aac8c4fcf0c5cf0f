//! From a path that was typed to files below a root.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::find::{Disk, PLATFORM_FILE, TENANT_FILE};
use crate::report::printable;

/// Files below a root, and the folder that was asked for.
pub(super) struct Opened {
    pub(super) files: Disk,
    /// The folder, below the root.
    pub(super) folder: String,
    /// The root on disk.
    pub(super) root: PathBuf,
}

/// The folder that the person stands in.
pub(super) fn here() -> Result<PathBuf, Failure> {
    let failed = |error| Failure::Input(format!("error: the current folder cannot be read: {error}\n"));
    std::env::current_dir().and_then(|here| here.canonicalize()).map_err(failed)
}

/// Opens a folder, or the folder of a tenant's or platform's file. The root is the repository: the nearest
/// folder above with `.git`, else the nearest with a platform file, else the folder itself.
pub(super) fn open(path: &Path, here: &Path) -> Result<Opened, Failure> {
    let shown = printable(&path.display().to_string());
    let missing = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::Input(format!("error: there is no `{shown}`\n")),
        kind => Failure::Input(format!("error: `{shown}` cannot be read: {kind}\n")),
    };
    let real = here.join(path).canonicalize().map_err(missing)?;
    // A file may be a link; the folder that was typed is the one that is meant.
    let folder = if real.is_dir() {
        real
    } else if is_ours(&real) || is_ours(path) {
        let parent = here.join(path);
        parent.parent().unwrap_or(here).canonicalize().map_err(missing)?
    } else {
        return Err(Failure::Usage(format!("`{shown}` is no folder, and no `{TENANT_FILE}` or `{PLATFORM_FILE}`")));
    };
    let above = |name: &str| folder.ancestors().find(|folder| folder.join(name).exists());
    let root = above(".git").or_else(|| above(PLATFORM_FILE)).unwrap_or(&folder).to_path_buf();
    Ok(Opened { folder: below(&root, &folder), files: Disk::new(root.clone(), here), root })
}

/// Whether a path is called like a tenant's or a platform's file, which stands for its folder.
pub(super) fn is_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == TENANT_FILE || name == PLATFORM_FILE)
}

/// A path below a root, with `/` between its parts.
pub(super) fn below(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A platform file that was named, below the root of what is rendered.
pub(super) fn platform(given: Option<&Path>, root: &Path, here: &Path) -> Result<Option<String>, Failure> {
    let Some(given) = given else { return Ok(None) };
    let real = here.join(given).canonicalize().map_err(|error| {
        Failure::Input(format!("error: the platform file `{}` cannot be read: {}\n", given.display(), error.kind()))
    })?;
    if !real.starts_with(root) {
        let shown = given.display();
        return Err(Failure::Usage(format!("the platform file `{shown}` is not in the tenant's repository")));
    }
    Ok(Some(below(root, &real)))
}
