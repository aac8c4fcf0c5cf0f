//! The shipped Terraform modules, with the real provider's schema: formatted, valid, their own tests passed, their tables up to
//! date. Another version's schema is asked whether it knows what they use. No cloud is asked. What wants something that the machine
//! does not have is counted as ignored, and a line says why.

#[path = "aws_modules/attributes.rs"]
mod attributes;
#[path = "aws_modules/package.rs"]
mod package;
#[path = "aws_modules/schema.rs"]
mod schema;
#[path = "aws_modules/used.rs"]
mod used;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Result, ensure};
use e2e::cache::workspace;
use e2e::mirror;
use e2e::process::run;
use libtest_mimic::{Arguments, Failed, Trial};

/// The modules, each a folder of `terraform/`.
const MODULES: &[&str] = &["tenant", "platform"];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each of them starts a provider that takes most of a gigabyte of memory.
    arguments.test_threads.get_or_insert(1);
    let mirror = mirror::find();
    if mirror.is_none() {
        eprintln!("ignored, the modules with the real provider: {}", mirror::MISSING);
    }
    let mut trials = vec![trial("docs_are_up_to_date", docs_are_up_to_date)];
    for module in MODULES {
        for (name, test) in [("is_formatted_and_valid", is_formatted_and_valid as Test), ("tests_pass", tests_pass)] {
            let found = mirror.clone();
            let run = move || test(&Module::prepare(module, found)?);
            trials.push(trial(&format!("{module}::{name}"), run).with_ignored_flag(mirror.is_none()));
        }
    }
    // Where somebody relies on it, what was not asked is a failure: unlike the provider, npm can be had everywhere.
    let missing = package::missing().filter(|_| std::env::var("CI").as_deref() != Ok("true"));
    if let Some(missing) = missing {
        eprintln!("ignored, the modules with the schema of another version: {missing}");
    }
    for (name, test) in attributes::TESTS {
        trials.push(trial(name, test).with_ignored_flag(missing.is_some()));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

type Test = fn(&Module) -> Result<()>;

fn trial(name: &str, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    Trial::test(name, move || test().map_err(|error| Failed::from(format!("{error:#}"))))
}

fn docs_are_up_to_date() -> Result<()> {
    run(Command::new("python3").arg(workspace().join("terraform/docs.py")).arg("--check")).map(drop)
}

fn is_formatted_and_valid(module: &Module) -> Result<()> {
    module.terraform(&["fmt", "-check", "-recursive", "-diff"])?;
    module.terraform(&["validate"]).map(drop)
}

fn tests_pass(module: &Module) -> Result<()> {
    let said = module.terraform(&["test"])?;
    ensure!(said.contains("Success!"), "{said}");
    Ok(())
}

/// A copy of a module, with its provider beside it.
struct Module {
    folder: tempfile::TempDir,
}

impl Module {
    fn prepare(name: &str, mirror: Option<PathBuf>) -> Result<Self> {
        let Some(mirror) = mirror else { anyhow::bail!(mirror::MISSING) };
        let module = Self { folder: tempfile::tempdir()? };
        let text = format!("provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n", mirror.display());
        fs::write(module.settings(), text)?;
        run(Command::new("cp").arg("-r").arg(workspace().join("terraform").join(name)).arg(module.copy()))?;
        module.terraform(&["init", "-backend=false", "-input=false", "-lockfile=readonly"])?;
        Ok(module)
    }

    fn copy(&self) -> PathBuf {
        self.folder.path().join("module")
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("terraformrc")
    }

    fn terraform(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("terraform");
        command.arg(format!("-chdir={}", self.copy().display())).args(arguments);
        command.env("TF_CLI_CONFIG_FILE", self.settings()).env("TF_INPUT", "0").env("CHECKPOINT_DISABLE", "1");
        run(&mut command)
    }
}
