//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use serde::Serialize;

use crate::exit::Exit;
use crate::{hold, run, say, secret};

/// What is typed.
#[derive(Debug, Parser)]
#[command(name = "tenantry-runner", version, about, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs Terraform for one tenant
    #[command(
        after_help = "Exit codes: 0 done, 3 approval needed, 64 wrong usage, 65 permanent failure, 75 temporary \
                            failure, 76 lock held, 130 interrupted."
    )]
    Terraform {
        /// What to do
        action: Action,
        /// The folder with `run.json` and `terraform.tfvars.json`
        #[arg(long, value_name = "DIR")]
        inputs: PathBuf,
    },
    /// Makes Secrets that are made once
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Reads files once, then waits: keeps an image on its node, and its files in memory
    Hold {
        /// Where to listen when all is read, for a readiness probe
        #[arg(long, value_name = "PORT")]
        listen: Option<u16>,
        /// Files, and folders with all that is in them
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// Makes the declared Secrets that are not there yet
    Ensure {
        /// The JSON file that declares them
        #[arg(long, value_name = "FILE")]
        spec: PathBuf,
    },
}

/// What to do with Terraform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Brings the cloud to what the inputs say
    Apply,
    /// Says what an apply would change, and keeps the list of changes
    Plan,
    /// Takes away what the tenant has, as `destroy` in the inputs says
    Destroy,
    /// Looks for changes made behind Terraform's back
    Drift,
}

/// The whole program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are errors to clap, and go to stdout.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            return exit.into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say::line(format!("error: no runtime: {error}"));
            return Exit::Temporary.into();
        }
    };
    let exit = runtime.block_on(async {
        match arguments.command {
            Command::Terraform { action, inputs } => run::terraform(action, &inputs).await,
            Command::Secret(SecretCommand::Ensure { spec }) => secret::ensure(&spec).await,
            Command::Hold { listen, paths } => hold::hold(listen, &paths).await,
        }
    });
    // A thread that still reads a file must not keep the container.
    runtime.shutdown_background();
    exit.into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_whole() {
        super::Arguments::command().debug_assert();
    }
}
