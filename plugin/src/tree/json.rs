//! A tree as compact JSON, with the bytes that serde_json writes. It takes a text's stretches whole where serde_json looks
//! every byte up and writes most of them apart: much of what a tenant is rendered from is JSON in a text, to be hashed.

use super::{Node, Value};

/// Writes a tree behind what is there.
pub fn write_json(node: &Node, bytes: &mut Vec<u8>) {
    match &node.value {
        Value::Text(value) => text(value, bytes),
        Value::List(items) => {
            bytes.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write_json(item, bytes);
            }
            bytes.push(b']');
        }
        Value::Map(map) => {
            bytes.push(b'{');
            for (place, entry) in map.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                text(&entry.key, bytes);
                bytes.push(b':');
                write_json(&entry.node, bytes);
            }
            bytes.push(b'}');
        }
        // Writing into memory does not fail.
        _ => serde_json::to_writer(bytes, node).unwrap_or_default(),
    }
}

/// The bytes that are escaped.
static ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        escaped[byte] = true;
        byte += 1;
    }
    escaped[b'"' as usize] = true;
    escaped[b'\\' as usize] = true;
    escaped
};

fn text(text: &str, bytes: &mut Vec<u8>) {
    bytes.reserve(text.len() + 2);
    bytes.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| ESCAPED[usize::from(*byte)]) {
        bytes.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'"' => bytes.extend_from_slice(b"\\\""),
            b'\\' => bytes.extend_from_slice(b"\\\\"),
            b'\n' => bytes.extend_from_slice(b"\\n"),
            b'\r' => bytes.extend_from_slice(b"\\r"),
            b'\t' => bytes.extend_from_slice(b"\\t"),
            0x08 => bytes.extend_from_slice(b"\\b"),
            0x0c => bytes.extend_from_slice(b"\\f"),
            other => bytes.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
        rest = &rest[at + 1..];
    }
    bytes.extend_from_slice(rest);
    bytes.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::write_json;
    use crate::source::{Sources, Span};
    use crate::tree::{Entry, Map, Node, Value};

    fn node() -> impl Strategy<Value = Node> {
        let at = Span::whole(Sources::default().add("value", ""));
        let text = || prop_oneof!["[\\x00-\\x7f]{0,12}", any::<String>()];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            text().prop_map(|text| Value::Text(text.into())),
        ];
        leaf.prop_map(move |value| Node::new(value, at)).prop_recursive(3, 24, 4, move |inner| {
            let entry =
                (text(), inner.clone()).prop_map(move |(key, node)| Entry { key: key.into(), key_at: at, node });
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(move |items| Node::new(Value::List(items.into()), at)),
                prop::collection::vec(entry, 0..4)
                    .prop_map(move |entries| Node::new(Value::Map(entries.into_iter().collect::<Map>()), at)),
            ]
        })
    }

    proptest! {
        #[test]
        fn as_serde_json_does(node in node()) {
            let mut bytes = Vec::new();
            write_json(&node, &mut bytes);
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), serde_json::to_string(&node).unwrap());
        }
    }
}
