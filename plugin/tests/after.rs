//! A set that is rendered after another takes over what is as it was. It is the set that would have been made anew.

mod support;

use std::fs;
use std::path::Path;

use support::testdata;
use tenantry::cell::Cell;
use tenantry::find::{Disk, Files, Listed};
use tenantry::pipeline::{self, Earlier, TenantSet};
use tenantry::problem::{Problem, Problems};
use tenantry::render::Wanted;
use tenantry::report;
use tenantry::source::Sources;
use tenantry::write::ndjson;

/// A fleet's files, one of them with other words.
struct Edited<'a> {
    files: &'a Disk,
    path: &'static str,
    from: &'static str,
    to: &'static str,
}

impl Files for Edited<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, Problem> {
        let text = self.files.read(path)?;
        if path != self.path {
            return Ok(text);
        }
        let text = text.unwrap();
        assert!(text.contains(self.from), "{path}: {}", self.from);
        Ok(Some(text.replace(self.from, self.to)))
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, Problem> {
        self.files.list(folder)
    }

    fn exists(&self, path: &str) -> bool {
        self.files.exists(path)
    }

    fn show(&self, path: &str) -> String {
        self.files.show(path)
    }
}

/// One side: a cell as one edit leaves it, and each of its tenants as it is made anew.
struct Side<'a> {
    files: Edited<'a>,
    sources: Sources,
    cell: Cell,
    tenants: Vec<(String, Result<TenantSet, Problems>)>,
}

