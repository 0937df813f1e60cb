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
    /// What it was like when it was weighed, see [`Session::bulk`].
    bulk: u64,
    /// Segments since it was weighed, modulo [`limits::SEGMENTS_BETWEEN_WEIGHINGS`].
    segments: u8,
}

impl Weight {
    /// A connection took a segment: what it holds is counted anew, though not each time while it cannot have grown by much. A segment without
    /// octets makes it grow by next to nothing.
    #[inline]
    pub(super) fn segment(&mut self, share: &mut Share, session: &Session, payload: &[u8]) {
        share.segments = share.segments.wrapping_add(1) % limits::SEGMENTS_BETWEEN_WEIGHINGS;
        if share.segments != 1 && payload.is_empty() {
            return;
        }
        let bulk = session.bulk();
        if share.segments == 1 || share.bulk.abs_diff(bulk) > limits::OCTETS_BETWEEN_WEIGHINGS {
            let octets = session.octets();
            (share.segments, share.bulk) = (1, bulk);
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
    /// What makes it heavy, in a few steps: streams, findings and long texts.
    #[inline]
    pub(super) fn bulk(&self) -> u64 {
        let many = self.conn.streams.kept().saturating_add(self.ears.engine.kept());
        self.conn.long_texts().saturating_add(to_u64(many).saturating_mul(limits::STREAM_OCTETS))
    }

    /// Octets held above TCP: what waits to be decided, parts of frames, what the machines keep, and findings.
    pub(super) fn octets(&self) -> u64 {
        let of = |side: Side| to_u64(self.held[side].weight().saturating_add(self.decoders[side].buffered()));
        let sides = PerSide::from_fn(of);
        let found = to_u64(self.ears.engine.kept()).saturating_mul(limits::FINDING_OCTETS);
        let own = self.conn.octets().saturating_add(self.http1.octets()).saturating_add(found);
        sides.client.saturating_add(sides.server).saturating_add(own)
    }
}
