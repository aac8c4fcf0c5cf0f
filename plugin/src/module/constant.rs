//! An expression of HCL that is a constant, as a value.

use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::template::Template;
use hcl_edit::{Number, Span as _};

use crate::source::{FileId, Span};
use crate::tree::{Entry, Map, Node, Value};

/// The value of an expression; where it is no constant, the place of what is none.
pub(super) fn constant(expression: &Expression, file: FileId) -> Result<Node, Span> {
    let range = expression.span().unwrap_or_default();
    let at = Span::new(file, range.start, range.end);
    let value = match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(value) => Value::Bool(*value.value()),
        Expression::Number(value) => number(value.value()).ok_or(at)?,
        Expression::String(text) => Value::Text(text.as_str().into()),
        Expression::StringTemplate(_) => return Err(at),
        Expression::HeredocTemplate(heredoc) => {
            let mut heredoc = heredoc.clone();
            heredoc.dedent();
            Value::Text(literal(&heredoc.template).ok_or(at)?.into())
        }
        Expression::Array(items) => {
            Value::List(items.iter().map(|item| constant(item, file)).collect::<Result<_, _>>()?)
        }
        Expression::Object(entries) => {
            let mut map = Map::default();
            for (key, value) in entries.iter() {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str(),
                    ObjectKey::Expression(Expression::String(text)) => text.as_str(),
                    ObjectKey::Expression(_) => return Err(at),
                };
                map.insert(Entry { key: key.into(), key_at: at, node: constant(value.expr(), file)? });
            }
            Value::Map(map)
        }
        Expression::Parenthesis(inner) => return constant(inner.inner(), file),
        // A negative number, to the parser, is an operation.
        Expression::UnaryOp(operation) => {
            match (operation.operator.value().as_str(), constant(&operation.expr, file)?.value) {
                ("-", Value::Int(value)) => Value::Int(value.checked_neg().ok_or(at)?),
                ("-", Value::Float(value)) => Value::Float(-value),
                _ => return Err(at),
            }
        }
        _ => return Err(at),
    };
    Ok(Node::new(value, at))
}

/// A number that a description can hold: what readers of JSON disagree about is none.
fn number(value: &Number) -> Option<Value> {
    if let Some(integer) = value.as_i64() {
        return Some(Value::Int(integer));
    }
    let float = value.as_f64().filter(|float| float.is_finite())?;
    // `1.0` and `1e3` are integers to Terraform.
    if float.fract() == 0.0 {
        return format!("{float}").parse().ok().map(Value::Int);
    }
    (1e-6..1e21).contains(&float.abs()).then_some(Value::Float(float))
}

/// The text of a template without expressions.
pub(super) fn literal(template: &Template) -> Option<String> {
    template.iter().map(|element| element.as_literal().map(|text| text.as_str())).collect()
}
