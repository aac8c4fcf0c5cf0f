//! One tenant, and a fleet of a thousand, without the process around them.

use std::path::Path;

use divan::Bencher;
use tenantry::cell::Cell;
use tenantry::command::validate;
use tenantry::find::{Disk, Memory};
use tenantry::problem::Problems;
use tenantry::source::Sources;
use tenantry::{pipeline, write};

fn main() {
    divan::main();
}

fn fleet() -> Disk {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleet").canonicalize().unwrap();
    Disk::new(root.clone(), &root)
}

/// Platform file, modules, templates: what every run reads first.
#[divan::bench]
fn cell(bencher: Bencher<'_, '_>) {
    let files = fleet();
    bencher.bench(|| Cell::load(&files, &Sources::default(), "platform.yaml").unwrap());
}

/// One tenant of a cell that is read already, from its file to the bytes for Argo CD.
#[divan::bench(args = ["acme", "globex"])]
fn tenant(bencher: Bencher<'_, '_>, name: &str) {
    let files = fleet();
    let sources = Sources::default();
    let cell = Cell::load(&files, &sources, "platform.yaml").unwrap();
    bencher.bench(|| {
        let set = pipeline::tenant(&cell, &files, &Sources::default(), &format!("tenants/{name}"));
        set.map(|set| write::ndjson(&set.manifests)).ok()
    });
}

/// `validate` of fleets of two sizes: the cost of a tenant should be the same.
#[divan::bench(args = [100, 1000], sample_count = 5)]
fn validate_fleet(bencher: Bencher<'_, '_>, tenants: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/fleet");
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let mut files = Memory::default()
        .with("platform.yaml", text("platform.yaml"))
        .with("modules/tenant-1.4.0.json", text("modules/tenant-1.4.0.json"));
    let acme = text("tenants/acme/tenant.yaml");
    for number in 0..tenants {
        let name = format!("tenant-{number:05}");
        files = files.with(format!("tenants/{name}/tenant.yaml"), acme.replace("acme", &name));
    }
    bencher.bench(|| {
        let mut problems = Problems::new();
        validate(&files, &Sources::default(), "", &mut problems, &|_, _| {});
        assert!(problems.is_empty());
    });
}
