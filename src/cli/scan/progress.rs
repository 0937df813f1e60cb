//! How far a scan is, on a terminal: captures, octets, rate, time left. Elsewhere silence.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar, or none.
pub(in crate::cli) struct Progress {
    bar: ProgressBar,
    captures: ProgressBar,
}

impl Progress {
    pub(in crate::cli) fn new(captures: &[Vec<PathBuf>], visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let total = if visible {
            captures.iter().map(|capture| size(capture)).fold(0, u64::saturating_add)
        } else {
            0
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        let count = u64::try_from(captures.len()).unwrap_or(u64::MAX);
        let counter = ProgressBar::with_draw_target(Some(count), ProgressDrawTarget::hidden());
        let progress = Self { bar, captures: counter };
        progress.tell();
        progress
    }

    /// A capture is done.
    pub(in crate::cli) fn done(&self, capture: &[PathBuf]) {
        if !self.bar.is_hidden() {
            self.captures.inc(1);
            self.tell();
            self.bar.inc(size(capture));
        }
    }

    /// Says something without the bar in its way.
    pub(super) fn around(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn tell(&self) {
        let (done, all) = (self.captures.position(), self.captures.length().unwrap_or(0));
        self.bar.set_message(format!("{done}/{all} captures"));
    }
}

fn size(capture: &[PathBuf]) -> u64 {
    let sizes = capture.iter().filter_map(|path| Some(std::fs::metadata(path).ok()?.len()));
    sizes.fold(0, u64::saturating_add)
}

const TEMPLATE: &str = "[{bar:25}] {msg}  {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left";
