//! A cluster to look around in.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use e2e::cache::Cache;
use e2e::cluster::Cluster;
use e2e::fleet::Modules;
use e2e::site::Site;
use e2e::{chamber, interrupt, node, ready, requirements, store};

/// A real Kubernetes and a real Argo CD on this machine, from packages alone.
#[derive(Parser)]
#[command(
    after_help = "Example:\n  cargo run -p e2e -- up\n  eval \"$(cargo run -q -p e2e -- env)\"\n  kubectl get pods -A"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts a cluster that goes on until `down`.
    Up {
        /// Its name; several run side by side.
        #[arg(long, default_value = "main")]
        name: String,
        /// Kubernetes alone: without the team's repositories and the secrets' operator, too.
        #[arg(long)]
        bare: bool,
        /// Without Argo CD: what is there before it is installed.
        #[arg(long)]
        without_argocd: bool,
    },
    /// Stops a cluster and leaves nothing of it.
    Down {
        /// Its name.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// Says whether a cluster runs.
    Status {
        /// Its name.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// Prints what a shell has to evaluate to have its `kubectl`.
    Env {
        /// Its name.
        #[arg(long, default_value = "main")]
        name: String,
    },
    /// Is the first process of a node.
    #[command(hide = true)]
    Node { folder: PathBuf },
    /// Fills a store of images.
    #[command(hide = true)]
    Store { folder: PathBuf },
    /// Is a container without a container engine
    #[command(hide = true)]
    Container { folder: PathBuf },
    /// Gives an image to the node in whose namespaces this runs.
    #[command(hide = true)]
    Import { name: String, archive: PathBuf, digest: String },
}

fn main() -> ExitCode {
    match execute(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            interrupt::or_wait();
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<()> {
    match command {
        Command::Up { name, bare, without_argocd } => up(&name, bare, without_argocd),
        Command::Down { name } => {
            let cache = Cache::open()?;
            match Cluster::find(&cache, &name)? {
                Some(cluster) => cluster.down(&cache, &name),
                None => e2e::cluster::clear(&cache, &name),
            }
        }
        Command::Status { name } => {
            let cluster = running(&name)?;
            cluster.check()?;
            println!("cluster `{name}` runs, in {}", cluster.folder.display());
            Ok(())
        }
        Command::Env { name } => {
            let cluster = running(&name)?;
            print!("{}", fs::read_to_string(cluster.folder.join("environment"))?);
            Ok(())
        }
        Command::Node { folder } => node::be(&folder),
        Command::Store { folder } => store::fill(&folder),
        Command::Container { folder } => chamber::be(&folder),
        Command::Import { name, archive, digest } => store::import(&name, &archive, &digest),
    }
}

fn up(name: &str, bare: bool, without_argocd: bool) -> Result<()> {
    if let Some(missing) = requirements::missing() {
        bail!("{missing}");
    }
    let cache = Cache::open()?;
    if Cluster::find(&cache, name)?.is_some() {
        bail!("cluster `{name}` runs already; stop it with `down`, or give this one another `--name`");
    }
    interrupt::clears(&cache, name)?;
    let begun = std::time::Instant::now();
    let program = std::env::current_exe()?;
    if bare {
        let cluster = Cluster::up(&cache, name, &program, true)?;
        cluster.enter_network()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(ready::node(&cluster))?;
        eprintln!("e2e: a node is ready after {:.1} s", begun.elapsed().as_secs_f64());
        return Ok(());
    }
    Site::up(&cache, name, &program, Modules::StandIn, true, !without_argocd)?;
    eprintln!(
        "e2e: `eval \"$(cargo run -q -p e2e -- env --name {name})\"` gives this shell its kubectl; `down` stops it"
    );
    Ok(())
}

fn running(name: &str) -> Result<Cluster> {
    Cluster::find(&Cache::open()?, name)?.with_context(|| format!("no cluster `{name}` runs"))
}
