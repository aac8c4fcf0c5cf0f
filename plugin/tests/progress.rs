//! Progress of long work, on a real terminal: of `script`.

mod repository;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use repository::Repository;

/// A `git` whose files come late, so that any fleet is long work.
fn slow_git(folder: &Path) -> String {
    let path = std::env::var("PATH").unwrap();
    let git = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
    let late = format!("#!/bin/sh\ncase \"$*\" in *cat-file*) sleep 3;; esac\nexec '{}' \"$@\"\n", git.display());
    fs::write(folder.join("git"), late).unwrap();
    fs::set_permissions(folder.join("git"), PermissionsExt::from_mode(0o755)).unwrap();
    format!("{}:{path}", folder.display())
}

/// What a program printed, with its exit code.
fn printed(fleet: &Repository, path: &str, program: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(program);
    command.current_dir(&fleet.root).env_clear().env("PATH", path).env("TERM", "xterm").stdin(Stdio::null());
    let output = command.args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Whether there is the `script` of util-linux: another one has other options.
fn has_script() -> bool {
    let version = Command::new("script").arg("--version").stdin(Stdio::null()).output();
    version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains("util-linux"))
}

/// It says what is done before it is known how much there is to do, and nothing of it stays.
#[test]
fn is_drawn_on_a_terminal_alone() {
    if !has_script() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no `script` of util-linux");
        eprintln!("not run: no `script` of util-linux, which has a terminal");
        return;
    }
    let fleet = Repository::new();
    fleet.replace("tenants/acme/tenant.yaml", "{tier: pro}", "{tier: enterprise}");
    let folder = tempfile::tempdir().unwrap();
    let path = slow_git(folder.path());
    let tenantry = env!("CARGO_BIN_EXE_tenantry");
    for (code, arguments) in [(3, "diff HEAD"), (1, "validate --against HEAD")] {
        let arguments = format!("{arguments} --color never");
        let words: Vec<&str> = arguments.split(' ').collect();
        let (piped, stdout, stderr) = printed(&fleet, &path, tenantry, &words);
        assert_eq!(piped, Some(code), "{stderr}");
        assert!(stdout.is_empty() || stderr.is_empty(), "{stderr}");

        let command = format!("'{tenantry}' {arguments}");
        let script = ["--quiet", "--return", "--command", &command, "/dev/null"];
        let (watched, seen, _) = printed(&fleet, &path, "script", &script);
        assert_eq!(watched, Some(code), "{seen}");
        let (drawn, last) = seen.rsplit_once("\u{1b}[2K").unwrap_or_else(|| panic!("no bar: {seen}"));
        assert!(drawn.starts_with("reading"), "{drawn:?}");
        assert_eq!(last.trim_start_matches('\r').replace("\r\n", "\n"), stdout + &stderr);
    }
}
