//! A Terraform module's description: what it declares, and what Tenantry has to know of it.

use std::collections::BTreeMap;

use super::value::{AddressedResource, Digest, ExactVersion, ModuleName, OutputName, TagKey, Variable};
use super::{ApiVersion, TypeConstraint};
use crate::problem::{Problem, Problems};
use crate::read::{At, choice, record};
use crate::template::Template;
use crate::tree::{Node, Value};

choice! {
    /// The kind of a module's description.
    pub enum ModuleKind {
        /// The only one.
        Module = "Module",
    }
}

record! {
    /// What a Terraform module declares, as `tenantry module describe` writes it.
    pub struct Module {
        /// The version of the file format.
        api_version = "apiVersion": ApiVersion,
        /// `Module`.
        kind: ModuleKind,
        /// The module's name.
        name: ModuleName,
        /// Its exact version.
        version: At<ExactVersion>,
        /// The hash of its files.
        digest: Option<Digest>,
        /// Its variables.
        variables: BTreeMap<Variable, ModuleVariable>,
        /// Addresses of resources that hold data.
        holds_data = "holdsData": Vec<At<AddressedResource>>,
        /// The variable by which everything goes but what holds data.
        keep_data = "keepData": Option<At<Variable>>,
        /// The variable that takes the protection of data away.
        delete_data = "deleteData": Option<At<Variable>>,
        /// How to adopt a resource that is there and not in the state.
        imports: BTreeMap<AddressedResource, At<Import>>,
        /// The outputs that go into the Secret `terraform-outputs` of the tenant's namespace.
        outputs: Vec<At<OutputName>>,
    }
}

record! {
    /// One variable of a module.
    pub struct ModuleVariable {
        /// Its type, as Terraform writes it.
        kind = "type": TypeConstraint,
        /// What it is for.
        description: Option<String>,
        /// Whether it must be given. Default: `false`.
        required: Option<bool>,
        /// Its value where none is given, if that is a constant.
        default: Option<Node>,
        /// Whether it is sensitive. Default: `false`.
        sensitive: Option<bool>,
    }
}

record! {
    /// How to adopt a resource: expressions over the tenant, the platform and the module's variables.
    pub struct Import {
        /// Its id. `{key}` stands for the instance's key or index.
        id: At<Template>,
        /// The tags that say that it is this tenant's.
        tags: BTreeMap<TagKey, At<Template>>,
    }
}

record! {
    /// `tenantry.yaml` in a module's folder: what its author says beside its variables.
    pub struct ModuleFile {
        /// The version of the file format.
        api_version = "apiVersion": ApiVersion,
        /// `Module`.
        kind: ModuleKind,
        /// The module's name.
        name: ModuleName,
        /// Its exact version.
        version: ExactVersion,
        /// Addresses of resources that hold data.
        holds_data = "holdsData": Vec<At<AddressedResource>>,
        /// The variable by which everything goes but what holds data.
        keep_data = "keepData": Option<At<Variable>>,
        /// The variable that takes the protection of data away.
        delete_data = "deleteData": Option<At<Variable>>,
        /// How to adopt a resource that is there and not in the state.
        imports: BTreeMap<AddressedResource, At<Import>>,
        /// The outputs that go into the Secret `terraform-outputs` of the tenant's namespace.
        outputs: Vec<At<OutputName>>,
    }
}

impl Module {
    /// Tells every null of a description but those of defaults, where `null` is a value of Terraform.
    pub fn refuse_nulls(node: &Node, problems: &mut Problems) {
        let Some(map) = node.as_map() else { return nulls(node, problems) };
        for entry in map.iter() {
            let variables = entry.node.as_map().filter(|_| entry.key == "variables");
            let Some(variables) = variables else {
                nulls(&entry.node, problems);
                continue;
            };
            for variable in variables.iter() {
                match variable.node.as_map() {
                    Some(fields) => fields
                        .iter()
                        .filter(|field| field.key != "default")
                        .for_each(|field| nulls(&field.node, problems)),
                    None => nulls(&variable.node, problems),
                }
            }
        }
    }
}

fn nulls(node: &Node, problems: &mut Problems) {
    match &node.value {
        Value::Null => problems.push(
            Problem::new(node.at, "no value (null)")
                .label("nothing is given")
                .hint("give a value, or leave the key out"),
        ),
        Value::List(items) => items.iter().for_each(|item| nulls(item, problems)),
        Value::Map(map) => map.iter().for_each(|entry| nulls(&entry.node, problems)),
        _ => {}
    }
}
