//! What a connection holds in memory, as far as traffic decides it: cheap to tell, because it is asked every few segments.

use super::connection::Connection;
use super::half::Half;
use crate::base::to_u64;

impl Connection {
    /// Octets that it holds in memory, as far as traffic decides that.
    #[must_use]
    pub fn octets(&self) -> u64 {
        let sides = self.sides.client.octets().saturating_add(self.sides.server.octets());
        sides
            .saturating_add(self.streams.octets())
            .saturating_add(to_u64(self.alternatives.as_ref().map_or(0, |named| named.weight())))
    }

    /// Octets of long texts of requests and calls.
    #[must_use]
    #[inline]
    pub fn long_texts(&self) -> u64 {
        let of = |half: &Half| half.gatherer.scale.octets();
        of(&self.sides.client).saturating_add(of(&self.sides.server))
    }
}

impl Half {
    /// Octets that this side holds: its table, the fragments of its open field block, what it announced, its last words, and long
    /// texts of requests and calls.
    fn octets(&self) -> u64 {
        let debug = self.goaways.iter().map(|goaway| goaway.debug.len().saturating_add(GOAWAY));
        let last_words = debug.fold(0, usize::saturating_add);
        let parts = self.block.weight().saturating_add(last_words).saturating_add(self.gatherer.weight());
        u64::from(self.hpack.size())
            .saturating_add(self.settings.octets())
            .saturating_add(self.gatherer.scale.octets())
            .saturating_add(to_u64(parts))
    }
}

/// Octets of a GOAWAY frame that is kept, without its debug data.
const GOAWAY: usize = size_of::<super::Goaway>();
