//! Where output goes: all of it at once, and colour only where it is wanted.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

/// Standard output and standard error.
#[derive(Debug)]
pub(super) struct Output {
    choice: ColorChoice,
}

impl Output {
    pub(super) fn new(choice: ColorChoice) -> Self {
        Self { choice }
    }

    /// Writes bytes as they are.
    pub(super) fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Writes text; its colour is taken away where none is wanted.
    pub(super) fn text(&self, text: &str) -> io::Result<()> {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.choice);
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Writes to standard error.
    pub(super) fn error(&self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice);
        // There is nobody left to tell.
        stderr.write_all(text.as_bytes()).ok();
    }

    /// Whether text on standard output may have colour.
    pub(super) fn is_colored(&self) -> bool {
        match self.choice {
            ColorChoice::Never => false,
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
            ColorChoice::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
        }
    }

    /// Whether a person watches standard error.
    pub(super) fn is_watched(&self) -> bool {
        io::stderr().is_terminal()
    }
}
