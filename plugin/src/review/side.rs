//! A fleet as it is at one side of a review: its cells, and the folders of its tenants and platforms.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rendered;
use crate::cell::{Cell, TenantFile, read_tenant};
use crate::find::{Files, Mode, TENANT_FILE, holds, join, walk};
use crate::fleet::{Fleet, Loaded};
use crate::pipeline::{self, Earlier, Planned, TenantSet, Traces};
use crate::problem::Problems;
use crate::render::Manifest;
use crate::resolve::Plan;
use crate::source::Sources;

/// One side.
pub struct Side<'a> {
    files: &'a dyn Files,
    sources: &'a Sources,
    /// What there is to be rendered.
    fleet: Fleet,
    /// Sets that were rendered before, by their folders.
    sets: BTreeMap<String, (Mode, Vec<Manifest>)>,
    /// What is wrong with the platform files, and with the folders' layout.
    pub problems: Problems,
}

/// How much of what a tenant's set is made from is the same on two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing that is known.
    Nothing,
    /// The tenant's file.
    File,
    /// The tenant's file, and its cell with all that this was read from: so the set is the same, or fails as it did.
    All,
}

/// What is there to be rendered.
#[derive(Debug)]
pub enum Decided<'s> {
    /// A set that was rendered before.
    Set(&'s [Manifest]),
    /// A platform's own set.
    Platform(&'s Cell),
    /// A tenant's.
    Tenant(&'s Cell, Box<Planned>),
}

/// A set that was rendered.
#[derive(Debug)]
pub struct Rendered {
    /// The tenant's file; none for a platform's own set.
    pub file: Option<Arc<TenantFile>>,
    /// What was decided; none for a platform's own set.
    pub plan: Option<Plan>,
    /// What was found out on the way; none for a platform's own set.
    pub traces: Option<Traces>,
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
        let fleet = Fleet::of(files, sources, folders, &mut problems);
        Self { files, sources, fleet, sets: BTreeMap::new(), problems }
    }

    /// Reads sets that were rendered before, by whatever version: each folder with manifests in it is one.
    pub fn rendered(files: &'a dyn Files, sources: &'a Sources) -> Self {
        let (sets, problems) = rendered::read(files, sources);
        let with_mode = |set: Vec<Manifest>| {
            let mode = if rendered::record(&set).is_some() { Mode::Tenant } else { Mode::Platform };
            (mode, set)
        };
        let sets = sets.into_iter().map(|(folder, set)| (folder, with_mode(set))).collect();
        Self { files, sources, fleet: Fleet::default(), sets, problems }
    }

    /// The folders that this side has something in, in order.
    pub fn folders(&self) -> impl Iterator<Item = (&String, Mode)> {
        let sets = self.sets.iter().map(|(folder, (mode, _))| (folder, *mode));
        self.fleet.places().map(|place| (&place.folder, place.mode)).chain(sets)
    }

    /// What is in a folder; none where nothing is.
    pub fn mode(&self, folder: &str) -> Option<Mode> {
        let place = self.fleet.place(folder).map(|place| place.mode);
        place.or_else(|| self.sets.get(folder).map(|(mode, _)| *mode))
    }

    /// A path as people are shown it.
    pub fn show(&self, path: &str) -> String {
        self.files.show(path)
    }

    /// The versions of the plugin that cells ask for and that this is not, with the cells' folders.
    pub fn other_versions(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = self
            .fleet
            .cells()
            .map(|(_, cell)| cell)
            .filter(|cell| cell.is_for_this_version().is_err())
            .map(|cell| (cell.folder.clone(), cell.platform.spec.tenantry.as_str().to_owned()))
            .collect();
        found.sort();
        found
    }

    /// Decides what there is to decide about a folder before its set is rendered; none where this side has nothing there, or a
    /// platform without a set of its own. `file` is the tenant's, where it was read already.
    ///
    /// # Errors
    /// What is wrong with it; nothing where its platform file is: that is told once, for the side.
    pub fn decide(&self, folder: &str, file: Option<Arc<TenantFile>>) -> Result<Option<Decided<'_>>, Problems> {
        if let Some((_, set)) = self.sets.get(folder) {
            return Ok(Some(Decided::Set(set)));
        }
        let Some(place) = self.fleet.place(folder) else { return Ok(None) };
        let Some(Loaded { cell, .. }) = self.fleet.cell(place) else { return Err(Problems::new()) };
        let planned = match (place.mode, file) {
            (Mode::Platform, _) => {
                let is_owner = cell.platform.spec.cluster.owner == Some(true);
                return Ok(is_owner.then_some(Decided::Platform(cell)));
            }
            (Mode::Tenant, Some(file)) => pipeline::planned_of(cell, file, Problems::new())?,
            (Mode::Tenant, None) => pipeline::planned(cell, self.files, self.sources, folder)?,
        };
        Ok(Some(Decided::Tenant(cell, Box::new(planned))))
    }

    /// Renders what a folder is about.
    ///
    /// # Errors
    /// As [`Side::decide`] and [`Decided::render`].
    pub fn render(&self, folder: &str) -> Result<Option<Rendered>, Problems> {
        self.decide(folder, None)?.map(|decided| decided.render(None)).transpose()
    }

    /// Gets the files of tenants ready to be read.
    pub fn prepare<'f>(&self, folders: impl Iterator<Item = &'f str>) {
        self.files.prepare(&folders.map(|folder| join(folder, TENANT_FILE)).collect::<Vec<_>>());
    }

    /// A tenant's file; none where anything is wrong with it.
    pub fn file(&self, folder: &str) -> Option<Arc<TenantFile>> {
        let mut problems = Problems::new();
        let file = read_tenant(self.files, self.sources, folder, &mut problems)?;
        problems.is_empty().then(|| Arc::new(file))
    }

    /// How much of a folder's tenant is the same as on another side, without either being rendered.
    pub fn kept(&self, other: &Self, folder: &str) -> Kept {
        let places = (self.fleet.place(folder), other.fleet.place(folder));
        let (Some(here), Some(there)) = places else { return Kept::Nothing };
        let is_tenant = here == there && here.mode == Mode::Tenant;
        if !is_tenant || !same(self.files, other.files, &join(folder, TENANT_FILE)) {
            return Kept::Nothing;
        }
        match (self.fleet.cell(here), other.fleet.cell(there)) {
            (Some(here), Some(there)) if here.note == there.note => Kept::All,
            _ => Kept::File,
        }
    }

    /// What was read, to show problems with.
    pub fn sources(&self) -> &Sources {
        self.sources
    }
}

