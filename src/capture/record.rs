//! What a capture file holds, one record after another, borrowed until the next one is asked for.

use std::ops::Range;

use super::LinkType;
use crate::base::{PacketNumber, Place, Time};

/// One record of the file that matters to an analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// A packet.
    Packet(Packet<'a>),
    /// The text of a TLS key log that the file carries: a Decryption Secrets Block of pcapng.
    Secrets(&'a [u8]),
    /// A comment that somebody left in the file.
    Comment {
        /// The comment, normally UTF-8.
        text: &'a [u8],
        /// The number of the packet it is about; none when it is about a section or an interface.
        packet: Option<u64>,
    },
}

/// A captured packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The file it stands in, counted from 0 in the order in which files are read as one capture.
    pub input: u32,
    /// Counts the packets of the file from 1, as Wireshark's `frame.number`.
    pub number: u64,
    /// When it was captured. A packet without a time stamp (pcapng Simple Packet Block) bears the time of the one before.
    pub time: Time,
    /// What its first header is.
    pub link: LinkType,
    /// The octets that were captured.
    pub data: &'a [u8],
    /// How many octets the packet had on the wire; more than `data` when the snapshot length cut it.
    pub original_length: u32,
    /// The interface, counted from 0 over all sections of the file.
    pub interface: u32,
    /// Octet offset of its record or block in the file; `u64::MAX` where offsets mean nothing (standard input).
    pub record: u64,
}

impl Packet<'_> {
    /// The place that evidence refers to.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place { pkt: PacketNumber::new(self.input, self.number), time: self.time, record: self.record }
    }
}

/// A record by the places of its octets in the block, before it is borrowed.
#[derive(Clone, Debug)]
pub(super) enum Found {
    Packet(FoundPacket),
    Secrets(Range<usize>),
    Comment { text: Range<usize>, packet: Option<u64> },
}

/// See [`Packet`].
#[derive(Clone, Debug)]
pub(super) struct FoundPacket {
    pub(super) number: u64,
    pub(super) time: Time,
    pub(super) link: LinkType,
    pub(super) data: Range<usize>,
    pub(super) original_length: u32,
    pub(super) interface: u32,
    pub(super) offset: u64,
}
