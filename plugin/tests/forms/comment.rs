//! What a comment is to those who read Markdown, whatever stands in the model.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use tenantry::review::Review;
use tenantry::review::forms::markdown::{self, MARKER, is_severe};

use crate::models::{hostile, large};
use crate::strategy;

/// Reads a comment, and holds it against its review.
pub(crate) fn check(review: &Review, text: &str) {
    assert!(text.starts_with(&format!("{MARKER}\n")));
    assert!(text.len() < 65_536, "{} bytes", text.len());
    let (mut depth, mut rows, mut cells, mut folded, mut open) = (0, 0, 0, 0, 0);
    let (mut in_code, mut in_heading) = (false, false);
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::Heading { .. }) => in_heading = true,
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::TableRow) => (rows, cells) = (rows + 1, 0),
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => assert!(cells == 4, "{cells} cells"),
            Event::Start(Tag::TableHead) => cells = 0,
            Event::Start(
                Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong | Tag::Table(_) | Tag::HtmlBlock,
            )
            | Event::End(_)
            | Event::Code(_)
            | Event::SoftBreak => {}
            Event::Html(html) => match html.trim_end() {
                MARKER => {}
                "<details>" => depth += 1,
                "</details>" => depth -= 1,
                summary => {
                    let inside = summary.strip_prefix("<summary><b>Set ").unwrap().strip_suffix("</summary>").unwrap();
                    assert_eq!(inside.matches('<').count(), 1, "{inside}");
                    folded += 1;
                }
            },
            Event::Text(text) if in_code => {
                assert!(text.lines().all(|line| ["- ", "+ ", "# "].contains(&&line[..2])), "{text}");
            }
            Event::Text(text) => {
                assert!(
                    !text.contains(['@', '#', '<', '>', '`', '*', '_', '[', ']', '\\', '&', '$', '~', '|']),
                    "{text}"
                );
                if in_heading {
                    assert!(text.starts_with("Set "), "{text}");
                    assert_eq!(depth, 0, "what destroys is never folded");
                    open += 1;
                }
            }
            other => panic!("{other:?}\n{text}"),
        }
        assert!(matches!(depth, 0 | 1));
    }
    assert_eq!(depth, 0);
    assert!(!in_code);
    assert_eq!(rows, review.sets.len().min(51));
    let severe = review.sets.iter().filter(|set| is_severe(set)).count();
    let said = text.contains("**Not all of it fits here.**");
    assert!(said || (open, folded) == (severe, review.sets.len() - severe), "{open} open, {folded} folded");
    assert!(open == severe || folded == 0, "what destroys comes first");
    assert!(open > 0 || severe == 0, "something that destroys is always shown");
}

#[test]
fn a_review_far_too_large() {
    let mut review = large(300);
    for set in &mut review.sets {
        set.objects = std::iter::repeat_n(set.objects.clone(), 400).flatten().collect();
    }
    let text = markdown::write(&review);
    check(&review, &text);
    assert!(text.len() > 55_000, "{} bytes of room are not used", 65_536 - text.len());
    assert!(text.contains("Missing: "), "{text}");
    // More sets than fit, too.
    let sets = review.sets.clone();
    review.sets = std::iter::repeat_n(sets, 500).flatten().collect();
    let text = markdown::write(&review);
    check(&review, &text);
    assert!(text.contains("more sets with "), "{}", &text[text.len() - 500..]);
}

#[test]
fn hostile_texts_many_times() {
    let mut review = hostile();
    for set in &mut review.sets {
        set.members = std::iter::repeat_n(set.members.clone(), 50).flatten().collect();
        set.consequences = std::iter::repeat_n(set.consequences.clone(), 50).flatten().collect();
        set.problems = std::iter::repeat_n(set.problems.clone(), 50).flatten().collect();
    }
    check(&review, &markdown::write(&review));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_model_is_a_whole_comment(review in strategy::review()) {
        check(&review, &markdown::write(&review));
    }
}
