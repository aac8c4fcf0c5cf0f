//! JSON, for programs: the model as it is, with the version of its schema.

use crate::review::Review;

/// One document, indented, with a newline at its end.
pub fn write(review: &Review) -> String {
    // Maps with texts for keys, lists, texts and numbers always have a JSON form.
    let text = serde_json::to_string_pretty(review).unwrap_or_default();
    text + "\n"
}
