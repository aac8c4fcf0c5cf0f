//! The repository that a folder is in, and the commits that a person names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::Objects;
use super::id::{Commit, ObjectId};
use super::listing::Listing;
use super::program::{Git, Lacks, Said};
use super::tree::Tree;
use crate::find::disk::Disk;
use crate::problem::Problem;

/// What may be the main branch, the likeliest first. A clone knows its origin's; a checkout of continuous integration
/// often has the branch and no `origin/HEAD`.
const MAIN: [&str; 5] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// A folder that holds another many times, which holds another many times, has more paths than any machine has memory
/// for. Of a fleet of 100,000 tenants there are some 16 MiB.
const MAX_LISTING: u64 = 128 << 20;

/// A git repository, read by the `git` program.
#[derive(Debug)]
pub struct Repository {
    git: Git,
    root: PathBuf,
    is_bare: bool,
    objects: Arc<Objects>,
}

/// Where two histories meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The newest commit of both.
    pub commit: Commit,
    /// Whether others are as new: then this is one of several, and a comparison with it may show what is on both sides.
    pub is_one_of_several: bool,
}

impl Repository {
    /// The repository that a folder is in: a clone, one of its worktrees, or a bare repository.
    ///
    /// # Errors
    /// There is no such folder, no repository, no `git` program; or git does not trust the repository.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let shown = folder.display().to_string();
        let git = Git::new(folder, shown.clone());
        let said = git.run(["rev-parse", "--is-inside-work-tree", "--is-bare-repository"])?;
        if !said.succeeded {
            return Err(not_opened(&shown, &said));
        }
        let (is_bare, place) = match &*said.stdout {
            [b't', ..] => (false, "--show-toplevel"),
            [.., b't', b'r', b'u', b'e', b'\n'] => (true, "--absolute-git-dir"),
            _ => {
                return Err(Problem::path(&shown, format!("`{shown}` is git's own folder"))
                    .hint("name the folder that it is in"));
            }
        };
        let said = git.run(["rev-parse", place])?;
        if !said.succeeded {
            return Err(not_opened(&shown, &said));
        }
        let root = path(said.stdout.strip_suffix(b"\n").unwrap_or(&said.stdout));
        let root = root.canonicalize().map_err(|error| {
            Problem::path(&shown, format!("the repository of `{shown}` cannot be read: {}", error.kind()))
        })?;
        let git = Git::new(&root, shown);
        Ok(Self { objects: Arc::new(Objects::new(git.clone())), git, root, is_bare })
    }

    /// The working tree's folder, without links; of a bare repository, its own.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The files of the working tree, shown as they look from `here`: all that lies there, also what git ignores.
    ///
    /// # Errors
    /// There is none, or only a part of it is checked out.
    pub fn working_tree(&self, here: &Path) -> Result<Disk, Problem> {
        let shown = &self.git.shown;
        if self.is_bare {
            return Err(Problem::path(shown, format!("`{shown}` is a bare repository, which has no working tree"))
                .hint("name the two commits to compare: `BASE..HEAD`"));
        }
        let said = self.git.run(["config", "--bool", "core.sparseCheckout"])?;
        if said.succeeded && said.stdout.trim_ascii() == b"true" {
            return Err(Problem::path(shown, "this checkout is sparse: what is not in it would look deleted")
                .hint("compare commits, as `BASE..HEAD`, or check all of it out: `git sparse-checkout disable`"));
        }
        Ok(Disk::new(self.root.clone(), here))
    }

    /// The commit that a revision names: a branch, a tag, an id, `HEAD~3`.
    ///
    /// # Errors
    /// There is no such commit in this clone.
    pub fn resolve(&self, revision: &str) -> Result<Commit, Problem> {
        if let Some(id) = self.id_of(&format!("{revision}^{{commit}}"))? {
            return Ok(Commit(id));
        }
        let shown = &self.git.shown;
        if let Some(id) = self.id_of(revision)? {
            let said = self.git.run(["cat-file", "-t", &id.to_string()])?;
            if said.succeeded {
                let what = String::from_utf8_lossy(&said.stdout);
                if what.trim_end() == "commit" {
                    // `:/words` takes all that follows for words.
                    return Ok(Commit(id));
                }
                let message = format!("`{revision}` is a {}, not a commit", what.trim_end());
                return Err(Problem::path(shown, message).hint("name a branch, a tag, or a commit by its id"));
            }
        }
        let said = self.git.run(["rev-parse", "--verify", "--end-of-options", revision])?;
        if said.mentions("is ambiguous") {
            let message = format!("`{revision}` is the beginning of several ids");
            return Err(Problem::path(shown, message).hint("write more of the id"));
        }
        if revision == "HEAD" && self.git.run(["symbolic-ref", "--quiet", "HEAD"])?.succeeded {
            return Err(Problem::path(shown, "there is no commit yet").hint("commit first"));
        }
        match self.git.lacks() {
            Lacks::History => {
                Err(shallow(shown, format!("there is no commit `{revision}` in this clone, which is shallow")))
            }
            Lacks::Contents => {
                let message = format!("there is no commit `{revision}` in this clone, which is partial");
                Err(Problem::path(shown, message).hint("fetch it with `git fetch`; nothing is fetched here"))
            }
            Lacks::Nothing => {
                let remote = format!("refs/remotes/origin/{revision}");
                let hint = match self.id_of(&remote)? {
                    Some(_) => format!("there is `origin/{revision}`"),
                    None => "name a branch, a tag, or a commit by its id; `git fetch` gets new ones".to_owned(),
                };
                let message = format!("there is no commit `{revision}` in this repository");
                Err(Problem::path(shown, message).hint(hint))
            }
        }
    }

    /// Whether a revision is a commit's id or a tag: a branch, or what is counted from one, moves by itself.
    ///
    /// # Errors
    /// `git` cannot be run.
    pub fn is_pinned(&self, revision: &str) -> Result<bool, Problem> {
        let is_id = (7..=64).contains(&revision.len()) && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        let name = revision.strip_prefix("refs/tags/").unwrap_or(revision);
        Ok(is_id || self.id_of(&format!("refs/tags/{name}"))?.is_some())
    }

    /// The newest commit that two commits both have in their histories.
    ///
    /// # Errors
    /// There is none in this clone.
    pub fn merge_base(&self, a: &Commit, b: &Commit) -> Result<Meeting, Problem> {
        let said = self.git.run(["merge-base", "--all", &a.to_string(), &b.to_string()])?;
        let mut lines = said.stdout.trim_ascii().split(|byte| *byte == b'\n');
        if let Some(id) = lines.next().and_then(ObjectId::parse).filter(|_| said.succeeded) {
            return Ok(Meeting { commit: Commit(id), is_one_of_several: lines.next().is_some() });
        }
        let shown = &self.git.shown;
        let message = format!("`{a:.12}` and `{b:.12}` have no commit in common");
        if self.git.lacks() == Lacks::History {
            return Err(shallow(shown, format!("{message} in this clone, which is shallow")));
        }
        Err(Problem::path(shown, message).hint("name the two commits to compare: `BASE..HEAD`"))
    }

    /// What a branch is compared with where nothing is named: the commit at which `HEAD` left the main branch. On
    /// the main branch itself that is `HEAD`. With the branch's name.
    ///
    /// # Errors
    /// There is no main branch, or nothing that `HEAD` has in common with it.
    pub fn default_base(&self) -> Result<(&'static str, Meeting), Problem> {
        let head = self.resolve("HEAD")?;
        let short = |name: &'static str| name.trim_start_matches("refs/remotes/").trim_start_matches("refs/heads/");
        for name in MAIN {
            if let Some(id) = self.id_of(&format!("{name}^{{commit}}"))? {
                return Ok((short(name), self.merge_base(&head, &Commit(id))?));
            }
        }
        let names: Vec<String> = MAIN.into_iter().map(|name| format!("`{}`", short(name))).collect();
        let message = format!("there is no main branch to compare with: none of {}", names.join(", "));
        Err(Problem::path(&self.git.shown, message).hint("fetch it, or name the two commits to compare: `BASE..HEAD`"))
    }

    /// The addresses of the repositories that this one was cloned from or is published to, as they were typed.
    ///
    /// # Errors
    /// `git` cannot be run.
    pub fn remotes(&self) -> Result<Vec<String>, Problem> {
        let said = self.git.run(["config", "--null", "--get-regexp", r"^remote\..*\.url$"])?;
        let text = String::from_utf8_lossy(&said.stdout);
        Ok(text.split('\0').filter_map(|entry| Some(entry.split_once('\n')?.1.to_owned())).collect())
    }

    /// A commit's files, shown as they look from `here`, a folder on disk that is absolute and without links.
    ///
    /// # Errors
    /// The clone leaves out what the commit's folders hold, or the repository is damaged.
    pub fn tree(&self, commit: &Commit, here: &Path) -> Result<Tree, Problem> {
        let shown = &self.git.shown;
        let root = self.git.run(["rev-parse", "--verify", "--end-of-options", &format!("{commit}^{{tree}}")])?;
        let Some(id) = ObjectId::parse(root.stdout.trim_ascii()).filter(|_| root.succeeded) else {
            return Err(self.unlisted(commit, &root));
        };
        let list = ["ls-tree", "-r", "-t", "-z", "--full-tree", &id.to_string()];
        let Some(said) = self.git.run_up_to(list, MAX_LISTING)? else {
            let message = format!("commit `{commit:.12}` has more than {} MiB of paths", MAX_LISTING >> 20);
            return Err(Problem::path(shown, message));
        };
        if !said.succeeded {
            return Err(self.unlisted(commit, &said));
        }
        let listing = Listing::parse(&said.stdout).map_err(|strange| {
            Problem::path(shown, format!("commit `{commit:.12}` holds what no checkout can have: {strange}"))
        })?;
        Ok(Tree::new(*commit, listing, Arc::clone(&self.objects), &self.root, here))
    }

    /// The id that a revision names, if it names one thing.
    fn id_of(&self, revision: &str) -> Result<Option<ObjectId>, Problem> {
        // No argument can hold it.
        if revision.contains('\0') {
            return Ok(None);
        }
        let said = self.git.run(["rev-parse", "--verify", "--quiet", "--end-of-options", revision])?;
        // `^main` is a revision too, of all that is not in `main`; its answer is no id.
        Ok(ObjectId::parse(said.stdout.strip_suffix(b"\n").unwrap_or_default()).filter(|_| said.succeeded))
    }

    fn unlisted(&self, commit: &Commit, said: &Said) -> Problem {
        let shown = &self.git.shown;
        if self.git.lacks() == Lacks::Contents {
            let message =
                format!("the folders of commit `{commit:.12}` are not in this clone, which leaves contents out");
            return Problem::path(shown, message)
                .hint("clone without `--filter`; nothing is fetched while files are read");
        }
        Problem::path(shown, format!("commit `{commit:.12}` cannot be read: {}", said.reason()))
    }
}

fn not_opened(shown: &str, said: &Said) -> Problem {
    if said.mentions("not a git repository") {
        return Problem::path(shown, format!("`{shown}` is in no git repository"))
            .hint("commits are read from a clone; run it inside one");
    }
    if said.mentions("dubious ownership") {
        return Problem::path(
            shown,
            format!("git does not trust the repository of `{shown}`: it belongs to another user"),
        )
        .hint(format!("allow it with `git config --global --add safe.directory {shown}`"));
    }
    Problem::path(shown, format!("the repository of `{shown}` cannot be opened: {}", said.reason()))
}

fn shallow(shown: &str, message: String) -> Problem {
    Problem::path(shown, message)
        .hint("fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` of a checkout action")
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).as_ref() as &OsStr)
}
