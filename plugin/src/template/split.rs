//! Finds the expressions in a string.

/// A stretch of a string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stretch<'a> {
    /// As it is.
    Literal(&'a str),
    /// What stands between `${{` and `}}`.
    Expression(&'a str),
}

/// Splits `a${{ b }}c`. A string or a map inside an expression may hold `}}`.
///
/// # Errors
/// The `${{` that is never closed.
pub(super) fn split(text: &str) -> Result<Vec<Stretch<'_>>, &str> {
    let mut stretches = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${{") {
        if start > 0 {
            stretches.push(Stretch::Literal(&rest[..start]));
        }
        let body = &rest[start + 3..];
        let end = closing(body).ok_or(&rest[start..])?;
        stretches.push(Stretch::Expression(&body[..end]));
        rest = &body[end + 2..];
    }
    if !rest.is_empty() {
        stretches.push(Stretch::Literal(rest));
    }
    Ok(stretches)
}

/// Where the expression's own `}}` begins.
fn closing(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let mut depth = 0usize;
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Stretch::{Expression, Literal};
    use super::*;

    #[test]
    fn splits_by_the_expressions_own_end() {
        let table: &[(&str, Result<Vec<Stretch<'_>>, &str>)] = &[
            ("", Ok(vec![])),
            ("plain {{ x }}", Ok(vec![Literal("plain {{ x }}")])),
            ("${{ a }}", Ok(vec![Expression(" a ")])),
            ("x-${{ a }}-y", Ok(vec![Literal("x-"), Expression(" a "), Literal("-y")])),
            ("${{ a }}${{ b }}", Ok(vec![Expression(" a "), Expression(" b ")])),
            (r#"${{ "${{" }}"#, Ok(vec![Expression(r#" "${{" "#)])),
            (r#"${{ "}}" ~ '\'}}' }}"#, Ok(vec![Expression(r#" "}}" ~ '\'}}' "#)])),
            ("${{ {'a': {'b': 1}} }}", Ok(vec![Expression(" {'a': {'b': 1}} ")])),
            ("a ${{ b", Err("${{ b")),
            ("${{ 'never closed }}", Err("${{ 'never closed }}")),
        ];
        for (text, expected) in table {
            assert_eq!(&split(text), expected, "{text}");
        }
    }
}
