//! Where a hash map keeps stream identifiers: streams that are opened one after the other lie side by side, so that a look-up finds
//! what the last one has brought into the cache.

use std::hash::{BuildHasher, Hasher};

/// A hash map's hasher for keys that are one number of 32 bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Neighbours(u64);

/// Sixteen identifiers of a side share a block; blocks are spread over the map.
const BLOCK: u32 = 5;

/// An odd number whose bits are in no order: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl BuildHasher for Neighbours {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self::default()
    }
}

impl Hasher for Neighbours {
    fn write_u32(&mut self, id: u32) {
        let block = u64::from(id >> BLOCK).wrapping_add(1).wrapping_mul(SPREAD);
        let within = u64::from(id >> 1) & 15;
        // The map's place is in the low bits; its top bits tell keys of one place apart.
        self.0 = ((block ^ block >> 32) & !15 | within) ^ within << 60;
    }

    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.0 = (self.0 ^ u64::from(*octet)).wrapping_mul(SPREAD);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::frame::StreamId;

    #[test]
    fn streams_that_follow_each_other_are_neighbours_and_blocks_are_spread() {
        let place = |id: u32| Neighbours::default().hash_one(StreamId(id));
        let low = |id: u32| place(id) & 0xffff;
        assert!((1..16).all(|turn: u64| low(2 * u32::try_from(turn).unwrap() + 1) == low(1) + turn));
        let blocks: HashSet<u64> = (0..1024_u32).map(|block| low(32 * block + 1)).collect();
        assert!(blocks.len() > 900, "{}", blocks.len());
        let whole: HashSet<u64> = (0..100_000_u32).map(|turn| place(2 * turn + 1)).collect();
        assert_eq!(whole.len(), 100_000);
    }
}
