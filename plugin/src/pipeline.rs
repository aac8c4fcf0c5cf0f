//! The whole way from files to a checked set. All or nothing: problems, or a set that may be applied.

use std::sync::Arc;

use crate::cell::{Cell, TenantFile, read_tenant};
use crate::check::{self, Fence};
use crate::find::Files;
use crate::problem::{Problem, Problems};
use crate::render::{self, Manifest};
use crate::resolve::{self, Layered, Plan};
use crate::seal::seal;
use crate::source::Sources;
use crate::spec::value::ApiVersionKind;
use crate::write::order;

/// A tenant with all that became of its file.
#[derive(Debug)]
pub struct TenantSet {
    /// The file.
    pub file: Arc<TenantFile>,
    /// The layers.
    pub layered: Layered,
    /// What was decided.
    pub plan: Plan,
    /// The objects, in order.
    pub manifests: Vec<Manifest>,
}

/// Renders a tenant's set.
///
/// # Errors
/// Every problem of the tenant's file, and of the templates as they are filled for it.
pub fn tenant(cell: &Cell, files: &dyn Files, sources: &Sources, folder: &str) -> Result<TenantSet, Problems> {
    let mut problems = Problems::new();
    match read_tenant(files, sources, folder, &mut problems) {
        Some(file) => of_file(cell, Arc::new(file), problems),
        None => Err(problems),
    }
}

/// Renders the set of a tenant whose file was read, with these problems. It is a function of the cell and of the file, and of
/// nothing else.
///
/// # Errors
/// The same.
pub fn of_file(cell: &Cell, file: Arc<TenantFile>, mut problems: Problems) -> Result<TenantSet, Problems> {
    let Some(layered) = resolve::merge(cell, &file, &mut problems) else { return Err(problems) };
    let plan = resolve::tenant(cell, &file, &layered, &mut problems);
    let Some(plan) = plan.filter(|_| problems.is_empty()) else { return Err(problems) };
    let mut manifests = render::tenant(&cell.templates, &plan, &mut problems);
    let fence = Fence::of_tenant(&plan, custom_kinds(cell));
    finish(&mut manifests, &fence, &mut problems);
    if problems.is_empty() { Ok(TenantSet { file, layered, plan, manifests }) } else { Err(problems) }
}

/// Renders a platform's own set.
///
/// # Errors
/// The cell is not the cluster's owner, or a problem of the templates.
pub fn platform(cell: &Cell) -> Result<Vec<Manifest>, Problems> {
    let spec = &cell.platform.spec;
    if spec.cluster.owner != Some(true) {
        return Err(Problems::from(
            Problem::new(spec.domain.at, "this cell is not the owner of its cluster, so it has no set of its own")
                .label("`cluster.owner` is not `true`")
                .hint("exactly one cell of a cluster says `owner: true`, and has an Application of its own"),
        ));
    }
    let plan = resolve::platform(cell);
    let mut problems = Problems::new();
    let mut manifests = render::platform(&cell.templates, &plan, &mut problems);
    let fence = Fence::of_platform(&plan, custom_kinds(cell));
    finish(&mut manifests, &fence, &mut problems);
    if problems.is_empty() { Ok(manifests) } else { Err(problems) }
}

fn custom_kinds(cell: &Cell) -> impl Iterator<Item = &ApiVersionKind> {
    cell.platform.spec.custom_kinds.iter().map(|kind| &kind.value)
}

fn finish(manifests: &mut [Manifest], fence: &Fence<'_>, problems: &mut Problems) {
    if !problems.is_empty() {
        // What a broken template made is broken too; its own problems say why.
        return;
    }
    seal(manifests);
    check::check(manifests, fence, problems);
    order(manifests);
}
