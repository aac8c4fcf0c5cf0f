//! The whole way from files to a checked set. All or nothing: problems, or a set that may be applied.

use std::sync::Arc;

use crate::cell::{Cell, TenantFile, read_tenant};
use crate::check::{self, Checked, Fence};
use crate::find::Files;
use crate::problem::{Problem, Problems};
use crate::render::{self, Filled, Manifest};
use crate::resolve::{self, Layered, Plan};
use crate::seal::{Seals, seal};
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
    /// What was found out on the way.
    pub traces: Traces,
    /// The objects, in order.
    pub manifests: Vec<Manifest>,
}

/// What was found out on the way to a set, and is of use to one that is rendered after it.
#[derive(Debug)]
pub struct Traces {
    filled: Filled,
    seals: Seals,
}

/// A tenant of which everything is decided.
#[derive(Debug)]
pub struct Planned {
    /// The file.
    pub file: Arc<TenantFile>,
    /// The layers.
    pub layered: Layered,
    /// What was decided.
    pub plan: Plan,
}

/// A set that was rendered earlier, of any file and by any cell.
#[derive(Clone, Copy, Debug)]
pub struct Earlier<'a> {
    /// Its cell.
    pub cell: &'a Cell,
    /// What was decided.
    pub plan: &'a Plan,
    /// What was found out on the way.
    pub traces: &'a Traces,
    /// The objects.
    pub manifests: &'a [Manifest],
}

/// Renders a tenant's set.
///
/// # Errors
/// Every problem of the tenant's file, and of the templates as they are filled for it.
pub fn tenant(cell: &Cell, files: &dyn Files, sources: &Sources, folder: &str) -> Result<TenantSet, Problems> {
    rendered(cell, planned(cell, files, sources, folder)?, None)
}

/// Decides everything about a tenant.
///
/// # Errors
/// Every problem of the tenant's file.
pub fn planned(cell: &Cell, files: &dyn Files, sources: &Sources, folder: &str) -> Result<Planned, Problems> {
    let mut problems = Problems::new();
    match read_tenant(files, sources, folder, &mut problems) {
        Some(file) => planned_of(cell, Arc::new(file), problems),
        None => Err(problems),
    }
}

/// Decides everything about a tenant whose file was read, with these problems.
///
/// # Errors
/// The same.
pub fn planned_of(cell: &Cell, file: Arc<TenantFile>, mut problems: Problems) -> Result<Planned, Problems> {
    let Some(layered) = resolve::merge(cell, &file, &mut problems) else { return Err(problems) };
    let plan = resolve::tenant(cell, &file, &layered, &mut problems);
    match plan.filter(|_| problems.is_empty()) {
        Some(plan) => Ok(Planned { file, layered, plan }),
        None => Err(problems),
    }
}

/// Whether a plan becomes the same set in two cells, or fails in both as it does in one.
pub fn is_same(plan: &Plan, cell: &Cell, other_plan: &Plan, other: &Cell) -> bool {
    plan == other_plan && cell.templates.is_same(&other.templates) && custom_kinds(cell).eq(custom_kinds(other))
}

/// Renders a set. It is a function of the cell's templates and of the plan, and of nothing else: what is taken over from an
/// earlier set would be made once more just so, but for the places in the objects, which are those of the earlier one's files.
///
/// # Errors
/// Every problem of the templates as they are filled, with places in this cell's files.
pub fn rendered(cell: &Cell, planned: Planned, earlier: Option<Earlier<'_>>) -> Result<TenantSet, Problems> {
    let Planned { file, layered, plan } = planned;
    let again = earlier.and_then(|earlier| made(cell, &plan, Some(earlier)).ok());
    let (traces, manifests) = match again {
        Some(made) => made,
        // Where there is a problem with it, its place counts, and what there is to use up.
        None => made(cell, &plan, None)?,
    };
    Ok(TenantSet { file, layered, plan, traces, manifests })
}

fn made(cell: &Cell, plan: &Plan, earlier: Option<Earlier<'_>>) -> Result<(Traces, Vec<Manifest>), Problems> {
    let mut problems = Problems::new();
    let before = earlier.map(|Earlier { cell, plan, traces, .. }| {
        let templates = &cell.templates;
        render::Earlier { templates, plan, filled: &traces.filled }
    });
    let filled = render::tenant(&cell.templates, plan, before, &mut problems);
    let mut manifests = filled.manifests();
    let fence = Fence::of_tenant(plan, custom_kinds(cell));
    let seals = finish(&mut manifests, &fence, earlier, &mut problems);
    if problems.is_empty() { Ok((Traces { filled, seals }, manifests)) } else { Err(problems) }
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
    let mut manifests = render::platform(&cell.templates, &plan, &mut problems).manifests();
    let fence = Fence::of_platform(&plan, custom_kinds(cell));
    finish(&mut manifests, &fence, None, &mut problems);
    if problems.is_empty() { Ok(manifests) } else { Err(problems) }
}

fn custom_kinds(cell: &Cell) -> impl Iterator<Item = &ApiVersionKind> {
    cell.platform.spec.custom_kinds.iter().map(|kind| &kind.value)
}

fn finish(
    manifests: &mut [Manifest],
    fence: &Fence<'_>,
    earlier: Option<Earlier<'_>>,
    problems: &mut Problems,
) -> Seals {
    if !problems.is_empty() {
        // What a broken template made is broken too; its own problems say why.
        return Seals::default();
    }
    let checked = earlier.map(|Earlier { cell, plan, manifests, .. }| {
        let fence = Fence::of_tenant(plan, custom_kinds(cell));
        Checked { manifests, fence }
    });
    let seals = seal(manifests, earlier.map(|earlier| &earlier.traces.seals));
    check::check(manifests, fence, checked.as_ref(), problems);
    order(manifests);
    seals
}
