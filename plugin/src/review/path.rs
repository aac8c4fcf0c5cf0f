//! The way to a field, as people read it: `spec.containers[server].image`, `data["run.json"].module.version`.

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A key of a map.
    Key(String),
    /// What names an item of a list.
    Item(String),
}

/// A path with a key more. A key that would be read wrong with a dot before it is put into brackets.
pub fn join(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match (key.chars().all(plain) && !key.is_empty(), path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{key:?}]"),
    }
}

/// The parts of a path. An item is named by whatever it holds: one whose name looks like the rest of a path is read as such.
pub fn parts(path: &str) -> Vec<Part> {
    let mut found = Vec::new();
    let mut left = path;
    while !left.is_empty() {
        let (part, rest) = if let Some(quoted) = left.strip_prefix("[\"") {
            let (key, rest) = quoted.split_once("\"]").unwrap_or((quoted, ""));
            (Part::Key(key.to_owned()), rest)
        } else if let Some(item) = left.strip_prefix('[') {
            let ends = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
            let end = item.match_indices(']').map(|(at, _)| at).find(|at| ends(&item[at + 1..]));
            let (name, rest) = end.map_or((item, ""), |end| (&item[..end], &item[end + 1..]));
            (Part::Item(name.to_owned()), rest)
        } else {
            let key = left.strip_prefix('.').unwrap_or(left);
            let (key, rest) = key.split_at(key.find(['.', '[']).unwrap_or(key.len()));
            (Part::Key(key.to_owned()), rest)
        };
        found.push(part);
        left = rest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Part::{Item, Key};
    use super::parts;

    #[test]
    fn keys_and_items() {
        let (key, item) = (|text: &str| Key(text.to_owned()), |text: &str| Item(text.to_owned()));
        assert_eq!(parts("spec.env[A.B].value"), [key("spec"), key("env"), item("A.B"), key("value")]);
        assert_eq!(parts("data[\"run.json\"].x"), [key("data"), key("run.json"), key("x")]);
        assert_eq!(parts("a[b]c][0]"), [key("a"), item("b]c"), item("0")]);
        assert_eq!(parts("a..[\"b"), [key("a"), key(""), key(""), key("b")]);
    }
}
