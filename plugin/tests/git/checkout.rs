//! A commit answers as its checkout does.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tenantry::cell::Cell;
use tenantry::find::{Disk, Files, Kind, Tree, join, parent, walk};
use tenantry::pipeline;
use tenantry::problem::Problems;
use tenantry::render::Wanted;
use tenantry::source::Sources;
use tenantry::write::ndjson;

use super::made::{Made, git, told, tree};
use super::support::{copy, folders, name, testdata};

const LEAVES: &str = "is a link that leaves the repository";

/// Every question about a path has the same answer. What lies outside the root only the disk knows.
fn same(tree: &Tree, disk: &Disk, path: &str) {
    assert_eq!(tree.show(path), disk.show(path));
    let (ours, theirs) = (tree.read(path), disk.read(path));
    if ours.as_ref().is_err_and(|problem| problem.message.contains(LEAVES)) {
        // There, nothing may be.
        assert!(!matches!(theirs, Ok(Some(_))), "{path:?}: {theirs:?}");
        assert_eq!(tree.list(path), ours.map(|_| Vec::new()));
        return;
    }
    assert_eq!(ours, theirs, "read {path:?}");
    assert_eq!(tree.exists(path), disk.exists(path), "exists {path:?}");
    let (ours, theirs) = (tree.list(path), disk.list(path));
    let (Ok(ours), Ok(mut theirs)) = (&ours, theirs.clone()) else { return assert_eq!(ours, theirs, "list {path:?}") };
    theirs.retain(|entry| entry.name != ".git");
    assert_eq!(ours.len(), theirs.len(), "list {path:?}: {ours:?} {theirs:?}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        let leaves =
            tree.read(&join(path, &ours.name)).is_err_and(|problem| problem.message.contains(LEAVES)) && ours.is_link;
        let kind = if leaves { Kind::Other } else { theirs.kind };
        assert_eq!((&ours.name, ours.kind, ours.is_link), (&theirs.name, kind, theirs.is_link), "list {path:?}");
    }
}

/// Every path of the checkout, with what people could ask for beside it.
fn paths(root: &Path) -> BTreeSet<String> {
    let listed = git(root, ["ls-files", "-z"]);
    let mut all: BTreeSet<String> = ["", ".", "..", "../fleet", "nowhere", "/", "/etc"].map(str::to_owned).into();
    all.insert(root.display().to_string());
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        for suffix in ["", "/", "/.", "/..", "/x", "/tenant.yaml", "/../../fleet", "x"] {
            all.insert(format!("{path}{suffix}"));
        }
        let mut above = parent(path);
        while let Some(folder) = above {
            all.extend(["", "/", "/..", "/x"].map(|suffix| format!("{folder}{suffix}")));
            above = parent(folder);
        }
    }
    all
}

