//! A file an object, for committing what was rendered.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::to_yaml;
use crate::render::Manifest;

/// Marks a folder as made here, so that it may be replaced.
const MARKER: &str = ".tenantry-rendered";

/// `00-namespace-t-acme.yaml`: wave, kind, namespace where it is not the usual one, name.
pub fn file_name(manifest: &Manifest) -> String {
    let id = manifest.id();
    // A kind of somebody else's may have the name of one of Kubernetes' own.
    let kind = match id.group {
        group if group.contains('.') && !group.ends_with(".k8s.io") => format!("{}.{group}", id.kind),
        _ => id.kind.to_owned(),
    };
    let parts = [kind.to_lowercase(), id.namespace.to_owned(), id.name.to_owned()];
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
    if fs::canonicalize(folder).is_ok_and(|real| std::env::current_dir().is_ok_and(|here| here.starts_with(real))) {
        return Err(io::Error::other("it is the folder that this runs in; name a new one"));
    }
    let occupied = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
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
        fs::remove_dir_all(&new).ok();
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
            // Never over another: two objects in one file would be one object.
            let mut file =
                fs::OpenOptions::new().write(true).create_new(true).open(folder.join(file_name(manifest)))?;
            file.write_all(text.as_bytes())?;
            written += 1;
        }
    }
    Ok(written)
}
