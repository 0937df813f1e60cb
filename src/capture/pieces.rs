//! A capture file piece by piece, so that it can be copied: every record of pcap and every block of pcapng as it stands, with the
//! packet that is in it.

use std::io::Read;
use std::ops::Range;

use nom::number::Endianness;

use super::block::Block;
use super::record::{Found, FoundPacket};
use super::{Packet, Reader, Record};
use crate::error::Error;

/// A piece of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// Header, packet, options: all of it.
    pub(super) octets: &'a [u8],
    pub(super) layout: Layout,
    /// The packet; none in other pieces, and where it cannot be read.
    pub(super) packet: Option<Packet<'a>>,
}

/// What kind of piece it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A record of pcap.
    Record,
    /// A block of pcapng, with its type and the byte order of its section.
    Block { kind: u32, order: Endianness },
}

/// A piece by the places of its octets, before it is borrowed.
#[derive(Debug)]
pub(super) struct FoundPiece {
    pub(super) whole: Range<usize>,
    pub(super) layout: Layout,
    pub(super) packet: Option<FoundPacket>,
}

impl FoundPiece {
    /// A record of pcap: its header stands in front of the packet.
    pub(super) fn of_record(found: Found, header: usize) -> Option<Self> {
        let Found::Packet(packet) = found else { return None };
        let whole = packet.data.start.saturating_sub(header)..packet.data.end;
        Some(Self { whole, layout: Layout::Record, packet: Some(packet) })
    }

    /// A block of pcapng.
    pub(super) fn of_block((block, found): (Block, Option<Found>), order: Endianness) -> Self {
        let packet = found.and_then(|found| match found {
            Found::Packet(packet) => Some(packet),
            Found::Secrets(_) | Found::Comment { .. } => None,
        });
        Self { whole: block.whole, layout: Layout::Block { kind: block.kind, order }, packet }
    }
}

impl<R: Read> Reader<R> {
    /// The next piece; none at the end of what can be read. Damaged places are no pieces. Not to be mixed with [`Reader::next`].
    ///
    /// # Errors
    ///
    /// As [`Reader::next`].
    pub(super) fn next_piece(&mut self) -> Result<Option<Piece<'_>>, Error> {
        let Some(FoundPiece { whole, layout, packet }) = self.find_piece()? else { return Ok(None) };
        let packet = packet.and_then(|packet| match self.record(Found::Packet(packet)) {
            Record::Packet(packet) => Some(packet),
            Record::Secrets(_) | Record::Comment { .. } => None,
        });
        Ok(Some(Piece { octets: self.octets(&whole), layout, packet }))
    }
}
