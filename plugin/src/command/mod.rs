//! The commands. What was typed is a type here; what it means is done by the command's own module.

mod against;
mod allow;
mod diff;
mod environment;
mod explain;
mod generate;
mod graph;
mod module;
mod open;
mod output;
mod progress;
mod render;
mod validate;

pub use environment::Environment;
pub use generate::generate;
pub use validate::{Counts, validate};

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use self::output::Output;

/// The input is wrong.
const WRONG_INPUT: u8 = 1;
/// The command line is wrong.
const WRONG_USAGE: u8 = 64;
/// A defect of ours.
pub const DEFECT: u8 = 70;

/// One small file per tenant becomes everything the tenant needs on Kubernetes.
#[derive(Debug, Parser)]
#[command(name = "tenantry", version, about, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    /// When to use colour.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 the input is wrong, 64 wrong usage, 70 a defect of tenantry.";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What Argo CD runs: prints the set of the current folder, one JSON object a line.
    ///
    /// The current folder holds `tenant.yaml` or `platform.yaml`. On any error nothing is printed but the
    /// reasons, on standard error.
    #[command(after_help = "Example:\n  cd tenants/acme && tenantry generate | jq -r .kind")]
    Generate {
        /// The platform file. Default: the nearest `platform.yaml` in a folder above.
        #[arg(long, value_name = "FILE")]
        platform: Option<PathBuf>,
    },
    /// Prints the sets of tenants and platforms for people.
    #[command(after_help = "Examples:\n  tenantry render tenants/acme\n  tenantry render tenants/acme -o json\n  \
                            tenantry render tenants -o dir=rendered")]
    Render {
        /// Folders of tenants or platforms, or folders with such below them. Default: the current folder.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// The form: `yaml`, `json`, or `dir=FOLDER` for a file an object.
        #[arg(short, long, value_name = "FORM", default_value = "yaml")]
        output: render::Form,
        /// The platform file. Default: the nearest `platform.yaml` in a folder above each tenant.
        #[arg(long, value_name = "FILE")]
        platform: Option<PathBuf>,
    },
    /// Checks tenants and platforms, each alone and all together.
    #[command(after_help = "Exit codes: 0 no problems, 1 some, 64 wrong usage, 70 a defect of tenantry.\n\n\
                            Examples:\n  tenantry validate\n  tenantry validate tenants/acme\n  \
                            tenantry validate --against origin/main --allow GENERATION:acme")]
    Validate {
        /// Folders or files. Default: the current folder and all below it.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Refuses also what may not become of a tenant since a commit: another cluster, id, namespace, identity or state, Terraform
        /// switched off, a file that is gone.
        #[arg(long, value_name = "COMMIT")]
        against: Option<String>,
        /// Takes what is done on purpose: `GENERATION:acme`, a generation that goes down, as in a rollback; `SHRUNK:acme`, objects that
        /// go; `UNREAD:acme`, a tenant that was broken before. `*` for all.
        #[arg(long, value_name = "WORD:TENANT", requires = "against")]
        allow: Vec<allow::Allow<crate::review::history::Word>>,
    },
    /// Says what a change does to the fleet: to whom, and how bad it is.
    ///
    /// Both sides are rendered, whole; objects are compared, not text. The working tree is not touched, and no cluster is asked.
    #[command(
        override_usage = "tenantry diff [OPTIONS] [BASE[..HEAD]] [PATH]...",
        after_help = "Exit codes: 0 nothing changes, 1 the input is wrong, 2 something changes, 3 something destructive that is not \
                      allowed, 64 wrong usage, 70 a defect of tenantry.\n\nExamples:\n  tenantry diff\n  \
                      tenantry diff origin/main...HEAD -o markdown\n  \
                      tenantry diff v1.4.0..v1.5.0 tenants/acme --allow DATA-LOSS:acme"
    )]
    Diff(diff::Arguments),
    /// Says where each of a tenant's values comes from, and which template makes each object.
    #[command(after_help = "Examples:\n  tenantry explain tenants/acme\n  tenantry explain tenants/acme .quota\n  \
                            tenantry explain tenants/acme .releases.zenml.values")]
    Explain {
        /// The tenant's folder or file.
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// Only the values at and below this field of `spec`.
        #[arg(value_name = ".FIELD")]
        field: Option<String>,
    },
    /// Says what Argo CD does with a set, in which order: its waves, what each waits for, and how it all goes.
    #[command(after_help = "Exit codes: 0 done, 1 the input is wrong, 64 wrong usage, 70 a defect of tenantry.\n\n\
                            Examples:\n  tenantry graph tenants/acme\n  tenantry graph platform.yaml --output mermaid")]
    Graph {
        /// The folder or file of a tenant or a platform.
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// The form: text for people, or a Mermaid flowchart.
        #[arg(short, long, value_enum, value_name = "FORM", default_value = "text")]
        output: graph::Form,
    },
    /// Describes Terraform modules.
    Module {
        #[command(subcommand)]
        command: ModuleCommand,
    },
    /// Prints a file format as JSON Schema.
    #[command(after_help = "Example:\n  tenantry schema platform > schema/platform.json")]
    Schema {
        /// Which file.
        #[arg(value_enum, default_value = "tenant")]
        file: SchemaOf,
    },
    /// Prints the completions of a shell.
    #[command(after_help = "Example:\n  source <(tenantry completions bash)")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
