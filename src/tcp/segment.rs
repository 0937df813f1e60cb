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
    /// The longest segment that the sender takes, where this is a SYN that says so.
    pub largest: Option<u16>,
    /// Identification of the IP packet that carried it, where it has one: a segment that is sent again gets another one.
    pub identification: Option<NonZeroU16>,
    /// The packet.
    pub at: Place,
}

/// What the header of the IP packet says that carried a segment.
#[derive(Clone, Copy, Debug, Default)]
pub struct IpHeader {
    /// See [`Segment::ttl`].
    pub ttl: u8,
    /// See [`Segment::identification`].
    pub identification: Option<NonZeroU16>,
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

    /// True for a segment that acknowledges and neither opens nor ends anything.
    #[must_use]
    pub const fn is_ordinary(self) -> bool {
        self.0 & (Self::FIN.0 | Self::SYN.0 | Self::RST.0 | Self::ACK.0) == Self::ACK.0
    }

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl<'a> Segment<'a> {
    /// Reads a segment from the payload of an IP packet, of which `length` octets were on the wire. `None` when not even the fixed header was
    /// captured, or the header is shorter than itself.
    #[must_use]
    #[inline]
    pub fn read(payload: &'a [u8], length: usize, header: &IpHeader, at: Place) -> Option<Self> {
        let [sp0, sp1, dp0, dp1, s0, s1, s2, s3, a0, a1, a2, a3, words, bits, w0, w1, c0, c1, ..] =
            *payload.first_chunk::<20>()?;
        let options = usize::from(words >> 4).checked_sub(5)?.saturating_mul(4);
        let behind = options.saturating_add(20);
        Some(Self {
            source_port: u16::from_be_bytes([sp0, sp1]),
            destination_port: u16::from_be_bytes([dp0, dp1]),
            sequence: u32::from_be_bytes([s0, s1, s2, s3]),
            acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
            flags: Flags(bits),
            window: u16::from_be_bytes([w0, w1]),
            payload: payload.get(behind..).unwrap_or_default(),
            length: to_u64(length.saturating_sub(behind)),
            checksum: u16::from_be_bytes([c0, c1]),
            ttl: header.ttl,
            largest: if bits & Flags::SYN.0 == 0 { None } else { largest(payload.get(20..behind)) },
            identification: header.identification,
            at,
        })
    }

    /// The first octets of its payload, and the rest, which ends as the whole does.
    pub(super) fn split(&self, length: usize) -> (Self, Self) {
        let (front, behind) = self.payload.split_at_checked(length).unwrap_or((self.payload, &[]));
        let bare = Flags(self.flags.0 & !(Flags::FIN.0 | Flags::RST.0 | Flags::PSH.0));
        let first = Self { payload: front, length: to_u64(front.len()), flags: bare, ..*self };
        let sequence = self.payload_sequence().wrapping_add(u32::try_from(front.len()).unwrap_or(u32::MAX));
        let flags = Flags(self.flags.0 & !Flags::SYN.0);
        let length = self.length.saturating_sub(first.length);
        (first, Self { payload: behind, length, sequence, flags, ..*self })
    }

    /// The sequence number behind the segment; SYN and FIN take one each.
    pub(super) fn end(&self) -> u32 {
        let both = self.flags.0 & (Flags::SYN.0 | Flags::FIN.0);
        let length = u32::try_from(self.length).unwrap_or(u32::MAX);
        self.sequence.wrapping_add(length).wrapping_add(both.count_ones())
    }

    /// Sequence number of the first payload octet: a SYN takes one number itself.
    #[must_use]
    pub const fn payload_sequence(&self) -> u32 {
        if self.flags.has(Flags::SYN) { self.sequence.wrapping_add(1) } else { self.sequence }
    }
}

/// The maximum segment size option (RFC 9293 §3.7.1), as far as the options were captured.
fn largest(options: Option<&[u8]>) -> Option<u16> {
    let mut rest = options?;
    loop {
        rest = match rest {
            [2, 4, high, low, ..] => return Some(u16::from_be_bytes([*high, *low])),
            [1, behind @ ..] => behind,
            [kind, length, ..] if *kind > 1 && *length >= 2 => rest.get(usize::from(*length)..)?,
            _ => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_segment_is_read_among_other_options_and_nowhere_else() {
        let says = |options: &[u8]| largest(Some(options));
        assert_eq!(says(&[2, 4, 5, 180, 1, 3, 3, 7]), Some(1460));
        assert_eq!(says(&[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 2, 4, 0xff, 0xd7]), Some(65_495));
        for none in [&[][..], &[0, 2, 4, 5, 180], &[2, 4, 5], &[8, 0, 2, 4, 5, 180], &[3, 40, 2, 4, 5, 180]] {
            assert_eq!(says(none), None, "{none:?}");
        }
    }
}
