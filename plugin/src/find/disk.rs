//! Files of a folder on disk. Nothing outside of it is read, whatever links say.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use super::files::{Files, Kind, Listed, MAX_FILE};
use super::refusal::{self, reason};
use crate::problem::Problem;

/// A folder on disk.
#[derive(Debug)]
pub struct Disk {
    /// Without links.
    root: PathBuf,
    /// The folder that a person stands in.
    here: PathBuf,
}

impl Disk {
    /// Files below `root`; paths are shown as they look from `here`. Both are absolute and without links.
    pub fn new(root: PathBuf, here: &Path) -> Self {
        Self { root, here: here.to_path_buf() }
    }

    /// The path on disk, if it lies in the root once links are followed.
    fn inside(&self, path: &str) -> Result<Option<PathBuf>, Problem> {
        let given = self.root.join(path);
        let real = match given.canonicalize() {
            Ok(real) => real,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                // A link to nothing is no missing file: what it names may turn up later.
                return match fs::symlink_metadata(&given) {
                    Ok(_) => Err(refusal::link_to_nothing(&self.show(path))),
                    Err(_) => Ok(None),
                };
            }
            Err(error) => return Err(self.unreadable(path, &error)),
        };
        if real.starts_with(&self.root) { Ok(Some(real)) } else { Err(refusal::link_that_leaves(&self.show(path))) }
    }

    fn unreadable(&self, path: &str, error: &std::io::Error) -> Problem {
        refusal::unreadable(&self.show(path), &reason(error.kind()))
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Option<String>, Problem> {
        let Some(real) = self.inside(path)? else { return Ok(None) };
        let shown = self.show(path);
        let metadata = fs::metadata(&real).map_err(|error| self.unreadable(path, &error))?;
        // Opening a pipe would wait for a writer, so it is looked at before it is opened.
        if !metadata.is_file() {
            return Err(refusal::no_file(&shown, what(&metadata)));
        }
        if metadata.len() > MAX_FILE {
            return Err(refusal::too_large(&shown));
        }
        // Room for all of it and the read that finds its end: two reads, not ten that grow.
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len() + 1).unwrap_or_default());
        File::open(&real)
            .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
            .map_err(|error| self.unreadable(path, &error))?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(refusal::too_large(&shown));
        }
        refusal::text(&shown, bytes).map(Some)
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, Problem> {
        let Some(real) = self.inside(folder)? else { return Ok(Vec::new()) };
        let failed = |error: std::io::Error| self.unreadable(folder, &error);
        let mut listed = Vec::new();
        for entry in fs::read_dir(&real).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let own = entry.file_type().map_err(failed)?;
            let is_link = own.is_symlink();
            let (is_file, is_folder) = if is_link {
                fs::metadata(entry.path()).map_or((false, false), |behind| (behind.is_file(), behind.is_dir()))
            } else {
                (own.is_file(), own.is_dir())
            };
            let name = entry.file_name();
            // What cannot be named cannot be asked for.
            let kind = if name.to_str().is_none() {
                Kind::Other
            } else if is_file {
                Kind::File
            } else if is_folder {
                Kind::Folder
            } else {
                Kind::Other
            };
            listed.push(Listed { name: name.to_string_lossy().into_owned(), kind, is_link });
        }
        // The order of a folder is the file system's own.
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listed)
    }

    fn exists(&self, path: &str) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok()
    }

    fn show(&self, path: &str) -> String {
        shown(&self.here, &self.root, path)
    }
}

/// A path below a root as it looks from a folder.
pub(super) fn shown(here: &Path, root: &Path, path: &str) -> String {
    let shown = relative(here, &root.join(path));
    if shown.as_os_str().is_empty() { ".".to_owned() } else { shown.to_string_lossy().into_owned() }
}

/// The way from one folder to another, both absolute and without links.
pub fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}

fn what(metadata: &fs::Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a pipe or device" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_paths_as_they_look_from_here() {
        let show = |here: &str, path: &str| Disk::new("/repo".into(), Path::new(here)).show(path);
        assert_eq!(show("/repo", "tenants/acme/tenant.yaml"), "tenants/acme/tenant.yaml");
        assert_eq!(show("/repo/tenants/acme", "tenants/acme/tenant.yaml"), "tenant.yaml");
        assert_eq!(show("/repo/tenants/acme", "platform.yaml"), "../../platform.yaml");
        assert_eq!(show("/elsewhere", "platform.yaml"), "../repo/platform.yaml");
        assert_eq!(show("/repo", ""), ".");
    }
}
