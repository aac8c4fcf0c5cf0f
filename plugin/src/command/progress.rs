//! Progress of long work: drawn on a terminal only, and only when it takes more than a second.

use std::sync::Once;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// How far something is, over tenants. Whatever it drew is gone when it is dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    /// How it is drawn when it is known how many tenants there are.
    counted: ProgressStyle,
    is_counted: Once,
}

impl Progress {
    /// Of something that begins now, with what is done to the tenants. They are looked for first.
    pub(super) fn new(output: &Output, doing: &str) -> Self {
        let style =
            |text: &str| ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if output.is_watched() {
            bar.set_style(style("reading"));
            let shown = bar.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(1));
                if !shown.is_finished() {
                    shown.set_draw_target(ProgressDrawTarget::stderr());
                    shown.tick();
                }
            });
        }
        let counted = style(&format!("{doing} {{bar:30}} {{pos}}/{{len}} tenants"));
        Self { bar, counted, is_counted: Once::new() }
    }

    /// So many of so many are done.
    pub(super) fn show(&self, done: usize, of: usize) {
        self.is_counted.call_once(|| self.bar.set_style(self.counted.clone()));
        self.bar.set_length(of as u64);
        self.bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
