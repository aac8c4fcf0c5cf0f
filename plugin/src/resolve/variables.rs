//! A module's variables, and what is made of them.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value as Context;
use minijinja::value::Serde;

use super::module_rules::not_settable;
use super::{ImportPlan, Resolver, typed};
use crate::problem::Problem;
use crate::read::{At, did_you_mean, quoted_list};
use crate::source::Span;
use crate::spec::value::{ModuleName, Variable};
use crate::spec::{Module, ModuleUse, TerraformSpec};
use crate::template::{MadeText, Template};
use crate::tree::{Entry, Map, Node, Value};

impl Resolver<'_> {
    /// The platform's mapping, and over it the variables that are the tenant's to set.
    pub(super) fn variables(
        &mut self,
        module: &At<ModuleName>,
        spec: &TerraformSpec,
        used: &ModuleUse,
        description: Option<&Module>,
        scope: &Context,
    ) -> Node {
        let mut variables = Map::default();
        for (name, template) in &used.variables {
            let made = template.evaluate(scope, &mut self.budget, self.problems).into_iter().next();
            if let Some(node) = made {
                variables.insert(Entry { key: name.as_str().into(), key_at: template.at, node });
            }
        }
        if let Some(own) = &spec.variables {
            self.own_variables(own, used, description, &mut variables);
        }
        if let Some(description) = description {
            self.typed(module, description, &variables);
        }
        Node::new(Value::Map(variables), module.at)
    }

    fn own_variables(&mut self, own: &Node, used: &ModuleUse, description: Option<&Module>, variables: &mut Map) {
        let Some(map) = own.as_map() else {
            let problem = Problem::new(own.at, format!("`terraform.variables` wants a map, found {}", own.kind()));
            return self.problems.push(problem.label("wants a map"));
        };
        let known: Vec<&str> = used.tenant_variables.iter().map(|variable| variable.as_str()).collect();
        for entry in map.iter() {
            if known.contains(&entry.key.as_str()) {
                variables.insert(entry.clone());
                continue;
            }
            if let Some(switch) = description.and_then(|module| module.switch(&entry.key)) {
                self.problems.push(not_settable(&entry.key, switch, entry.key_at));
                continue;
            }
            self.problems.push(
                Problem::new(entry.key_at, format!("variable `{}` is not a tenant's or a tier's to set", entry.key))
                    .label("not one of the module's `tenantVariables`")
                    .maybe_hint(did_you_mean(&entry.key, known.iter().copied()))
                    .hint(format!("the platform leaves {} to them", quoted_list(known.iter().copied()))),
            );
        }
    }

    /// Terraform only warns of variables that a module does not have, so they are compared here.
    fn typed(&mut self, module: &At<ModuleName>, description: &Module, variables: &Map) {
        let known: Vec<&str> = description.variables.keys().map(Variable::as_str).collect();
        for entry in variables.iter() {
            match description.variables.get(entry.key.as_str()) {
                None => self.problems.push(
                    Problem::new(entry.key_at, format!("module `{}` has no variable `{}`", module.as_str(), entry.key))
                        .label("not in the module's description")
                        .maybe_hint(did_you_mean(&entry.key, known.iter().copied())),
                ),
                Some(variable) => typed::check(&entry.key, &variable.kind, &entry.node, self.problems),
            }
        }
        let required = description.variables.iter().filter(|(_, variable)| variable.required == Some(true));
        for (name, _) in required.filter(|(name, _)| variables.get(name.as_str()).is_none()) {
            let at = Span { end: module.at.end, ..module.at };
            self.problems.push(
                Problem::new(at, format!("module `{}` needs the variable `{name}`", module.as_str()))
                    .label("not set by platform, tier or tenant"),
            );
        }
    }

    /// How to adopt what is there and not in the state. An import that is made of a value that is null is left out:
    /// there is nothing of that name to adopt, as with a role that the tenant does not have.
    pub(super) fn imports(
        &mut self,
        description: &Module,
        variables: &Node,
        scope: &Context,
    ) -> BTreeMap<String, ImportPlan> {
        let given = variables.as_map();
        let null = Node::new(Value::Null, variables.at);
        // A module has dozens of variables, and its imports are made of a few.
        let texts =
            description.imports.values().flat_map(|import| [&import.id].into_iter().chain(import.tags.values()));
        let read: BTreeSet<Option<&str>> = texts
            .flat_map(|text| text.value.paths())
            .filter_map(|path| match path.split('.').collect::<Vec<_>>().as_slice() {
                ["variables", rest @ ..] => Some(rest.first().copied()),
                _ => None,
            })
            .collect();
        let is_read = |name: &str| read.contains(&Some(name)) || read.contains(&None);
        let resolved: BTreeMap<&str, &Node> = description
            .variables
            .iter()
            .filter(|(name, _)| is_read(name.as_str()))
            .map(|(name, variable)| {
                let given = given.and_then(|given| given.get(name.as_str()));
                (name.as_str(), given.or(variable.default.as_ref()).unwrap_or(&null))
            })
            .collect();
        let context = minijinja::context! { variables => Context::from(Serde(&resolved)), ..scope.clone() };
        let mut imports = BTreeMap::new();
        for (address, import) in &description.imports {
            let mut text = |template: &At<Template>| {
                let made = template.text(&context, &mut self.budget, self.problems)?;
                if made == MadeText::Text(String::new()) {
                    let problem = Problem::new(template.at, format!("the import of `{address}` has an empty text"));
                    self.problems.push(problem.label("would be the same for every tenant"));
                }
                match made {
                    MadeText::Text(text) => Some(text),
                    MadeText::Null => None,
                }
            };
            let id = text(&import.id);
            let tags: Vec<_> = import.tags.iter().map(|(key, value)| Some((key.to_string(), text(value)?))).collect();
            if let (Some(id), Some(tags)) = (id, tags.into_iter().collect()) {
                imports.insert(address.to_string(), ImportPlan { id, tags });
            }
        }
        imports
    }
}
