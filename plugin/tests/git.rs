//! Files of a commit: the same answers as from a checkout, whatever the repository holds and whoever asks.
#![cfg(unix)]

mod support;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use support::{copy, folders, name, testdata};
use tempfile::TempDir;
use tenantry::cell::Cell;
use tenantry::find::{Disk, Files, Kind, Repository, Tree, join, parent, walk};
use tenantry::pipeline;
use tenantry::problem::{Problem, Problems};
use tenantry::render::Wanted;
use tenantry::source::Sources;
use tenantry::write::ndjson;

/// A repository in a temporary folder, without the settings of whoever runs the tests.
struct Made {
    folder: TempDir,
    /// Without links.
    root: PathBuf,
}

impl Made {
    fn new(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // In a folder of its own, so that there is something around it.
        let root = folder.path().canonicalize().unwrap().join("fleet");
        fs::create_dir(&root).unwrap();
        git(&root, [&["init", "-q"], options].concat());
        Self { folder, root }
    }

    fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn link(&self, path: &str, target: impl AsRef<Path>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    /// Commits all that is there; the commit's id.
    fn commit(&self) -> String {
        git(&self.root, ["add", "--all", "--force"]);
        git(&self.root, ["commit", "-q", "--allow-empty", "-m", "all"]);
        git(&self.root, ["rev-parse", "HEAD"])
    }

    /// Nothing is there but what git makes of the commit.
    fn check_out(&self) {
        for entry in fs::read_dir(&self.root).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != ".git") {
            if entry.file_type().unwrap().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap();
            } else {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        git(&self.root, ["reset", "-q", "--hard"]);
    }

    fn open(&self) -> Repository {
        Repository::open(&self.root).unwrap()
    }

    fn tree(&self) -> Tree {
        tree(&self.root, "HEAD")
    }

    fn disk(&self) -> Disk {
        Disk::new(self.root.clone(), &self.root)
    }

    /// A clone beside it, over git's own protocol.
    fn clone(&self, options: &[&str]) -> PathBuf {
        git(&self.root, ["config", "uploadpack.allowFilter", "true"]);
        let to = self.folder.path().canonicalize().unwrap().join("clone");
        let from = format!("file://{}", self.root.display());
        git(&self.root, [&["clone", "-q"], options, &[&from, &to.display().to_string()]].concat());
        to
    }
}

fn git<I: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = I>) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder);
    for (key, value) in [("NAME", "test"), ("EMAIL", "test@example.org"), ("DATE", "2024-01-01T00:00:00Z")] {
        command.env(format!("GIT_AUTHOR_{key}"), value).env(format!("GIT_COMMITTER_{key}"), value);
    }
    let output = command.args(["-c", "init.defaultBranch=main", "-c", "gc.auto=0"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn tree(folder: &Path, revision: &str) -> Tree {
    let repository = Repository::open(folder).unwrap();
    let commit = repository.resolve(revision).unwrap();
    repository.tree(&commit, repository.root()).unwrap()
}

fn told(problem: Problem) -> String {
    [&[problem.message], &problem.hints[..]].concat().join("; ")
}

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
    let changed = |path: &str| old.below(path) != new.below(path);
    assert!(changed("tenants") && changed("tenants/acme"));
    assert!(!changed("tenants/hobby") && !changed("modules"));
    assert!(new.below("tenants/hobby").is_some() && new.below("modules").is_some());
    // By the link, what is below is the same; above it, a link may lead anywhere.
    assert_eq!(new.below("shared"), new.below("tenants/hobby"));
    assert_eq!((new.below(""), new.below("nowhere"), new.below("platform.yaml")), (None, None, None));
    let file = "tenants/acme/tenant.yaml";
    assert_ne!(old.blob(file), new.blob(file));
    assert_eq!(new.blob(file).unwrap().to_string(), git(&made.root, ["rev-parse", &format!("HEAD:{file}")]));
    assert_eq!(new.blob("shared/tenant.yaml"), old.blob("tenants/hobby/tenant.yaml"));
    assert_eq!((new.blob("tenants"), new.blob("nowhere")), (None, None));
}

#[test]
fn sha_256_is_read_as_well() {
    let made = Made::new(&["--object-format=sha256"]);
    made.write("tenants/acme/tenant.yaml", "a: 1");
    made.link("link", "tenants/acme");
    let commit = made.commit();
    let tree = made.tree();
    assert_eq!((commit.len(), tree.commit().to_string()), (64, commit));
    assert_eq!(tree.read("link/tenant.yaml"), Ok(Some("a: 1".to_owned())));
    assert_eq!(tree.below("tenants").unwrap().to_string(), git(&made.root, ["rev-parse", "HEAD:tenants"]));
}

#[test]
fn many_threads_read_at_once() {
    let made = Made::new(&[]);
    (0..300)
        .for_each(|at| drop(made.write(format!("tenants/t{at}/tenant.yaml"), format!("tenant: {at}\n").repeat(at))));
    made.write("large", "x".repeat(2 << 20));
    made.commit();
    let tree = made.tree();
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let tree = &tree;
            scope.spawn(move || {
                for at in (0..300).map(|at| (at * 7 + thread * 11) % 300) {
                    let text = tree.read(&format!("tenants/t{at}/tenant.yaml")).unwrap().unwrap();
                    assert_eq!(text, format!("tenant: {at}\n").repeat(at));
                    if at % 100 == 0 {
                        assert!(tree.read("large").is_err());
                    }
                }
            });
        }
    });
}

