//! The schema of a provider, as npm's `@cdktf/provider-aws` declares it: TypeScript that a program wrote, of one form.
//!
//! Of each resource, data source and the provider there is a file with
//! - an interface `…Config`, with a property for each argument and block, and one interface for each block in it. The comment of a
//!   property has a link that ends in Terraform's name, and says which are blocks; a `?` follows those that may be left out;
//! - a class, with a getter for each attribute that can be read, by its name in camel case, and one class for each object in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::used::{Kind, Type, Use, What, Written};

/// What a provider knows.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    types: BTreeMap<Type, Declared>,
}

/// What the file of a type declares.
#[derive(Debug, Default)]
struct Declared {
    /// The interface of what is written.
    config: String,
    /// The class of what is read.
    class: String,
    interfaces: BTreeMap<String, BTreeMap<String, Argument>>,
    /// The getters of each class, with what they return.
    classes: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug)]
struct Argument {
    is_block: bool,
    is_required: bool,
    /// TypeScript's type.
    form: String,
}

impl Schema {
    /// The schema that the files of a folder declare.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let mut types = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            types.extend(declared(&fs::read_to_string(entry?.path())?));
        }
        Ok(Self { types })
    }

    /// What is wrong with these uses, each of it once. Ephemeral resources are not asked about.
    pub(crate) fn findings<'a>(&self, uses: impl IntoIterator<Item = &'a Use>) -> BTreeSet<String> {
        let mut findings = BTreeSet::new();
        for Use { of, what } in uses.into_iter().filter(|used| used.of.0 != Kind::Ephemeral) {
            let mut find = |finding: String| {
                findings.insert(format!("{}: {finding}", name(of)));
            };
            match (self.types.get(of), what) {
                (None, _) => find("there is no such type".to_owned()),
                (Some(declared), What::Written(written)) => {
                    declared.written(&declared.config, written, "", &mut find);
                }
                (Some(declared), What::Read(path)) => declared.unread(path).into_iter().for_each(find),
                (Some(_), What::Whole) => find("handed on as a whole, which is not followed".to_owned()),
            }
        }
        findings
    }
}

/// A type as it is begun in a file.
pub(crate) fn name((kind, name): &Type) -> String {
    let kind = match kind {
        Kind::Provider => "provider",
        Kind::Resource => "resource",
        Kind::Data => "data",
        Kind::Ephemeral => "ephemeral",
    };
    format!("{kind} `{name}`")
}

impl Declared {
    fn written(&self, interface: &str, written: &Written, path: &str, find: &mut dyn FnMut(String)) {
        let Some(known) = self.interfaces.get(interface) else {
            return find(format!("`{path}` is declared in another file, which is not followed"));
        };
        for name in &written.arguments {
            match known.get(name) {
                None => find(format!("no argument `{path}{name}`")),
                Some(argument) if argument.is_block => find(format!("`{path}{name}` is a block, no argument")),
                Some(argument) if self.interface(&argument.form).is_some() => {
                    find(format!("`{path}{name}` is an object, which is not followed"));
                }
                Some(_) => {}
            }
        }
        for (name, inner) in &written.blocks {
            match known.get(name) {
                None => find(format!("no block `{path}{name}`")),
                Some(argument) if !argument.is_block => find(format!("`{path}{name}` is an argument, no block")),
                Some(argument) => {
                    let interface = self.interface(&argument.form).unwrap_or_default();
                    self.written(interface, inner, &format!("{path}{name}."), find);
                }
            }
        }
        for (name, _) in known.iter().filter(|(_, argument)| argument.is_required) {
            let blocks = written.blocks.iter().map(|(name, _)| name);
            if !written.arguments.iter().chain(blocks).any(|given| given == name) {
                find(format!("`{path}{name}` is required"));
            }
        }
    }

