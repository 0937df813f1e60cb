//! Which slot keeps which stream: a table of chains. Streams that are opened one after the other stand side by side, so that a look-up
//! finds what the last one has brought into the cache.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::base::{to_index, to_u32};
use crate::frame::StreamId;

/// The slots of streams, by identifier. A slot that becomes free is the next one that is taken.
#[derive(Debug)]
pub(super) struct Places {
    /// As many rows as a power of two.
    rows: Vec<Row>,
    /// The first free slot.
    free: u32,
    live: u32,
    /// An odd number by which blocks are spread. Nobody knows it beforehand, so that no traffic can make all chains one; where a stream
    /// stands in the table is never seen.
    spread: u64,
}

/// The row of a slot, and also the beginning of a chain of slots: that of the identifiers which come to stand here.
#[derive(Clone, Copy, Debug)]
struct Row {
    first: u32,
    /// The stream in this slot; 0 for a free one.
    id: StreamId,
    /// The next slot of its chain; of a free slot, the next free one.
    next: u32,
}

/// The end of a chain: no row has this number.
const END: u32 = u32::MAX;

/// Rows from the beginning: many connections have few streams.
const FIRST_ROWS: usize = 4;

/// Sixteen identifiers of a side share a block of rows; blocks are spread over the table.
const BLOCK: u32 = 4;

impl Default for Places {
    fn default() -> Self {
        Self { rows: Vec::new(), free: END, live: 0, spread: 0 }
    }
}

impl Places {
    /// Streams that have a slot.
    pub(super) fn len(&self) -> usize {
        index(self.live)
    }

    /// The slot of a stream.
    #[inline]
    pub(super) fn get(&self, id: StreamId) -> Option<u32> {
        let mut at = self.rows.get(self.chain(id))?.first;
        loop {
            let row = self.rows.get(index(at))?;
            if row.id == id {
                return Some(at);
            }
            at = row.next;
        }
    }

    /// The slot of a stream: the one that it has, or else a free one, which is the lowest that was never taken when there is no other.
    pub(super) fn seat(&mut self, id: StreamId) -> u32 {
        if let Some(known) = self.get(id) {
            return known;
        }
        if self.free == END {
            self.grow();
        }
        let (at, chain) = (self.free, self.chain(id));
        let Some(start) = self.rows.get_mut(chain) else { return at };
        let next = std::mem::replace(&mut start.first, at);
        if let Some(row) = self.rows.get_mut(index(at)) {
            self.free = row.next;
            (row.id, row.next) = (id, next);
            self.live = self.live.saturating_add(1);
        }
        at
    }

    /// A stream gives its slot back.
    pub(super) fn leave(&mut self, id: StreamId) {
        let chain = self.chain(id);
        let Some(first) = self.rows.get(chain).map(|start| start.first) else { return };
        let (mut before, mut at) = (END, first);
        let next = loop {
            let Some(row) = self.rows.get_mut(index(at)) else { return };
            if row.id == id {
                row.id = StreamId::CONNECTION;
                break std::mem::replace(&mut row.next, self.free);
            }
            (before, at) = (at, row.next);
        };
        self.free = at;
        self.live = self.live.saturating_sub(1);
        if before != END {
            if let Some(row) = self.rows.get_mut(index(before)) {
                row.next = next;
            }
        } else if let Some(start) = self.rows.get_mut(chain) {
            start.first = next;
        }
    }

    /// The slots that are taken, in no order.
    pub(super) fn taken(&self) -> impl Iterator<Item = usize> + '_ {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| row.id != StreamId::CONNECTION).map(|(at, _)| at)
    }

    /// The chain that an identifier belongs to.
    #[inline]
    fn chain(&self, id: StreamId) -> usize {
        let turn = id.0 >> 1;
        let block = u64::from(turn >> BLOCK).wrapping_add(1).wrapping_mul(self.spread) >> 32;
        let place = block << BLOCK | u64::from(turn & ((1 << BLOCK) - 1));
        to_index(place) & self.rows.len().wrapping_sub(1)
    }

    /// Twice as many rows: all chains are made anew.
    #[cold]
    fn grow(&mut self) {
        if self.spread == 0 {
            self.spread = RandomState::new().hash_one(END) | 1;
        }
        let taken = self.rows.len();
        let rows = taken.saturating_mul(2).max(FIRST_ROWS);
        self.rows.resize(rows, Row { first: END, id: StreamId::CONNECTION, next: END });
        self.rows.iter_mut().for_each(|row| row.first = END);
        for at in 0..taken {
            let id = self.rows.get(at).map_or(StreamId::CONNECTION, |row| row.id);
            let chain = self.chain(id);
            let next = self.rows.get_mut(chain).map(|start| std::mem::replace(&mut start.first, to_u32(at)));
            if let (Some(next), Some(row)) = (next, self.rows.get_mut(at)) {
                row.next = next;
            }
        }
        for (row, next) in self.rows.iter_mut().skip(taken).zip(taken.saturating_add(1)..rows) {
            row.next = to_u32(next);
        }
        self.free = to_u32(taken);
    }
}

/// A slot's number, kept short because there are many, as an index.
fn index(at: u32) -> usize {
    to_index(u64::from(at))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashSet};

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn streams_that_follow_each_other_are_neighbours_and_blocks_are_spread() {
        let rows = vec![Row { first: END, id: StreamId(0), next: END }; 1 << 16];
        let places = Places { rows, spread: 0x9e37_79b9_7f4a_7c15, ..Places::default() };
        let chain = |id: u32| places.chain(StreamId(id));
        assert!((1..16).all(|turn: u32| chain(2 * turn + 1) == chain(1) + index(turn)));
        let blocks: HashSet<usize> = (0..1024_u32).map(|block| chain(32 * block + 1)).collect();
        assert!(blocks.len() > 800, "{}", blocks.len());
    }

    proptest! {
        #[test]
        fn streams_have_a_slot_each_as_long_as_they_stay(
            steps in proptest::collection::vec((any::<bool>(), 1_u32..200), 0..600),
        ) {
            let (mut places, mut model) = (Places::default(), BTreeMap::new());
            for (stays, id) in steps {
                let id = StreamId(id);
                if stays {
                    let fresh = !model.contains_key(&id);
                    let at = places.seat(id);
                    prop_assert!(!fresh || !model.values().any(|taken| *taken == at));
                    prop_assert_eq!(*model.entry(id).or_insert(at), at);
                } else {
                    places.leave(id);
                    model.remove(&id);
                }
                prop_assert_eq!(places.len(), model.len());
                prop_assert_eq!(places.get(id), model.get(&id).copied());
            }
            let slots: BTreeSet<usize> = model.values().map(|at| index(*at)).collect();
            prop_assert_eq!(places.taken().collect::<BTreeSet<_>>(), slots);
            for (id, at) in &model {
                prop_assert_eq!(places.get(*id), Some(*at));
            }
        }
    }
}