#[test]
fn revisions_are_found_or_told() {
    let made = Made::new(&[]);
    made.write("platform.yaml", "a: 1");
    let first = made.commit();
    git(&made.root, ["tag", "-a", "-m", "first", "v1"]);
    made.write("platform.yaml", "a: 2");
    let second = made.commit();
    // Git itself makes no such branch; a file is made in no time.
    fs::write(made.root.join(".git/refs/heads/--all"), format!("{first}\n")).unwrap();
    let repository = made.open();
    let id = |revision: &str| repository.resolve(revision).map(|commit| commit.to_string());
    for (revision, expected) in [
        ("HEAD", &second),
        ("main", &second),
        ("v1", &first),
        ("HEAD~1", &first),
        (&first[..10], &first),
        (&first, &first),
        ("@", &second),
    ] {
        assert_eq!(id(revision).as_ref(), Ok(expected), "{revision}");
    }
    let gone = "1".repeat(40);
    for revision in [
        "",
        "nope",
        &gone,
        "--help",
        "-h",
        "--branches",
        "--git-dir",
        "^main",
        "main..HEAD",
        "HEAD^{tree}",
        "HEAD:",
        "a\0b",
        "main\nmain",
        "$(id)",
        ";",
    ] {
        assert!(id(revision).is_err(), "{revision:?}");
    }
    let of = |revision: &str| told(id(revision).unwrap_err());
    assert_eq!(
        of("nope"),
        "there is no commit `nope` in this repository; name a branch, a tag, or a commit by its id; `git fetch` gets new ones"
    );
    assert_eq!(
        of("HEAD:platform.yaml"),
        "`HEAD:platform.yaml` is a blob, not a commit; name a branch, a tag, or a commit by its id"
    );
    assert!(of("--help").starts_with("there is no commit `--help`"));
    git(&made.root, ["update-ref", "refs/remotes/origin/release", &first]);
    assert_eq!(of("release"), "there is no commit `release` in this repository; there is `origin/release`");
}

