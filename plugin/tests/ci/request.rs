//! A pull request, or merge request, of a fleet's repository: the branch `change`, whose scripts run here. Bash, git, jq and
//! `tenantry` are the real ones; the forge's API and the registry of images are stood in for by the programs of `api/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::repository::Repository;

/// The first line of a review.
pub(crate) const MARKER: &str = "<!-- tenantry-review -->";

/// A request on a forge.
pub(crate) struct Request {
    pub(crate) fleet: Repository,
    pub(crate) labels: Vec<&'static str>,
    /// What `tenantry diff` shall end with, where the real one never would.
    pub(crate) ends: &'static str,
    folder: tempfile::TempDir,
}

/// What became of a pipeline.
pub(crate) struct Ended {
    pub(crate) is_green: bool,
    pub(crate) log: String,
    /// The command lines of `tenantry`.
    pub(crate) calls: Vec<String>,
    /// The bodies of all comments, the oldest first.
    pub(crate) comments: Vec<String>,
}

impl Request {
    /// One that changes the fleet; somebody wrote the marker into a comment of their own already.
    pub(crate) fn new(edit: impl FnOnce(&Repository)) -> Self {
        let fleet = Repository::new();
        fleet.git(&["checkout", "--quiet", "-b", "change"]);
        edit(&fleet);
        fleet.commit("Change");
        fleet.git(&["update-ref", "refs/remotes/origin/main", "main"]);
        let request = Self { fleet, labels: Vec::new(), ends: "", folder: tempfile::tempdir().unwrap() };
        let visitor = json!([{"id": 1, "user": {"login": "visitor"}, "author": {"id": 7}, "body": visitor()}]);
        fs::write(request.path("comments"), visitor.to_string()).unwrap();
        request
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a script as a forge's runner does, and gives its code and what it said.
    pub(crate) fn bash(&self, script: &str, path: &[PathBuf], variables: &[(String, String)]) -> (bool, String) {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ci");
        let system = std::env::var_os("PATH").unwrap();
        let folders = path.iter().cloned().chain([own.join("api")]).chain(std::env::split_paths(&system));
        fs::write(self.path("script"), script).unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(self.path("script"));
        command.current_dir(&self.fleet.root).stdin(Stdio::null()).env_clear();
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command.env("IMAGE_FOLDER", image()).env("TENANTRY", env!("CARGO_BIN_EXE_tenantry")).env("ENDS", self.ends);
        command.env("CALLS", self.path("calls")).env("COMMENTS", self.path("comments"));
        let output = command.envs(variables.iter().cloned()).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), text)
    }

    pub(crate) fn ended(&self, is_green: bool, log: String) -> Ended {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        fs::remove_file(self.path("calls")).ok();
        let comments: Value = serde_json::from_str(&fs::read_to_string(self.path("comments")).unwrap()).unwrap();
        let body = |comment: &Value| comment["body"].as_str().unwrap().to_owned();
        Ended {
            is_green,
            log,
            calls: calls.lines().map(str::to_owned).collect(),
            comments: comments.as_array().unwrap().iter().map(body).collect(),
        }
    }
}

/// What somebody else wrote.
pub(crate) fn visitor() -> String {
    format!("{MARKER}\nnot the pipeline's")
}

/// Where the image has its program.
pub(crate) fn image() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ci/image")
}
