//! Parses the built-in templates, once: `$OUT_DIR/built_in.rs` is the list of them, each with what the parser said of it.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use granit_parser::{Event, Parser, ScalarStyle};

fn main() {
    println!("cargo::rerun-if-changed=../templates");
    let root = env::current_dir().expect("the crate's folder").join("../templates");
    let mut files = String::new();
    for folder in sorted(&root) {
        for file in sorted(&root.join(&folder)).iter().filter(|file| file.ends_with(".yaml")) {
            let path = root.join(&folder).join(file);
            writeln!(files, "({:?}, {}),", format!("{folder}/{file}"), recorded(&path)).expect("a string takes it");
        }
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("built_in.rs");
    fs::write(out, format!("&[{files}]")).expect("the build's own folder can be written to");
}

/// The names in a folder, in order.
fn sorted(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.retain(|name| folder.join(name).is_dir() || name.ends_with(".yaml"));
    names
}

/// A file as a `Recorded`, in Rust.
fn recorded(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut steps, mut others) = (String::new(), String::new());
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let range = span.byte_range().expect("a parser of a string knows its bytes");
        let bytes = &text[range.clone()];
        let step = match &event {
            Event::SequenceStart(..) => "List",
            Event::MappingStart(..) => "Map",
            Event::SequenceEnd | Event::MappingEnd => "End",
            Event::Scalar(value, ScalarStyle::Plain, ..) if value == bytes => "Plain",
            Event::Scalar(value, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, ..)
                if bytes.len() >= 2 && value == &bytes[1..bytes.len() - 1] =>
            {
                "Quoted"
            }
            Event::Scalar(_, ScalarStyle::Plain, ..) => panic!("{}: a plain scalar of two lines", path.display()),
            Event::Scalar(value, ..) => {
                write!(others, "{value:?},").expect("a string takes it");
                "Other"
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => panic!("{}: an alias", path.display()),
            _ => continue,
        };
        let properties = match event {
            Event::Scalar(_, _, anchor, tag) => anchor != 0 || tag.is_some(),
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag) => anchor != 0 || tag.is_some(),
            _ => false,
        };
        assert!(!properties, "{}: an anchor or a tag", path.display());
        write!(steps, "(Step::{step},{},{}),", range.start, range.end).expect("a string takes it");
    }
    format!("Recorded {{ text: include_str!({path:?}), steps: &[{steps}], others: &[{others}] }}")
}
