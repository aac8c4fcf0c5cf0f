//! The images of Terraform and of its runner, as their `Dockerfile`s say: what would be downloaded is a part of the cluster.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest as _, Sha256};

use crate::authority::Authority;
use crate::cache::{hex, workspace};
use crate::dockerfile::Build;
use crate::image::Image;
use crate::images::{described, release};
use crate::parts::Parts;

/// The crate of the runner.
const RUNNER: &str = "tenantry-runner";

/// What plans and applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Terraform.
    Terraform,
    /// OpenTofu.
    OpenTofu,
}

impl Engine {
    /// Its name in a platform file, and of the argument `ENGINE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "opentofu",
        }
    }
}

/// The image of Terraform's Jobs with this engine and the modules below a folder, as `NAME/VERSION/`. It trusts the forge.
///
/// # Errors
/// The runner does not build, or `terraform/Dockerfile` holds something that is not understood.
pub fn terraform(parts: &Parts, authority: &Authority, engine: Engine, modules: &Path) -> Result<Image> {
    release(RUNNER)?;
    described("terraform/Dockerfile", &build(parts, authority, engine, modules))
}

/// The runner's small image.
///
/// # Errors
/// The runner does not build, or `runner/Dockerfile` holds something that is not understood.
pub fn runner() -> Result<Image> {
    release(RUNNER)?;
    described("runner/Dockerfile", &Build::of(workspace()))
}

/// The digest of a module's folder, `sha256:…`, as a module's description has it.
///
/// # Errors
/// A file cannot be read.
pub fn module_digest(module: &Path) -> Result<String> {
    let mut files = Vec::new();
    files_below(module, "", &mut files)?;
    files.sort();
    let mut hasher = Sha256::new();
    for (path, file) in files {
        for bytes in [path.as_bytes(), &fs::read(file)?] {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
    }
    Ok(format!("sha256:{}", hex(&hasher.finalize())))
}

/// Regular files by their paths from the first folder. What an engine downloads is not the module's.
fn files_below(folder: &Path, path: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() && name != ".terraform" {
            files_below(&entry.path(), &format!("{path}{name}/"), files)?;
        } else if kind.is_file() {
            files.push((format!("{path}{name}"), entry.path()));
        }
    }
    Ok(())
}

fn build(parts: &Parts, authority: &Authority, engine: Engine, modules: &Path) -> Build {
    let build = Build::of(workspace())
        .argument("MODULES", modules.display().to_string())
        .argument("ENGINE", engine.name())
        // No other server is reached from a cluster of the tests.
        .made("tool", "/etc/ssl/certs/ca-certificates.crt", authority.certificate())
        .made("mirror", "/opt/terraform/providers", &parts.provider);
    match engine {
        Engine::Terraform => build.made("tool", "/engine/terraform", &parts.terraform),
        Engine::OpenTofu => build.made("tool", "/engine/tofu", parts.tofu.join("tofu")),
    }
}
