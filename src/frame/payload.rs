//! What is inside a frame. [`Payload`] is total: every sequence of octets is one of its variants.

use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32};
use nom::{IResult, Parser};

use super::{ErrorCode, Flags, FrameType, Header, Settings, StreamId};
use crate::base::to_u32;

/// The payload of a frame, by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// DATA, whose octets have passed already (RFC 9113 §6.1).
    Data(Data),
    /// HEADERS (RFC 9113 §6.2).
    Headers {
        /// The deprecated priority fields, where the flag announces them.
        priority: Option<Priority>,
        /// Padding, where the flag announces it.
        padding: Option<Padding>,
        /// The fragment of the field block.
        fragment: &'a [u8],
    },
    /// PRIORITY (RFC 9113 §6.3).
    Priority(Priority),
    /// RST_STREAM (RFC 9113 §6.4).
    RstStream(ErrorCode),
    /// SETTINGS, or its acknowledgement (RFC 9113 §6.5).
    Settings(Settings<'a>),
    /// PUSH_PROMISE (RFC 9113 §6.6).
    PushPromise {
        /// The stream that it reserves.
        promised: StreamId,
        /// The bit in front of it.
        reserved: bool,
        /// Padding, where the flag announces it.
        padding: Option<Padding>,
        /// The fragment of the field block.
        fragment: &'a [u8],
    },
    /// PING, or its acknowledgement (RFC 9113 §6.7).
    Ping([u8; 8]),
    /// GOAWAY (RFC 9113 §6.8).
    Goaway {
        /// The last stream of the peer that the sender may have acted on.
        last_stream_id: StreamId,
        /// The bit in front of it.
        reserved: bool,
        /// Why.
        error_code: ErrorCode,
        /// Text for people.
        debug: &'a [u8],
    },
    /// WINDOW_UPDATE (RFC 9113 §6.9).
    WindowUpdate {
        /// Credit in octets; 0 is an error, but not for a view.
        increment: u32,
        /// The bit in front of it.
        reserved: bool,
    },
    /// CONTINUATION (RFC 9113 §6.10): a fragment.
    Continuation(&'a [u8]),
    /// ALTSVC (RFC 7838 §4).
    AltSvc {
        /// The origin it speaks for; empty on a request's stream.
        origin: &'a [u8],
        /// The field value.
        value: &'a [u8],
    },
    /// ORIGIN (RFC 8336 §2): entries, each with its length in front.
    Origin(&'a [u8]),
    /// PRIORITY_UPDATE (RFC 9218 §7.1).
    PriorityUpdate {
        /// The bit in front of the identifier.
        reserved: bool,
        /// The stream whose priority it sets.
        prioritized: StreamId,
        /// The field value.
        value: &'a [u8],
    },
    /// A type that no specification read here defines.
    Unknown(&'a [u8]),
    /// Octets that do not fit the type.
    Malformed(Malformed<'a>),
    /// Not read: longer than a cap, or not captured.
    Unread,
}

/// What is left of a DATA frame when its octets have passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// Octets of content, without padding.
    pub content: u32,
    /// Padding, where the flag announces it.
    pub padding: Option<Padding>,
    /// Octets of the payload that the capture lacks.
    pub missing: u32,
}

/// Padding of DATA, HEADERS or PUSH_PROMISE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Padding {
    /// Value of the Pad Length field.
    pub length: u8,
    /// True when every captured octet of it is zero, as it must be.
    pub zero: bool,
}

/// The deprecated priority fields (RFC 7540 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priority {
    /// The E bit.
    pub exclusive: bool,
    /// The stream depended on.
    pub dependency: StreamId,
    /// Weight from 1 to 256.
    pub weight: u16,
}

/// Octets that do not fit the frame's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed<'a> {
    /// What does not fit.
    pub fault: Fault,
    /// The payload.
    pub octets: &'a [u8],
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The type has a fixed length, or a unit of length, and this is another one.
    Length {
        /// Octets that the type demands: exactly, at least, or as a unit, as the type has it.
        claimed: u32,
        /// Octets that are there.
        found: u32,
    },
    /// The flags announce fields for which there is no room.
    Short {
        /// Octets that the announced fields take.
        claimed: u32,
        /// Octets that are there.
        found: u32,
    },
    /// The padding is longer than what is left for it.
    Padding {
        /// Value of the Pad Length field.
        claimed: u8,
        /// Octets left for padding.
        room: u32,
    },
}

