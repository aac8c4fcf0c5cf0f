//! Where to begin showing two long texts, so that what is cut off is not what tells them apart.

/// How many characters before the first that is another are shown.
const BEFORE: usize = 24;

/// The byte at which to begin with both texts: 0 where as many characters as there is room for show how they differ.
pub(super) fn start(before: &str, after: &str, room: usize) -> usize {
    let same = before.char_indices().zip(after.chars()).take_while(|((_, a), b)| a == b).map(|((at, _), _)| at);
    let same: Vec<usize> = same.collect();
    if same.len() + BEFORE < room {
        return 0;
    }
    same.len().checked_sub(BEFORE).and_then(|at| same.get(at)).copied().unwrap_or_default()
}

/// A text from there on.
pub(super) fn from(text: &str, start: usize) -> String {
    if start == 0 { text.to_owned() } else { format!("…{}", &text[start..]) }
}

#[cfg(test)]
mod tests {
    use super::{from, start};

    #[test]
    fn the_first_difference_is_shown() {
        let (a, b) = (format!("{}staging", "ä".repeat(200)), format!("{}production", "ä".repeat(200)));
        let at = start(&a, &b, 160);
        assert_eq!(from(&a, at), format!("…{}staging", "ä".repeat(24)));
        assert_eq!(from(&b, at), format!("…{}production", "ä".repeat(24)));
        assert_eq!(start("staging", "production", 160), 0);
        assert_eq!(start(&a, &a[..400], 160), 2 * 176);
    }
}
