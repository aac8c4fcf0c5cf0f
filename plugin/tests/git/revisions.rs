//! The commits that a person names.

use std::fs;

use super::made::{Made, git, told};

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
