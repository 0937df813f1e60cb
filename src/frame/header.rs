//! The nine octets in front of every frame, and the numbers in them (RFC 9113 §4.1, §6, §7).

use std::fmt;

/// A frame header as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Octets of payload that follow.
    pub length: u32,
    /// Type of the frame.
    pub kind: FrameType,
    /// Flags; their meaning depends on the type.
    pub flags: Flags,
    /// True when the reserved bit before the stream identifier is set.
    pub reserved: bool,
    /// The stream, 0 for the connection.
    pub stream: StreamId,
}

impl Header {
    /// Reads a header; `None` when fewer than nine octets are there.
    #[must_use]
    #[inline]
    pub fn read(input: &[u8]) -> Option<Self> {
        Self::read_from(input).map(|(header, _)| header)
    }

    /// Reads a header, and tells what follows it.
    #[inline]
    pub(super) fn read_from(input: &[u8]) -> Option<(Self, &[u8])> {
        let (octets, rest) = input.split_first_chunk()?;
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = *octets;
        let word = u32::from_be_bytes([s0, s1, s2, s3]);
        let header = Self {
            length: u32::from_be_bytes([0, l0, l1, l2]),
            kind: FrameType(kind),
            flags: Flags(flags),
            reserved: word >> 31 == 1,
            stream: StreamId(word & StreamId::MAX.0),
        };
        Some((header, rest))
    }

    /// The header on the wire.
    #[must_use]
    pub fn octets(&self) -> [u8; 9] {
        let [_, a, b, c] = self.length.to_be_bytes();
        let reserved = if self.reserved { 1 << 31 } else { 0 };
        let [s0, s1, s2, s3] = (self.stream.0 | reserved).to_be_bytes();
        [a, b, c, self.kind.0, self.flags.0, s0, s1, s2, s3]
    }

    /// True when the nine octets read as text: another protocol, not a header.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.octets().iter().all(|octet| matches!(octet, b' '..=b'~' | b'\r' | b'\n' | b'\t'))
    }

    /// True when the frame's own flags end the stream for its sender: END_STREAM on DATA or HEADERS.
    #[must_use]
    pub fn ends_stream(&self) -> bool {
        matches!(self.kind, FrameType::DATA | FrameType::HEADERS) && self.flags.has(Flags::END_STREAM)
    }

    /// True when the frame ends a field block.
    #[must_use]
    pub fn ends_block(&self) -> bool {
        self.kind.carries_block() && self.flags.has(Flags::END_HEADERS)
    }
}

/// Type of a frame (RFC 9113 §6 and the HTTP/2 Frame Type registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameType(pub u8);

#[expect(missing_docs, reason = "the names are the registry's")]
impl FrameType {
    pub const DATA: Self = Self(0x0);
    pub const HEADERS: Self = Self(0x1);
    pub const PRIORITY: Self = Self(0x2);
    pub const RST_STREAM: Self = Self(0x3);
    pub const SETTINGS: Self = Self(0x4);
    pub const PUSH_PROMISE: Self = Self(0x5);
    pub const PING: Self = Self(0x6);
    pub const GOAWAY: Self = Self(0x7);
    pub const WINDOW_UPDATE: Self = Self(0x8);
    pub const CONTINUATION: Self = Self(0x9);
    pub const ALTSVC: Self = Self(0xa);
    pub const ORIGIN: Self = Self(0xc);
    pub const PRIORITY_UPDATE: Self = Self(0x10);

    /// The types whose frames are counted by name, in the order of their codes.
    pub const KNOWN: [Self; 13] = [
        Self::DATA,
        Self::HEADERS,
        Self::PRIORITY,
        Self::RST_STREAM,
        Self::SETTINGS,
        Self::PUSH_PROMISE,
        Self::PING,
        Self::GOAWAY,
        Self::WINDOW_UPDATE,
        Self::CONTINUATION,
        Self::ALTSVC,
        Self::ORIGIN,
        Self::PRIORITY_UPDATE,
    ];

    /// The registered name, where the type is known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::DATA => "DATA",
            Self::HEADERS => "HEADERS",
            Self::PRIORITY => "PRIORITY",
            Self::RST_STREAM => "RST_STREAM",
            Self::SETTINGS => "SETTINGS",
            Self::PUSH_PROMISE => "PUSH_PROMISE",
            Self::PING => "PING",
            Self::GOAWAY => "GOAWAY",
            Self::WINDOW_UPDATE => "WINDOW_UPDATE",
            Self::CONTINUATION => "CONTINUATION",
            Self::ALTSVC => "ALTSVC",
            Self::ORIGIN => "ORIGIN",
            Self::PRIORITY_UPDATE => "PRIORITY_UPDATE",
            _ => return None,
        })
    }

    /// True for HEADERS, PUSH_PROMISE and CONTINUATION.
    #[must_use]
    pub const fn carries_block(self) -> bool {
        matches!(self, Self::HEADERS | Self::PUSH_PROMISE | Self::CONTINUATION)
    }

    /// The flags that RFC 9113 §6 defines for the type; every flag of an unknown type may mean something.
    #[must_use]
    pub const fn defined_flags(self) -> Flags {
        Flags(match self {
            Self::DATA => 0x09,
            Self::HEADERS => 0x2d,
            Self::SETTINGS | Self::PING => 0x01,
            Self::PUSH_PROMISE => 0x0c,
            Self::CONTINUATION => 0x04,
            _ if self.name().is_some() => 0,
            _ => 0xff,
        })
    }
}

