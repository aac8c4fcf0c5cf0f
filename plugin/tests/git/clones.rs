//! Clones that leave something out, that are damaged, or that somebody else has set up.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use tenantry::find::{Files, Kind, Repository};

use super::made::{Made, git, told, tree};

#[test]
fn sha_256_is_read_as_well() {
    let made = Made::new(&["--object-format=sha256"]);
    made.write("tenants/acme/tenant.yaml", "a: 1");
    made.link("link", "tenants/acme");
    let commit = made.commit();
    let tree = made.tree();
    assert_eq!((commit.len(), tree.commit().to_string()), (64, commit));
    assert_eq!(tree.read("link/tenant.yaml"), Ok(Some("a: 1".to_owned())));
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
    assert_eq!(tree.id("module"), None);
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
        command.args(["--ignored", "--exact", "clones::opened", "--nocapture"]).env("TENANTRY_TEST_FOLDER", &made.root);
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
