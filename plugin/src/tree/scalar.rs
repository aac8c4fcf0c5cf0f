//! Plain scalars by YAML 1.2's core schema, strictly: what two readers could take for different things is
//! refused.

use super::Value;

/// What a plain scalar is.
pub(super) enum Plain {
    /// A value.
    Value(Value),
    /// No value: empty, `~` or `null`.
    Null,
    /// Something that readers disagree about: why, and what to write instead.
    Unclear(&'static str, String),
}

/// Reads a plain (unquoted) scalar.
pub(super) fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Value(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Plain::Value(Value::Bool(false)),
        _ => {}
    }
    // Almost every scalar is a word: no number starts like it.
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return Plain::Value(Value::Text(text.into()));
    }
    number(text).unwrap_or_else(|| Plain::Value(Value::Text(text.into())))
}

fn number(text: &str) -> Option<Plain> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let quoted = format!("\"{text}\"");
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Plain::Unclear("is not a finite number", quoted));
    }
    let based = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix)?;
        let value = i64::from_str_radix(digits, radix).ok()?;
        (!digits.starts_with(['+', '-'])).then_some(value)
    };
    if let Some(value) = based("0x", 16).or_else(|| based("0o", 8)) {
        return Some(Plain::Unclear(
            "is a number to some readers and text to others",
            format!("{value}` or `{quoted}"),
        ));
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(integer(text, unsigned, &quoted));
    }
    decimal(text, unsigned, quoted)
}

fn integer(text: &str, digits: &str, quoted: &str) -> Plain {
    if text.starts_with('+') || (digits.len() > 1 && digits.starts_with('0')) || text == "-0" {
        let bare = digits.trim_start_matches('0');
        let sign = if text.starts_with('-') && !bare.is_empty() { "-" } else { "" };
        let value = if bare.is_empty() { "0" } else { bare };
        return Plain::Unclear("is not the same number to all readers", format!("{sign}{value}` or `{quoted}"));
    }
    match text.parse() {
        Ok(value) => Plain::Value(Value::Int(value)),
        Err(_) => Plain::Unclear("does not fit into 64 bits", quoted.to_owned()),
    }
}

/// A decimal must be written as every writer would write it again: `0.5`, not `.5`, `0.50` or `5e-1`.
fn decimal(text: &str, unsigned: &str, quoted: String) -> Option<Plain> {
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let exponent_digits = exponent.map(|digits| digits.strip_prefix(['-', '+']).unwrap_or(digits));
    let is_number = {
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        digits(whole)
            && digits(fraction)
            && !(whole.is_empty() && fraction.is_empty())
            && exponent_digits.is_none_or(|part| !part.is_empty() && digits(part))
    };
    if !is_number {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    let again = value.to_string();
    let in_plain_range = value == 0.0 || (1e-6..1e21).contains(&value.abs());
    if again == text && in_plain_range && value.fract() != 0.0 {
        return Some(Plain::Value(Value::Float(value)));
    }
    let instead = if value.is_finite() && in_plain_range { format!("{again}` or `{quoted}") } else { quoted };
    Some(Plain::Unclear("is not written as a plain decimal", instead))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match plain(text) {
            Plain::Value(value) => format!("{value:?}"),
            Plain::Null => "null".to_owned(),
            Plain::Unclear(why, instead) => format!("{why}; write `{instead}`"),
        }
    }

    #[test]
    fn core_schema_strictly() {
        let table = [
            ("yes", "Text(\"yes\")"),
            ("off", "Text(\"off\")"),
            ("True", "Bool(true)"),
            ("~", "null"),
            ("12", "Int(12)"),
            ("-3", "Int(-3)"),
            ("0", "Int(0)"),
            ("0777", "is not the same number to all readers; write `777` or `\"0777\"`"),
            ("+1", "is not the same number to all readers; write `1` or `\"+1\"`"),
            ("-0", "is not the same number to all readers; write `0` or `\"-0\"`"),
            ("1_000", "Text(\"1_000\")"),
            ("1:30", "Text(\"1:30\")"),
            ("2024-01-01", "Text(\"2024-01-01\")"),
            ("0x1F", "is a number to some readers and text to others; write `31` or `\"0x1F\"`"),
            ("0o17", "is a number to some readers and text to others; write `15` or `\"0o17\"`"),
            ("0x-1", "Text(\"0x-1\")"),
            ("9223372036854775808", "does not fit into 64 bits; write `\"9223372036854775808\"`"),
            ("0.5", "Float(0.5)"),
            ("1.0", "is not written as a plain decimal; write `1` or `\"1.0\"`"),
            ("0.94.2", "Text(\"0.94.2\")"),
            ("1e3", "is not written as a plain decimal; write `1000` or `\"1e3\"`"),
            (".5", "is not written as a plain decimal; write `0.5` or `\".5\"`"),
            (".inf", "is not a finite number; write `\".inf\"`"),
            ("-", "Text(\"-\")"),
            ("...x", "Text(\"...x\")"),
            ("12m", "Text(\"12m\")"),
            ("1e400", "is not written as a plain decimal; write `\"1e400\"`"),
        ];
        for (text, expected) in table {
            assert_eq!(show(text), expected, "{text}");
        }
    }
}
