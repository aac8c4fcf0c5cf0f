//! The whole process as Argo CD starts it, one tenant, a fleet of a thousand, and a review of it.

use std::path::Path;

use divan::Bencher;
use tenantry::cell::Cell;
use tenantry::command::validate;
use tenantry::find::{Disk, Files as _, Memory};
use tenantry::problem::Problems;
use tenantry::render::Wanted;
use tenantry::review::model::SideInfo;
use tenantry::review::{Side, review};
use tenantry::source::Sources;
use tenantry::{pipeline, write};

fn main() {
    divan::main();
}

fn fleet() -> Disk {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleet").canonicalize().unwrap();
    Disk::new(root.clone(), &root)
}

fn process(bencher: Bencher<'_, '_>, folder: &str, argument: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleet").join(folder);
    bencher.bench(|| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tenantry"));
        let output = command.arg(argument).current_dir(&root).output().unwrap();
        assert!(output.status.success());
        output.stdout.len()
    });
}

/// The whole process: start and end, nothing else.
#[divan::bench]
fn process_start(bencher: Bencher<'_, '_>) {
    process(bencher, "", "--version");
}

/// The whole process: the smallest and the largest tenant of the fleet.
#[divan::bench(args = ["hobby", "globex", "meridian"])]
fn process_generate(bencher: Bencher<'_, '_>, name: &str) {
    process(bencher, &format!("tenants/{name}"), "generate");
}

/// Platform file, modules, templates: what every run reads first.
#[divan::bench]
fn cell(bencher: Bencher<'_, '_>) {
    let files = fleet();
    bencher.bench(|| Cell::load(&files, &Sources::default(), "platform.yaml", Wanted::Tenants).unwrap());
}

/// One tenant of a cell that is read already, from its file to the bytes for Argo CD.
#[divan::bench(args = ["acme", "globex"])]
fn tenant(bencher: Bencher<'_, '_>, name: &str) {
    let files = fleet();
    let sources = Sources::default();
    let cell = Cell::load(&files, &sources, "platform.yaml", Wanted::Tenants).unwrap();
    bencher.bench(|| {
        let set = pipeline::tenant(&cell, &files, &Sources::default(), &format!("tenants/{name}"));
        set.map(|set| write::ndjson(&set.manifests)).ok()
    });
}

/// A platform with so many tenants like `acme`; `change` is what its file becomes.
fn fleet_of(tenants: usize, change: impl Fn(String) -> String) -> Memory {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleet");
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let mut files = Memory::default()
        .with("platform.yaml", change(text("platform.yaml")))
        .with("modules/tenant-2.0.0.json", text("modules/tenant-2.0.0.json"));
    let acme = text("tenants/acme/tenant.yaml");
    for number in 0..tenants {
        let name = format!("tenant-{number:05}");
        files = files.with(format!("tenants/{name}/tenant.yaml"), acme.replace("acme", &name));
    }
    files
}

/// `validate` of fleets of two sizes: the cost of a tenant should be the same.
#[divan::bench(args = [100, 1000], sample_count = 5)]
fn validate_fleet(bencher: Bencher<'_, '_>, tenants: usize) {
    let files = fleet_of(tenants, |text| text);
    bencher.bench(|| {
        let mut problems = Problems::new();
        validate(&files, &Sources::default(), &[String::new()], &mut problems, &|_, _| {});
        assert!(problems.is_empty());
    });
}

/// A review of one field of the platform file, beside `validate` of one side. It is to change so many of tenants and platform.
fn review_platform(bencher: Bencher<'_, '_>, tenants: usize, from: &str, to: &str, changed: usize) {
    let before = fleet_of(tenants, |text| text);
    let after = fleet_of(tenants, |text| {
        assert!(text.contains(from));
        text.replace(from, to)
    });
    let starts = [String::new()];
    bencher.bench(|| {
        let (base, head) = (Sources::default(), Sources::default());
        let (base, head) = (Side::find(&before, &base, &starts), Side::find(&after, &head, &starts));
        let review = review((&base, SideInfo::default()), (&head, SideInfo::default()), &|_, _| {});
        assert_eq!(review.counts.changed, changed);
        // The tenants are one set, the platform another.
        assert_eq!(review.sets.len(), changed.min(2));
    });
}

/// One that touches every object of every tenant.
#[divan::bench(args = [100, 1000], sample_count = 5)]
fn review_label(bencher: Bencher<'_, '_>, tenants: usize) {
    review_platform(bencher, tenants, "cost-centre: platform", "cost-centre: everybody", tenants + 1);
}

/// One that touches two objects of every tenant: the rest is taken over from the earlier side.
#[divan::bench(args = [100, 1000], sample_count = 5)]
fn review_image(bencher: Bencher<'_, '_>, tenants: usize) {
    review_platform(bencher, tenants, "example.com/terraform@sha256:2", "example.com/terraform@sha256:3", tenants + 1);
}

/// One that decides something about another tier: both sides are decided, none is rendered.
#[divan::bench(args = [100, 1000], sample_count = 5)]
fn review_of_another_tier(bencher: Bencher<'_, '_>, tenants: usize) {
    review_platform(bencher, tenants, "pods: 200", "pods: 100", 0);
}

/// The everyday review: one tenant's file of many is another. What is the same on both sides is not rendered.
#[divan::bench(args = [100, 1000], sample_count = 5)]
fn review_tenant(bencher: Bencher<'_, '_>, tenants: usize) {
    let before = fleet_of(tenants, |text| text);
    let path = "tenants/tenant-00000/tenant.yaml";
    let text = before.read(path).unwrap().unwrap();
    let after = before.clone().with(path, text.replace("tier: pro", "tier: free"));
    let starts = [String::new()];
    bencher.bench(|| {
        let (base, head) = (Sources::default(), Sources::default());
        let (base, head) = (Side::find(&before, &base, &starts), Side::find(&after, &head, &starts));
        let review = review((&base, SideInfo::default()), (&head, SideInfo::default()), &|_, _| {});
        assert_eq!(review.sets.len(), 1);
    });
}
