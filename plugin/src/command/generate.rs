//! `tenantry generate`: what Argo CD runs.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::open::{below, platform as platform_below};
use super::{Failure, open};
use crate::cell::Cell;
use crate::find::{Disk, Mode, locate};
use crate::pipeline;
use crate::problem::{Problem, Problems};
use crate::render::Wanted;
use crate::report;
use crate::source::{Sources, Span};
use crate::write::ndjson;

/// Renders the set of the folder `here`.
///
/// # Errors
/// The reasons, one line each, in at most 2 KiB; nothing in them differs between two tries, so that Argo CD can
/// keep them.
pub fn generate(here: &Path, platform: Option<&Path>, environment: &Environment) -> Result<Vec<u8>, String> {
    let root = match environment.get("ARGOCD_APP_SOURCE_PATH") {
        Some(source) => handed_over(here, source),
        None => match open::open(Path::new("."), here) {
            Ok(opened) => opened.root,
            Err(failure) => return Err(words(failure)),
        },
    };
    let files = Disk::new(root.clone(), &root);
    let sources = Sources::default();
    let result = set(&files, &sources, &root, here, platform, environment);
    result.map_err(|problems| report::lines(&problems.into_sorted(), &sources))
}

fn set(
    files: &Disk,
    sources: &Sources,
    root: &Path,
    here: &Path,
    platform: Option<&Path>,
    environment: &Environment,
) -> Result<Vec<u8>, Problems> {
    let given = environment.parameters();
    if !given.is_empty() {
        return Err(Problems::from(
            Problem::path(".", format!("tenantry takes no parameters, and was given {}", given.join(", ")))
                .hint("remove them from the Application, and any `.argocd-source.yaml` from the folder"),
        ));
    }
    let named = platform_below(platform, root, here)
        .map_err(|failure| Problems::from(Problem::path(".", words(failure).trim_end().to_owned())))?;
    let place = locate(files, &below(root, here), named.as_deref())?;
    let wanted = match place.mode {
        Mode::Tenant => Wanted::Tenants,
        Mode::Platform => Wanted::Platform,
    };
    // The process ends when this is written: giving back what was read, piece by piece, would only take time.
    let cell: &'static Cell = Box::leak(Box::new(Cell::load(files, sources, &place.platform, wanted)?));
    cell.is_for_this_version()?;
    match place.mode {
        Mode::Tenant => {
            let set: &'static _ = Box::leak(Box::new(pipeline::tenant(cell, files, sources, &place.folder)?));
            right_namespace(environment, &set.plan.tenant.namespace, set.file.tenant.metadata.name.at)?;
            Ok(ndjson(&set.manifests))
        }
        Mode::Platform => {
            let manifests = pipeline::platform(cell)?;
            right_namespace(
                environment,
                cell.platform.spec.control.namespace.as_str(),
                cell.platform.spec.tenantry.at,
            )?;
            Ok(ndjson(&manifests))
        }
    }
}

/// The folder that Argo CD handed over: the current one, less the longest end that it shares with the
/// Application's path. Above it lie other Applications' folders.
fn handed_over(here: &Path, source_path: &str) -> PathBuf {
    let mut root = here.to_path_buf();
    let parts: Vec<&str> = source_path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in parts.iter().rev() {
        if root.file_name().is_none_or(|name| name != *part) {
            break;
        }
        root.pop();
    }
    root
}

fn right_namespace(environment: &Environment, namespace: &str, at: Span) -> Result<(), Problem> {
    match environment.get("ARGOCD_APP_NAMESPACE") {
        Some(given) if given != namespace => Err(Problem::new(
            at,
            format!("the Application's destination is namespace `{given}`, and this is rendered for `{namespace}`"),
        )
        .hint(format!("write `destination: {{namespace: {namespace}}}` in the Application"))),
        _ => Ok(()),
    }
}

fn words(failure: Failure) -> String {
    match failure {
        Failure::Input(text) | Failure::Usage(text) => text,
        Failure::Output(error) => error.to_string(),
        Failure::Found(code) => format!("ended with {code}"),
    }
}