/// A fleet with whatever git can hold.
fn strange() -> Made {
    let made = Made::new(&[]);
    copy(&testdata().join("fleet"), &made.root);
    for (path, target) in [
        ("links/file", "../platform.yaml"),
        ("links/folder", "../tenants/acme"),
        ("links/up", ".."),
        ("links/here", "."),
        ("links/by-link", "folder/tenant.yaml"),
        ("links/to-link", "file"),
        ("links/slash", "folder/"),
        ("links/file-slash", "file/"),
        ("links/dangling", "nothing"),
        ("links/to-dangling", "dangling"),
        ("links/below-file", "../platform.yaml/x"),
        ("links/outside", "../../outside"),
        ("links/outside-folder", "../../outside-folder"),
        ("links/outside-nothing", "../../nothing"),
        ("links/absolute-outside", "/etc"),
        ("links/out-and-in", "../../fleet/tenants"),
        ("links/far-up", "../../../../../../../../../../../../.."),
        ("links/loop", "loop"),
        ("links/ping", "pong"),
        ("links/pong", "ping"),
        ("tenants/acme/templates", "../../modules"),
        ("tenants/hobby/bytes", "../../odd/\u{fc}n\u{ef}"),
    ] {
        made.link(path, target);
    }
    made.link("links/absolute", made.root.join("platform.yaml"));
    made.link("links/absolute-dots", made.root.join("links/../tenants/./acme"));
    made.link("links/name", OsStr::from_bytes(b"../odd/\xff.yaml"));
    // The longest chain that is followed, and one more.
    made.link("links/chain1", "file");
    (2..=42).for_each(|at| made.link(&format!("links/chain{at}"), format!("chain{}", at - 1)));
    fs::write(made.root.join("../outside"), "not ours").unwrap();
    fs::create_dir(made.root.join("../outside-folder")).unwrap();
    for odd in ["a b", "new\nline", "quo\"te'", "-rf", "--help", "\u{fc}n\u{ef}", "\t", "back\\slash", "a:b", "*", "~"]
    {
        made.write(format!("odd/{odd}"), odd);
        made.write(format!("odd/folders/{odd}/tenant.yaml"), odd);
        made.write(odd, odd);
    }
    // Git's order of these is another than that of their names.
    for name in ["order/a", "order/a.b", "order/a-b", "order/a0/x", "order/aa", "order/b/x", "order/b.c"] {
        made.write(name, name);
    }
    made.write(Path::new(OsStr::from_bytes(b"odd/\xff.yaml")), "not named");
    made.write(Path::new(OsStr::from_bytes(b"odd/\xfe/tenant.yaml")), "not named");
    made.write("content/empty", "");
    made.write("content/no-end", "a: 1");
    made.write("content/crlf", "a: 1\r\n");
    made.write("content/not-utf8", b"a: 1\nb: \xff\n");
    made.write("content/nul", b"\0\n\0");
    made.write("content/largest", "x".repeat(1 << 20));
    made.write("content/larger", "x".repeat((1 << 20) + 1));
    let program = made.write("content/program", "#!/bin/sh\n");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(made.root.join("empty")).unwrap();
    made.commit();
    made.check_out();
    made
}

#[test]
fn a_commit_answers_as_its_checkout_does() {
    let made = strange();
    let (tree, disk) = (made.tree(), made.disk());
    let paths = paths(&made.root);
    assert!(paths.len() > 1000);
    for path in &paths {
        same(&tree, &disk, path);
    }
    // The comparison is of something.
    for path in ["links/file", "links/by-link", "links/absolute", "links/out-and-in/acme/tenant.yaml", "links/chain39"]
    {
        assert!(tree.read(path).unwrap().is_some(), "{path}");
    }
    assert!(told(tree.read("links/chain42").unwrap_err()).contains("loop"));
    assert_eq!(told(tree.read("links/dangling").unwrap_err()), "`links/dangling` is a link to nothing");
    for path in ["links/outside", "links/outside-folder", "links/outside-nothing", "links/absolute-outside"] {
        assert!(told(tree.read(path).unwrap_err()).contains(LEAVES), "{path}");
        assert!(tree.exists(path), "{path}");
    }
    assert!(told(tree.read("content/larger").unwrap_err()).contains("larger than 1024 KiB"));
    assert_eq!(tree.read("content/largest").unwrap().unwrap().len(), 1 << 20);
    assert!(told(tree.read("content/not-utf8").unwrap_err()).contains("not UTF-8: byte 9 on line 2"));
    assert!(!tree.exists("empty"));
    let unnamed: Vec<_> =
        tree.list("odd").unwrap().into_iter().filter(|entry| entry.name.contains('\u{fffd}')).collect();
    assert_eq!(unnamed.len(), 2);
    for entry in unnamed {
        assert_eq!(entry.kind, Kind::Other);
        assert_eq!(tree.read(&join("odd", &entry.name)), Ok(None));
    }
    // From where a person stands, and walked as the commands do.
    for here in ["", "tenants/acme", "..", "../elsewhere"] {
        let here = PathBuf::from(format!("{}/{here}", made.root.display()));
        let here = without_dots(&here);
        let repository = made.open();
        let tree = repository.tree(&repository.resolve("HEAD").unwrap(), &here).unwrap();
        let disk = Disk::new(made.root.clone(), &here);
        for path in ["", "tenants/acme/tenant.yaml", "links/dangling", "content/larger"] {
            assert_eq!(tree.show(path), disk.show(path));
            assert_eq!(tree.read(path).err(), disk.read(path).err());
        }
    }
    let (mut ours, mut theirs) = (Problems::new(), Problems::new());
    let walked: Vec<String> = walk(&tree, "", &mut ours).into_iter().map(|folder| folder.path).collect();
    let expected: Vec<String> = walk(&disk, "", &mut theirs).into_iter().map(|folder| folder.path).collect();
    assert_eq!(walked, expected);
    assert_eq!(ours.into_sorted(), theirs.into_sorted());
}

