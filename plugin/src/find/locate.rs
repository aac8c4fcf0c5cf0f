//! Which file a folder is about, and which platform file it belongs to.

use super::files::{Files, join, parent};
use crate::problem::Problem;

/// The tenant's file in its folder.
pub const TENANT_FILE: &str = "tenant.yaml";
/// The platform's file in its folder.
pub const PLATFORM_FILE: &str = "platform.yaml";

/// What a folder is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// One tenant.
    Tenant,
    /// The platform's own set.
    Platform,
}

/// A folder, what it is about, and its platform file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the folder is about.
    pub mode: Mode,
    /// The folder.
    pub folder: String,
    /// The platform file.
    pub platform: String,
}

/// Looks at a folder. `platform` names the platform file; without it, it is the nearest one above.
///
/// # Errors
/// The folder holds neither file, or both: an answer of another kind than before would make Argo CD delete what
/// the first kind had made. Or there is no platform file.
pub fn locate(files: &dyn Files, folder: &str, platform: Option<&str>) -> Result<Place, Problem> {
    let shown = files.show(folder);
    let holds = |name: &str| files.exists(&join(folder, name));
    let mode = match (holds(TENANT_FILE), holds(PLATFORM_FILE)) {
        (true, false) => Mode::Tenant,
        (false, true) => Mode::Platform,
        (true, true) => {
            return Err(Problem::path(&shown, format!("`{shown}` holds both `{TENANT_FILE}` and `{PLATFORM_FILE}`"))
                .hint("a tenant has a folder of its own, below the platform's"));
        }
        (false, false) => {
            return Err(Problem::path(
                &shown,
                format!("`{shown}` holds neither `{TENANT_FILE}` nor `{PLATFORM_FILE}`"),
            )
            .hint("render a tenant's folder, or the platform's"));
        }
    };
    if mode == Mode::Platform
        && let Ok(above) = nearest_platform(files, folder)
    {
        // Whoever may write to a tenant's folder could make a platform of it, with a fence of their own.
        let above = files.show(&above);
        return Err(Problem::path(&shown, format!("`{shown}` holds a `{PLATFORM_FILE}` below `{above}`"))
            .hint("cells lie side by side, never in each other; remove one of the two files"));
    }
    let platform = match (mode, platform) {
        (_, Some(given)) => given.to_owned(),
        (Mode::Platform, None) => join(folder, PLATFORM_FILE),
        (Mode::Tenant, None) => nearest_platform(files, folder)?,
    };
    Ok(Place { mode, folder: folder.to_owned(), platform })
}

/// Whether a folder is about something.
pub fn holds(files: &dyn Files, folder: &str) -> bool {
    [TENANT_FILE, PLATFORM_FILE].iter().any(|name| files.exists(&join(folder, name)))
}

fn nearest_platform(files: &dyn Files, folder: &str) -> Result<String, Problem> {
    let mut at = parent(folder);
    while let Some(above) = at {
        // Asked for by name: a folder of ten thousand tenants is not listed for each of them.
        let platform = join(above, PLATFORM_FILE);
        if files.exists(&platform) {
            return Ok(platform);
        }
        at = parent(above);
    }
    let shown = files.show(folder);
    Err(Problem::path(&shown, format!("no `{PLATFORM_FILE}` in a folder above `{shown}`")).hint(
        "put it into a folder above the tenants'; under Argo CD, name it in the annotation \
         `argocd.argoproj.io/manifest-generate-paths`",
    ))
}
