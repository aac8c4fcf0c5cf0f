//! The log: one line a fact, with the time in front, on stdout.

use std::io::Write as _;

use crate::exit::Exit;
use crate::failure::Failure;

/// Prints a line. A log that nobody reads any more is no reason to stop: an error of writing is left alone.
pub fn line(text: impl AsRef<str>) {
    let now = jiff::Timestamp::now();
    let mut out = std::io::stdout().lock();
    for (index, part) in text.as_ref().lines().enumerate() {
        let blank = if index == 0 { "" } else { "  " };
        let written = writeln!(out, "{now:.3} {blank}{}", printable(part));
        if written.is_err() {
            return;
        }
    }
    let _ = out.flush();
}

/// What a terminal would take as an order is left out: texts of providers and clouds go into the log.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\t').collect()
}

/// Prints a failure with its hint, and keeps both as the container's termination message.
pub fn failure(failure: &Failure) -> Exit {
    let mut text = format!("error: {failure}");
    if let Some(hint) = failure.hint() {
        text += &format!("\nhint: {hint}");
    }
    line(&text);
    terminated(&text);
    failure.exit()
}

/// What Kubernetes keeps of a container that has ended, in the pod's status: the last 4 KiB.
pub fn terminated(text: &str) {
    const LIMIT: usize = 4096;
    let mut start = text.len().saturating_sub(LIMIT);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    // Outside of a pod there is no such file, and none is made.
    let file = std::fs::OpenOptions::new().write(true).truncate(true).open("/dev/termination-log");
    if let Ok(mut file) = file {
        let _ = file.write_all(text.get(start..).unwrap_or_default().as_bytes());
    }
}
