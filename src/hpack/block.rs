//! What a field block was as a whole.

use super::{Fault, Traits};

/// A summary of one decoded field block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Fields, known or not; those beyond the cap do not count.
    pub fields: u32,
    /// Size of the field section by the measure of RFC 7541 §4.1, in octets; a text that is not known counts as empty.
    pub size: u64,
    /// The traits of all fields together.
    pub traits: Traits,
    /// Fields with an empty name.
    pub nameless: u32,
    /// Fields of which the name or the value is not known.
    pub unknown: u32,
    /// Fields that were inserted into the dynamic table, or emptied it by being too large (RFC 7541 §4.4).
    pub inserted: u32,
    /// The size updates.
    pub updates: Updates,
    /// Octets decoded.
    pub octets: u32,
    /// All octets were decoded: neither a fault nor the cap ended the block.
    pub complete: bool,
    /// The first mistake.
    pub error: Option<Fault>,
    /// The decoded block passed [`MAX_DECODED_BLOCK`](crate::limits::MAX_DECODED_BLOCK); decoding ended there.
    pub capped: bool,
}

/// The size updates of a block, in order, as far as there is room for them. RFC 7541 §4.2 never needs more than two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Updates {
    count: u32,
    first: [u32; 4],
    smallest: Option<u32>,
}

impl Updates {
    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The sizes asked for by the first four, in octets.
    #[must_use]
    pub fn sizes(&self) -> &[u32] {
        let listed = usize::try_from(self.count).unwrap_or(usize::MAX).min(self.first.len());
        self.first.get(..listed).unwrap_or_default()
    }

    /// The smallest size asked for by any of them, in octets.
    #[must_use]
    pub const fn smallest(&self) -> Option<u32> {
        self.smallest
    }

    pub(super) fn add(&mut self, size: u32) {
        if let Some(free) = usize::try_from(self.count).ok().and_then(|place| self.first.get_mut(place)) {
            *free = size;
        }
        self.count = self.count.saturating_add(1);
        self.smallest = Some(self.smallest.map_or(size, |smallest| smallest.min(size)));
    }
}

impl Block {
    /// True when the block was right and left the table as it found it.
    pub(super) const fn changes_nothing(&self) -> bool {
        self.complete && self.error.is_none() && self.inserted == 0 && self.updates.count() == 0
    }

    /// Notes a mistake; the first one stays.
    pub(super) fn note(&mut self, fault: Fault) {
        self.error.get_or_insert(fault);
    }

    /// Counts a field, and returns its traits with those that follow from its place.
    pub(super) fn add(&mut self, traits: Traits, unknown: bool) -> Traits {
        let misplaced = self.traits.contains(Traits::REGULAR) && traits.intersects(Traits::PSEUDO);
        let repeated = (self.traits & traits).intersects(Traits::SINGLE);
        let traits = if misplaced || repeated { traits.with_place(misplaced, repeated) } else { traits };
        self.traits |= traits;
        self.fields = self.fields.saturating_add(1);
        self.nameless = self.nameless.saturating_add(u32::from(traits.contains(Traits::EMPTY_NAME)));
        self.unknown = self.unknown.saturating_add(u32::from(unknown));
        traits
    }
}
