//! Compact JSON, one object a line, in a form that Argo CD reads back unchanged.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

use crate::render::Manifest;

/// Every object on a line of its own. The first byte is `{` and nothing else is printed: Argo CD's splitter
/// drops documents after a leading comment.
pub fn ndjson(manifests: &[Manifest]) -> Vec<u8> {
    let bytes = lines(manifests, || CompactFormatter);
    // Most sets hold nothing that wants an escape of its own, and the whole is looked at faster than each text.
    if bytes.is_ascii() && !bytes.contains(&DELETE) { bytes } else { lines(manifests, || Escaping(CompactFormatter)) }
}

fn lines<F: Formatter>(manifests: &[Manifest], formatter: fn() -> F) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(manifests.len() * 1024);
    for manifest in manifests {
        let mut serializer = Serializer::with_formatter(&mut bytes, formatter());
        // Writing into memory does not fail, and every tree has a JSON form.
        manifest.object.serialize(&mut serializer).ok();
        bytes.push(b'\n');
    }
    bytes
}

/// The one character of ASCII that JSON takes as it is and YAML 1.1 does not.
const DELETE: u8 = 0x7f;

/// Argo CD reads what it gets once more as YAML 1.1, which does not take these characters as they are.
struct Escaping(CompactFormatter);

fn wants_escape(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(wants_escape) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let mut chars = rest[at..].chars();
            if let Some(c) = chars.next() {
                write!(writer, "\\u{:04x}", c as u32)?;
            }
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }
}