impl<'s> Decided<'s> {
    /// Whether the same becomes of both, or both fail as one does.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tenant(cell, one), Self::Tenant(other_cell, other)) => {
                pipeline::is_same(&one.plan, cell, &other.plan, other_cell)
            }
            _ => false,
        }
    }

    /// The cell of a tenant.
    pub fn cell(&self) -> Option<&'s Cell> {
        match self {
            Self::Tenant(cell, _) => Some(cell),
            Self::Set(_) | Self::Platform(_) => None,
        }
    }

    /// Renders it, the sooner the more is as in a set that was rendered earlier.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn render(self, earlier: Option<Earlier<'_>>) -> Result<Rendered, Problems> {
        let manifests = match self {
            Self::Tenant(cell, planned) => return pipeline::rendered(cell, *planned, earlier).map(Rendered::from),
            Self::Platform(cell) => pipeline::platform(cell)?,
            Self::Set(set) => set.to_vec(),
        };
        Ok(Rendered { file: None, plan: None, traces: None, manifests })
    }
}

impl Rendered {
    /// A tenant's set, for another that is rendered after it.
    pub fn earlier<'a>(&'a self, cell: &'a Cell) -> Option<Earlier<'a>> {
        let (plan, traces) = (self.plan.as_ref()?, self.traces.as_ref()?);
        Some(Earlier { cell, plan, traces, manifests: &self.manifests })
    }
}

impl From<TenantSet> for Rendered {
    fn from(set: TenantSet) -> Self {
        Self { file: Some(set.file), plan: Some(set.plan), traces: Some(set.traces), manifests: set.manifests }
    }
}

/// Whether a file says the same on two sides.
fn same(one: &dyn Files, other: &dyn Files, path: &str) -> bool {
    match (one.id(path), other.id(path)) {
        (Some(one), Some(other)) => one == other,
        _ => matches!((one.read(path), other.read(path)), (Ok(Some(one)), Ok(Some(other))) if one == other),
    }
}
