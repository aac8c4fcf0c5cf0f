//! The shipped Terraform modules, with the real provider's schema: formatted, valid, their own tests passed, their tables up to
//! date. No cloud is asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::cache::workspace;
use e2e::process::run;

/// The folder that a provider mirror has in it, as `filesystem_mirror` wants it: named by this variable.
const MIRROR: &str = "TENANTRY_AWS_MIRROR";

/// Where Terraform itself looks for a mirror (<https://developer.hashicorp.com/terraform/cli/config/config-file>), and the
/// variable.
fn mirror() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let usual = [home.join(".terraform.d/plugins"), home.join(".local/share/terraform/plugins")];
    let rest = ["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"].map(PathBuf::from);
    let named = std::env::var_os(MIRROR).map(PathBuf::from);
    named
        .into_iter()
        .chain(usual)
        .chain(rest)
        .find(|folder| folder.join("registry.terraform.io/hashicorp/aws").is_dir())
}

fn terraform(folder: &Path, settings: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("terraform");
    command.arg(format!("-chdir={}", folder.display())).args(arguments);
    command.env("TF_CLI_CONFIG_FILE", settings).env("TF_INPUT", "0").env("CHECKPOINT_DISABLE", "1");
    run(&mut command).unwrap()
}

#[test]
fn hold_what_they_promise() {
    let Some(mirror) = mirror() else {
        eprintln!(
            "skipped: no mirror with the provider `hashicorp/aws`; \
             name one: {MIRROR}=DIR, with DIR/registry.terraform.io/hashicorp/aws/VERSION/PLATFORM/ in it"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("terraformrc");
    let text = format!("provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n", mirror.display());
    fs::write(&settings, text).unwrap();
    let modules = workspace().join("terraform");
    terraform(&modules, &settings, &["fmt", "-check", "-recursive", "-diff"]);
    for name in ["tenant", "platform"] {
        let copy = folder.path().join(name);
        run(Command::new("cp").arg("-r").arg(modules.join(name)).arg(&copy)).unwrap();
        terraform(&copy, &settings, &["init", "-backend=false", "-input=false", "-lockfile=readonly"]);
        terraform(&copy, &settings, &["validate"]);
        let said = terraform(&copy, &settings, &["test"]);
        assert!(said.contains("Success!"), "{said}");
    }
    run(Command::new("python3").arg(modules.join("docs.py")).arg("--check")).unwrap();
}
