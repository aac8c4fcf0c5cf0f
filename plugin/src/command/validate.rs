//! `tenantry validate`: every tenant alone, and all together.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::Failure;
use super::against::Against;
use super::open::{Opened, here, open};
use super::output::Output;
use super::progress::Progress;
use super::render::told;
use crate::cell::Cell;
use crate::find::{Disk, Files, Folder, Mode, PLATFORM_FILE, Place, TENANT_FILE, is_within, locate, walk};
use crate::fleet::{Fleet, Loaded};
use crate::pipeline::{self, TenantSet};
use crate::problem::{Problem, Problems};
use crate::source::{Sources, Span};

/// How many problems are shown; a fleet with more has one cause for most of them.
pub(super) const MAX_TOLD: usize = 200;

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tenants.
    pub tenants: usize,
    /// Platform files.
    pub platforms: usize,
}

/// Checks everything that the paths name.
pub(super) fn run(paths: &[PathBuf], against: Option<&Against>, output: &Output) -> Result<(), Failure> {
    let here = here()?;
    let current = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &current } else { paths };
    let sources = Sources::default();
    let mut problems = Problems::new();
    // What lies in one repository is one fleet, however many paths name parts of it.
    let mut fleets: BTreeMap<PathBuf, (Disk, Vec<String>)> = BTreeMap::new();
    for path in paths {
        let Opened { files, folder, root } = open(path, &here)?;
        fleets.entry(root).or_insert((files, Vec::new())).1.push(folder);
    }
    let mut all = Counts::default();
    for (files, starts) in fleets.values() {
        let progress = Progress::new(output, "checking");
        let counts = validate(files, &sources, starts, &mut problems, &|done, of| progress.show(done, of));
        all = Counts { tenants: all.tenants + counts.tenants, platforms: all.platforms + counts.platforms };
    }
    // What became of a tenant is asked where each side is right by itself.
    if let Some(against) = against.filter(|_| problems.is_empty()) {
        for (root, (_, starts)) in &fleets {
            against.check(root, starts, &here, output)?;
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Input(told(problems, &sources)));
    }
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let text = format!("{} and {}: no problems\n", plural(all.tenants, "tenant"), plural(all.platforms, "platform"));
    Ok(output.text(&text)?)
}

/// Checks the folders at and below `starts`, on all cores. Tells problems; gives what was looked at.
pub fn validate(
    files: &dyn Files,
    sources: &Sources,
    starts: &[String],
    problems: &mut Problems,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Counts {
    let folders = found(files, starts, problems);
    let fleet = Fleet::of(files, sources, folders.iter().map(|folder| folder.path.clone()).collect(), problems);
    for (_, cell) in fleet.cells() {
        // What `generate` would refuse.
        cell.is_for_this_version().unwrap_or_else(|problem| problems.push(problem));
    }
    for place in fleet.places().filter(|place| place.mode == Mode::Platform) {
        if let Some(Loaded { cell, .. }) = fleet.cell(place)
            && cell.platform.spec.cluster.owner == Some(true)
            && let Err(found) = pipeline::platform(cell)
        {
            problems.append(found);
        }
    }
    let asked = folders.iter().filter_map(|folder| Some((folder, fleet.place(&folder.path)?)));
    let tenants: Vec<(&Folder, &Place)> = asked.filter(|(_, place)| place.mode == Mode::Tenant).collect();
    let counts = Counts { tenants: tenants.len(), platforms: fleet.platforms() };
    let done = AtomicUsize::new(0);
    let results: Vec<Result<Vec<Claim>, Problems>> = tenants
        .par_iter()
        .filter_map(|(folder, place)| {
            let result = one(&fleet.cell(place)?.cell, files, sources, folder);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, counts.tenants);
            Some(result)
        })
        .collect();
    let mut claims: HashMap<Name, Claim> = HashMap::new();
    for result in results {
        match result {
            Ok(own) => own.into_iter().for_each(|claim| compare(claim, &mut claims, problems)),
            Err(found) => problems.append(found),
        }
    }
    for claim in others(files, sources, starts, &fleet) {
        compare(claim, &mut claims, problems);
    }
    counts
}

/// The folders at and below `starts`, each once.
fn found(files: &dyn Files, starts: &[String], problems: &mut Problems) -> Vec<Folder> {
    let mut found: BTreeMap<String, Folder> = BTreeMap::new();
    for start in starts {
        let before = problems.len();
        let folders = walk(files, start, problems);
        if folders.is_empty() && problems.len() == before {
            let shown = files.show(start);
            problems.push(
                Problem::path(&shown, format!("no `{TENANT_FILE}` and no `{PLATFORM_FILE}` at or below `{shown}`"))
                    .hint("name a tenant's folder, or the folder of the fleet"),
            );
        }
        found.extend(folders.into_iter().map(|folder| (folder.path.clone(), folder)));
    }
    found.into_values().collect()
}

