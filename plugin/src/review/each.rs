//! Both sides of every tenant and platform, rendered. What is the same is found out early, and not rendered.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::both::Both;
use super::side::{Decided, Kept, Rendered, Side};
use crate::problem::Problems;

/// How many tenants' files are asked for at once.
const CHUNK: usize = 60;

/// What a side has of a tenant or platform: none where there is nothing, or what is wrong with it.
pub type Found = Result<Option<Rendered>, Problems>;

/// What both sides have: none where it is the same set, or fails alike.
pub type Sets = Option<(Found, Found)>;

/// Told how many of how many tenants and platforms are done.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Looks at what both sides have of each of these, on all cores; gives what was seen in their order.
pub fn each<T: Send>(
    base: &Side<'_>,
    head: &Side<'_>,
    all: &[Both],
    progress: Progress<'_>,
    see: impl Fn(&Both, Sets) -> T + Sync,
) -> Vec<T> {
    let done = AtomicUsize::new(0);
    let see = |both: &Both, sets: Sets| {
        let seen = see(both, sets);
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, all.len());
        seen
    };
    let seen = all.par_chunks(CHUNK).flat_map_iter(|chunk| {
        let chunk: Vec<(&Both, Kept)> = chunk.iter().map(|both| (both, kept(base, head, both))).collect();
        let changed = || chunk.iter().filter(|(_, kept)| *kept != Kept::All);
        head.prepare(changed().filter_map(|(both, _)| both.head.as_deref()));
        // Of a file that is the same one side's is read.
        let others = changed().filter(|(_, kept)| *kept != Kept::File);
        base.prepare(others.filter_map(|(both, _)| both.base.as_deref()));
        chunk.par_iter().map(|(both, kept)| see(both, sets(base, head, both, *kept))).collect::<Vec<T>>()
    });
    seen.collect()
}

/// How much of what a tenant's set is made from is the same on both sides.
fn kept(base: &Side<'_>, head: &Side<'_>, both: &Both) -> Kept {
    both.stays().map_or(Kept::Nothing, |folder| head.kept(base, folder))
}

fn sets<'s>(base: &'s Side<'_>, head: &'s Side<'_>, both: &Both, kept: Kept) -> Sets {
    if kept == Kept::All {
        // Whatever may be wrong with it, nothing happens to it.
        return None;
    }
    // Read once, by the side whose problems are told.
    let file = if kept == Kept::File { head.file(both.folder()) } else { None };
    let decide = |side: &'s Side<'_>, folder: &Option<String>| match folder {
        Some(folder) => side.decide(folder, file.clone()),
        None => Ok(None),
    };
    let (before, after) = (decide(base, &both.base), decide(head, &both.head));
    if let (Ok(Some(before)), Ok(Some(after))) = (&before, &after)
        && both.stays().is_some()
        && before.is_same(after)
    {
        return None;
    }
    let render = |decided: Option<Decided<'_>>, earlier| decided.map(|decided| decided.render(earlier)).transpose();
    let cell = before.as_ref().ok().and_then(|before| before.as_ref()?.cell());
    let before = before.and_then(|decided| render(decided, None));
    let before = match (before, &both.base) {
        // The file was read by the other side: once more, for the places in it.
        (Err(_), Some(folder)) if file.is_some() => base.render(folder),
        (before, _) => before,
    };
    let earlier = before.as_ref().ok().and_then(|before| before.as_ref()?.earlier(cell?));
    let after = after.and_then(|decided| render(decided, earlier));
    Some((before, after))
}
