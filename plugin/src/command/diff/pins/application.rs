//! Argo CD's Applications, as far as they say what this plugin renders, and at which commit.

use crate::find::{Files, manifests};
use crate::problem::{Problem, Problems};
use crate::source::{Sources, Span};
use crate::tree::{Node, documents_with_nulls};

use super::address::address;

/// How the names begin by which sources name this plugin: after it comes a version.
const PLUGIN: &str = "tenantry";

/// A source of an Application that this plugin renders.
#[derive(Clone, Debug)]
pub(super) struct Pin {
    /// The Application's name.
    pub(super) application: String,
    /// The address of the repository.
    pub(super) repository: String,
    /// The folder that is rendered, below the repository's root.
    pub(super) folder: String,
    /// Where the folder stands.
    pub(super) folder_at: Span,
    /// What the source is pinned to.
    pub(super) revision: String,
    /// Where the revision stands.
    pub(super) revision_at: Span,
}

/// What manifests say.
#[derive(Debug, Default)]
pub(super) struct Applications {
    /// What this plugin renders.
    pub(super) pins: Vec<Pin>,
    /// What is left out, for people.
    pub(super) notes: Vec<String>,
}

/// Reads every Application at and below a folder. What may be one and cannot be read is a problem: without it, a tenant would be
/// taken for one that has none.
pub(super) fn read(files: &dyn Files, sources: &Sources, problems: &mut Problems) -> Applications {
    const MAY_BE: &str = "an Application in it would be left out: mend it, or name a folder of Applications alone";
    let mut found = Applications::default();
    for path in manifests(files, "", problems) {
        let text = match files.read(&path) {
            Ok(text) => text.unwrap_or_default(),
            // Nobody can tell what it is.
            Err(problem) => {
                problems.push(problem.hint(MAY_BE));
                continue;
            }
        };
        let may_be = mentions_application(&text);
        let mut told = Problems::new();
        let objects = documents_with_nulls(sources, sources.add(files.show(&path), text), &mut told);
        if told.is_empty() {
            objects.iter().for_each(|object| found.object(object, sources, problems));
        } else if may_be {
            told.into_sorted().into_iter().for_each(|problem| problems.push(problem.hint(MAY_BE)));
        }
    }
    found
}

/// Whether there may be an Application in a text that is not YAML as we read it. Comments hold none.
fn mentions_application(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.any(|line| line.contains("argoproj.io") || (line.contains("kind") && line.contains("Application")))
}

impl Applications {
    /// An Application, or a list of them.
    fn object(&mut self, object: &Node, sources: &Sources, problems: &mut Problems) {
        let is_of_argo_cd = object.text_at(&["apiVersion"]).is_none_or(|version| version.starts_with("argoproj.io/"));
        match object.text_at(&["kind"]) {
            Some("Application") if is_of_argo_cd => self.application(object, problems),
            Some("ApplicationSet") if is_of_argo_cd => self.application_set(object, sources, problems),
            _ => {
                let items = object.get(&["items"]).and_then(Node::as_list).unwrap_or_default();
                items.iter().for_each(|item| self.object(item, sources, problems));
            }
        }
    }

    fn application(&mut self, object: &Node, problems: &mut Problems) {
        let name = object.text_at(&["metadata", "name"]).unwrap_or_default();
        for source in object.get(&["spec"]).map(sources_of).unwrap_or_default() {
            if is_ours(source) {
                self.pins.extend(pin(name, source, problems));
            } else if source.get(&["repoURL"]).is_none() {
                // A patch of kustomize: whatever it changes would be left out.
                problems.push(
                    Problem::new(source.at, format!("the source of Application `{name}` has no `repoURL`"))
                        .hint("write each Application whole: patches are not applied here"),
                );
            }
        }
    }

