//! What the page holds, and what it asks for: nothing. What it does is tried in a browser, in `tests/page.rs`.

use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tenantry::review::Review;
use tenantry::review::forms::html;

use crate::models::{between, fleet, hostile, large};
use crate::strategy;

/// What stands between two texts, the first time.
fn inside<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).unwrap().1.split_once(to).unwrap().0
}

fn model(page: &str) -> Value {
    serde_json::from_str(inside(page, "<script type=\"application/json\" id=\"review\">", "</script>")).unwrap()
}

fn check(review: &Review) {
    let page = html::write(review);
    assert_eq!(model(&page), serde_json::to_value(review).unwrap());
    // What the model holds begins no element and ends none.
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
    assert_eq!(page.matches("<!--").count(), 0);
    assert_eq!(page.matches("<h1>").count(), 1);
}

#[test]
fn it_holds_the_model() {
    for review in [between(&fleet(), &fleet()), hostile(), large(300)] {
        check(&review);
    }
}

#[test]
fn it_asks_for_nothing() {
    let page = html::write(&large(10));
    let own = page.replace(inside(&page, "id=\"review\">", "</script>"), "");
    for word in
        ["http:", "https:", "src=", "url(", "@import", "<link", "<iframe", "fetch(", "XMLHttp", "import(", "//cdn"]
    {
        assert!(!own.contains(word), "{word}");
    }
    // Nothing of the model is read as HTML.
    for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=\"", " onclick="] {
        assert!(!own.contains(word), "{word}");
    }
    for target in own.split("href=\"").skip(1) {
        assert!(target.starts_with('#'), "{target:.20}");
    }
}

#[test]
fn its_policy_is_of_its_own_script_and_style() {
    let page = html::write(&large(10));
    let policy = inside(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    let script = inside(&page, "<script type=\"module\">", "</script>");
    let style = inside(&page, "<style>", "</style>");
    for (what, text) in [("script-src", script), ("style-src", style)] {
        let named = inside(policy, &format!("{what} 'sha256-"), "'");
        assert_eq!(bytes(named), Sha256::digest(text.as_bytes()).to_vec(), "{what}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

fn bytes(base64: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut done = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for digit in base64.trim_end_matches('=').chars() {
        held = (held << 6 | u32::try_from(digits.find(digit).unwrap()).unwrap()) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            done.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    done
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_model_stays_in_its_place(review in strategy::review()) {
        check(&review);
    }
}
