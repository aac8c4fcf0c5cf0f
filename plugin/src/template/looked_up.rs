//! What an expression looks up, read off its text. minijinja's own list of undeclared variables leaves out what is sliced:
//! of `tenant.name[:3]` it names nothing. What is named here and not looked up costs nothing but time.

/// Words that are no names.
const WORDS: &[&str] =
    &["true", "True", "false", "False", "none", "None", "not", "and", "or", "in", "is", "if", "else"];

/// Whether a text is a name, and no word of the language.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(is_start) && text.chars().all(is_part) && text.is_ascii() && !WORDS.contains(&text)
}

/// The names that an expression looks up, each once, with the steps behind it as far as they are plain: `tenant.name`.
/// Filters, tests, and the names of arguments are none.
pub(super) fn looked_up(source: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = "";
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => quoted(rest),
            first if is_part(first) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        rest = behind;
        if first.is_whitespace() {
            continue;
        }
        // `x is not defined` has a test behind two words.
        let is_called_otherwise = matches!(before, "." | "|" | "is" | "is not");
        if is_name(token) && !is_called_otherwise {
            let (name, behind) = with_steps(token, rest);
            rest = behind;
            let is_argument = rest.trim_start().starts_with('=') && !rest.trim_start().starts_with("==");
            if !is_argument && !found.contains(&name) {
                found.push(name);
            }
        }
        before = if before == "is" && token == "not" { "is not" } else { token };
    }
    found
}

/// A name with the plain steps behind it, and what follows. A number is none, nor is the last step where it is called: then
/// all of what it is done with counts.
fn with_steps<'a>(name: &str, rest: &'a str) -> (String, &'a str) {
    let (mut name, mut rest) = (name.to_owned(), rest);
    while let Some(behind) = rest.strip_prefix('.') {
        let (step, behind) = behind.split_at(behind.find(|c| !is_part(c)).unwrap_or(behind.len()));
        if !step.starts_with(is_start) || behind.trim_start().starts_with('(') {
            break;
        }
        name = format!("{name}.{step}");
        rest = behind;
    }
    (name, rest)
}

/// How long the string is that a text begins with.
fn quoted(text: &str) -> usize {
    let quote = text.chars().next();
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if Some(c) == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::looked_up;

    #[test]
    fn every_form_of_an_expression() {
        let table: &[(&str, &[&str])] = &[
            ("labels", &["labels"]),
            ("tenant.name ~ '-' ~ tenant.id", &["tenant.name", "tenant.id"]),
            ("tenant.name[:3]", &["tenant.name"]),
            ("releases[:1][0].version", &["releases"]),
            ("(releases[1:2] | first).version", &["releases"]),
            ("a[b:c:d.e]", &["a", "b", "c", "d.e"]),
            ("a['b'].c", &["a"]),
            ("a[b.c].d", &["a", "b.c"]),
            ("a.0.b ~ c.d.1", &["a", "c.d"]),
            ("a .b", &["a"]),
            ("a. b", &["a"]),
            ("labels.get('a')", &["labels"]),
            ("range(limits.a)", &["range", "limits.a"]),
            ("x | sort(attribute='name', reverse=y) | length", &["x", "y"]),
            ("x is defined and y is not none or z is divisibleby(w)", &["x", "y", "z", "w"]),
            ("x is in y", &["x", "y"]),
            ("a if b == c else d", &["a", "b", "c", "d"]),
            ("{'k': v, \"l\": [w, 1, true]}", &["v", "w"]),
            ("not a and -b", &["a", "b"]),
            (r"'it\'s ${{ x }}' ~ y ~ 'z", &["y"]),
            ("1e5 + 0x1f + a1", &["a1"]),
            ("a.b.c.d", &["a.b.c.d"]),
            ("x or x.y or x", &["x", "x.y"]),
            ("f(a)(b).c", &["f", "a", "b"]),
            ("", &[]),
        ];
        for (source, expected) in table {
            assert_eq!(looked_up(source), *expected, "{source}");
        }
    }

    /// All that minijinja knows of is among it, or a beginning of it.
    #[test]
    fn nothing_that_is_known_to_be_read_is_left_out() {
        let language = minijinja::Environment::new();
        let parts = [
            "a.0.b",
            "a.b",
            "c",
            "a.b[0]",
            "c.d | upper",
            "(a ~ c.e)",
            "[a.b, c]",
            "{'k': a}",
            "f(a.x, k=c)",
            "a is b",
            "a.b.g()",
        ];
        for one in parts {
            for other in parts {
                for form in ["{} ~ {}", "{} if {} else z", "{}[{}]", "[{}, {}] | sort(attribute='q')", "{} and not {}"]
                {
                    let source = form.replacen("{}", one, 1).replacen("{}", other, 1);
                    let Ok(expression) = language.compile_expression(&source) else { continue };
                    let found = looked_up(&source);
                    for name in expression.undeclared_variables(true) {
                        let is_it = |found: &String| {
                            name.strip_prefix(found.as_str())
                                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                        };
                        assert!(found.iter().any(is_it), "{source}: {name}, {found:?}");
                    }
                }
            }
        }
    }
}
