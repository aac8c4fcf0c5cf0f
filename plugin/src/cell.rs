//! A cell: one platform file, what it names, and the tenants below it.

use std::collections::BTreeMap;

use crate::find::{Files, TENANT_FILE, join, parent};
use crate::problem::{Problem, Problems};
use crate::read::{At, Read, Reader, did_you_mean, quoted_list, refuse_literal_secrets};
use crate::render::{Templates, Wanted};
use crate::resolve::{module_rules, platform_rules};
use crate::source::{FileId, Sources, Span};
use crate::spec::value::ModuleName;
use crate::spec::{Module, ModuleKind, Platform, PlatformKind, Tenant, TenantKind};
use crate::tree::{Node, Value, document, document_with_nulls};

/// A platform file with all that it names, read and checked.
#[derive(Debug)]
pub struct Cell {
    /// The platform file's folder.
    pub folder: String,
    /// The platform file.
    pub platform: Platform,
    /// The descriptions of the modules that have one.
    pub modules: BTreeMap<ModuleName, Module>,
    /// The built-in templates, with the cell's own laid over them.
    pub templates: Templates,
    /// The values that hold where nothing says otherwise.
    pub defaults: Node,
}

/// The version of this plugin.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The values that hold where neither platform, tier nor tenant says otherwise, written as a tenant's spec.
const DEFAULTS: &str = include_str!("resolve/defaults.yaml");

impl Cell {
    /// Reads a platform file, its modules' descriptions and those templates that are wanted.
    ///
    /// # Errors
    /// Every problem of every one of these files.
    pub fn load(files: &dyn Files, sources: &Sources, path: &str, wanted: Wanted) -> Result<Self, Problems> {
        let mut problems = Problems::new();
        let folder = parent(path).unwrap_or_default().to_owned();
        let platform = read_file::<Platform>(files, sources, path, &mut problems);
        let templates = Templates::load(files, sources, &join(&folder, "templates"), wanted, &mut problems);
        let defaults = document(sources, sources.add("built-in defaults", DEFAULTS), &mut problems);
        let (Some((platform, _)), Some(defaults)) = (platform, defaults) else {
            return Err(problems);
        };
        let modules = read_modules(files, sources, &folder, &platform, &mut problems);
        platform_rules::check(&platform, &mut problems);
        for (name, used) in platform.spec.terraform.iter().flat_map(|terraform| &terraform.modules) {
            if let Some(description) = modules.get(name) {
                module_rules::check(name, used, description, &mut problems);
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { folder, platform, modules, templates, defaults })
    }

    /// A new sidecar never changes a tenant whose pin did not move.
    ///
    /// # Errors
    /// The platform file is for another version of the plugin.
    pub fn is_for_this_version(&self) -> Result<(), Problem> {
        let pinned = &self.platform.spec.tenantry;
        if pinned.as_str() == VERSION {
            return Ok(());
        }
        let message = format!("this commit is rendered by tenantry {}, and this is {VERSION}", pinned.as_str());
        let hint = format!("name the plugin `tenantry-v{}` in the Application", pinned.as_str());
        Err(Problem::new(pinned.at, message).label("another version").hint(hint))
    }
}

/// A tenant's file as it was read.
#[derive(Debug)]
pub struct TenantFile {
    /// Its folder.
    pub folder: String,
    /// The file.
    pub tenant: Tenant,
    /// `spec` as a tree.
    pub spec: Node,
}

/// Reads a tenant's file. Goes on where it can after a problem.
pub fn read_tenant(files: &dyn Files, sources: &Sources, folder: &str, problems: &mut Problems) -> Option<TenantFile> {
    let (tenant, node) = read_file::<Tenant>(files, sources, &join(folder, TENANT_FILE), problems)?;
    let name = &tenant.metadata.name;
    let expected = folder.rsplit('/').next().unwrap_or_default();
    // The root itself has no name here; what was handed over alone cannot be compared.
    if !expected.is_empty() && name.as_str() != expected {
        problems.push(
            Problem::new(name.at, format!("tenant `{}` is in the folder `{expected}`", name.as_str()))
                .label("must be the folder's name")
                .hint(format!("rename the folder, or write `name: {expected}`")),
        );
    }
    let spec = node.get(&["spec"])?.clone();
    Some(TenantFile { folder: folder.to_owned(), tenant, spec })
}

fn read_modules(
    files: &dyn Files,
    sources: &Sources,
    folder: &str,
    platform: &Platform,
    problems: &mut Problems,
) -> BTreeMap<ModuleName, Module> {
    let mut modules = BTreeMap::new();
    for (name, used) in platform.spec.terraform.iter().flat_map(|terraform| &terraform.modules) {
        let Some(description) = &used.description else { continue };
        let path = join(folder, description.as_str());
        let before = problems.len();
        let missing = |shown: &str| {
            Problem::new(description.at, format!("there is no file `{shown}`"))
                .label("the module's description")
                .hint("its path begins at the platform file's folder")
        };
        let Some((module, _)) = read_file_or::<Module>(files, sources, &path, missing, problems) else { continue };
        if problems.len() > before {
            continue;
        }
        let At { value: version, at } = &module.version;
        if *version != used.version {
            problems.push(
                Problem::new(*at, format!("the description is of version `{version}`, `{}` is used", used.version))
                    .label("another version")
                    .related(description.at, "named here"),
            );
        }
        modules.insert(name.clone(), module);
    }
    modules
}

/// A type that is a file of its own.
pub(crate) trait Document: Read {
    /// Its `kind`.
    const KIND: &'static str;

