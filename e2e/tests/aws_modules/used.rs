//! What Terraform files use of the AWS provider.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use hcl_edit::expr::{Expression, ForExpr, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, BlockLabel, Body};
use hcl_edit::visit::{self, Visit};

/// What of a provider is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The provider itself, which is configured.
    Provider,
    /// A resource.
    Resource,
    /// A data source.
    Data,
    /// An ephemeral resource.
    Ephemeral,
}

/// A type, by its kind and Terraform's name.
pub(crate) type Type = (Kind, String);

/// One use of a type.
#[derive(Debug)]
pub(crate) struct Use {
    /// Which type.
    pub(crate) of: Type,
    /// What is done with it.
    pub(crate) what: What,
}

/// What is done with a type.
#[derive(Debug)]
pub(crate) enum What {
    /// A block of it is written.
    Written(Written),
    /// An attribute of one is read: its name, and those of attributes in it.
    Read(Vec<String>),
    /// One is handed on as a whole. What is read of it then is not seen.
    Whole,
}

/// What a block holds, without what is Terraform's own.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The names of arguments.
    pub(crate) arguments: Vec<String>,
    /// Blocks, by name.
    pub(crate) blocks: Vec<(String, Written)>,
}

/// What the files of a module use.
pub(crate) fn module(folder: &Path) -> Result<Vec<Use>> {
    let mut uses = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            let text = fs::read_to_string(&path)?;
            uses.extend(file(&text).with_context(|| format!("`{}`", path.display()))?);
        }
    }
    Ok(uses)
}

/// What a file uses.
pub(crate) fn file(text: &str) -> Result<Vec<Use>> {
    let body = hcl_edit::parser::parse_body(text).map_err(|error| anyhow!("not valid HCL: {error}"))?;
    let mut reader = Reader::default();
    reader.visit_body(&body);
    Ok(reader.uses)
}

#[derive(Default)]
struct Reader {
    uses: Vec<Use>,
    /// The type of the block that is read, whose instance is `self`.
    own: Option<Type>,
    /// The variables of `for`, the innermost last; with a type where each is an instance of it.
    variables: Vec<(String, Option<Type>)>,
    /// Whether what is read only names instances, and reads nothing of them.
    names: bool,
}

impl Reader {
    fn instance(&mut self, of: Type, body: &Body) {
        self.own = Some(of.clone());
        let written = self.written(body, Some(of.0));
        self.own = None;
        self.uses.push(Use { of, what: What::Written(written) });
    }

    /// What a block holds. Terraform's own is left out of the outermost, which is of some kind.
    fn written(&mut self, body: &Body, outermost: Option<Kind>) -> Written {
        let mut written = Written::default();
        for attribute in body.attributes() {
            self.visit_attr(attribute);
            if !outermost.is_some_and(|kind| is_terraforms(kind, &attribute.key)) {
                written.arguments.push(attribute.key.to_string());
            }
        }
        for block in body.blocks() {
            match (block.ident.as_str(), labels(block).as_slice()) {
                ("lifecycle", []) if outermost.is_some() => self.lifecycle(&block.body),
                ("connection" | "provisioner", _) if outermost.is_some() => self.visit_body(&block.body),
                ("dynamic", [name]) => {
                    block.body.attributes().for_each(|attribute| self.visit_attr(attribute));
                    for content in block.body.get_blocks("content") {
                        let inner = self.written(&content.body, None);
                        written.blocks.push(((*name).to_owned(), inner));
                    }
                }
                (name, _) => {
                    let inner = self.written(&block.body, None);
                    written.blocks.push((name.to_owned(), inner));
                }
            }
        }
        written
    }

    /// `ignore_changes` has attributes of the own type, by their bare names.
    fn lifecycle(&mut self, body: &Body) {
        for attribute in body.attributes() {
            let (Some(own), "ignore_changes", Expression::Array(names)) =
                (&self.own, attribute.key.as_str(), &attribute.value)
            else {
                self.visit_attr(attribute);
                continue;
            };
            for name in names {
                let path = match name {
                    Expression::Variable(name) => vec![name.to_string()],
                    Expression::Traversal(traversal) => match &traversal.expr {
                        Expression::Variable(name) => [vec![name.to_string()], attributes(traversal)].concat(),
                        _ => continue,
                    },
                    _ => continue,
                };
                self.uses.push(Use { of: own.clone(), what: What::Read(path) });
            }
        }
        body.blocks().for_each(|block| self.visit_body(&block.body));
    }

