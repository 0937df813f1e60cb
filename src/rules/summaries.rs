//! The connections that rules compare at the end of the capture, bounded: of each target the last ones, and of the targets those that
//! were used last.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::engine::Ends;
use super::summary::Summary;
use crate::limits;

/// A server, its port, and a digest of its name.
type Target = (u128, u16, u64);

/// Summaries by target.
#[derive(Debug, Default)]
pub struct Summaries {
    targets: BTreeMap<Target, Kept>,
    /// Targets by when they were used last.
    turns: BTreeMap<u64, Target>,
    turn: u64,
    forgotten: u64,
}

#[derive(Debug, Default)]
struct Kept {
    turn: u64,
    connections: VecDeque<(Summary, Arc<Ends>)>,
}

impl Summaries {
    /// Keeps a connection.
    pub fn add(&mut self, summary: Summary, ends: Arc<Ends>) {
        let target = (summary.server.0, summary.server.1, summary.name);
        let kept = self.targets.entry(target).or_default();
        // Mostly the target is the one that was used last.
        if kept.turn != self.turn || self.turn == 0 {
            self.turn = self.turn.saturating_add(1);
            self.turns.remove(&kept.turn);
            self.turns.insert(self.turn, target);
            kept.turn = self.turn;
        }
        if kept.connections.len() >= limits::MAX_SUMMARIES_PER_TARGET {
            kept.connections.pop_front();
            self.forgotten = self.forgotten.saturating_add(1);
        }
        kept.connections.push_back((summary, ends));
        if self.targets.len() > limits::MAX_TARGETS
            && let Some((_, oldest)) = self.turns.pop_first()
            && let Some(kept) = self.targets.remove(&oldest)
        {
            let lost = crate::base::to_u64(kept.connections.len());
            self.forgotten = self.forgotten.saturating_add(lost);
        }
    }

    /// Connections that gave way and are not compared.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Those that are kept, by number.
    #[must_use]
    pub fn into_sorted(self) -> (Vec<Summary>, BTreeMap<u64, Arc<Ends>>) {
        let all = self.targets.into_values().flat_map(|kept| kept.connections);
        let (mut summaries, ends): (Vec<Summary>, Vec<Arc<Ends>>) = all.unzip();
        summaries.sort_by_key(|summary| summary.number);
        (summaries, ends.into_iter().map(|ends| (ends.number, ends)).collect())
    }
}