    /// Its tree.
    fn tree(sources: &Sources, file: FileId, problems: &mut Problems) -> Option<Node> {
        document(sources, file, problems)
    }
}

impl Document for Tenant {
    const KIND: &'static str = TenantKind::WORDS[0];
}

impl Document for Platform {
    const KIND: &'static str = PlatformKind::WORDS[0];
}

impl Document for Module {
    const KIND: &'static str = ModuleKind::WORDS[0];

    fn tree(sources: &Sources, file: FileId, problems: &mut Problems) -> Option<Node> {
        let node = document_with_nulls(sources, file, problems)?;
        Self::refuse_nulls(&node, problems);
        Some(node)
    }
}

/// A file of one document, its kind checked first, so that a file of another kind is one problem and not fifty.
fn read_file<T: Document>(
    files: &dyn Files,
    sources: &Sources,
    path: &str,
    problems: &mut Problems,
) -> Option<(T, Node)> {
    let missing = |shown: &str| Problem::path(shown, format!("there is no file `{shown}`"));
    read_file_or(files, sources, path, missing, problems)
}

/// The same, where the problem of a file that is missing is the caller's to say.
pub(crate) fn read_file_or<T: Document>(
    files: &dyn Files,
    sources: &Sources,
    path: &str,
    missing: impl FnOnce(&str) -> Problem,
    problems: &mut Problems,
) -> Option<(T, Node)> {
    let shown = files.show(path);
    let text = match files.read(path) {
        Ok(Some(text)) => text,
        Ok(None) => {
            problems.push(missing(&shown));
            return None;
        }
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let file = sources.add(shown, text);
    let node = T::tree(sources, file, problems)?;
    if !is_kind(&node, T::KIND, problems) {
        return None;
    }
    refuse_literal_secrets(&node, problems);
    let value = T::read(&node, &mut Reader::new(problems))?;
    Some((value, node))
}

fn is_kind(node: &Node, wanted: &str, problems: &mut Problems) -> bool {
    let Some(map) = node.as_map() else {
        problems.push(
            Problem::new(Span { end: node.at.start, ..node.at }, format!("a {wanted} is a map, found {}", node.kind()))
                .label("wants `apiVersion`, `kind`, `metadata` and `spec`"),
        );
        return false;
    };
    match map.get("kind").map(|node| (&node.value, node.at)) {
        Some((Value::Text(kind), _)) if kind == wanted => true,
        Some((Value::Text(kind), at)) => {
            problems.push(
                Problem::new(at, format!("kind `{kind}` where a `{wanted}` belongs"))
                    .label("of another kind")
                    .maybe_hint(did_you_mean(kind, [wanted])),
            );
            false
        }
        // A missing or strange kind is told with everything else.
        _ => true,
    }
}

/// A name that must be one of a few.
pub(crate) fn unknown(what: &str, name: &At<impl AsRef<str>>, known: &[&str]) -> Problem {
    let given = name.value.as_ref();
    Problem::new(name.at, format!("unknown {what} `{given}`"))
        .label("not in the platform file")
        .maybe_hint(did_you_mean(given, known.iter().copied()))
        .hint(format!("the platform has {}", quoted_list(known.iter().copied())))
}
