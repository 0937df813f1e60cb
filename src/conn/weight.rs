//! Field blocks that weigh much: by their frames, by what they expand to, by their number of fields.

use super::block::OpenBlock;
use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::message::Head;
use crate::base::Side;
use crate::frame::Header;
use crate::hpack::{Block, Traits};

/// Traits for which a server may reset a request as malformed (RFC 9113 §8.1.1).
const MALFORMED: Traits = Traits::EMPTY_NAME
    .or(Traits::UPPERCASE_NAME)
    .or(Traits::INVALID_NAME)
    .or(Traits::INVALID_VALUE)
    .or(Traits::AFTER_REGULAR)
    .or(Traits::REPEATED)
    .or(Traits::OTHER_PSEUDO)
    .or(Traits::STATUS)
    .or(Traits::CONNECTION_SPECIFIC)
    .or(Traits::TE_OTHER);

/// Fields, fields without name, and decoded octets beyond which a block may be of interest; rules judge.
const FIELDS: u32 = 64;
const NAMELESS: u32 = 1;
const DECODED: u64 = 64 << 10;

impl Connection {
    /// The open field block of a side has gone on for long and is about to end.
    pub(super) fn tell_long_block(&self, side: Side, emit: &mut impl FnMut(&Self, Fact<'_>)) {
        let limits = self.thresholds();
        if let Some(block) = self.sides[side].block.long(limits.continuations, limits.block_octets) {
            let (start, end) = (block.open.start, block.last);
            let header: Option<Header> = None;
            emit(self, Fact { side, header, start, end, kind: Kind::LongBlock { block } });
        }
    }

    /// A field block is decoded.
    pub(super) fn weigh(
        &mut self,
        seen: &Seen<'_>,
        open: &OpenBlock,
        head: &Head,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let block: &Block = &head.block;
        if block.traits.intersects(MALFORMED) {
            self.provoke(seen);
        }
        self.repeats[seen.side].add(block);
        if head.status == Some(421) {
            emit(self, Fact { start: open.start, ..seen.fact(Kind::Misdirected) });
        }
        if block.fields >= FIELDS || block.nameless >= NAMELESS || block.size >= DECODED {
            emit(self, Fact { start: open.start, ..seen.fact(Kind::HeavyBlock { head }) });
        }
    }
}