enum ModuleCommand {
    /// Prints the description of a module: its variables, its files' hash, and what its `tenantry.yaml` says.
    ///
    /// Reads the module's files and nothing else. A platform file names the description; with it the tenants'
    /// variables are checked before Terraform runs.
    #[command(after_help = "Examples:\n  tenantry module describe terraform/tenant -o modules/tenant-2.0.0.json\n  \
                            tenantry module describe terraform/tenant --check modules/tenant-2.0.0.json")]
    Describe {
        /// The module's folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Writes it to a file, whole or not at all.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Compares it with a file instead, and fails where they differ.
        #[arg(long, value_name = "FILE", conflicts_with = "output")]
        check: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaOf {
    /// `tenant.yaml`.
    Tenant,
    /// `platform.yaml`.
    Platform,
}

/// How a command ends that did not do what it was told.
#[derive(Debug)]
pub enum Failure {
    /// The input is wrong; the reasons are told.
    Input(String),
    /// The command line is wrong.
    Usage(String),
    /// What was printed could not be written.
    Output(std::io::Error),
    /// All was done and printed; the code says what was found.
    Found(u8),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

/// Runs the command line; the exit code is the design's.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            error.print().ok();
            return if wrong { WRONG_USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    let output = Output::new(match arguments.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    });
    let (code, text) = match execute(arguments.command, &output) {
        Ok(()) => return ExitCode::SUCCESS,
        // Who closed the pipe has read enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(Failure::Output(error)) => (WRONG_INPUT, format!("error: the output cannot be written: {error}\n")),
        Err(Failure::Usage(text)) => (WRONG_USAGE, format!("error: {text}\n")),
        Err(Failure::Input(text)) => (WRONG_INPUT, text),
        Err(Failure::Found(code)) => return code.into(),
    };
    output.error(&text);
    code.into()
}

fn execute(command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Generate { platform } => {
            let here = open::here()?;
            let bytes = generate(&here, platform.as_deref(), &Environment::of_process()).map_err(Failure::Input)?;
            Ok(output.bytes(&bytes)?)
        }
        Command::Render { paths, output: form, platform } => render::run(&paths, &form, platform.as_deref(), output),
        Command::Validate { paths, against, allow } => {
            let against = against.map(|commit| against::Against { commit, allow });
            validate::run(&paths, against.as_ref(), output)
        }
        Command::Diff(arguments) => diff::run(&arguments, output),
        Command::Explain { path, field } => explain::run(&path, field.as_deref(), output),
        Command::Graph { path, output: form } => graph::run(&path, form, output),
        Command::Module { command: ModuleCommand::Describe { folder, output: to, check } } => {
            module::describe(&folder, to.as_deref(), check.as_deref(), output)
        }
        Command::Schema { file } => {
            let schema = match file {
                SchemaOf::Tenant => crate::schema::tenant(),
                SchemaOf::Platform => crate::schema::platform(),
            };
            Ok(output.text(&format!("{schema:#}\n"))?)
        }
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "tenantry", &mut bytes);
            Ok(output.bytes(&bytes)?)
        }
    }
}