#[test]
fn bases_are_found_or_told() {
    let made = Made::new(&[]);
    let nothing = told(made.open().default_base().unwrap_err());
    assert_eq!(nothing, "there is no commit yet; commit first");
    let base = made.commit();
    git(&made.root, ["checkout", "-q", "-b", "work"]);
    made.write("b", "");
    let work = made.commit();
    let repository = made.open();
    let base_of = || repository.default_base().map(|(_, meeting)| meeting.commit.to_string());
    assert_eq!(base_of().as_ref(), Ok(&base));
    // The main branch of the origin is before one's own, which may be old.
    git(&made.root, ["update-ref", "refs/remotes/origin/main", &work]);
    assert_eq!(base_of().as_ref(), Ok(&work));
    git(&made.root, ["update-ref", "refs/remotes/origin/trunk", &base]);
    git(&made.root, ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    assert_eq!(base_of().as_ref(), Ok(&base));
    for name in ["refs/remotes/origin/HEAD", "refs/remotes/origin/trunk", "refs/remotes/origin/main", "refs/heads/main"]
    {
        git(&made.root, ["update-ref", "--no-deref", "-d", name]);
    }
    assert_eq!(
        told(repository.default_base().unwrap_err()),
        "there is no main branch to compare with: none of `origin/HEAD`, `origin/main`, `origin/master`, `main`, \
         `master`; fetch it, or name the two commits to compare: `BASE..HEAD`"
    );
    // A tag is no branch.
    git(&made.root, ["tag", "main"]);
    assert!(repository.default_base().is_err());
    git(&made.root, ["checkout", "-q", "--orphan", "other"]);
    let (a, b) = (repository.resolve(&work).unwrap(), repository.resolve(&made.commit()).unwrap());
    assert!(told(repository.merge_base(&a, &b).unwrap_err()).contains("have no commit in common"));
    assert_eq!(repository.merge_base(&a, &repository.resolve(&base).unwrap()).unwrap().commit.to_string(), base);
}

#[test]
fn a_shallow_clone_says_so() {
    let made = Made::new(&[]);
    made.write("platform.yaml", "a: 1");
    let first = made.commit();
    git(&made.root, ["branch", "old"]);
    made.write("platform.yaml", "a: 2");
    made.commit();
    let clone = made.clone(&["--depth=1", "--no-single-branch"]);
    let repository = Repository::open(&clone).unwrap();
    assert_eq!(tree(&clone, "HEAD").read("platform.yaml"), Ok(Some("a: 2".to_owned())));
    let old = repository.resolve("origin/old").unwrap();
    assert_eq!(old.to_string(), first);
    let problem = told(repository.resolve("HEAD~1").unwrap_err());
    assert!(problem.starts_with("there is no commit `HEAD~1` in this clone, which is shallow; fetch"), "{problem}");
    let problem = told(repository.merge_base(&old, &repository.resolve("HEAD").unwrap()).unwrap_err());
    assert!(problem.contains("in this clone, which is shallow; fetch the whole history"), "{problem}");
}

/// Nothing is fetched, though the origin is there and would answer.
#[test]
fn a_partial_clone_says_so() {
    for (filter, listed) in [("--filter=blob:none", true), ("--filter=tree:0", false)] {
        let made = Made::new(&[]);
        made.write("tenants/acme/tenant.yaml", "a: 1");
        made.link("link", "tenants");
        made.commit();
        let clone = made.clone(&[filter, "--no-checkout"]);
        let repository = Repository::open(&clone).unwrap();
        let tree = repository.tree(&repository.resolve("HEAD").unwrap(), &clone);
        if listed {
            let tree = tree.unwrap();
            assert!(tree.exists("tenants/acme/tenant.yaml"));
            for _ in 0..2 {
                let problem = told(tree.read("tenants/acme/tenant.yaml").unwrap_err());
                assert!(
                    problem.contains("is not in this clone, which leaves contents out; clone without"),
                    "{problem}"
                );
            }
            assert!(told(tree.list("link").unwrap_err()).contains("is not in this clone"));
            assert_eq!(tree.list("").unwrap()[0].kind, Kind::Other);
            assert!(told(tree.failure().unwrap()).contains("is not in this clone"));
        } else {
            assert!(told(tree.unwrap_err()).contains("are not in this clone, which leaves contents out"));
        }
        let problem = told(repository.resolve(&"1".repeat(40)).unwrap_err());
        assert!(problem.contains("in this clone, which is partial"), "{problem}");
    }
}

#[test]
fn what_is_damaged_is_told() {
    let made = Made::new(&[]);
    made.write("tenant.yaml", "a: 1");
    made.write("whole.yaml", "a: 2");
    made.commit();
    let id = git(&made.root, ["rev-parse", "HEAD:tenant.yaml"]);
    let object = made.root.join(".git/objects").join(&id[..2]).join(&id[2..]);
    let tree = made.tree();
    for damage in [true, false] {
        fs::set_permissions(&object, fs::Permissions::from_mode(0o644)).unwrap();
        if damage {
            fs::write(&object, "damaged").unwrap();
        } else {
            fs::remove_file(&object).unwrap();
        }
        let problem = told(tree.read("tenant.yaml").unwrap_err());
        assert!(problem.starts_with("`tenant.yaml` cannot be read: "), "{problem}");
        assert_eq!(tree.read("whole.yaml"), Ok(Some("a: 2".to_owned())));
        assert!(told(tree.failure().unwrap()).starts_with("`tenant.yaml` cannot be read: "));
    }
}

#[test]
fn a_repository_is_found_wherever_it_is() {
    let made = Made::new(&[]);
    made.write("tenants/acme/tenant.yaml", "a: 1");
    let commit = made.commit();
    let root = |folder: &Path| Repository::open(folder).map(|repository| repository.root().to_path_buf());
    assert_eq!(root(&made.root).as_ref(), Ok(&made.root));
    assert_eq!(root(&made.root.join("tenants/acme")).as_ref(), Ok(&made.root));
    symlink(&made.root, made.folder.path().join("by-link")).unwrap();
    assert_eq!(root(&made.folder.path().join("by-link/tenants")).as_ref(), Ok(&made.root));

    let worktree = made.root.parent().unwrap().join("work tree\n");
    git(
        &made.root,
        [OsStr::new("worktree"), OsStr::new("add"), OsStr::new("-q"), OsStr::new("--detach"), worktree.as_os_str()],
    );
    assert!(worktree.join(".git").is_file());
    assert_eq!(root(&worktree.join("tenants")).as_ref(), Ok(&worktree));
    assert_eq!(tree(&worktree, "main").read("tenants/acme/tenant.yaml"), Ok(Some("a: 1".to_owned())));

    let bare = made.clone(&["--bare"]);
    assert_eq!(root(&bare).as_ref(), Ok(&bare));
    assert_eq!(root(&bare.join("objects")).as_ref(), Ok(&bare));
    let tree = tree(&bare, "HEAD");
    assert_eq!((tree.commit().to_string(), tree.show("tenants")), (commit, "tenants".to_owned()));
    assert_eq!(tree.read("tenants/acme/tenant.yaml"), Ok(Some("a: 1".to_owned())));

    let problem = |folder: &Path| told(root(folder).unwrap_err());
    let inside = made.root.join(".git/refs");
    assert_eq!(problem(&inside), format!("`{}` is git's own folder; name the folder that it is in", inside.display()));
    let none = made.folder.path();
    assert_eq!(
        problem(none),
        format!("`{}` is in no git repository; commits are read from a clone; run it inside one", none.display())
    );
    let gone = none.join("gone");
    assert_eq!(problem(&gone), format!("there is no folder `{}`", gone.display()));
}

#[test]
fn a_submodule_is_no_part_of_the_commit() {
    let made = Made::new(&[]);
    made.write("tenant.yaml", "a: 1");
    made.link("to-module", "module");
    let id = made.commit();
    git(&made.root, ["update-index", "--add", "--cacheinfo", &format!("160000,{id},module")]);
    git(&made.root, ["commit", "-q", "-m", "module"]);
    let tree = made.tree();
    let kinds: Vec<_> = tree.list("").unwrap().into_iter().map(|entry| (entry.name, entry.kind)).collect();
    let kinds: Vec<_> = kinds.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    assert_eq!(kinds, [("module", Kind::Other), ("tenant.yaml", Kind::File), ("to-module", Kind::Other)]);
    assert!(tree.exists("module"));
    assert_eq!(told(tree.read("module").unwrap_err()), "`module` is a submodule, not a file");
    assert_eq!(tree.read("module/tenant.yaml"), Ok(None));
    assert_eq!((tree.blob("module"), tree.below("module")), (None, None));
}

/// What the commit's id says, not what someone has put in its place.
#[test]
fn nothing_is_replaced() {
    let made = Made::new(&[]);
    made.write("tenant.yaml", "a: 1");
    let first = made.commit();
    made.write("tenant.yaml", "a: 2");
    let second = made.commit();
    git(&made.root, ["replace", &first, &second]);
    assert_eq!(tree(&made.root, &first).read("tenant.yaml"), Ok(Some("a: 1".to_owned())));
}

/// Opens a repository in an environment of its own.
#[test]
#[ignore = "run by another test"]
fn opened() {
    let folder = std::env::var_os("TENANTRY_TEST_FOLDER").expect("another test names the folder");
    let said = Repository::open(Path::new(&folder)).map(|repository| repository.root().display().to_string());
    println!("said: {}", said.unwrap_or_else(told));
}

#[test]
fn the_environment_leads_nowhere_else() {
    let (made, other) = (Made::new(&[]), Made::new(&[]));
    made.commit();
    let said = |key: &str, value: &OsStr| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "opened", "--nocapture"]).env("TENANTRY_TEST_FOLDER", &made.root);
        let output = command.env(key, value).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let said = text.lines().find_map(|line| line.split_once("said: ")).map(|(_, said)| said.to_owned());
        said.unwrap_or_else(|| panic!("{text}"))
    };
    let root = made.root.display().to_string();
    // As in a hook of another repository.
    assert_eq!(said("GIT_DIR", other.root.join(".git").as_os_str()), root);
    assert_eq!(said("GIT_WORK_TREE", other.root.as_os_str()), root);
    assert_eq!(said("GIT_TRACE", OsStr::new("1")), root);
    assert_eq!(
        said("PATH", OsStr::new("/nowhere")),
        "there is no `git` program; install git, and have it in a folder that `PATH` names"
    );
}