impl fmt::Display for FrameType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "type 0x{:02x}", self.0),
        }
    }
}

/// Flags of a frame header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// DATA, HEADERS: the last frame of the sender on this stream.
    pub const END_STREAM: Self = Self(0x01);
    /// SETTINGS, PING: an acknowledgement.
    pub const ACK: Self = Self(0x01);
    /// HEADERS, PUSH_PROMISE, CONTINUATION: the field block is complete.
    pub const END_HEADERS: Self = Self(0x04);
    /// DATA, HEADERS, PUSH_PROMISE: a pad length and padding are there.
    pub const PADDED: Self = Self(0x08);
    /// HEADERS: priority fields are there.
    pub const PRIORITY: Self = Self(0x20);

    /// True when every bit of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A stream identifier, 31 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

impl StreamId {
    /// The connection itself.
    pub const CONNECTION: Self = Self(0);
    /// The highest identifier.
    pub const MAX: Self = Self(0x7fff_ffff);

    /// True for identifiers that only clients use (RFC 9113 §5.1.1).
    #[must_use]
    pub const fn is_odd(self) -> bool {
        self.0 & 1 == 1
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An error code of RST_STREAM or GOAWAY (RFC 9113 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(pub u32);

#[expect(missing_docs, reason = "the names are the registry's")]
impl ErrorCode {
    pub const NO_ERROR: Self = Self(0x0);
    pub const PROTOCOL_ERROR: Self = Self(0x1);
    pub const INTERNAL_ERROR: Self = Self(0x2);
    pub const FLOW_CONTROL_ERROR: Self = Self(0x3);
    pub const SETTINGS_TIMEOUT: Self = Self(0x4);
    pub const STREAM_CLOSED: Self = Self(0x5);
    pub const FRAME_SIZE_ERROR: Self = Self(0x6);
    pub const REFUSED_STREAM: Self = Self(0x7);
    pub const CANCEL: Self = Self(0x8);
    pub const COMPRESSION_ERROR: Self = Self(0x9);
    pub const CONNECT_ERROR: Self = Self(0xa);
    pub const ENHANCE_YOUR_CALM: Self = Self(0xb);
    pub const INADEQUATE_SECURITY: Self = Self(0xc);
    pub const HTTP_1_1_REQUIRED: Self = Self(0xd);

    /// The registered name, where the code is known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NO_ERROR => "NO_ERROR",
            Self::PROTOCOL_ERROR => "PROTOCOL_ERROR",
            Self::INTERNAL_ERROR => "INTERNAL_ERROR",
            Self::FLOW_CONTROL_ERROR => "FLOW_CONTROL_ERROR",
            Self::SETTINGS_TIMEOUT => "SETTINGS_TIMEOUT",
            Self::STREAM_CLOSED => "STREAM_CLOSED",
            Self::FRAME_SIZE_ERROR => "FRAME_SIZE_ERROR",
            Self::REFUSED_STREAM => "REFUSED_STREAM",
            Self::CANCEL => "CANCEL",
            Self::COMPRESSION_ERROR => "COMPRESSION_ERROR",
            Self::CONNECT_ERROR => "CONNECT_ERROR",
            Self::ENHANCE_YOUR_CALM => "ENHANCE_YOUR_CALM",
            Self::INADEQUATE_SECURITY => "INADEQUATE_SECURITY",
            Self::HTTP_1_1_REQUIRED => "HTTP_1_1_REQUIRED",
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "0x{:x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_as_written_with_every_bit() {
        let header = Header {
            length: 0x01_02_03,
            kind: FrameType(0xfe),
            flags: Flags(0xa5),
            reserved: true,
            stream: StreamId(0x7654_3210),
        };
        assert_eq!(Header::read(&header.octets()), Some(header));
    }

    #[test]
    fn eight_octets_are_no_header() {
        assert_eq!(Header::read(&[0; 8]), None);
    }

    #[test]
    fn numbers_without_a_name_survive_and_print() {
        assert_eq!(FrameType(0x42).to_string(), "type 0x42");
        assert_eq!(ErrorCode(0x1234).to_string(), "0x1234");
    }
}
