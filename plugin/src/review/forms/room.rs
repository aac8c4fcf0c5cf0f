//! What of a review fits into a comment: the heads of sets first, then their objects, each whole or not at all.

/// GitHub takes fewer than 65,536 characters, GitLab a million. What counts as a character differs, and no way of
/// counting finds more of them than there are bytes.
pub(super) const LIMIT: usize = 65_535;
/// For the paragraph that says what is missing.
const SAID: usize = 1_500;
/// For the line that says how many objects of a set are missing.
const REST: usize = 80;
/// How many sets the paragraph names.
const NAMED: usize = 15;

/// A set, as far as it is written.
pub(super) struct Part<'a> {
    /// Its label.
    pub(super) label: String,
    /// Whatever comes before its objects.
    pub(super) head: String,
    /// Its objects, in order; written one by one, for there may be far more than fit.
    pub(super) objects: Box<dyn Iterator<Item = String> + 'a>,
    /// How many there are.
    pub(super) count: usize,
    /// Whatever comes after them.
    pub(super) end: &'static str,
}

/// All parts, or as much of them as fits below [`LIMIT`] after so many bytes.
pub(super) fn fill(parts: Vec<Part<'_>>, taken: usize) -> String {
    let room = LIMIT.saturating_sub(taken + SAID);
    let mut written: Vec<Written> = Vec::new();
    // What all objects need, or more than there is room for.
    let mut wanted = 0;
    for part in parts {
        let mut objects = Vec::new();
        for object in part.objects {
            if wanted > room {
                break;
            }
            wanted += object.len();
            objects.push(object);
        }
        written.push(Written {
            label: part.label,
            head: part.head,
            end: part.end,
            objects,
            count: part.count,
            shown: 0,
        });
    }
    // Half is for heads where there is more of everything than fits: one set's objects are worth less than that another
    // set is there at all.
    let for_heads = (room / 2).max(room.saturating_sub(wanted));
    let mut used = 0;
    let heads = written
        .iter()
        .take_while(|set| {
            used += set.cost();
            used <= for_heads
        })
        .count();
    let mut used: usize = written.iter().take(heads).map(Written::cost).sum();
    for set in written.iter_mut().take(heads) {
        for object in &set.objects {
            if used + object.len() > room {
                break;
            }
            used += object.len();
            set.shown += 1;
        }
    }
    let mut text: String = written.iter().take(heads).map(Written::text).collect();
    text += &missing(&written, heads);
    text
}

struct Written {
    label: String,
    head: String,
    end: &'static str,
    objects: Vec<String>,
    count: usize,
    shown: usize,
}

impl Written {
    fn cost(&self) -> usize {
        self.head.len() + self.end.len() + REST
    }

    fn missing(&self) -> usize {
        self.count - self.shown
    }

    fn text(&self) -> String {
        let mut text = self.head.clone();
        text.extend(self.objects.iter().take(self.shown).map(String::as_str));
        text.truncate(text.trim_end().len());
        text.push('\n');
        match self.missing() {
            0 => {}
            1 => text += "- and one more object, not shown here\n",
            more => text += &format!("- and {more} more objects, not shown here\n"),
        }
        // What follows is no part of the list.
        text.push('\n');
        text += self.end;
        if !self.end.is_empty() {
            text.push('\n');
        }
        text
    }
}

fn missing(written: &[Written], heads: usize) -> String {
    let (shown, gone) = written.split_at(heads);
    let cut: Vec<String> = shown
        .iter()
        .filter(|set| set.missing() > 0)
        .map(|set| format!("{} of set {}", objects(set.missing()), set.label))
        .collect();
    let whole: Vec<String> = gone.iter().map(|set| set.label.clone()).collect();
    let mut said = Vec::new();
    if !cut.is_empty() {
        said.push(names(&cut));
    }
    if !whole.is_empty() {
        let all = gone.iter().map(|set| set.count).sum();
        let s = if whole.len() == 1 { "set" } else { "sets" };
        said.push(format!("{s} {} with {}", names(&whole), objects(all)));
    }
    if said.is_empty() {
        return String::new();
    }
    format!("**Not all of it fits here.** Missing: {}. The whole: `tenantry diff … -o html`\n", said.join("; "))
}

fn objects(count: usize) -> String {
    if count == 1 { "one object".to_owned() } else { format!("{count} objects") }
}

fn names(all: &[String]) -> String {
    let mut text = all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if let more @ 1.. = all.len().saturating_sub(NAMED) {
        text += &format!(" and {more} more sets");
    }
    text
}
