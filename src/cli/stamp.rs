//! What the run itself took, for those who ask: everything else in a report depends on its inputs alone.

use std::fs;
use std::time::Instant;

use crate::finding::Stats;

/// A watch that runs.
#[derive(Clone, Copy)]
pub(super) struct Watch(Instant);

impl Watch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start, and the most memory that the program had.
    pub(super) fn read(self) -> Stats {
        let elapsed = u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX);
        Stats { elapsed_ms: Some(elapsed), peak_memory: peak_memory() }
    }
}

/// Octets, where the system tells: Linux does.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
