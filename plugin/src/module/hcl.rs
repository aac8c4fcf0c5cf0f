//! What a file in Terraform's own syntax declares.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body};

use super::constant::constant;
use super::declared::{Declaration, Declared};
use crate::problem::{Problem, Problems};
use crate::source::{FileId, Span};
use crate::spec::{ModuleVariable, TypeConstraint};
use crate::tree::Value;

/// Adds what a file declares.
pub(super) fn read(file: FileId, text: &str, declared: &mut Declared, problems: &mut Problems) {
    match hcl_edit::parser::parse_body(text) {
        Ok(body) => {
            let mut reader = File { file, text, declared, problems };
            body.blocks().for_each(|block| reader.block(block));
            body.attributes().for_each(|attribute| reader.stray(attribute));
        }
        Err(error) => {
            declared.is_partial = true;
            let at = error.location().offset().min(text.len());
            let message = format!("not valid HCL: {}", error.message().replace('\n', "; "));
            problems.push(Problem::new(Span::new(file, at, at), message).label("here"));
        }
    }
}

struct File<'a> {
    file: FileId,
    text: &'a str,
    declared: &'a mut Declared,
    problems: &'a mut Problems,
}

impl File<'_> {
    fn at(&self, range: Option<std::ops::Range<usize>>) -> Span {
        let range = range.unwrap_or_default();
        Span::new(self.file, range.start, range.end)
    }

    /// A block's first words: `variable "name"`.
    fn header(&self, block: &Block) -> Span {
        let start = block.ident.span().unwrap_or_default();
        let end = block.labels.last().and_then(|label| label.span()).map_or(start.end, |label| label.end);
        self.at(Some(start.start..end))
    }

    fn stray(&mut self, attribute: &Attribute) {
        let at = self.at(attribute.key.span());
        let message = format!("`{}` outside of any block", attribute.key.as_str());
        self.problems.push(Problem::new(at, message).label("Terraform takes blocks here"));
    }

    fn block(&mut self, block: &Block) {
        let at = self.header(block);
        let labels: Vec<String> = block.labels.iter().map(|label| label.as_str().to_owned()).collect();
        let declaration = match (block.ident.as_str(), labels.as_slice()) {
            ("variable", [name]) => {
                let variable = self.variable(name, &block.body);
                Declaration::Variable(name.clone(), variable)
            }
            ("output", [name]) => Declaration::Output(name.clone()),
            ("resource", [kind, name]) => Declaration::Resource(kind.clone(), name.clone()),
            ("data" | "ephemeral", [kind, _]) => {
                Declaration::Uses(kind.split('_').next().unwrap_or_default().to_owned())
            }
            ("provider", [name]) => Declaration::Uses(name.clone()),
            ("module", [name]) => Declaration::Call(name.clone()),
            ("terraform", []) => return self.terraform(&block.body),
            // What this version does not know is Terraform's to judge.
            _ => return,
        };
        self.declared.add(at, declaration, self.problems);
    }

    fn terraform(&mut self, body: &Body) {
        for block in body.blocks() {
            let at = self.header(block);
            match block.ident.as_str() {
                "backend" => self.declared.add(at, Declaration::State("backend"), self.problems),
                "cloud" => self.declared.add(at, Declaration::State("cloud"), self.problems),
                "required_providers" => {
                    for provider in block.body.attributes() {
                        let at = self.at(provider.key.span());
                        let name = provider.key.as_str().to_owned();
                        self.declared.add(at, Declaration::Uses(name), self.problems);
                    }
                }
                _ => {}
            }
        }
    }

    fn variable(&mut self, name: &str, body: &Body) -> ModuleVariable {
        let value = |key: &str| body.get_attribute(key).map(|attribute| &attribute.value);
        let default = value("default").map(|expression| self.constant(name, "default", expression));
        ModuleVariable {
            kind: value("type").map_or(TypeConstraint::Any, |expression| self.kind(expression)),
            description: value("description").and_then(|expression| {
                match self.constant(name, "description", expression) {
                    Some(node) => node.as_text().map(in_one_line),
                    None => None,
                }
            }),
            required: default.is_none().then_some(true),
            sensitive: value("sensitive")
                .and_then(|expression| self.constant(name, "sensitive", expression))
                .and_then(|node| matches!(node.value, Value::Bool(true)).then_some(true)),
            default: default.flatten(),
        }
    }

    fn constant(&mut self, variable: &str, field: &str, expression: &Expression) -> Option<crate::tree::Node> {
        constant(expression, self.file)
            .map_err(|at| {
                let message = format!("the `{field}` of variable `{variable}` is no constant");
                self.problems.push(
                    Problem::new(at, message)
                        .label("no constant")
                        .hint("Terraform takes constants alone here, and a description no number beyond 64 bits"),
                );
            })
            .ok()
    }

    fn kind(&mut self, expression: &Expression) -> TypeConstraint {
        let range = expression.span().unwrap_or_default();
        let text = self.text.get(range.clone()).unwrap_or_default();
        TypeConstraint::parse(text).unwrap_or_else(|wrong| {
            let problem = wrong.problem(self.file, range.start);
            let quoted = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            self.problems.push(problem.maybe_hint(quoted.map(|bare| format!("write `{bare}` without quotes"))));
            TypeConstraint::Any
        })
    }
}

/// A description in one line: it stands in one in errors and in JSON.
pub(super) fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