    /// The interface in a type such as `Rule[] | cdktf.IResolvable`.
    fn interface<'a>(&self, form: &'a str) -> Option<&'a str> {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        form.split(|letter| !is_word(letter)).find(|word| self.interfaces.contains_key(*word))
    }

    /// What of a path cannot be read.
    fn unread(&self, path: &[String]) -> Option<String> {
        let mut class = self.class.clone();
        for (depth, name) in path.iter().enumerate() {
            // A text, or a map, whose keys are no attributes.
            let known = self.classes.get(&class)?;
            let Some(form) = known.get(&camel(name)) else {
                return Some(format!("no attribute `{}`", path[..=depth].join(".")));
            };
            let item = ["List", "Map"].iter().find_map(|end| form.strip_suffix(end));
            class = item.map_or_else(|| form.clone(), |item| format!("{item}OutputReference"));
        }
        None
    }
}

/// What a file declares.
fn declared(text: &str) -> Option<(Type, Declared)> {
    let mut declared = Declared::default();
    let mut of = None;
    // The interface and the class that are read; what the comment said.
    let (mut interface, mut class) = (None, None);
    let (mut kind, mut terraforms, mut block) = (None, None, None);
    for line in text.lines() {
        let word = line.trim();
        if let Some(rest) = line.strip_prefix("export interface ") {
            interface = rest.split_whitespace().next();
        } else if let Some(rest) = line.strip_prefix("export declare class ") {
            class = rest.split_whitespace().next();
            kind = match rest.split_whitespace().nth(2) {
                Some("cdktf.TerraformProvider") => Some(Kind::Provider),
                Some("cdktf.TerraformResource") => Some(Kind::Resource),
                Some("cdktf.TerraformDataSource") => Some(Kind::Data),
                _ => None,
            };
        } else if line == "}" {
            (interface, class) = (None, None);
        } else if word == "/**" {
            (terraforms, block) = (None, None);
        } else if let Some(link) = word.strip_prefix("* Docs at Terraform Registry: {@link ") {
            terraforms = link.split_whitespace().next().and_then(|link| link.rsplit_once('#')).map(|(_, name)| name);
        } else if let Some(name) = word.strip_prefix("* ").and_then(|rest| rest.strip_suffix(" block")) {
            block = Some(name);
        } else if let (Some(interface), Some((property, form))) = (interface, property(word, "readonly ")) {
            let arguments = declared.interfaces.entry(interface.to_owned()).or_default();
            if let Some(name) = terraforms.take() {
                let (is_block, is_required) = (block == Some(name), !property.ends_with('?'));
                arguments.insert(name.to_owned(), Argument { is_block, is_required, form: form.to_owned() });
            }
        } else if let Some(class) = class {
            let getters = declared.classes.entry(class.to_owned()).or_default();
            if let Some((property, form)) = property(word, "get ") {
                getters.insert(property.trim_end_matches("()").to_owned(), form.to_owned());
            } else if let (Some(kind), Some(name)) = (kind, word.strip_prefix("static readonly tfResourceType = \"")) {
                of = Some((kind, name.trim_end_matches("\";").to_owned()));
                class.clone_into(&mut declared.class);
            } else if let (Some(_), Some((_, config))) = (kind, word.split_once("id: string, config")) {
                let config = config.trim_start_matches(['?', ':', ' ']);
                config.split(|letter: char| !letter.is_alphanumeric()).next()?.clone_into(&mut declared.config);
            }
        }
    }
    for getters in declared.classes.values_mut() {
        // What an argument was set to, beside what it is.
        let inputs: Vec<String> = getters.keys().map(|name| format!("{name}Input")).collect();
        inputs.iter().for_each(|input| drop(getters.remove(input)));
    }
    Some((of?, declared))
}

/// The name and the type of a line such as `get name(): string;`.
fn property<'a>(line: &'a str, begin: &str) -> Option<(&'a str, &'a str)> {
    let (name, form) = line.strip_prefix(begin)?.split_once(": ")?;
    Some((name, form.trim_end_matches(';')))
}

/// `a_name` as `aName`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
