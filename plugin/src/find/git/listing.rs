//! All paths of a commit, as folders with their entries in order of their names.

use std::ops::Range;

use super::id::ObjectId;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    File,
    Folder,
    Link,
    Submodule,
}

/// An entry of a folder.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    name: Range<u32>,
    pub(super) what: What,
    /// Of what it holds; of a submodule, of a commit that is somewhere else.
    pub(super) id: ObjectId,
    /// Its own number where it is a folder, else the number of the folder that it is in.
    pub(super) folder: u32,
}

/// Folders by number, the root first. All names lie in one text: a fleet has some hundred thousand of them.
#[derive(Debug)]
pub(super) struct Listing {
    names: Vec<u8>,
    entries: Vec<Entry>,
    /// Of each folder, where its entries are.
    folders: Vec<Range<usize>>,
}

/// The root's number.
pub(super) const ROOT: u32 = 0;

impl Listing {
    /// What `git ls-tree -r -t -z --full-tree` prints.
    ///
    /// # Errors
    /// It is something else, or holds names that no checkout has; with what it is.
    pub(super) fn parse(printed: &[u8]) -> Result<Self, String> {
        let mut names = Vec::new();
        let mut found: Vec<(u32, Entry)> = Vec::new();
        let mut folders = 1;
        // The folders that the line before was in. A folder is printed right before what it holds.
        let mut open: Vec<(&[u8], u32)> = vec![(b"", ROOT)];
        for record in printed.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
            let strange = || format!("`{}`", String::from_utf8_lossy(record).escape_debug());
            let (what, id, path) = fields(record).ok_or_else(strange)?;
            let (above, name) = match path.iter().rposition(|byte| *byte == b'/') {
                Some(at) => (&path[..at], &path[at + 1..]),
                None => (&path[..0], path),
            };
            if matches!(name, b"" | b"." | b"..") {
                return Err(strange());
            }
            while open.last().is_some_and(|(path, _)| *path != above) {
                open.pop();
            }
            let (_, parent) = *open.last().ok_or_else(strange)?;
            let mut folder = parent;
            if what == What::Folder {
                folder = u32::try_from(folders).map_err(|_| strange())?;
                folders += 1;
                open.push((path, folder));
            }
            let start = u32::try_from(names.len()).map_err(|_| strange())?;
            names.extend_from_slice(name);
            let end = u32::try_from(names.len()).map_err(|_| strange())?;
            found.push((parent, Entry { name: start..end, what, id, folder }));
        }
        // Git's own order of names takes a folder's as if a `/` stood behind it.
        let name = |entry: &Entry| &names[entry.name.start as usize..entry.name.end as usize];
        found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| name(one).cmp(name(other))));
        Ok(Self {
            folders: ranges(folders, &found),
            entries: found.into_iter().map(|(_, entry)| entry).collect(),
            names,
        })
    }

    /// A folder's entries, in order.
    pub(super) fn entries(&self, folder: u32) -> &[Entry] {
        self.folders.get(folder as usize).map_or(&[], |entries| &self.entries[entries.clone()])
    }

    /// An entry's name.
    pub(super) fn name(&self, entry: &Entry) -> &[u8] {
        &self.names[entry.name.start as usize..entry.name.end as usize]
    }

    /// The entry of a folder that has a name.
    pub(super) fn find(&self, folder: u32, name: &[u8]) -> Option<&Entry> {
        let entries = self.entries(folder);
        entries.binary_search_by(|entry| self.name(entry).cmp(name)).ok().map(|at| &entries[at])
    }
}

/// Where each folder's entries are, once these are in order of their folders.
fn ranges(folders: usize, entries: &[(u32, Entry)]) -> Vec<Range<usize>> {
    let mut start = 0;
    (0..folders)
        .map(|number| {
            let own = entries[start..].iter().take_while(|(folder, _)| *folder as usize == number).count();
            start += own;
            start - own..start
        })
        .collect()
}

/// `100644 blob <id>\t<path>`.
fn fields(record: &[u8]) -> Option<(What, ObjectId, &[u8])> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let mut words = record[..tab].split(|byte| *byte == b' ');
    let what = match (words.next()?, words.next()?) {
        (b"040000", b"tree") => What::Folder,
        (b"120000", b"blob") => What::Link,
        (b"160000", b"commit") => What::Submodule,
        // Git knows two modes of files; old commits have others.
        (mode, b"blob") if mode.starts_with(b"100") => What::File,
        _ => return None,
    };
    let id = ObjectId::parse(words.next()?)?;
    words.next().is_none().then_some((what, id, &record[tab + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char) -> String {
        digit.to_string().repeat(40)
    }

    fn parse(records: &[(&str, &str)]) -> Result<Listing, String> {
        let printed: String = records.iter().map(|(what, path)| format!("{what} {}\t{path}\0", id('1'))).collect();
        Listing::parse(printed.as_bytes())
    }

    #[test]
    fn names_are_in_order() {
        let listing = parse(&[
            ("100644 blob", "a.b"),
            ("040000 tree", "a"),
            ("040000 tree", "a/c"),
            ("120000 blob", "a/c/link"),
            ("100755 blob", "a/d"),
            ("040000 tree", "e"),
            ("160000 commit", "e/f"),
            ("100664 blob", "g"),
        ])
        .unwrap();
        let names = |folder| -> Vec<_> {
            listing.entries(folder).iter().map(|entry| String::from_utf8_lossy(listing.name(entry))).collect()
        };
        assert_eq!(names(ROOT), ["a", "a.b", "e", "g"]);
        let a = listing.find(ROOT, b"a").unwrap();
        assert_eq!(names(a.folder), ["c", "d"]);
        let e = listing.find(ROOT, b"e").unwrap();
        assert_eq!(names(e.folder), ["f"]);
        assert!(parse(&[]).unwrap().entries(ROOT).is_empty());
        assert!(listing.find(ROOT, b"f").is_none());
    }

    /// A tree can be written by hand; no checkout is made of such names.
    #[test]
    fn what_is_no_listing_is_refused() {
        for path in ["..", ".", "", "a/..", "nowhere/a"] {
            assert!(parse(&[("040000 tree", "a"), ("100644 blob", path)]).is_err(), "{path}");
        }
        for what in ["100644 tree", "040000 blob", "100644  blob", "100644 blob x", "", "120000 commit"] {
            assert!(parse(&[(what, "a")]).is_err(), "{what}");
        }
        assert!(Listing::parse(b"fatal: no\0").is_err());
    }
}