/// A path without `..`, by its text.
fn without_dots(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            normal.pop();
        } else {
            normal.push(part);
        }
    }
    normal
}

/// Paths of few names, so that links meet files, folders and each other.
fn path_of(names: &'static [&'static str], length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(names), length).prop_map(|parts| parts.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn links_lead_where_they_lead_on_disk(
        entries in prop::collection::vec(
            (path_of(&["a", "b", "c", "d"], 1..4), prop::option::of(path_of(&["a", "b", "c", "d", "..", ".", "fleet", ""], 1..6))),
            1..60,
        ),
        asked in prop::collection::vec(path_of(&["a", "b", "c", "d", "..", "fleet", "."], 1..7), 200),
    ) {
        let made = Made::new(&[]);
        for (path, target) in &entries {
            let full = made.root.join(path);
            // What stands where a folder would have to be stays.
            if fs::symlink_metadata(&full).is_ok() || full.ancestors().skip(1).take_while(|above| *above != made.root)
                .any(|above| fs::symlink_metadata(above).is_ok_and(|above| !above.is_dir())) {
                continue;
            }
            match target.as_deref().filter(|target| !target.is_empty()) {
                Some(target) => made.link(path, target),
                None => drop(made.write(path, path)),
            }
        }
        made.commit();
        made.check_out();
        let (tree, disk) = (made.tree(), made.disk());
        for path in paths(&made.root).iter().chain(&asked) {
            // The folder that all lies in is not git's to know.
            same(&tree, &disk, path);
        }
    }
}

#[test]
fn a_tenant_is_rendered_alike() {
    let made = Made::new(&[]);
    copy(&testdata().join("fleet"), &made.root);
    made.commit();
    let (tree, disk) = (made.tree(), made.disk());
    let rendered = |files: &dyn Files| -> Vec<(String, Vec<u8>)> {
        let sources = Sources::default();
        let cell = Cell::load(files, &sources, "platform.yaml", Wanted::All).unwrap();
        let tenants = folders(&made.root.join("tenants"));
        tenants
            .iter()
            .map(|folder| {
                let set = pipeline::tenant(&cell, files, &sources, &format!("tenants/{}", name(folder))).unwrap();
                (name(folder), ndjson(&set.manifests))
            })
            .collect()
    };
    let ours = rendered(&tree);
    assert!(ours.len() > 10);
    assert_eq!(ours, rendered(&disk));
}

#[test]
fn ids_tell_what_changed() {
    let made = Made::new(&[]);
    copy(&testdata().join("fleet"), &made.root);
    made.link("shared", "tenants/hobby");
    let before = made.commit();
    made.write("tenants/acme/tenant.yaml", "changed");
    made.commit();
    let (new, old) = (made.tree(), tree(&made.root, &before));
    assert_eq!(old.commit().to_string(), before);
    let file = "tenants/acme/tenant.yaml";
    assert_ne!(old.id(file), new.id(file));
    assert_eq!(new.id(file).unwrap().to_string(), git(&made.root, ["rev-parse", &format!("HEAD:{file}")]));
    assert_eq!(new.id("shared/tenant.yaml"), old.id("tenants/hobby/tenant.yaml"));
    assert_eq!((new.id("tenants"), new.id("nowhere")), (None, None));
}