/// What the tenants claim that were not asked for and are in the same cells: who names one tenant wants to know that
/// it is the only one of its name all the same. Their own problems are told when they are asked for.
fn others(files: &dyn Files, sources: &Sources, starts: &[String], fleet: &Fleet) -> Vec<Claim> {
    let outside = |folder: &str| !starts.iter().any(|start| is_within(folder, start));
    let mut claims = Vec::new();
    for (platform, cell) in fleet.cells().filter(|(_, cell)| outside(&cell.folder)) {
        let folders = walk(files, &cell.folder, &mut Problems::new());
        let of_cell = |folder: &&Folder| {
            let place = locate(files, &folder.path, None);
            fleet.place(&folder.path).is_none()
                && folder.holds(TENANT_FILE)
                && place.is_ok_and(|place| place.platform == *platform)
        };
        let found: Vec<Vec<Claim>> =
            folders.par_iter().filter(of_cell).filter_map(|folder| one(cell, files, sources, folder).ok()).collect();
        claims.extend(found.into_iter().flatten().map(|claim| Claim { asked: false, ..claim }));
    }
    claims
}

/// Something that only one tenant of the fleet may have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Name {
    what: &'static str,
    name: String,
    /// Where it has to be unique: a cluster, or everywhere.
    within: String,
}

#[derive(Debug)]
struct Claim {
    name: Name,
    tenant: String,
    at: Span,
    /// Whether it is of a tenant that was asked for.
    asked: bool,
}

fn compare(claim: Claim, claims: &mut HashMap<Name, Claim>, problems: &mut Problems) {
    if let Some(first) = claims.get(&claim.name) {
        if !claim.asked && !first.asked {
            return;
        }
        let (claim, first) = if claim.asked { (&claim, first) } else { (first, &claim) };
        let Name { what, name, .. } = &claim.name;
        problems.push(
            Problem::new(claim.at, format!("{what} `{name}` is tenant `{}`'s already", first.tenant))
                .label("must be the only one of the fleet")
                .related(first.at, format!("tenant `{}`", first.tenant)),
        );
        return;
    }
    claims.insert(claim.name.clone(), claim);
}

fn one(cell: &Cell, files: &dyn Files, sources: &Sources, folder: &Folder) -> Result<Vec<Claim>, Problems> {
    let mut problems = Problems::new();
    strangers(cell, files, folder, &mut problems);
    match pipeline::tenant(cell, files, sources, &folder.path) {
        Ok(set) if problems.is_empty() => Ok(claims(cell, &set)),
        Ok(_) => Err(problems),
        Err(found) => {
            problems.append(found);
            Err(problems)
        }
    }
}

/// What lies in a tenant's folder and is not allowed there. `.argocd-source.yaml` above all: by it, whoever may
/// write to the folder overrides the plugin's name, environment and parameters.
fn strangers(cell: &Cell, files: &dyn Files, folder: &Folder, problems: &mut Problems) {
    let allowed = cell.platform.spec.tenant_folders.iter().flat_map(|folders| &folders.allow);
    let allowed: Vec<&str> = allowed.map(|name| name.as_str()).chain([TENANT_FILE]).collect();
    for entry in folder.listed.iter().filter(|entry| !allowed.contains(&entry.name.as_str())) {
        let shown = files.show(&crate::find::join(&folder.path, &entry.name));
        let problem = Problem::path(&shown, format!("`{shown}` does not belong into a tenant's folder"));
        problems.push(problem.hint("remove it, or allow its name in the platform file's `tenantFolders.allow`"));
    }
    // One that leaves the repository stops all its Applications, one that leaves the cell stops the cell's: Argo CD looks
    // at every link of what it fetches, and of what it hands over.
    for entry in folder.listed.iter().filter(|entry| entry.is_link && allowed.contains(&entry.name.as_str())) {
        let shown = files.show(&crate::find::join(&folder.path, &entry.name));
        let problem = Problem::path(&shown, format!("`{shown}` is a link"));
        problems.push(problem.hint("put the file itself there; Argo CD renders nothing where a link leads too far"));
    }
}

fn claims(cell: &Cell, set: &TenantSet) -> Vec<Claim> {
    let tenant = &set.plan.tenant;
    let own = set.file.tenant.metadata.name.at;
    let at = |path: &[&str]| {
        // What is a default is shown at the tenant's name: two tenants may share the line that the default is from.
        set.file.spec.get(path).map_or(own, |node| node.at)
    };
    let cluster = cell.platform.spec.cluster.name.to_string();
    let mut claims = Vec::new();
    let mut claim = |what: &'static str, name: &str, within: &str, at: Span| {
        let name = Name { what, name: name.to_owned(), within: within.to_owned() };
        claims.push(Claim { name, tenant: tenant.name.clone(), at, asked: true });
    };
    claim("id", &tenant.id, "", at(&["id"]));
    claim("host", &tenant.host, "", at(&["domain", "host"]));
    claim("namespace", &tenant.namespace, &cluster, at(&["namespace"]));
    if let (Some(role), Some(account)) = (&tenant.identity.role_name, &set.plan.platform.account_id) {
        // IAM tells roles of an account apart by name, whatever its case.
        claim("role", &role.to_lowercase(), account, at(&["identity", "roleArn"]));
    }
    // In the control and releases namespaces, cells of a cluster share names.
    claim("name", &tenant.name, &cluster, own);
    claims
}
