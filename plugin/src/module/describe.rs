//! The description of a module's folder.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::declared::Declared;
use super::{digest, hcl, json};
use crate::cell::{Document, read_file_or};
use crate::find::{Disk, Files, Kind};
use crate::problem::{Problem, Problems};
use crate::read::{At, Text as _, did_you_mean, quoted_list};
use crate::resolve::module_rules;
use crate::source::Sources;
use crate::spec::value::{AddressedResource, OutputName, Variable};
use crate::spec::{ApiVersion, ModuleFile, ModuleKind, ModuleVariable};
use crate::tree::{Node, Value};

/// What a module's author says of it, in the module's folder.
pub const MODULE_FILE: &str = "tenantry.yaml";
/// The hashes of the providers that a module was made with.
const LOCK_FILE: &str = ".terraform.lock.hcl";

impl Document for ModuleFile {
    const KIND: &'static str = ModuleKind::WORDS[0];
}

/// The description as it is written: the order of the fields is the order in the file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description<'a> {
    api_version: ApiVersion,
    kind: ModuleKind,
    name: String,
    version: String,
    digest: String,
    variables: BTreeMap<&'a str, Described<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    holds_data: &'a [At<AddressedResource>],
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_data: &'a Option<At<Variable>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_data: &'a Option<At<Variable>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imports: Option<Node>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    outputs: &'a [At<OutputName>],
}

#[derive(Serialize)]
struct Described<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Node>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitive: Option<bool>,
}

/// Describes the module whose folder is `root`, as JSON for people and machines.
///
/// # Errors
/// Every problem of its files.
pub fn describe(root: &Path, here: &Path, sources: &Sources) -> Result<String, Problems> {
    let files = Disk::new(root.to_path_buf(), here);
    let mut problems = Problems::new();
    let declared = declared(&files, sources, &mut problems);
    let missing = |shown: &str| {
        Problem::path(shown, format!("there is no file `{shown}`")).hint(
            "it says what Tenantry has to know of a module: at least `apiVersion: tenantry.dev/v1alpha1`, `kind: Module`, `name` and `version`",
        )
    };
    let said = read_file_or::<ModuleFile>(&files, sources, MODULE_FILE, missing, &mut problems);
    let variables: BTreeMap<Variable, ModuleVariable> = declared
        .variables
        .iter()
        .filter_map(|(name, (at, variable))| match Variable::parse(name) {
            Ok(name) => Some((name, variable.clone())),
            Err(rule) => {
                problems.push(Problem::new(*at, format!("variable `{name}` is not a variable name")).label(rule));
                None
            }
        })
        .collect();
    if let Some((said, _)) = &said {
        // What could not be read may be what is named.
        if !declared.is_partial {
            names_what_is_there(said, &declared, &mut problems);
            module_rules::switches(said.keep_data.as_ref(), said.delete_data.as_ref(), &variables, &mut problems);
            module_rules::imports(&said.imports, &variables, &mut problems);
        }
    }
    locked(&files, &declared, &mut problems);
    let digest = digest(root, &files).map_err(|problem| problems.push(problem));
    let (Some((said, tree)), Ok(digest), true) = (said, digest, problems.is_empty()) else { return Err(problems) };
    let description = Description {
        api_version: said.api_version,
        kind: said.kind,
        name: said.name.to_string(),
        version: said.version.to_string(),
        digest,
        variables: variables.iter().map(|(name, variable)| (name.as_str(), described(variable))).collect(),
        holds_data: &said.holds_data,
        keep_data: &said.keep_data,
        delete_data: &said.delete_data,
        imports: tree.get(&["imports"]).filter(|_| !said.imports.is_empty()).map(sorted),
        outputs: &said.outputs,
    };
    // Texts, numbers and maps of such always have a JSON form.
    let text = serde_json::to_string_pretty(&description).unwrap_or_default();
    Ok(text + "\n")
}

