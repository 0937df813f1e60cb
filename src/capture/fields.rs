//! The fields of pcapng blocks. Nothing here knows about files or state: octets and a byte order in, values out.

use nom::number::Endianness::{self, Big, Little};
use nom::number::complete::{i64, u16, u32};
use nom::{IResult, Parser};
use pcap_parser::PcapError;
use pcap_parser::pcapng::{BOM_MAGIC, OptionCode, PcapNGOption, parse_option_be, parse_option_le};

use super::LinkType;
use super::interface::{Interface, Resolution};

/// What the three kinds of packet blocks say in front of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) interface: u32,
    /// None where the block has no time stamp.
    pub(super) stamp: Option<u64>,
    pub(super) captured: u32,
    pub(super) original: u32,
    /// Octets in front of the packet.
    pub(super) length: usize,
}

/// What an interface says it lost so far: the options `isb_ifdrop` and `isb_osdrop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Statistics {
    pub(super) interface: u32,
    pub(super) by_interface: Option<u64>,
    pub(super) by_system: Option<u64>,
}

/// The byte order of the section whose header these octets begin.
///
/// # Errors
///
/// The magic in little-endian order when it is neither of the two.
pub(super) fn byte_order(section: &[u8]) -> Result<Endianness, u32> {
    match u32_at(section, 8, Little).unwrap_or(0) {
        BOM_MAGIC => Ok(Little),
        magic if magic.swap_bytes() == BOM_MAGIC => Ok(Big),
        magic => Err(magic),
    }
}

/// Major and minor version of a section.
pub(super) fn version(body: &[u8], order: Endianness) -> Option<(u16, u16)> {
    let fields: IResult<_, _> = (u32(order), u16(order), u16(order)).parse(body);
    fields.ok().map(|(_, (_, major, minor))| (major, minor))
}

/// The 32-bit number at an offset.
#[inline]
pub(super) fn u32_at(octets: &[u8], at: usize, order: Endianness) -> Option<u32> {
    let octets = octets.get(at..)?.first_chunk()?;
    Some(if order == Big { u32::from_be_bytes(*octets) } else { u32::from_le_bytes(*octets) })
}

/// The 64-bit number at an offset.
pub(super) fn u64_at(octets: &[u8], at: usize, order: Endianness) -> Option<u64> {
    let octets = octets.get(at..)?.first_chunk()?;
    Some(if order == Big { u64::from_be_bytes(*octets) } else { u64::from_le_bytes(*octets) })
}

/// An Enhanced Packet Block.
#[inline]
pub(super) fn enhanced(body: &[u8], order: Endianness) -> Option<Head> {
    let body = body.get(..20)?;
    Some(Head {
        interface: u32_at(body, 0, order)?,
        stamp: Some(joined(u32_at(body, 4, order)?, u32_at(body, 8, order)?)),
        captured: u32_at(body, 12, order)?,
        original: u32_at(body, 16, order)?,
        length: 20,
    })
}

/// The Packet Block that the Enhanced Packet Block replaced: its interface has 16 bits and is followed by a count of drops.
pub(super) fn obsolete(body: &[u8], order: Endianness) -> Option<Head> {
    let interface: IResult<_, _> = u16(order).parse(body);
    Some(Head { interface: interface.ok()?.1.into(), ..enhanced(body, order)? })
}

/// How many packets were lost in front of one in the Packet Block; 0 when it does not say.
pub(super) fn obsolete_drops(body: &[u8], order: Endianness) -> u64 {
    let fields: IResult<_, _> = (u16(order), u16(order)).parse(body);
    fields.map_or(0, |(_, (_, drops))| if drops == u16::MAX { 0 } else { drops.into() })
}

/// A Simple Packet Block. It says neither how much was captured nor when: that is what the first interface captures at most.
pub(super) fn simple(body: &[u8], order: Endianness, snaplen: u32) -> Option<Head> {
    let original = u32_at(body, 0, order)?;
    let room = u32::try_from(body.len().saturating_sub(4)).unwrap_or(u32::MAX);
    let limit = if snaplen == 0 { room } else { snaplen.min(room) };
    Some(Head { interface: 0, stamp: None, captured: original.min(limit), original, length: 4 })
}

