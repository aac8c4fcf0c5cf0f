//! What takes minutes to make is made once, under a key of all that it is made from, and kept.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

/// A folder of things that were made once.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The folder that `TENANTRY_E2E_CACHE` names, so that several checkouts can share it; else `target/e2e`.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open() -> Result<Self> {
        let folder = match std::env::var_os("TENANTRY_E2E_CACHE") {
            Some(folder) if !folder.is_empty() => PathBuf::from(folder),
            _ => workspace().join("target/e2e"),
        };
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder: folder.canonicalize()? })
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The thing `name` of this key, made by `make` in an empty folder where it is not there yet. Two at once wait for
    /// each other; one that is broken off leaves nothing that would pass for whole.
    ///
    /// # Errors
    /// What `make` says.
    pub fn made(&self, name: &str, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let made = self.folder.join(format!("{name}-{key}"));
        if made.exists() {
            return Ok(made);
        }
        let lock = File::create(self.folder.join(format!("{name}.lock")))?;
        flock(&lock, FlockOperation::LockExclusive)?;
        if made.exists() {
            return Ok(made);
        }
        let begun = std::time::Instant::now();
        eprintln!("e2e: making {name}, once");
        let part = self.folder.join(format!("{name}-{key}.part"));
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
        make(&part).with_context(|| format!("making {name}"))?;
        fs::rename(&part, &made)?;
        eprintln!("e2e: made {name} in {} s", begun.elapsed().as_secs());
        Ok(made)
    }
}

/// The workspace's folder.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"))
}

/// A key of everything that something is made from.
pub fn key<'a>(inputs: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for input in inputs {
        hasher.update((input.len() as u64).to_le_bytes());
        hasher.update(input);
    }
    hex(&hasher.finalize())[..16].to_owned()
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
