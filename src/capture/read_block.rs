//! Octets as they were read from a file, in a block that several threads may look at: it is written again only when nobody does.

use std::ops::Range;
use std::sync::Arc;

/// A block of octets. A clone is the same block.
#[derive(Clone, Debug)]
pub struct ReadBlock(Arc<Vec<u8>>);

impl ReadBlock {
    /// A block of zeros.
    pub(super) fn new(length: usize) -> Self {
        Self(Arc::new(vec![0; length]))
    }

    /// Octets by their place.
    #[inline]
    #[must_use]
    pub fn octets(&self, range: &Range<usize>) -> &[u8] {
        self.0.get(range.start..range.end).unwrap_or_default()
    }

    /// The place of octets that are borrowed from this block; `None` for others.
    #[must_use]
    pub fn place(&self, octets: &[u8]) -> Option<Range<usize>> {
        let start = octets.as_ptr().addr().checked_sub(self.0.as_ptr().addr())?;
        let end = start.checked_add(octets.len())?;
        (end <= self.0.len()).then_some(start..end)
    }

    /// True when both are the same block.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// How many octets there is room for.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The octets to write to, unless somebody else looks at them.
    pub(super) fn writable(&mut self) -> Option<&mut Vec<u8>> {
        Arc::get_mut(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrowed_octets_are_found_again_and_foreign_ones_are_not() {
        let block = ReadBlock::new(10);
        let octets = block.octets(&(3..7));
        assert_eq!(block.place(octets), Some(3..7));
        assert_eq!(block.place(&[0; 4]), None);
        assert_eq!(block.octets(&(8..11)), [0_u8; 0]);
    }

    #[test]
    fn a_block_that_somebody_looks_at_is_not_written() {
        let mut block = ReadBlock::new(4);
        let other = block.clone();
        assert!(block.writable().is_none());
        drop(other);
        assert!(block.writable().is_some());
    }
}
