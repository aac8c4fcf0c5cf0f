//! What a part of a template is made of, so that a second evaluation makes anew only what is other.

use std::ops::BitOrAssign;

/// Paths that a template reads, by their places in [`Paths`]. Those from the last bit on share it: they count as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads(u64);

impl Reads {
    /// Whatever a template may read.
    pub(super) const ALL: Self = Self(u64::MAX);

    fn of(place: usize) -> Self {
        Self(1 << place.min(63))
    }

    /// Whether there are none.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether both have one.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOrAssign for Reads {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The paths that a template reads: `tenant.name`.
#[derive(Debug, Default)]
pub(super) struct Paths(Vec<Box<str>>);

impl Paths {
    /// A path, which is noted.
    pub(super) fn note(&mut self, path: &str) -> Reads {
        let place = self.0.iter().position(|other| **other == *path).unwrap_or_else(|| {
            self.0.push(path.into());
            self.0.len() - 1
        });
        Reads::of(place)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Those of which something holds.
    pub(super) fn reads_where<'a>(&'a self, mut holds: impl FnMut(&'a str) -> bool) -> Reads {
        let mut reads = Reads::default();
        for (place, path) in self.0.iter().enumerate() {
            if holds(path) {
                reads |= Reads::of(place);
            }
        }
        reads
    }
}
