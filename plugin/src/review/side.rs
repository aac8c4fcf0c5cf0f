//! A fleet as it is at one side of a review: its cells, and the folders of its tenants and platforms.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::rendered;
use crate::cell::{Cell, TenantFile};
use crate::find::{Files, Mode, Place, holds, locate, walk};
use crate::pipeline;
use crate::problem::Problems;
use crate::render::{Manifest, Wanted};
use crate::resolve::Plan;
use crate::source::Sources;

/// One side.
pub struct Side<'a> {
    files: &'a dyn Files,
    sources: &'a Sources,
    /// Cells by their platform file's path; none where one cannot be read.
    cells: HashMap<String, Option<Cell>>,
    /// What each folder is about.
    places: BTreeMap<String, Place>,
    /// Sets that were rendered before, by their folders.
    sets: BTreeMap<String, Vec<Manifest>>,
    /// What is wrong with the platform files, and with the folders' layout.
    pub problems: Problems,
}

/// A set that was rendered.
#[derive(Debug)]
pub struct Rendered {
    /// The tenant's file; none for a platform's own set.
    pub file: Option<TenantFile>,
    /// What was decided; none for a platform's own set.
    pub plan: Option<Plan>,
    /// The objects, in order.
    pub manifests: Vec<Manifest>,
}

impl<'a> Side<'a> {
    /// Finds every tenant and platform at and below folders, and reads the platform files that they belong to.
    pub fn find(files: &'a dyn Files, sources: &'a Sources, starts: &[String]) -> Self {
        let mut problems = Problems::new();
        let mut folders = Vec::new();
        for start in starts {
            folders.extend(walk(files, start, &mut problems).into_iter().map(|folder| folder.path));
        }
        Self::of(files, sources, folders, problems)
    }

    /// Looks at folders and not below them; those that are about nothing are left out.
    pub fn at(files: &'a dyn Files, sources: &'a Sources, folders: &[String]) -> Self {
        let folders = folders.iter().filter(|folder| holds(files, folder)).cloned().collect();
        Self::of(files, sources, folders, Problems::new())
    }

    fn of(files: &'a dyn Files, sources: &'a Sources, folders: Vec<String>, mut problems: Problems) -> Self {
        let located: Vec<_> = folders.par_iter().map(|folder| locate(files, folder, None)).collect();
        let mut places = BTreeMap::new();
        for (folder, place) in folders.into_iter().zip(located) {
            match place {
                Ok(place) => drop(places.insert(folder, place)),
                Err(problem) => problems.push(problem),
            }
        }
        let mut cells: HashMap<String, Option<Cell>> = HashMap::new();
        for place in places.values() {
            if !cells.contains_key(&place.platform) {
                let cell = Cell::load(files, sources, &place.platform, Wanted::All);
                cells.insert(place.platform.clone(), cell.map_err(|found| problems.append(found)).ok());
            }
        }
        Self { files, sources, cells, places, sets: BTreeMap::new(), problems }
    }

    /// Reads sets that were rendered before, by whatever version: each folder with manifests in it is one.
    pub fn rendered(files: &'a dyn Files, sources: &'a Sources) -> Self {
        let (sets, problems) = rendered::read(files, sources);
        let place = |(folder, set): (&String, &Vec<Manifest>)| {
            let mode = if rendered::record(set).is_some() { Mode::Tenant } else { Mode::Platform };
            (folder.clone(), Place { mode, folder: folder.clone(), platform: String::new() })
        };
        let places = sets.iter().map(place).collect();
        Self { files, sources, cells: HashMap::new(), places, sets, problems }
    }

    /// The folders that this side has something in, in order.
    pub fn folders(&self) -> impl Iterator<Item = (&String, Mode)> {
        self.places.iter().map(|(folder, place)| (folder, place.mode))
    }

    /// Whether there is something in a folder.
    pub fn has(&self, folder: &str) -> bool {
        self.places.contains_key(folder)
    }

    /// A path as people are shown it.
    pub fn show(&self, path: &str) -> String {
        self.files.show(path)
    }

    /// The versions of the plugin that cells ask for and that this is not, with the cells' folders.
    pub fn other_versions(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = self
            .cells
            .values()
            .flatten()
            .filter(|cell| cell.is_for_this_version().is_err())
            .map(|cell| (cell.folder.clone(), cell.platform.spec.tenantry.as_str().to_owned()))
            .collect();
        found.sort();
        found
    }

    /// Renders what a folder is about; none where this side has nothing there, or a platform without a set of its own.
    ///
    /// # Errors
    /// What is wrong with it; nothing where its platform file is: that is told once, for the side.
    pub fn render(&self, folder: &str) -> Result<Option<Rendered>, Problems> {
        if let Some(set) = self.sets.get(folder) {
            return Ok(Some(Rendered { file: None, plan: None, manifests: set.clone() }));
        }
        let Some(place) = self.places.get(folder) else { return Ok(None) };
        let Some(cell) = self.cells.get(&place.platform).and_then(Option::as_ref) else { return Err(Problems::new()) };
        match place.mode {
            Mode::Platform if cell.platform.spec.cluster.owner != Some(true) => Ok(None),
            Mode::Platform => Ok(Some(Rendered { file: None, plan: None, manifests: pipeline::platform(cell)? })),
            Mode::Tenant => {
                let set = pipeline::tenant(cell, self.files, self.sources, folder)?;
                Ok(Some(Rendered { file: Some(set.file), plan: Some(set.plan), manifests: set.manifests }))
            }
        }
    }

    /// What was read, to show problems with.
    pub fn sources(&self) -> &Sources {
        self.sources
    }
}
