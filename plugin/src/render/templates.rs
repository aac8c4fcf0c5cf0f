//! The built-in templates, and a cell's own laid over them file by file.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::built_in::BUILT_IN;
use crate::find::{Files, Kind, join};
use crate::problem::{Problem, Problems};
use crate::read::{did_you_mean, quoted_list};
use crate::source::{FileId, Source, Sources};
use crate::template::Template;
use crate::tree::{Node, Recorded, documents, replay};

/// When a template is used: the folder that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// For every tenant, whatever its state.
    Always,
    /// For an active or suspended tenant.
    Tenant,
    /// For a tenant that is being destroyed.
    Destroying,
    /// For the platform's own set.
    Platform,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Always, Self::Tenant, Self::Destroying, Self::Platform];
    const FOLDERS: [&'static str; 4] = ["always", "tenant", "destroying", "platform"];

    fn folder(self) -> &'static str {
        Self::FOLDERS[self as usize]
    }
}

/// Which templates are wanted. Reading a template costs more than filling it, and `generate` reads them anew at
/// each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A tenant's.
    Tenants,
    /// The platform's own set's.
    Platform,
    /// Both.
    All,
}

impl Wanted {
    fn includes(self, stage: Stage) -> bool {
        match self {
            Self::All => true,
            Self::Platform => stage == Stage::Platform,
            Self::Tenants => stage != Stage::Platform,
        }
    }
}

/// A template file.
#[derive(Debug)]
pub struct TemplateFile {
    /// Its name below `templates/`.
    pub name: Arc<str>,
    source: Arc<Source>,
    documents: Documents,
}

/// The documents of a template file.
#[derive(Debug)]
enum Documents {
    /// Of a cell's own file.
    Own(Vec<Template>),
    /// Of a built-in one, compiled when it is first used: it is known to have no problems, and a tenant that lives
    /// needs none of those that destroy.
    BuiltIn(LazyLock<Vec<Template>, Box<dyn FnOnce() -> Vec<Template> + Send>>),
}

impl TemplateFile {
    /// Its documents.
    pub fn documents(&self) -> &[Template] {
        match &self.documents {
            Documents::Own(documents) => documents,
            Documents::BuiltIn(documents) => documents,
        }
    }

    /// Whether another file says the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.source.text == other.source.text
    }
}

/// All templates of a cell.
#[derive(Debug, Default)]
pub struct Templates(BTreeMap<Stage, Vec<TemplateFile>>);

impl Templates {
    /// The built-in templates with those of `folder` laid over them. Tells every problem of every file.
    pub fn load(files: &dyn Files, sources: &Sources, folder: &str, wanted: Wanted, problems: &mut Problems) -> Self {
        let mut own = own_files(files, sources, folder, problems);
        let mut templates = Self::default();
        for stage in Stage::ALL.into_iter().filter(|stage| wanted.includes(*stage)) {
            let folder = format!("{}/", stage.folder());
            let mut found: BTreeMap<String, TemplateFile> = BTreeMap::new();
            for (name, recorded) in BUILT_IN.iter().filter(|(name, _)| name.starts_with(&folder)) {
                if !own.contains_key(*name) {
                    let id = sources.add(format!("built-in templates/{name}"), recorded.text);
                    let documents = Documents::BuiltIn(LazyLock::new(Box::new(move || built_in(recorded, id))));
                    found.insert(
                        (*name).to_owned(),
                        TemplateFile { name: Arc::from(*name), source: sources.get(id), documents },
                    );
                }
            }
            let mine: Vec<String> = own.keys().filter(|name| name.starts_with(&folder)).cloned().collect();
            for (name, id) in mine.into_iter().filter_map(|name| own.remove_entry(&name)) {
                let documents = documents(sources, id, problems);
                let documents = Documents::Own(compile(documents, problems));
                found.insert(name.clone(), TemplateFile { name: Arc::from(name), source: sources.get(id), documents });
            }
            templates.0.insert(stage, found.into_values().collect());
        }
        templates
    }

    /// The templates of a stage, in order of their names.
    pub fn of(&self, stage: Stage) -> &[TemplateFile] {
        self.0.get(&stage).map_or(&[], Vec::as_slice)
    }

    /// Whether other templates say the same.
    pub fn is_same(&self, other: &Self) -> bool {
        let files = |templates: &Self| templates.0.values().flatten().count();
        files(self) == files(other)
            && self.0.values().flatten().all(|file| other.file(&file.name).is_some_and(|other| other.is_same(file)))
    }

    /// The template of a name.
    pub(super) fn file(&self, name: &str) -> Option<&TemplateFile> {
        self.0.values().flatten().find(|file| *file.name == *name)
    }
}

fn compile(documents: Vec<Node>, problems: &mut Problems) -> Vec<Template> {
    documents.into_iter().map(|document| Template::compile(document, problems)).collect()
}

fn built_in(recorded: &Recorded, id: FileId) -> Vec<Template> {
    let mut problems = Problems::new();
    let documents = replay(recorded, id, &mut problems);
    let compiled = compile(documents, &mut problems);
    assert!(problems.is_empty(), "a built-in template has problems: {problems:?}");
    compiled
}

/// The cell's own template files, by their name below `folder`. What is none is told: a file that is silently
/// passed over is a step that silently does not happen.
fn own_files(files: &dyn Files, sources: &Sources, folder: &str, problems: &mut Problems) -> BTreeMap<String, FileId> {
    let mut found = BTreeMap::new();
    let mut told = |problem| problems.push(problem);
    for stage in list(files, folder, &mut told) {
        if stage.name == README || stage.name.starts_with('.') {
            continue;
        }
        let path = join(folder, &stage.name);
        let shown = files.show(&path);
        if stage.kind != Kind::Folder || !Stage::FOLDERS.contains(&stage.name.as_str()) {
            told(
                Problem::path(&shown, format!("`{shown}` is no folder of templates"))
                    .maybe_hint(did_you_mean(&stage.name, Stage::FOLDERS))
                    .hint(format!("the folders are {}", quoted_list(Stage::FOLDERS))),
            );
            continue;
        }
        for file in list(files, &path, &mut told) {
            let path = join(&path, &file.name);
            let shown = files.show(&path);
            if file.name == README || file.name.starts_with('.') {
                continue;
            }
            if !file.name.ends_with(".yaml") || file.kind == Kind::Folder {
                told(
                    Problem::path(&shown, format!("`{shown}` is no template"))
                        .hint("a template is a file whose name ends in `.yaml`"),
                );
                continue;
            }
            match files.read(&path) {
                Ok(Some(text)) => {
                    let id = sources.add(shown, text);
                    found.insert(format!("{}/{}", stage.name, file.name), id);
                }
                Ok(None) => {}
                Err(problem) => told(problem),
            }
        }
    }
    found
}

const README: &str = "README.md";

fn list(files: &dyn Files, folder: &str, told: &mut impl FnMut(Problem)) -> Vec<crate::find::Listed> {
    files.list(folder).unwrap_or_else(|problem| {
        told(problem);
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is compiled at its first use must have been compiled once before it is released.
    #[test]
    fn built_in_templates_have_no_problems() {
        let sources = Sources::default();
        for (name, recorded) in BUILT_IN {
            assert!(!built_in(recorded, sources.add(*name, recorded.text)).is_empty(), "{name}");
        }
    }
}
