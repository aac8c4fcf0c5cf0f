//! Text of other people's files as Markdown that stays what it is: no link, no mention, no markup, no HTML.

use crate::report::printable;

/// Punctuation that is nothing to Markdown, GitHub or GitLab, wherever in a word it stands.
const PLAIN: &str = ",.;()-+→=/'\"–—…×±";
/// Punctuation that is nothing at the end of a word: elsewhere it begins an emoji, a reference or an image.
const LAST: [char; 4] = [':', '!', '?', '%'];

/// A text within a line. Words that hold anything but letters, digits and plain punctuation stand in code spans, for
/// neither GitHub nor GitLab looks for mentions, references or markup there.
pub(super) fn text(text: &str, bytes: usize) -> String {
    let text = line(text, bytes);
    // What an author put between single ticks is code already.
    let parts: Vec<&str> = text.split('`').collect();
    let is_marked = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.is_empty());
    let parts = if is_marked { parts } else { vec![text.as_str()] };
    let mut done = String::new();
    for (place, part) in parts.into_iter().enumerate() {
        push(&mut done, &if place % 2 == 1 { span(part) } else { words(part) });
    }
    done.trim().to_owned()
}

/// Words that stand together and are not plain are one span.
fn words(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let runs = words.chunk_by(|a, b| is_plain(a) == is_plain(b));
    let written =
        runs.map(|run| if run.iter().all(|word| is_plain(word)) { run.join(" ") } else { span(&run.join(" ")) });
    written.collect::<Vec<_>>().join(" ")
}

/// Two code spans that touch would be read as one.
fn push(done: &mut String, word: &str) {
    if done.ends_with('`') && word.starts_with('`') {
        done.push(' ');
    }
    done.push_str(word);
}

fn is_plain(word: &str) -> bool {
    let body = word.strip_suffix(LAST).unwrap_or(word);
    let lower = body.to_ascii_lowercase();
    // `www.` is made a link of without being asked, `gh-12` a reference.
    !lower.contains("www.")
        && !lower.contains("gh-")
        && body.chars().all(|c| c.is_alphanumeric() || PLAIN.contains(c))
        // Signs alone would be a rule or the underline of a heading where they come to begin a line.
        && (body.len() < 2 || !body.chars().all(|c| "-+=".contains(c)))
}

/// A name or value, as code.
pub(super) fn code(text: &str, bytes: usize) -> String {
    span(&line(text, bytes))
}

fn span(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    // Spaces keep ticks of the text apart from those around it, and are no part of the code.
    let pad = if text.is_empty() || text.starts_with([' ', '`']) || text.ends_with([' ', '`']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A part of a line in a block of code.
pub(super) fn line(text: &str, bytes: usize) -> String {
    // Cut last: what is escaped takes more room than it did.
    cut(&printable(text), bytes)
}

/// Lines as a block of code that nothing in them ends. None of them may hold a newline.
pub(super) fn fence(language: &str, lines: &[String]) -> String {
    let run = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let ticks = "`".repeat(3.max(run + 1));
    format!("{ticks}{language}\n{}\n{ticks}\n", lines.join("\n"))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// A text within an HTML element.
pub(super) fn html(text: &str, bytes: usize) -> String {
    let mut done = String::new();
    for c in line(text, bytes).chars() {
        match c {
            '&' => done.push_str("&amp;"),
            '<' => done.push_str("&lt;"),
            '>' => done.push_str("&gt;"),
            '"' => done.push_str("&quot;"),
            '\'' => done.push_str("&#39;"),
            c => done.push(c),
        }
    }
    done
}

/// At most so many bytes of a text.
pub(super) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::{code, cut, fence, html, text};

    #[test]
    fn plain_words_stay_plain() {
        for plain in ["zenml 0.94.2 → 0.95.0", "requests.cpu: 4 → 2 (less)", "3 values of the chart are other!", "50%"]
        {
            assert_eq!(text(plain, 100), plain);
        }
    }

    #[test]
    fn what_may_mean_something_is_code() {
        for (from, to) in [
            ("ask @alice now", "ask `@alice` now"),
            ("<b> a|b", "`<b> a|b`"),
            ("see #12 and !3", "see `#12` and `!3`"),
            ("unknown `b`; did you mean `c`, or `d|e`?", "unknown `b`; did you mean `c`, or `d|e`?"),
            ("`a``b`", "`a` `b`"),
            ("x`a`*b* `c`", "x`a` `*b*` `c`"),
            ("a ` b", "a `` ` `` b"),
            ("*x* _y_ [z](w)", "`*x* _y_ [z](w)`"),
            ("at https://example.com/ www.example.com", "at `https://example.com/ www.example.com`"),
            ("a\nb", "`a\\u{a}b`"),
            ("database_mode shared", "`database_mode` shared"),
            ("---", "`---`"),
            ("\u{202e}x", "`\\u{202e}x`"),
        ] {
            assert_eq!(text(from, 100), to);
        }
    }

    #[test]
    fn nothing_ends_what_it_stands_in() {
        assert_eq!(code("a``b", 100), "```a``b```");
        assert_eq!(code("`", 100), "`` ` ``");
        assert_eq!(code("", 100), "`  `");
        assert_eq!(fence("diff", &["- ````".to_owned()]), "`````diff\n- ````\n`````\n");
        assert_eq!(html("</details>'\"&", 100), "&lt;/details&gt;&#39;&quot;&amp;");
        assert_eq!(cut("aéé", 2), "a…");
    }
}
