//! What a module's description must hold to, and the platform file with it.

use std::collections::BTreeMap;

use crate::problem::{Problem, Problems};
use crate::read::{At, did_you_mean, quoted_list};
use crate::source::Span;
use crate::spec::value::{AddressedResource, ModuleName, Variable};
use crate::spec::{Import, Module, ModuleUse, ModuleVariable, TypeConstraint};
use crate::tree::{Node, Value};

/// Tells every rule that a description, or the platform's use of it, breaks.
pub fn check(name: &ModuleName, used: &ModuleUse, module: &Module, problems: &mut Problems) {
    let Module { variables, keep_data, delete_data, .. } = module;
    switches(keep_data.as_ref(), delete_data.as_ref(), variables, problems);
    imports(&module.imports, variables, problems);
    let known: Vec<&str> = variables.keys().map(Variable::as_str).collect();
    let mapped = used.variables.iter().map(|(variable, template)| (variable, template.at));
    let tenants = used.tenant_variables.iter().map(|variable| (&variable.value, variable.at));
    for (variable, at) in mapped.chain(tenants) {
        if let Some(switch) = module.switch(variable.as_str()) {
            problems.push(not_settable(variable.as_str(), switch, at));
        } else if !known.contains(&variable.as_str()) {
            problems.push(
                Problem::new(at, format!("module `{name}` has no variable `{variable}`"))
                    .label("not in the module's description")
                    .maybe_hint(did_you_mean(variable.as_str(), known.iter().copied()))
                    .hint(format!("the module has {}", quoted_list(known.iter().copied()))),
            );
        }
    }
}

/// Tells `keepData` and `deleteData` that name no switch: a variable of type `bool` that is off where nobody sets it.
pub fn switches(
    keep: Option<&At<Variable>>,
    delete: Option<&At<Variable>>,
    variables: &BTreeMap<Variable, ModuleVariable>,
    problems: &mut Problems,
) {
    let known: Vec<&str> = variables.keys().map(Variable::as_str).collect();
    for (field, switch) in [("keepData", keep), ("deleteData", delete)] {
        let Some(switch) = switch else { continue };
        let problem = |what: &str| Problem::new(switch.at, format!("`{field}` names `{}`, {what}", switch.as_str()));
        match variables.get(switch.as_str()) {
            None => problems.push(
                problem("which is no variable of the module")
                    .label("no such variable")
                    .maybe_hint(did_you_mean(switch.as_str(), known.iter().copied()))
                    .hint(format!("the module has {}", quoted_list(known.iter().copied()))),
            ),
            Some(variable) if variable.kind != TypeConstraint::Bool => {
                problems.push(problem(&format!("which is of type `{}`", variable.kind)).label("must be a `bool`"));
            }
            Some(variable) if variable.required == Some(true) => problems.push(
                problem("which has no default")
                    .label("nobody sets it while the tenant lives")
                    .hint("write `default = false` in the variable's block"),
            ),
            Some(ModuleVariable { default: Some(Node { value, .. }), .. }) if !matches!(value, Value::Bool(false)) => {
                problems.push(
                    problem("whose default is not `false`")
                        .label("would be on while the tenant lives")
                        .hint("write `default = false` in the variable's block"),
                );
            }
            Some(_) => {}
        }
    }
    if let (Some(keep), Some(delete)) = (keep, delete)
        && keep.value == delete.value
    {
        problems.push(
            Problem::new(delete.at, format!("`keepData` and `deleteData` both name `{}`", keep.as_str()))
                .label("one would undo the other")
                .related(keep.at, "named here"),
        );
    }
}

/// Tells imports without tags, by which nothing would say that what is found is this tenant's, and those that are made of
/// what there is not.
pub fn imports(
    imports: &BTreeMap<AddressedResource, At<Import>>,
    variables: &BTreeMap<Variable, ModuleVariable>,
    problems: &mut Problems,
) {
    let known: Vec<&str> = variables.keys().map(Variable::as_str).collect();
    for (address, import) in imports {
        for template in import.tags.values().chain([&import.id]) {
            for name in template.value.paths() {
                let problem =
                    |what: &str| Problem::new(template.at, format!("the import of `{address}` uses `{name}`, {what}"));
                match name.split_once('.').unwrap_or((name, "")) {
                    ("variables", variable) => {
                        let variable = variable.split('.').next().unwrap_or_default();
                        if !known.contains(&variable) {
                            problems.push(
                                problem("which is no variable of the module")
                                    .label("no such variable")
                                    .maybe_hint(did_you_mean(variable, known.iter().copied()))
                                    .hint(format!("the module has {}", quoted_list(known.iter().copied()))),
                            );
                        }
                    }
                    ("tenant" | "platform", _) => {}
                    _ => problems.push(
                        problem("which is not known here")
                            .label("no such name")
                            .hint("there are `tenant`, `platform` and `variables`"),
                    ),
                }
            }
        }
        if !import.tags.is_empty() {
            continue;
        }
        problems.push(
            Problem::new(import.at, format!("the import of `{address}` has no `tags`"))
                .label("could be another tenant's")
                .hint("name a tag that only this tenant's have, like `tags: {tenant: \"${{ tenant.id }}\"}`"),
        );
    }
}

/// A switch of the module's that somebody sets.
pub(super) fn not_settable(variable: &str, switch: &str, at: Span) -> Problem {
    Problem::new(at, format!("variable `{variable}` is the module's `{switch}`"))
        .label("not to be set")
        .hint("the runner sets it when a tenant is destroyed, by the tenant's `destroy.data`")
}

impl Module {
    /// Which switch a variable is.
    pub(super) fn switch(&self, variable: &str) -> Option<&'static str> {
        let is = |switch: &Option<At<Variable>>| switch.as_ref().is_some_and(|switch| switch.as_str() == variable);
        let keep = is(&self.keep_data).then_some("keepData");
        keep.or(is(&self.delete_data).then_some("deleteData"))
    }
}
