//! One TCP segment as the capture holds it. Read here and not by a library, because a header that the capture cut off behind
//! its fixed part must still count.

use std::num::NonZeroU16;

use crate::base::{Place, to_u64};

/// A TCP segment (RFC 9293 §3.1).
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Sequence number of the SYN or the first payload octet.
    pub sequence: u32,
    /// Acknowledgement number; valid only with [`Flags::ACK`].
    pub acknowledgement: u32,
    /// Control bits.
    pub flags: Flags,
    /// Receive window, unscaled.
    pub window: u16,
    /// Captured payload.
    pub payload: &'a [u8],
    /// Payload octets on the wire; more than `payload` holds when the capture cut the packet.
    pub length: u64,
    /// Checksum as it was captured, which the sender's hardware may have left to itself.
    pub checksum: u16,
    /// Time to live of the IP packet that carried it.
    pub ttl: u8,
    /// Identification of the IP packet that carried it, where it has one: a segment that is sent again gets another one.
    pub identification: Option<NonZeroU16>,
    /// The packet.
    pub at: Place,
}

/// Control bits of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No more octets from the sender.
    pub const FIN: Self = Self(0x01);
    /// The sequence number is the initial one.
    pub const SYN: Self = Self(0x02);
    /// The connection is reset.
    pub const RST: Self = Self(0x04);
    /// Octets should be passed on at once.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgement number is valid.
    pub const ACK: Self = Self(0x10);

    /// True when every bit of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl<'a> Segment<'a> {
    /// Reads a segment from an IP payload of which `length` octets were on the wire. `None` when not even the fixed header was
    /// captured, or the header is shorter than itself.
    #[must_use]
    pub fn read(payload: &'a [u8], length: usize, ttl: u8, at: Place) -> Option<Self> {
        let [sp0, sp1, dp0, dp1, s0, s1, s2, s3, a0, a1, a2, a3, words, bits, w0, w1, c0, c1, ..] =
            *payload.first_chunk::<20>()?;
        let header = usize::from(words >> 4).saturating_mul(4);
        if header < 20 {
            return None;
        }
        Some(Self {
            source_port: u16::from_be_bytes([sp0, sp1]),
            destination_port: u16::from_be_bytes([dp0, dp1]),
            sequence: u32::from_be_bytes([s0, s1, s2, s3]),
            acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
            flags: Flags(bits),
            window: u16::from_be_bytes([w0, w1]),
            payload: payload.get(header..).unwrap_or_default(),
            length: to_u64(length.saturating_sub(header)),
            checksum: u16::from_be_bytes([c0, c1]),
            ttl,
            identification: None,
            at,
        })
    }

    /// With the identification of the IP packet that carried it.
    #[must_use]
    pub const fn identified(mut self, identification: Option<NonZeroU16>) -> Self {
        self.identification = identification;
        self
    }

    /// Sequence number of the first payload octet: a SYN takes one number itself.
    #[must_use]
    pub const fn payload_sequence(&self) -> u32 {
        if self.flags.has(Flags::SYN) { self.sequence.wrapping_add(1) } else { self.sequence }
    }
}
