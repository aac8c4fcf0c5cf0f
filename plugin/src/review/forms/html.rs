//! One HTML page that needs nothing else: the review as data, and a script that draws it. It asks for nothing from
//! anywhere, and runs nothing but its own script.

use std::sync::LazyLock;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::inert;
use super::terminal::{status, summary};
use crate::review::consequence::Rule;
use crate::review::model::{Review, Status};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = concat!(
    include_str!("html/parts.js"),
    include_str!("html/map.js"),
    include_str!("html/cards.js"),
    include_str!("html/script.js")
);
/// Whatever is not named here is forbidden: frames, forms, pictures, requests, and scripts in attributes.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let (script, style) = (hash(SCRIPT), hash(STYLE));
    format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    )
});
/// How many bytes of the sides' names are the title.
const TITLE: usize = 120;

/// The page, whole.
pub fn write(review: &Review) -> String {
    let summary = summary(&review.counts);
    let title = format!("{} → {}", review.base.name, review.head.name);
    let mut text = String::new();
    let mut left = PAGE;
    // One way through: what is put in is never looked through for further places.
    while let Some((before, (name, after))) =
        left.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        text.push_str(before);
        match name {
            "policy" => text.push_str(&POLICY),
            "style" => text.push_str(STYLE),
            "script" => text.push_str(SCRIPT),
            "words" => text.push_str(&data(&words())),
            "review" => text.push_str(&data(review)),
            "title" => text.push_str(&inert::html(&title, TITLE)),
            _ => text.push_str(&summary),
        }
        left = after;
    }
    text.push_str(left);
    text
}

/// What the script says of a review, and which rules there are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Words {
    version: &'static str,
    rules: Vec<RuleWord>,
    statuses: Vec<(Status, &'static str)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleWord {
    word: &'static str,
    is_destructive: bool,
}

fn words() -> Words {
    let all = [Status::Failing, Status::Removed, Status::Changed, Status::Added, Status::Mended, Status::StillFailing];
    Words {
        version: env!("CARGO_PKG_VERSION"),
        rules: Rule::ALL
            .iter()
            .map(|rule| RuleWord { word: rule.word(), is_destructive: rule.is_destructive() })
            .collect(),
        statuses: all.map(|one| (one, status(one))).to_vec(),
    }
}

/// JSON within a script element. `<` stands in texts alone there, and without it neither the element's end nor a
/// comment can begin.
fn data(value: &impl Serialize) -> String {
    // Maps with texts for keys, lists, texts and numbers always have a JSON form.
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

/// The SHA-256 of a text in Base64, as a policy names it.
fn hash(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut done = String::new();
    for three in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits =
            (0..3).fold(0u32, |bits, place| bits << 8 | u32::from(three.get(place).copied().unwrap_or_default()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            done.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn hashes_are_as_browsers_write_them() {
        assert_eq!(hash("alert('Hello, world.');"), "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }
}
