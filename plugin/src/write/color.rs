//! Colour for YAML on a terminal.

use anstyle::{AnsiColor, Style};

/// Paints keys and separators. `anstream` takes the colour away where none is wanted.
pub fn paint(yaml: &str) -> String {
    let key = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    let dim = Style::new().dimmed();
    let mut painted = String::with_capacity(yaml.len() * 2);
    for line in yaml.lines() {
        let start = line.len() - line.trim_start_matches([' ', '-']).len();
        let (lead, rest) = line.split_at(start);
        match key_end(rest) {
            _ if line == "---" => painted.push_str(&format!("{dim}{line}{dim:#}")),
            Some(end) => {
                painted.push_str(lead);
                painted.push_str(&format!("{key}{}{key:#}{}", &rest[..end], &rest[end..]));
            }
            None => painted.push_str(line),
        }
        painted.push('\n');
    }
    painted
}

/// Where the key of a line ends: at `: `, or at a `:` that ends the line.
fn key_end(text: &str) -> Option<usize> {
    if text.starts_with(['"', '\'']) {
        let quote = text.as_bytes()[0];
        let close = text.bytes().skip(1).position(|byte| byte == quote)? + 2;
        return text[close..].starts_with(':').then_some(close);
    }
    let end = text.find(": ").or_else(|| text.strip_suffix(':').map(str::len))?;
    (!text[..end].contains(' ')).then_some(end)
}