    fn application_set(&mut self, object: &Node, sources: &Sources, problems: &mut Problems) {
        let name = object.text_at(&["metadata", "name"]).unwrap_or_default();
        let template = object.get(&["spec", "template", "spec"]);
        if template.is_some_and(|spec| sources_of(spec).into_iter().any(is_ours)) {
            problems.push(
                Problem::new(object.at, format!("ApplicationSet `{name}` makes Applications that `{PLUGIN}` renders"))
                    .hint(
                        "what it makes is not read here: write the Applications, `argocd appset generate` prints them",
                    ),
            );
        } else {
            let path = &sources.get(object.at.file).path;
            self.notes.push(format!("ApplicationSet `{name}` in `{path}` is not read, nor what it makes"));
        }
    }
}

/// As Argo CD does: `source` counts where there are no `sources`.
fn sources_of(spec: &Node) -> Vec<&Node> {
    match spec.get(&["sources"]).and_then(Node::as_list) {
        Some(many) if !many.is_empty() => many.iter().collect(),
        _ => spec.get(&["source"]).into_iter().collect(),
    }
}

fn is_ours(source: &Node) -> bool {
    source.text_at(&["plugin", "name"]).is_some_and(|name| name.starts_with(PLUGIN))
}

fn pin(application: &str, source: &Node, problems: &mut Problems) -> Option<Pin> {
    let mut text = |key: &str, why: &str| {
        let node = source.get(&[key]);
        if let Some(given) = node.and_then(Node::as_text).filter(|given| !given.is_empty()) {
            return Some((given, node.map_or(source.at, |node| node.at)));
        }
        problems.push(match node.filter(|node| node.as_text().is_none()) {
            Some(node) => Problem::new(node.at, format!("`{key}` of Application `{application}` is {}", node.found()))
                .label("expected text")
                .hint("put it in quotes"),
            None => {
                Problem::new(source.at, format!("the source of Application `{application}` has no `{key}`")).hint(why)
            }
        });
        None
    };
    const NO_PIN: &str = "Argo CD follows the main branch then, and a merge moves it: pin it to an exact commit";
    let repository = text("repoURL", "write the fleet's repository there");
    let path = text("path", "write the folder of a tenant or a platform there");
    let (revision, revision_at) = text("targetRevision", NO_PIN)?;
    let ((repository, _), (path, folder_at)) = (repository?, path?);
    if revision == "HEAD" {
        let message = format!("Application `{application}` is not pinned: its `targetRevision` is `HEAD`");
        problems.push(Problem::new(revision_at, message).hint(NO_PIN));
        return None;
    }
    let Some(folder) = clean(path) else {
        let message = format!("`path` of Application `{application}` does not lie in the repository");
        problems.push(
            Problem::new(folder_at, message)
                .label("Argo CD refuses it")
                .hint("write the folder as it lies below the repository's root, without `/` before it"),
        );
        return None;
    };
    Some(Pin {
        application: application.to_owned(),
        repository: address(repository),
        folder,
        folder_at,
        revision: revision.to_owned(),
        revision_at,
    })
}

/// A path as Argo CD goes it; none where it refuses to.
fn clean(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{clean, mentions_application};

    #[test]
    fn paths_are_gone_as_argo_cd_goes_them() {
        for (path, folder) in [
            ("tenants/acme", Some("tenants/acme")),
            ("./tenants//acme/", Some("tenants/acme")),
            ("tenants/globex/../acme", Some("tenants/acme")),
            (".", Some("")),
            ("./", Some("")),
            ("tenants/..", Some("")),
            ("/tenants/acme", None),
            ("../tenants", None),
            ("tenants/../../x", None),
        ] {
            assert_eq!(clean(path).as_deref(), folder, "{path}");
        }
    }

    #[test]
    fn an_application_is_mentioned() {
        for text in [
            "kind: Application",
            "  kind:  &kind Application",
            "{\"kind\":\"ApplicationSet\"}",
            "apiVersion: argoproj.io/v1alpha1",
            "# of argoproj.io\nkind: Application",
        ] {
            assert!(mentions_application(text), "{text}");
        }
        for text in ["# kind: Application", "kind: Deployment", "{{ .Values.name }}", ""] {
            assert!(!mentions_application(text), "{text}");
        }
    }
}