impl<'a> Payload<'a> {
    /// Reads the whole payload of any frame but DATA.
    #[must_use]
    #[inline]
    pub fn read(header: &Header, octets: &'a [u8]) -> Self {
        if header.kind == FrameType::HEADERS && header.flags.0 & (Flags::PADDED.0 | Flags::PRIORITY.0) == 0 {
            return Self::Headers { priority: None, padding: None, fragment: octets };
        }
        Self::read_other(header, octets)
    }

    fn read_other(header: &Header, octets: &'a [u8]) -> Self {
        let malformed = |fault| Self::Malformed(Malformed { fault, octets });
        if let Some(fault) = wrong_length(header) {
            return malformed(fault);
        }
        let read = match header.kind {
            FrameType::HEADERS | FrameType::PUSH_PROMISE => {
                return block(header, octets).unwrap_or_else(malformed);
            }
            FrameType::PRIORITY => priority(octets).map(|(_, priority)| Self::Priority(priority)),
            FrameType::RST_STREAM => be(octets).map(|(_, code)| Self::RstStream(ErrorCode(code))),
            FrameType::SETTINGS => return Self::Settings(Settings::new(octets)),
            FrameType::PING => {
                return octets.first_chunk().map_or(Self::Unread, |opaque| Self::Ping(*opaque));
            }
            FrameType::GOAWAY => goaway(octets).map(|(_, goaway)| goaway),
            FrameType::WINDOW_UPDATE => bit_and_31(octets)
                .map(|(_, (reserved, increment))| Self::WindowUpdate { increment, reserved }),
            FrameType::CONTINUATION => return Self::Continuation(octets),
            FrameType::ALTSVC => altsvc(octets).map(|(_, altsvc)| altsvc),
            FrameType::ORIGIN => return Self::Origin(octets),
            FrameType::PRIORITY_UPDATE => bit_and_31(octets).map(|(value, (reserved, stream))| {
                Self::PriorityUpdate { reserved, prioritized: StreamId(stream), value }
            }),
            _ => return Self::Unknown(octets),
        };
        let short = Fault::Short { claimed: minimum(header.kind), found: to_u32(octets.len()) };
        read.unwrap_or_else(|_| malformed(short))
    }

    /// The fragment of a field block that the frame carries, wherever it can be told.
    #[must_use]
    pub const fn fragment(&self) -> Option<&'a [u8]> {
        match self {
            Self::Headers { fragment, .. }
            | Self::PushPromise { fragment, .. }
            | Self::Continuation(fragment) => Some(fragment),
            _ => None,
        }
    }

    /// The frame's padding.
    #[must_use]
    pub const fn padding(&self) -> Option<Padding> {
        match self {
            Self::Data(Data { padding, .. })
            | Self::Headers { padding, .. }
            | Self::PushPromise { padding, .. } => *padding,
            _ => None,
        }
    }

    /// The reserved bit inside the payload, where the type has one.
    #[must_use]
    pub const fn reserved(&self) -> bool {
        match self {
            Self::PushPromise { reserved, .. }
            | Self::Goaway { reserved, .. }
            | Self::WindowUpdate { reserved, .. }
            | Self::PriorityUpdate { reserved, .. } => *reserved,
            _ => false,
        }
    }
}

