//! The README's way from a cluster to a running tenant, typed as it is written.

use std::path::Path;
use std::process::{Command, Stdio};

use e2e::cache::{Cache, workspace};
use e2e::process::run;
use e2e::{cluster, requirements};

/// The fenced block directly under the line `<!-- NAME -->`.
fn block<'a>(readme: &'a str, name: &str) -> &'a str {
    let after =
        readme.split_once(&format!("<!-- {name} -->\n```sh\n")).unwrap_or_else(|| panic!("no block `{name}`")).1;
    after.split_once("\n```\n").unwrap().0
}

#[test]
fn installs_and_brings_a_tenant_up() {
    if let Some(missing) = requirements::missing() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        eprintln!("not run: {missing}");
        return;
    }
    let name = format!("readme-{}", std::process::id());
    let result = std::panic::catch_unwind(|| walk(&name));
    cluster::clear(&Cache::open().unwrap(), &name).unwrap();
    result.unwrap();
}

fn walk(name: &str) {
    let program = env!("CARGO_BIN_EXE_e2e");
    run(Command::new(program).args(["up", "--without-argocd", "--name", name])).unwrap();
    let environment = run(Command::new(program).args(["env", "--name", name])).unwrap();
    // A checkout of its own: the first block writes a file.
    let checkout = tempfile::tempdir().unwrap();
    run(Command::new("cp").arg("-r").arg(workspace().join("deploy")).arg(checkout.path())).unwrap();
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    shell(checkout.path(), &environment, block(&readme, "install"));
    let said = shell(checkout.path(), &environment, block(&readme, "first tenant"));
    let pods: Vec<&str> = said.lines().filter(|line| line.starts_with("zenml-")).collect();
    assert!(pods.len() == 1 && pods[0].contains("1/1") && pods[0].contains("Running"), "{said}");
}

/// Types commands into a shell that goes on after one that fails, as a person's does; the last decides.
fn shell(folder: &Path, environment: &str, commands: &str) -> String {
    let mut command = Command::new("bash");
    command.current_dir(folder).arg("-c").arg(format!("{environment}\n{commands}")).stdin(Stdio::null());
    run(&mut command).unwrap()
}
