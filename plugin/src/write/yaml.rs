//! YAML for people, in which no reader of YAML 1.1 or 1.2 takes a string for something else.

use crate::render::Manifest;
use crate::tree::Node;

/// Every object as a document.
///
/// # Errors
/// What the writer of YAML says; none is known to happen.
pub fn yaml(manifests: &[Manifest]) -> Result<String, String> {
    let mut text = String::new();
    for manifest in manifests {
        text.push_str("---\n");
        text.push_str(&to_yaml(&manifest.object)?);
    }
    Ok(text)
}

/// One tree.
///
/// # Errors
/// What the writer of YAML says; none is known to happen.
pub fn to_yaml(node: &Node) -> Result<String, String> {
    // Block scalars leave it to indentation and chomping what a string is; quotes do not.
    let options = serde_yaml::ser_options! { prefer_block_scalars: false };
    let mut text = String::new();
    serde_yaml::to_fmt_writer_with_options(&mut text, node, options).map_err(|error| error.to_string())?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}