/// The lengths that the header alone shows to be wrong (RFC 9113 §6.3 to §6.9).
pub(super) fn wrong_length(header: &Header) -> Option<Fault> {
    let found = header.length;
    let exact = |claimed| (found != claimed).then_some(Fault::Length { claimed, found });
    let least = |claimed| (found < claimed).then_some(Fault::Short { claimed, found });
    match header.kind {
        FrameType::PRIORITY => exact(5),
        FrameType::RST_STREAM | FrameType::WINDOW_UPDATE => exact(4),
        FrameType::PING => exact(8),
        FrameType::SETTINGS if header.flags.has(Flags::ACK) => exact(0),
        FrameType::SETTINGS => (!found.is_multiple_of(6)).then_some(Fault::Length { claimed: 6, found }),
        FrameType::GOAWAY => (found < 8).then_some(Fault::Length { claimed: 8, found }),
        FrameType::PRIORITY_UPDATE => least(4),
        FrameType::ALTSVC => least(2),
        FrameType::DATA | FrameType::HEADERS | FrameType::PUSH_PROMISE => least(announced(header)),
        _ => None,
    }
}

/// Octets of the fixed fields that type and flags announce in front of content, fragment and padding.
fn announced(header: &Header) -> u32 {
    let padded = u32::from(header.flags.has(Flags::PADDED));
    let fixed: u32 = match header.kind {
        FrameType::HEADERS if header.flags.has(Flags::PRIORITY) => 5,
        FrameType::PUSH_PROMISE => 4,
        _ => 0,
    };
    fixed.saturating_add(padded)
}

fn minimum(kind: FrameType) -> u32 {
    match kind {
        FrameType::GOAWAY => 8,
        FrameType::ALTSVC => 2,
        _ => 4,
    }
}

/// HEADERS and PUSH_PROMISE: pad length, fixed fields, fragment, padding. The padding is held against what is left for it, as
/// RFC 7540 §6.2 words it.
fn block<'a>(header: &Header, octets: &'a [u8]) -> Result<Payload<'a>, Fault> {
    let short = Fault::Short { claimed: announced(header), found: to_u32(octets.len()) };
    let padded = header.flags.has(Flags::PADDED);
    let (rest, pad_length) = if padded { pad(octets).map_err(|_| short)? } else { (octets, 0) };
    let fixed = match (header.kind, header.flags.has(Flags::PRIORITY)) {
        (FrameType::PUSH_PROMISE, _) => bit_and_31(rest).map(|(rest, promised)| (rest, Some(promised), None)),
        (_, true) => priority(rest).map(|(rest, priority)| (rest, None, Some(priority))),
        (_, false) => Ok((rest, None, None)),
    };
    let (rest, promised, priority) = fixed.map_err(|_| short)?;
    let too_long = Fault::Padding { claimed: pad_length, room: to_u32(rest.len()) };
    let length = rest.len().checked_sub(usize::from(pad_length)).ok_or(too_long)?;
    let (fragment, filler) = rest.split_at_checked(length).ok_or(too_long)?;
    let padding =
        padded.then(|| Padding { length: pad_length, zero: filler.iter().all(|octet| *octet == 0) });
    Ok(match promised {
        Some((reserved, promised)) => {
            Payload::PushPromise { promised: StreamId(promised), reserved, padding, fragment }
        }
        None => Payload::Headers { priority, padding, fragment },
    })
}

fn pad(input: &[u8]) -> IResult<&[u8], u8> {
    be_u8(input)
}

fn be(input: &[u8]) -> IResult<&[u8], u32> {
    be_u32(input)
}

fn bit_and_31(input: &[u8]) -> IResult<&[u8], (bool, u32)> {
    be_u32.map(|word| (word >> 31 == 1, word & StreamId::MAX.0)).parse(input)
}

fn priority(input: &[u8]) -> IResult<&[u8], Priority> {
    let (rest, ((exclusive, dependency), weight)) = (bit_and_31, be_u8).parse(input)?;
    let weight = u16::from(weight).saturating_add(1);
    Ok((rest, Priority { exclusive, dependency: StreamId(dependency), weight }))
}

fn goaway(input: &[u8]) -> IResult<&[u8], Payload<'_>> {
    let (debug, ((reserved, last), code)) = (bit_and_31, be_u32).parse(input)?;
    let goaway =
        Payload::Goaway { last_stream_id: StreamId(last), reserved, error_code: ErrorCode(code), debug };
    Ok((&[], goaway))
}

