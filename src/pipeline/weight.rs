//! What the live connections of a capture hold in memory, as far as traffic decides it, and who gives way when that is too much.

use super::session::Session;
use super::upper::Upper;
use crate::base::{PerSide, Side, to_u64};
use crate::limits;

/// Octets that live connections hold.
#[derive(Debug, Default)]
pub(super) struct Weight {
    total: u64,
}

/// What one connection was found to hold.
#[derive(Debug, Default)]
pub(super) struct Share {
    octets: u64,
    /// Segments since it was weighed, modulo [`limits::SEGMENTS_BETWEEN_WEIGHINGS`].
    segments: u8,
}

impl Weight {
    /// A connection took a segment: what it holds is counted anew, though not each time.
    #[inline]
    pub(super) fn segment(&mut self, share: &mut Share, session: &Session) {
        share.segments = share.segments.wrapping_add(1) % limits::SEGMENTS_BETWEEN_WEIGHINGS;
        if share.segments == 1 {
            let octets = session.octets();
            self.total = self.total.saturating_sub(share.octets).saturating_add(octets);
            share.octets = octets;
        }
    }

    /// All that they hold.
    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// A connection is gone.
    pub(super) const fn forget(&mut self, share: &Share) {
        self.total = self.total.saturating_sub(share.octets);
    }
}

impl Share {
    /// Octets that it holds.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }
}

impl Upper {
    /// Octets held above TCP: what waits to be decided, parts of frames and of field blocks, tables, and streams.
    pub(super) fn octets(&self) -> u64 {
        let of = |side: Side| {
            let half = &self.conn.sides[side];
            to_u64(self.held[side].octets().len())
                .saturating_add(to_u64(self.decoders[side].buffered()))
                .saturating_add(u64::from(half.decoder().size()))
        };
        let sides = PerSide::from_fn(of);
        let streams = to_u64(self.conn.streams.kept()).saturating_mul(limits::STREAM_OCTETS);
        sides.client.saturating_add(sides.server).saturating_add(streams)
    }
}
