//! The files that were read, and positions in them.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock, RwLock};

/// A file that was read, by the order of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of bytes in a file that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A range of bytes of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        // Files are limited to a few MiB when they are read, so an offset always fits.
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: narrow(start), end: narrow(end) }
    }

    /// The empty range at the start of `file`, for a problem with the file as a whole.
    pub fn whole(file: FileId) -> Self {
        Self { file, start: 0, end: 0 }
    }
}

/// One file: its path as people are shown it, and its text.
#[derive(Debug)]
pub struct Source {
    /// Relative path.
    pub path: String,
    /// The whole text.
    pub text: Cow<'static, str>,
    /// Where each line begins; looked for once.
    lines: OnceLock<Vec<usize>>,
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Source {
    /// Where the byte `offset` stands.
    pub fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = self.lines.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(newline, _)| newline + 1)).collect()
        });
        let line = lines.partition_point(|start| *start <= offset);
        let start = lines[line - 1];
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }
}

/// Every file that was read. Shared by the threads that render a fleet.
#[derive(Debug, Default)]
pub struct Sources {
    files: RwLock<Vec<Arc<Source>>>,
}

impl Sources {
    /// Keeps a file, so that problems found later can show its lines.
    pub fn add(&self, path: impl Into<String>, text: impl Into<Cow<'static, str>>) -> FileId {
        let mut files = self.files.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        let id = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        files.push(Arc::new(Source { path: path.into(), text: text.into(), lines: OnceLock::new() }));
        id
    }

    /// The file with this id.
    pub fn get(&self, id: FileId) -> Arc<Source> {
        let files = self.files.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        Arc::clone(&files[id.0 as usize])
    }

    /// `path:line:column` of a span's start.
    pub fn describe(&self, at: Span) -> String {
        let source = self.get(at.file);
        let Position { line, column } = source.position(at.start);
        format!("{}:{line}:{column}", source.path)
    }
}