fn altsvc(input: &[u8]) -> IResult<&[u8], Payload<'_>> {
    let (rest, length) = be_u16(input)?;
    let (value, origin) = take(length)(rest)?;
    Ok((&[], Payload::AltSvc { origin, value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kind: FrameType, flags: u8, length: usize) -> Header {
        Header { length: to_u32(length), kind, flags: Flags(flags), reserved: false, stream: StreamId(1) }
    }

    fn read(kind: FrameType, flags: u8, octets: &[u8]) -> Payload<'_> {
        Payload::read(&header(kind, flags, octets.len()), octets)
    }

    #[test]
    fn headers_with_padding_and_priority_give_the_fragment_between_them() {
        let octets = [2, 0x80, 0, 0, 3, 15, b'f', b'b', 0, 0];
        let Payload::Headers { priority, padding, fragment } = read(FrameType::HEADERS, 0x2c, &octets) else {
            panic!("no HEADERS")
        };
        assert_eq!(priority, Some(Priority { exclusive: true, dependency: StreamId(3), weight: 16 }));
        assert_eq!(padding, Some(Padding { length: 2, zero: true }));
        assert_eq!(fragment, b"fb");
    }

    #[test]
    fn padding_that_leaves_no_room_is_told_with_the_room() {
        let Payload::Malformed(malformed) = read(FrameType::HEADERS, 0x08, &[4, 1, 2, 3]) else {
            panic!("read")
        };
        assert_eq!(malformed.fault, Fault::Padding { claimed: 4, room: 3 });
    }

    #[test]
    fn octets_in_the_padding_that_are_not_zero_are_told() {
        let payload = read(FrameType::HEADERS, 0x08, &[1, b'f', 7]);
        assert_eq!(payload.padding(), Some(Padding { length: 1, zero: false }));
    }

    #[test]
    fn announced_fields_without_room_are_short_by_the_header_alone() {
        for (kind, flags, claimed) in [
            (FrameType::DATA, 0x08, 1),
            (FrameType::HEADERS, 0x20, 5),
            (FrameType::HEADERS, 0x28, 6),
            (FrameType::PUSH_PROMISE, 0x00, 4),
            (FrameType::PUSH_PROMISE, 0x08, 5),
        ] {
            assert_eq!(
                wrong_length(&header(kind, flags, 0)),
                Some(Fault::Short { claimed, found: 0 }),
                "{kind}"
            );
        }
    }

    #[test]
    fn fixed_lengths_are_held_against_the_header() {
        for (kind, flags, length, claimed) in [
            (FrameType::PRIORITY, 0, 4, 5),
            (FrameType::RST_STREAM, 0, 5, 4),
            (FrameType::SETTINGS, 0, 5, 6),
            (FrameType::SETTINGS, 1, 6, 0),
            (FrameType::PING, 0, 7, 8),
            (FrameType::GOAWAY, 0, 7, 8),
            (FrameType::WINDOW_UPDATE, 0, 3, 4),
        ] {
            let fault = Some(Fault::Length { claimed, found: length });
            assert_eq!(wrong_length(&header(kind, flags, usize::try_from(length).unwrap())), fault, "{kind}");
        }
    }

    #[test]
    fn goaway_keeps_its_debug_data_and_the_reserved_bit() {
        let octets = [0x80, 0, 0, 9, 0, 0, 0, 11, b'c', b'a', b'l', b'm'];
        let payload = read(FrameType::GOAWAY, 0, &octets);
        assert!(payload.reserved());
        let expected = Payload::Goaway {
            last_stream_id: StreamId(9),
            reserved: true,
            error_code: ErrorCode::ENHANCE_YOUR_CALM,
            debug: b"calm",
        };
        assert_eq!(payload, expected);
    }

    #[test]
    fn an_altsvc_origin_longer_than_the_frame_is_malformed() {
        assert!(matches!(read(FrameType::ALTSVC, 0, &[0, 9, b'a']), Payload::Malformed(_)));
    }
}
