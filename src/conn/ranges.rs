//! The identifiers of streams that were ever opened, exactly, in little memory: streams are numbered in order, so a few ranges
//! hold them all.

use crate::limits;

/// A set of identifiers of one parity.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    /// First and last identifier of each range, ascending, two apart inside a range.
    ranges: Vec<(u32, u32)>,
    /// True when a cap made the set inexact.
    full: bool,
}

impl Ranges {
    pub(super) fn insert(&mut self, id: u32) {
        let at = self.ranges.partition_point(|(_, last)| last.saturating_add(2) < id);
        match self.ranges.get_mut(at) {
            Some((first, last)) if *first <= id && id <= *last => {}
            Some((_, last)) if last.saturating_add(2) == id => {
                *last = id;
                self.join(at);
            }
            Some((first, _)) if first.checked_sub(2) == Some(id) => *first = id,
            _ => self.insert_range(at, id),
        }
    }

    fn insert_range(&mut self, at: usize, id: u32) {
        if self.ranges.len() < limits::MAX_ID_RANGES {
            if self.ranges.capacity() == 0 {
                self.ranges = Vec::with_capacity(FIRST_RANGES);
            }
            self.ranges.insert(at, (id, id));
        } else {
            self.full = true;
        }
    }

    /// Octets that this holds in memory.
    pub(super) const fn weight(&self) -> usize {
        self.ranges.capacity().saturating_mul(size_of::<(u32, u32)>())
    }

    /// Whether the identifier was opened; `None` when a cap forgot.
    pub(super) fn contains(&self, id: u32) -> Option<bool> {
        let at = self.ranges.partition_point(|(_, last)| *last < id);
        let found = self.ranges.get(at).is_some_and(|(first, _)| *first <= id);
        if found || !self.full { Some(found) } else { None }
    }

    fn join(&mut self, at: usize) {
        let next = at.saturating_add(1);
        if let (Some((_, last)), Some((first, end))) = (self.ranges.get(at), self.ranges.get(next))
            && last.saturating_add(2) == *first
        {
            let end = *end;
            self.ranges.remove(next);
            if let Some((_, last)) = self.ranges.get_mut(at) {
                *last = end;
            }
        }
    }
}

/// Ranges for which there is room from the first one on.
const FIRST_RANGES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_set_holds_what_was_put_in(ids in proptest::collection::vec(0u32..200, 0..120)) {
            let mut ranges = Ranges::default();
            let ids: Vec<u32> = ids.into_iter().map(|id| id * 2 + 1).collect();
            for id in &ids {
                ranges.insert(*id);
            }
            for id in (1..401).step_by(2) {
                prop_assert_eq!(ranges.contains(id), Some(ids.contains(&id)));
            }
        }
    }

    #[test]
    fn streams_in_order_take_one_range() {
        let mut ranges = Ranges::default();
        for id in (1..20_000).step_by(2) {
            ranges.insert(id);
        }
        assert_eq!(ranges.ranges, [(1, 19_999)]);
    }
}
