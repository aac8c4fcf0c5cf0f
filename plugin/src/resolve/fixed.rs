//! What a tenant may not set or loosen, whatever its file says.

use super::Layered;
use crate::cell::TenantFile;
use crate::problem::{Problem, Problems};
use crate::source::Span;
use crate::spec::{Approval, PlatformSpec};
use crate::tree::Node;

/// Tells what the tenant's file sets beyond its bounds. Quotas are compared in `quota`.
pub(super) fn check(platform: &PlatformSpec, file: &TenantFile, layered: &Layered, problems: &mut Problems) {
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
    let Some(terraform) = &platform.terraform else { return };
    let (approval, unlock) = (terraform.approval.as_ref(), terraform.unlock.as_ref());
    let floors = [
        ("approval", approval.map(|floor| (floor.value.word(), floor.at)), Approval::WORDS),
        // From loose to tight.
        ("unlock", unlock.map(|floor| (floor.value.word(), floor.at)), &["ifHolderGone", "never"]),
    ];
    for (field, platforms, words) in floors {
        let at = |tree: &'_ Node| {
            let node = tree.get(&["terraform", field])?;
            let word = words.iter().find(|word| node.as_text() == Some(word))?;
            Some((*word, node.at))
        };
        // Each layer against the one below it: the tier against the platform, the tenant against the tier.
        let layers = [platforms, at(&layered.below), at(&layered.tree)];
        for (floor, own) in layers.iter().zip(&layers[1..]) {
            if let (Some((floor, floor_at)), Some((own, own_at))) = (floor, own)
                && rank(words, own) < rank(words, floor)
            {
                problems.push(looser(field, own, *own_at, floor, *floor_at));
            }
        }
    }
}

fn rank(words: &[&str], word: &str) -> Option<usize> {
    words.iter().position(|other| *other == word)
}

fn looser(field: &str, given: &str, at: Span, floor: &str, floor_at: Span) -> Problem {
    Problem::new(at, format!("`terraform.{field}: {given}` is looser than `{floor}`"))
        .label("may be tightened, not loosened")
        .related(floor_at, "set here")
        .hint(format!("remove it, or write `{floor}`"))
}