/// An Interface Description Block.
pub(super) fn declared(body: &[u8], order: Endianness) -> Option<Interface> {
    let head: IResult<_, _> = (u16(order), u16(order), u32(order)).parse(body);
    let (mut options, (link, _, snaplen)) = head.ok()?;
    let link = LinkType(link.into());
    let mut interface =
        Interface { link, snaplen, resolution: Resolution::DEFAULT, offset: 0, drops: (0, 0) };
    while let Some((rest, option)) = next_option(options, order) {
        match option.code {
            OptionCode::IfTsresol => {
                interface.resolution =
                    option.value().first().map_or(Resolution::DEFAULT, |r| Resolution::from_option(*r));
            }
            OptionCode::IfTsoffset => {
                let offset: IResult<_, _> = i64(order).parse(option.value());
                interface.offset = offset.map_or(0, |(_, offset)| offset);
            }
            _ => {}
        }
        options = rest;
    }
    Some(interface)
}

/// An Interface Statistics Block, as far as it counts losses.
pub(super) fn statistics(body: &[u8], order: Endianness) -> Option<Statistics> {
    let interface = u32_at(body, 0, order)?;
    let mut told = Statistics { interface, by_interface: None, by_system: None };
    let mut options = body.get(12..)?;
    while let Some((rest, option)) = next_option(options, order) {
        match option.code.0 {
            5 => told.by_interface = u64_at(option.value(), 0, order),
            7 => told.by_system = u64_at(option.value(), 0, order),
            _ => {}
        }
        options = rest;
    }
    Some(told)
}

/// The next option and what follows it; none at the end of the options, marked or not.
pub(super) fn next_option(octets: &[u8], order: Endianness) -> Option<(&[u8], PcapNGOption<'_>)> {
    let parse = if order == Big { parse_option_be::<PcapError<_>> } else { parse_option_le };
    parse(octets).ok().filter(|(_, option)| option.code != OptionCode::EndOfOpt)
}

const fn joined(high: u32, low: u32) -> u64 {
    let ([a, b, c, d], [e, f, g, h]) = (high.to_be_bytes(), low.to_be_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_magic_tells_the_byte_order_and_anything_else_is_handed_back() {
        let section = |magic: [u8; 4]| [[0x0a, 0x0d, 0x0d, 0x0a], [28, 0, 0, 0], magic].concat();
        assert_eq!(byte_order(&section([0x4d, 0x3c, 0x2b, 0x1a])), Ok(Little));
        assert_eq!(byte_order(&section([0x1a, 0x2b, 0x3c, 0x4d])), Ok(Big));
        assert_eq!(byte_order(&section([1, 0, 0, 0])), Err(1));
    }

    #[test]
    fn an_interface_offset_is_signed_and_in_the_byte_order_of_the_section() {
        let little = [&[1, 0, 0, 0, 0, 0, 1, 0, 14, 0, 8, 0][..], &(-5_i64).to_le_bytes()].concat();
        let big = [&[0, 1, 0, 0, 0, 1, 0, 0, 0, 14, 0, 8][..], &(-5_i64).to_be_bytes()].concat();
        let read = declared(&little, Little).unwrap();
        assert_eq!((read.link, read.snaplen, read.offset), (LinkType(1), 65_536, -5));
        assert_eq!(declared(&big, Big), Some(read));
    }

    #[test]
    fn options_behind_the_end_of_options_are_ignored() {
        let body =
            [1, 0, 0, 0, 0, 0, 0, 0, /* end */ 0, 0, 0, 0, /* if_tsresol */ 9, 0, 1, 0, 9, 0, 0, 0];
        assert_eq!(declared(&body, Little).unwrap().resolution, Resolution::DEFAULT);
    }

    #[test]
    fn a_simple_packet_is_as_long_as_the_interface_captures() {
        let body = [100, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        let captured = |snaplen| simple(&body, Little, snaplen).unwrap().captured;
        assert_eq!([captured(6), captured(0), captured(50)], [6, 8, 8]);
        assert_eq!(simple(&[3, 0, 0, 0, 1, 2, 3, 0], Little, 0).unwrap().captured, 3);
    }

    #[test]
    fn blocks_too_short_for_their_fields_have_no_head() {
        assert_eq!(enhanced(&[0; 19], Little), None);
        assert_eq!(obsolete(&[0; 19], Big), None);
        assert_eq!(simple(&[0; 3], Big, 0), None);
        assert_eq!(declared(&[0; 7], Big), None);
    }
}
