//! A file an object, for committing what was rendered.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::to_yaml;
use crate::render::Manifest;

/// Marks a folder as made here, so that it may be replaced.
const MARKER: &str = ".tenantry-rendered";

/// `00-namespace-t-acme.yaml`: wave, kind, namespace where it is not the usual one, name.
pub fn file_name(manifest: &Manifest) -> String {
    let id = manifest.id();
    let parts = [id.kind.to_lowercase(), id.namespace.to_owned(), id.name.to_owned()];
    let filled: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    format!("{:02}-{}.yaml", manifest.wave(), filled.join("-"))
}

/// Writes sets below `folder`, each in a folder of its own. All files are written beside it first, so that the
/// folder holds the old set or the new one and never a part.
///
/// # Errors
/// The folder holds something else, or cannot be written.
pub fn write_folder(folder: &Path, sets: &[(String, Vec<Manifest>)]) -> io::Result<usize> {
    // A link's own metadata: what it leads to is not ours to move away, nor is a file or a device.
    if fs::symlink_metadata(folder).is_ok_and(|there| !there.is_dir()) {
        return Err(io::Error::other("there is something that is not a folder; name a new one"));
    }
    let Some(name) = folder.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return Err(io::Error::other("the folder has no name of its own; name a new one"));
    };
    let occupied = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied && !folder.join(MARKER).exists() {
        return Err(io::Error::other("the folder is not empty and was not made by `render`; name a new one"));
    }
    let beside =
        |suffix: &str| -> PathBuf { folder.with_file_name(format!(".{name}.{}.{suffix}", std::process::id())) };
    let (new, old) = (beside("new"), beside("old"));
    let written = fill(&new, sets).inspect_err(|_| drop(fs::remove_dir_all(&new)))?;
    if folder.exists() {
        fs::rename(folder, &old)?;
    }
    if let Err(error) = fs::rename(&new, folder) {
        fs::rename(&old, folder).ok();
        return Err(error);
    }
    fs::remove_dir_all(&old)
        .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    Ok(written)
}

fn fill(folder: &Path, sets: &[(String, Vec<Manifest>)]) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(MARKER), "Made by `tenantry render`; replaced whole at the next one.\n")?;
    let mut written = 0;
    for (path, manifests) in sets {
        let folder = folder.join(path);
        fs::create_dir_all(&folder)?;
        for manifest in manifests {
            let text = to_yaml(&manifest.object).map_err(io::Error::other)?;
            fs::write(folder.join(file_name(manifest)), text)?;
            written += 1;
        }
    }
    Ok(written)
}
