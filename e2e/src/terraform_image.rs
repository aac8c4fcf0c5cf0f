//! The images of Terraform and of its runner, as their `Dockerfile`s say: what would be downloaded is a part of the cluster.

use std::path::Path;

use anyhow::Result;

use crate::authority::Authority;
use crate::cache::workspace;
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