fn side(files: Edited<'_>) -> Side<'_> {
    let sources = Sources::default();
    let cell = Cell::load(&files, &sources, "platform.yaml", Wanted::Tenants)
        .unwrap_or_else(|problems| panic!("{} → {}: {problems:?}", files.from, files.to));
    let mut folders: Vec<String> =
        files.list("tenants").unwrap().into_iter().map(|listed| format!("tenants/{}", listed.name)).collect();
    folders.sort();
    let set = |folder: String| {
        let set = pipeline::tenant(&cell, &files, &sources, &folder);
        (folder, set)
    };
    let tenants = folders.into_iter().map(set).collect();
    Side { files, sources, cell, tenants }
}

/// What a set is, or what is wrong with it and where.
fn told(set: &Result<TenantSet, Problems>, sources: &Sources) -> Vec<String> {
    match set {
        Ok(set) => String::from_utf8(ndjson(&set.manifests)).unwrap().lines().map(str::to_owned).collect(),
        Err(problems) => {
            let problems = problems.clone().into_sorted();
            problems.iter().map(|problem| report::line(problem, sources)).collect()
        }
    }
}

fn is_as_if_made_anew(
    after: &Side<'_>,
    folder: &str,
    anew: &Result<TenantSet, Problems>,
    before: &Side<'_>,
    other: &TenantSet,
) {
    let earlier = Earlier { cell: &before.cell, plan: &other.plan, traces: &other.traces, manifests: &other.manifests };
    let planned = pipeline::planned(&after.cell, &after.files, &after.sources, folder);
    let made = planned.and_then(|planned| pipeline::rendered(&after.cell, planned, Some(earlier)));
    let context =
        || format!("{} → {} after {} → {}", after.files.from, after.files.to, before.files.from, before.files.to);
    assert_eq!(told(&made, &after.sources), told(anew, &after.sources), "{folder}: {}", context());
}

/// Every tenant after itself on every other side, and on the first after every other tenant.
fn laws(root: &Path, edits: &[(&'static str, &'static str, &'static str)]) {
    let files = Disk::new(root.to_owned(), root);
    let sides: Vec<Side<'_>> =
        edits.iter().map(|(path, from, to)| side(Edited { files: &files, path, from, to })).collect();
    for after in &sides {
        for (place, (folder, anew)) in after.tenants.iter().enumerate() {
            for before in &sides {
                if let (_, Ok(other)) = &before.tenants[place] {
                    is_as_if_made_anew(after, folder, anew, before, other);
                }
            }
            for (_, other) in &sides[0].tenants {
                if let Ok(other) = other {
                    is_as_if_made_anew(after, folder, anew, &sides[0], other);
                }
            }
        }
    }
}

const PLATFORM: &str = "platform.yaml";

#[test]
fn a_fleet() {
    laws(
        &testdata().join("fleet"),
        &[
            (PLATFORM, "spec:", "spec:"),
            (PLATFORM, "cost-centre: platform", "cost-centre: everybody"),
            (PLATFORM, "{example.com/cost-centre: platform}", "{}"),
            (PLATFORM, "tenantry-runner@sha256:1", "tenantry-runner@sha256:4"),
            (PLATFORM, "      - {cidr: 169.254.20.10/32} ", "#"),
            (PLATFORM, "version: 0.94.2", "version: 0.94.3"),
            (PLATFORM, "db.t4g.medium", "db.t4g.large"),
            // All that live in no tier any more, and those of `free`, fail.
            (PLATFORM, "    pro:", "    advanced:"),
            ("tenants/acme/tenant.yaml", "tier: pro", "tier: free"),
            ("tenants/acme/tenant.yaml", "tier: pro", "tier: none-such"),
            ("tenants/acme/tenant.yaml", "tier: pro", "tier: pro, state: suspended"),
            ("tenants/acme/tenant.yaml", "tier: pro", "tier: pro, state: destroying"),
        ],
    );
}

/// With templates of its own, some of which are other ones, or fail.
#[test]
fn templates_of_ones_own() {
    let certificate = "templates/tenant/certificate.yaml";
    let limits = "templates/tenant/limit-range.yaml";
    laws(
        &testdata().join("custom"),
        &[
            (PLATFORM, "spec:", "spec:"),
            (PLATFORM, "domain: lab.example.com", "domain: lab2.example.com"),
            (PLATFORM, "opentofu@sha256:4", "opentofu@sha256:5"),
            (PLATFORM, "greeting: string", "greeting: string, other: string"),
            (certificate, "${{ labels }}", "${{ labels }}"),
            (certificate, "${{ labels }}", "${{ ownLabels }}"),
            (certificate, "${{ labels }}", "${{ labels.none }}"),
            (limits, "labels: ${{ labels }}", "finalizers: [a]"),
            (limits, "max: {storage: 50Gi}", "max: {storage: \"${{ tenant.tier[:0] | length + 50 }}Gi\"}"),
            (limits, "labels: ${{ labels }}", "labels: {$merge: labels, a: \"${{ tenant.host | length }}\"}"),
        ],
    );
}

/// What templates may use up is what they may use up when all is made anew: a set near the end of it is neither refused for
/// what it took over nor let through.
#[test]
fn a_budget() {
    let root = tempfile::tempdir().unwrap();
    for path in ["platform.yaml", "modules/tenant-2.0.0.json", "tenants/acme/tenant.yaml"] {
        let to = root.path().join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(testdata().join("fleet").join(path), to).unwrap();
    }
    fs::create_dir_all(root.path().join("templates/tenant")).unwrap();
    fs::write(
        root.path().join("templates/tenant/notes.yaml"),
        "$for: number in range(2400)\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: note-${{ number }}\n  \
         namespace: ${{ tenant.namespace }}\n  labels: ${{ labels }}\ndata: {a: x, b: x, c: x, d: x, e: x, f: x}\n",
    )
    .unwrap();
    let label = "{example.com/cost-centre: platform}";
    let many = "{a: b, b: b, c: b, d: b, e: b, f: b, g: b, h: b, i: b, j: b}";
    let edits = [label, "{example.com/cost-centre: everybody}", many].map(|to| (PLATFORM, label, to));
    laws(root.path(), &edits);
    let files = Disk::new(root.path().to_owned(), root.path());
    let is_right = edits.map(|(path, from, to)| side(Edited { files: &files, path, from, to }).tenants[0].1.is_ok());
    assert_eq!(is_right, [true, true, false]);
}

/// The parts of a plan have the names that templates have for them.
#[test]
fn parts_have_their_names() {
    let root = testdata().join("fleet");
    let files = Disk::new(root.clone(), &root);
    let side = side(Edited { files: &files, path: PLATFORM, from: "spec:", to: "spec:" });
    for (folder, set) in &side.tenants {
        let plan = &set.as_ref().unwrap().plan;
        let parts = plan.parts(plan).map(|(name, is_same)| {
            assert!(is_same, "{folder}: {name}");
            (name.to_owned(), serde_json::to_value(plan.part(name)).unwrap())
        });
        assert_eq!(serde_json::Value::from_iter(parts), serde_json::to_value(plan).unwrap(), "{folder}");
    }
}
