//! The tenants and platforms of some folders, with the cells that they belong to.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cell::Cell;
use crate::find::{Files, Note, Noted, Place, locate};
use crate::problem::Problems;
use crate::render::Wanted;
use crate::source::Sources;

/// A fleet, or a part of one.
#[derive(Debug, Default)]
pub struct Fleet {
    places: BTreeMap<String, Place>,
    cells: BTreeMap<String, Option<Loaded>>,
}

/// A cell, and what it was read from.
#[derive(Debug)]
pub struct Loaded {
    /// The cell.
    pub cell: Cell,
    /// A note of all that was read.
    pub note: Note,
}

impl Fleet {
    /// What folders are about, and their cells, each read once. Tells what is wrong with the platform files and with the
    /// folders' layout.
    pub fn of(files: &dyn Files, sources: &Sources, folders: Vec<String>, problems: &mut Problems) -> Self {
        let located: Vec<_> = folders.par_iter().map(|folder| locate(files, folder, None)).collect();
        let mut fleet = Self::default();
        for (folder, place) in folders.into_iter().zip(located) {
            match place {
                Ok(place) => drop(fleet.places.insert(folder, place)),
                Err(problem) => problems.push(problem),
            }
        }
        for place in fleet.places.values() {
            fleet.cells.entry(place.platform.clone()).or_insert_with_key(|platform| {
                let noted = Noted::new(files);
                let cell = Cell::load(&noted, sources, platform, Wanted::All);
                let loaded = cell.map(|cell| Loaded { cell, note: noted.finish() });
                loaded.map_err(|found| problems.append(found)).ok()
            });
        }
        fleet
    }

    /// What its folders are about, in their order.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.values()
    }

    /// What a folder is about; none where it is none of these, or wrong.
    pub fn place(&self, folder: &str) -> Option<&Place> {
        self.places.get(folder)
    }

    /// The cell of a place; none where it cannot be read.
    pub fn cell(&self, place: &Place) -> Option<&Loaded> {
        self.cells.get(&place.platform)?.as_ref()
    }

    /// The cells that can be read, with their platform files.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &Cell)> {
        self.cells.iter().filter_map(|(platform, loaded)| Some((platform.as_str(), &loaded.as_ref()?.cell)))
    }

    /// How many platform files there are.
    pub fn platforms(&self) -> usize {
        self.cells.len()
    }
}