fn described(variable: &ModuleVariable) -> Described<'_> {
    let ModuleVariable { kind, description, required, default, sensitive } = variable;
    // Law 3: what is sensitive is not carried out of the module, not even a default.
    let is_open = |default: &&Node| sensitive.is_none() || matches!(default.value, Value::Null);
    Described {
        kind: kind.to_string(),
        description: description.as_deref(),
        required: *required,
        default: default.as_ref().filter(is_open).map(sorted),
        sensitive: *sensitive,
    }
}

fn sorted(node: &Node) -> Node {
    let mut node = node.clone();
    node.sort();
    node
}

/// What the folder's own files declare. Terraform does not look below it either.
fn declared(files: &Disk, sources: &Sources, problems: &mut Problems) -> Declared {
    let mut declared = Declared::default();
    let listed = files.list("").unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    let mut any = false;
    for entry in listed.iter().filter(|entry| entry.kind != Kind::Folder) {
        let name = entry.name.as_str();
        let Some(stem) = [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().find_map(|end| name.strip_suffix(end))
        else {
            continue;
        };
        let shown = files.show(name);
        if name.ends_with(".tofu") || name.ends_with(".tofu.json") {
            problems.push(
                Problem::path(&shown, format!("`{shown}` is for OpenTofu alone"))
                    .hint("write it for both engines: `.tf` or `.tf.json`"),
            );
            continue;
        }
        if stem == "override" || stem.ends_with("_override") {
            problems.push(
                Problem::path(&shown, format!("`{shown}` overrides what other files declare"))
                    .hint("write it where it is declared; the runner has an override of its own"),
            );
            continue;
        }
        let text = match files.read(name) {
            Ok(text) => text.unwrap_or_default(),
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        any = true;
        let file = sources.add(shown, text);
        if name.ends_with(".json") {
            json::read(file, sources, &mut declared, problems);
        } else {
            hcl::read(file, &sources.get(file).text, &mut declared, problems);
        }
    }
    if !any && problems.is_empty() {
        let shown = files.show("");
        problems.push(
            Problem::path(&shown, format!("`{shown}` holds no `.tf` and no `.tf.json` file"))
                .hint("name the folder of a Terraform module"),
        );
    }
    declared
}

/// Tells names in `tenantry.yaml` of what the module does not declare.
fn names_what_is_there(said: &ModuleFile, declared: &Declared, problems: &mut Problems) {
    let held = said.holds_data.iter().map(|address| ("holdsData", &address.value, address.at));
    let adopted = said.imports.iter().map(|(address, import)| ("imports", address, import.at));
    for (field, address, at) in held.chain(adopted) {
        let (name, known, what) = match address.module_call() {
            Some(call) => (call, &declared.calls, "call of a module"),
            None => (address.as_str(), &declared.resources, "resource"),
        };
        if !known.contains_key(name) {
            let message = format!("`{field}` names `{address}`, and the module has no {what} `{name}`");
            problems.push(unknown(Problem::new(at, message), what, name, known.keys()));
        }
    }
    for output in said.outputs.iter().filter(|output| !declared.outputs.contains_key(output.as_str())) {
        let message = format!("`outputs` names `{}`, and the module has no such output", output.as_str());
        problems.push(unknown(Problem::new(output.at, message), "output", output.as_str(), declared.outputs.keys()));
    }
}

fn unknown<'a>(problem: Problem, what: &str, name: &str, known: impl Iterator<Item = &'a String> + Clone) -> Problem {
    let known = || known.clone().map(String::as_str);
    let all = match known().count() {
        0 => format!("the module has no {what} at all"),
        _ => format!("the module has {}", quoted_list(known())),
    };
    problem.label("not in the module").maybe_hint(did_you_mean(name, known())).hint(all)
}

/// Law 5: without its lock file a module would run with whatever provider is there.
fn locked(files: &Disk, declared: &Declared, problems: &mut Problems) {
    let Some((at, provider)) = declared.provider.as_ref().filter(|_| !files.exists(LOCK_FILE)) else { return };
    problems.push(
        Problem::new(*at, format!("the module needs the provider `{provider}` and has no `{LOCK_FILE}`"))
            .label("would run with whatever provider is there")
            .hint("run `terraform providers lock -platform=linux_amd64` in its folder; with `-fs-mirror=FOLDER` it asks no registry")
            .hint("commit the file with the module"),
    );
}
