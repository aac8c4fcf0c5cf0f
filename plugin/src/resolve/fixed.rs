//! What a tenant may not set or loosen, whatever its file says.

use crate::cell::TenantFile;
use crate::problem::{Problem, Problems};
use crate::source::Span;
use crate::spec::{PlatformSpec, TenantSpec, Unlock};

/// Tells what the tenant's file sets beyond its bounds. Quotas are compared in `quota`.
pub(super) fn check(platform: &PlatformSpec, file: &TenantFile, spec: &TenantSpec, problems: &mut Problems) {
    for path in platform.bounds.iter().flat_map(|bounds| &bounds.fixed) {
        let steps: Vec<&str> = path.as_str().split('.').collect();
        if let Some(node) = file.spec.get(&steps) {
            problems.push(
                Problem::new(node.at, format!("`{}` is not the tenant's to set", path.as_str()))
                    .label("fixed by the platform")
                    .related(path.at, "fixed here")
                    .hint("remove it; a tier may set it"),
            );
        }
    }
    let (Some(terraform), Some(own)) = (&platform.terraform, &spec.terraform) else { return };
    if let (Some(floor), Some(approval)) = (&terraform.approval, &own.approval)
        && approval.value < floor.value
    {
        problems.push(looser("approval", approval.value.word(), approval.at, floor.value.word(), floor.at));
    }
    let floor = terraform.unlock.as_ref();
    if let (Some(floor), Some(unlock)) = (floor, &own.unlock)
        && floor.value == Unlock::Never
        && unlock.value == Unlock::IfHolderGone
    {
        problems.push(looser("unlock", unlock.value.word(), unlock.at, floor.value.word(), floor.at));
    }
}

fn looser(field: &str, given: &str, at: Span, floor: &str, floor_at: Span) -> Problem {
    Problem::new(at, format!("`terraform.{field}: {given}` is looser than the platform's `{floor}`"))
        .label("may be tightened, not loosened")
        .related(floor_at, "the platform's")
        .hint(format!("remove it, or write `{floor}`"))
}