    /// Whose instance a traversal begins with, and the names of attributes that follow.
    fn instance_read(&self, traversal: &Traversal) -> Option<(Type, Vec<String>)> {
        let Expression::Variable(root) = &traversal.expr else { return None };
        let names = attributes(traversal);
        if let Some((_, of)) = self.variables.iter().rev().find(|(name, _)| name == root.as_str()) {
            return of.clone().map(|of| (of, names));
        }
        let rest = |count: usize| names.get(count..).unwrap_or_default().to_vec();
        let below = |kind| {
            let name = names.first().filter(|name| name.starts_with("aws_"))?;
            Some(((kind, name.clone()), rest(2)))
        };
        match root.as_str() {
            "self" => self.own.clone().map(|own| (own, names)),
            "data" => below(Kind::Data),
            "ephemeral" => below(Kind::Ephemeral),
            name if name.starts_with("aws_") => Some(((Kind::Resource, name.to_owned()), rest(1))),
            _ => None,
        }
    }
}

impl Visit for Reader {
    fn visit_block(&mut self, block: &Block) {
        match (block.ident.as_str(), labels(block).as_slice()) {
            ("provider", ["aws"]) => self.instance((Kind::Provider, "aws".to_owned()), &block.body),
            (kind @ ("resource" | "data" | "ephemeral"), [name, _]) if name.starts_with("aws_") => {
                let kind = match kind {
                    "resource" => Kind::Resource,
                    "data" => Kind::Data,
                    _ => Kind::Ephemeral,
                };
                self.instance((kind, (*name).to_owned()), &block.body);
            }
            _ => visit::visit_block(self, block),
        }
    }

    fn visit_attr(&mut self, attribute: &Attribute) {
        let outer = self.names;
        // The last two are of `moved`, `removed` and `import`; no resource that is used here has such an argument.
        self.names |= matches!(attribute.key.as_str(), "depends_on" | "replace_triggered_by" | "from" | "to");
        self.visit_expr(&attribute.value);
        self.names = outer;
    }

    fn visit_traversal(&mut self, traversal: &Traversal) {
        match self.instance_read(traversal) {
            Some((_, path)) if path.is_empty() && self.names => {}
            Some((of, path)) => {
                let what = if path.is_empty() { What::Whole } else { What::Read(path) };
                self.uses.push(Use { of, what });
            }
            None => self.visit_expr(&traversal.expr),
        }
        // Keys may be read from other instances.
        traversal.operators.iter().for_each(|operator| self.visit_traversal_operator(operator));
    }

    fn visit_expr(&mut self, expression: &Expression) {
        match expression {
            // The variable of a `for` by itself, which is an instance.
            Expression::Variable(name) => {
                let found = self.variables.iter().rev().find(|(variable, _)| variable == name.as_str());
                if let Some((_, Some(of))) = found {
                    self.uses.push(Use { of: of.clone(), what: What::Whole });
                }
            }
            _ => visit::visit_expr(self, expression),
        }
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        let intro = &node.intro;
        let of = match &intro.collection_expr {
            Expression::Traversal(all) => self.instance_read(all).filter(|(_, path)| path.is_empty()).map(|(of, _)| of),
            _ => None,
        };
        if of.is_none() {
            self.visit_expr(&intro.collection_expr);
        }
        let outer = self.variables.len();
        self.variables.extend(intro.key_var.iter().map(|name| (name.to_string(), None)));
        self.variables.push((intro.value_var.to_string(), of));
        node.key_expr.iter().for_each(|key| self.visit_expr(key));
        self.visit_expr(&node.value_expr);
        node.cond.iter().for_each(|condition| self.visit_for_cond(condition));
        self.variables.truncate(outer);
    }
}

/// Whether an argument is Terraform's own, in a block of this kind.
fn is_terraforms(kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Provider => matches!(name, "alias" | "version"),
        _ => matches!(name, "count" | "depends_on" | "for_each" | "provider"),
    }
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels.iter().map(BlockLabel::as_str).collect()
}

/// The names in a traversal. What is in brackets is a number or a key.
fn attributes(traversal: &Traversal) -> Vec<String> {
    let names = traversal.operators.iter().filter_map(|operator| match operator.value() {
        TraversalOperator::GetAttr(name) => Some(name.to_string()),
        _ => None,
    });
    names.collect()
}
