//! One expression of minijinja: strict about what is undefined, bounded in work, without access to files,
//! environment, time or randomness.

use std::fmt;
use std::sync::LazyLock;

use compact_str::CompactString;
use minijinja::{Environment, UndefinedBehavior, Value};

use super::looked_up::{is_name, looked_up};
use crate::problem::Problem;
use crate::read::{did_you_mean, quoted_list};
use crate::source::Span;

/// Work that one expression may do: about an instruction, or 64 bytes, each.
const FUEL: u64 = 4_000;

/// The expression language: minijinja's own operators, filters and tests, and `json`.
static LANGUAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut language = Environment::new();
    language.set_undefined_behavior(UndefinedBehavior::Strict);
    language.set_fuel(Some(FUEL));
    // minijinja's own `tojson` escapes for HTML.
    language.add_filter("json", |value: Value| {
        serde_json::to_string(&value).map_err(|error| {
            minijinja::Error::new(minijinja::ErrorKind::BadSerialization, "not expressible as JSON").with_source(error)
        })
    });
    language.remove_filter("tojson");
    // `debug` would print what the plan holds, whole.
    language.remove_global("debug");
    language
});

/// A compiled expression.
pub struct Expression {
    source: CompactString,
    at: Span,
    kind: Kind,
}

enum Kind {
    /// `tenant.name`: most expressions are one, and it can be followed without the engine.
    Path(Vec<CompactString>),
    /// `labels`: the engine is asked only where the context has no such name, for it could be a function.
    Name(Box<Compiled>),
    Compiled(Box<Compiled>),
}

type Compiled = minijinja::Expression<'static, 'static>;

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({})", self.source)
    }
}

impl Expression {
    /// Compiles what stands between `${{` and `}}`, or behind `$if:`.
    ///
    /// # Errors
    /// What is wrong with it, at `at`.
    pub fn compile(source: &str, at: Span) -> Result<Self, Problem> {
        let source = source.trim();
        if let Some(path) = path(source) {
            return Ok(Self { source: source.into(), at, kind: Kind::Path(path) });
        }
        match LANGUAGE.compile_expression_owned(source.to_owned()) {
            Ok(compiled) => {
                let compiled = Box::new(compiled);
                let kind = if is_name(source) { Kind::Name(compiled) } else { Kind::Compiled(compiled) };
                Ok(Self { source: source.into(), at, kind })
            }
            Err(error) => Err(Problem::new(at, format!("`{source}` is not an expression: {}", words(&error)))
                .label("in this expression")),
        }
    }

    /// Where it stands.
    pub fn at(&self) -> Span {
        self.at
    }

    /// The names that it looks up, each with the steps behind it: `tenant.name`.
    pub fn names(&self) -> Vec<String> {
        looked_up(&self.source)
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none: undefined, of the wrong type, out of fuel.
    pub fn evaluate(&self, context: &Value) -> Result<Value, Problem> {
        let found = match &self.kind {
            Kind::Path(steps) => steps.iter().try_fold(context.clone(), |here, step| here.get_attr(step)),
            Kind::Name(compiled) => match context.get_attr(&self.source) {
                Ok(value) if !value.is_undefined() => Ok(value),
                _ => compiled.eval(context.clone()),
            },
            Kind::Compiled(compiled) => compiled.eval(context.clone()),
        };
        match found {
            Ok(value) if value.is_undefined() => Err(self.undefined(context)),
            Ok(value) => Ok(value),
            Err(error) if error.kind() == minijinja::ErrorKind::UndefinedError => Err(self.undefined(context)),
            Err(error) => Err(self.problem(&words(&error))),
        }
    }

    /// A problem with the value that it has.
    pub fn problem(&self, why: &str) -> Problem {
        Problem::new(self.at, format!("`{}`: {why}", self.source)).label("in this expression")
    }

    fn undefined(&self, context: &Value) -> Problem {
        let problem = self.problem("undefined");
        // A plain path can be followed to the step that is missing.
        let mut here = context.clone();
        for step in self.source.split('.') {
            match here.get_attr(step) {
                Ok(next) if !next.is_undefined() => here = next,
                _ => {
                    let known: Vec<String> = here
                        .try_iter()
                        .into_iter()
                        .flatten()
                        .filter_map(|key| key.as_str().map(str::to_owned))
                        .collect();
                    let known = || known.iter().map(String::as_str);
                    let near = did_you_mean(step, known());
                    let all = (known().count() > 0).then(|| format!("there are {}", quoted_list(known())));
                    return problem.maybe_hint(near.or(all));
                }
            }
        }
        problem
    }
}

/// The steps of a plain path with at least one dot; a single name could also be a function.
fn path(source: &str) -> Option<Vec<CompactString>> {
    (source.contains('.') && source.split('.').all(is_name)).then(|| source.split('.').map(Into::into).collect())
}

/// What minijinja says of an error, without its name of the expression.
fn words(error: &minijinja::Error) -> String {
    if error.kind() == minijinja::ErrorKind::OutOfFuel {
        return "takes too much work".to_owned();
    }
    match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    }
}
