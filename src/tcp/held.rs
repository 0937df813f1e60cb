//! Octets that came before their turn, waiting for a hole in front of them to close.

use std::collections::BTreeMap;

use crate::base::{Origin, to_index, to_u64};
use crate::limits;

/// Late segments of one direction, by offset, never overlapping: of two that do, the first one counts.
#[derive(Debug, Default)]
pub(super) struct Held {
    parts: BTreeMap<u64, Part>,
    octets: u64,
}

/// A stretch of octets that waits.
#[derive(Debug)]
pub(super) struct Part {
    pub bytes: Box<[u8]>,
    /// Octets behind `bytes` that the capture cut off.
    pub cut: u64,
    /// `tcp_end` is the end of this part, cut octets included.
    pub origin: Origin,
}

impl Part {
    fn length(&self) -> u64 {
        to_u64(self.bytes.len()).saturating_add(self.cut)
    }
}

/// What storing a segment showed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overlap {
    /// Octets that were already there.
    pub repeated: u64,
    /// True when some of them differ from those that came first.
    pub differs: bool,
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// True when a cap is reached, so that the hole in front must be declared final.
    pub(super) fn full(&self) -> bool {
        self.octets > limits::MAX_HELD_OCTETS || self.parts.len() > limits::MAX_HELD_SEGMENTS
    }

    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> u64 {
        self.octets.saturating_add(to_u64(self.parts.len()).saturating_mul(limits::HELD_SEGMENT_OCTETS))
    }

    /// Offset of the first octet that waits.
    pub(super) fn first(&self) -> Option<u64> {
        self.parts.keys().next().copied()
    }

    /// Where the first octets that wait come from.
    pub(super) fn first_origin(&self) -> Option<&Origin> {
        self.parts.values().next().map(|part| &part.origin)
    }

    /// Takes the first part out when it starts at or before `next`.
    pub(super) fn take_up_to(&mut self, next: u64) -> Option<(u64, Part)> {
        if self.first()? > next {
            return None;
        }
        let (start, part) = self.parts.pop_first()?;
        self.octets = self.octets.saturating_sub(part.length());
        Some((start, part))
    }

    /// Stores what of `bytes` (and `cut` octets behind them) is new; `origin.tcp_end` is the end of it all.
    pub(super) fn store(&mut self, start: u64, bytes: &[u8], cut: u64, origin: Origin) -> Overlap {
        let mut overlap = Overlap::default();
        let end = start.saturating_add(to_u64(bytes.len())).saturating_add(cut);
        let mut at = start;
        while at < end {
            let (stop, covered) = self.stretch(at, end);
            if covered {
                overlap.repeated = overlap.repeated.saturating_add(stop.saturating_sub(at));
                overlap.differs |= self.differs(at, stop, slice(bytes, start, at, stop));
            } else {
                self.insert(at, stop, slice(bytes, start, at, stop), origin.before(end.saturating_sub(stop)));
            }
            at = stop;
        }
        overlap
    }

    /// The stretch from `at` that is wholly stored (true) or wholly new (false), at most up to `end`.
    fn stretch(&self, at: u64, end: u64) -> (u64, bool) {
        if let Some((start, part)) = self.parts.range(..=at).next_back() {
            let stop = start.saturating_add(part.length());
            if stop > at {
                return (stop.min(end), true);
            }
        }
        let next = self.parts.range(at..).next().map_or(end, |(start, _)| *start);
        (next.min(end), false)
    }

    fn differs(&self, at: u64, stop: u64, bytes: &[u8]) -> bool {
        let Some((start, part)) = self.parts.range(..=at).next_back() else { return false };
        let stored = slice(&part.bytes, *start, at, stop);
        stored.iter().zip(bytes).any(|(old, new)| old != new)
    }

    fn insert(&mut self, at: u64, stop: u64, bytes: &[u8], origin: Origin) {
        let length = stop.saturating_sub(at);
        let part = Part { bytes: bytes.into(), cut: length.saturating_sub(to_u64(bytes.len())), origin };
        self.octets = self.octets.saturating_add(length);
        self.parts.insert(at, part);
    }
}

/// The octets of `bytes`, which begin at offset `start`, from `at` to `stop`, as far as they are there.
pub(super) fn slice(bytes: &[u8], start: u64, at: u64, stop: u64) -> &[u8] {
    let from = to_index(at.saturating_sub(start)).min(bytes.len());
    let to = to_index(stop.saturating_sub(start)).min(bytes.len());
    bytes.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(end: u64) -> Origin {
        Origin { tcp_end: end, ..Origin::default() }
    }

    #[test]
    fn of_two_overlapping_segments_the_first_one_counts_and_the_difference_is_told() {
        let mut held = Held::default();
        assert_eq!(held.store(10, b"abcd", 0, at(14)), Overlap::default());
        let overlap = held.store(8, b"xyABzzQ", 0, at(15));
        assert_eq!(overlap, Overlap { repeated: 4, differs: true });
        let mut all = Vec::new();
        while let Some((start, part)) = held.take_up_to(100) {
            all.push((start, part.bytes.to_vec(), part.origin.tcp_end));
        }
        assert_eq!(all, [(8, b"xy".to_vec(), 10), (10, b"abcd".to_vec(), 14), (14, b"Q".to_vec(), 15)]);
    }

    #[test]
    fn the_same_octets_again_are_repeated_and_do_not_differ() {
        let mut held = Held::default();
        held.store(5, b"same", 0, at(9));
        assert_eq!(held.store(6, b"am", 0, at(8)), Overlap { repeated: 2, differs: false });
    }

    #[test]
    fn octets_that_the_capture_cut_off_keep_their_place() {
        let mut held = Held::default();
        held.store(0, b"ab", 3, at(5));
        let (_, part) = held.take_up_to(0).expect("a part");
        assert_eq!((&*part.bytes, part.cut, part.origin.tcp_end), (&b"ab"[..], 3, 5));
    }
}
