//! The pcap format: a file header, then records of one packet each, without anything to find the next record by but the length
//! of the one before. Both byte orders, micro- and nanoseconds, and the "modified" records of old Linux kernels.

use std::io::{self, Read};

use nom::bytes::streaming::take;
use nom::number::streaming::be_u32;
use nom::{Err, IResult, Needed, Parser};
use pcap_parser::pcap::{
    LegacyPcapBlock, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified, parse_pcap_header,
};
use pcap_parser::{PcapError, PcapHeader};

use super::record::{Found, FoundPacket};
use super::source::Source;
use super::{Fault, FileFacts, Format, LinkType};
use crate::base::{Time, to_index, to_u32};
use crate::limits::MAX_RECORD;

/// What the file header says about every record.
#[derive(Debug)]
pub(super) struct Pcap {
    link: LinkType,
    layout: Layout,
    /// Nanoseconds in a unit of the time stamp's fraction.
    fraction: i64,
}

/// How a record begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Little,
    Big,
    /// With eight octets more.
    ModifiedLittle,
    ModifiedBig,
}

impl Pcap {
    /// Octets of the file header.
    pub(super) const FILE_HEADER: usize = 24;

    /// Reads the file header; none when the file is no pcap.
    pub(super) fn recognise(head: &[u8]) -> Option<Self> {
        if let Some([0xa1, 0xb2, 0xcd, 0x34, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, link @ ..]) =
            head.first_chunk::<{ Self::FILE_HEADER }>()
        {
            return Some(Self::new(u32::from_be_bytes(*link), Layout::ModifiedBig, false));
        }
        let (_, header) = parse_pcap_header(head).ok()?;
        let network = u32::from_ne_bytes(header.network.0.to_ne_bytes());
        Some(Self::new(network, Layout::of(&header), header.is_nanosecond_precision()))
    }

    fn new(network: u32, layout: Layout, nanoseconds: bool) -> Self {
        let fraction = if nanoseconds { 1 } else { 1_000 };
        Self { link: LinkType(network & LINK_TYPE_BITS), layout, fraction }
    }

    /// What the file header tells.
    pub(super) fn facts(&self) -> FileFacts {
        let mut facts = FileFacts::new(Format::Pcap);
        facts.note_link_type(self.link);
        facts.nanoseconds = self.fraction == 1;
        facts
    }

    /// The next packet; none at the end of what can be read.
    ///
    /// # Errors
    ///
    /// What the reader says.
    pub(super) fn next<R: Read>(
        &self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
    ) -> io::Result<Option<Found>> {
        loop {
            let missing = match self.layout.record(source.available()) {
                Ok((_, record)) if to_index(record.caplen.into()) <= MAX_RECORD => {
                    let (captured, original_length) = (record.caplen, record.origlen);
                    let time = self.time(&record);
                    return Ok(Some(self.packet(source, facts, time, captured, original_length)));
                }
                Ok((_, record)) => {
                    facts.note_damage(source.offset(), Fault::RecordLength(record.caplen));
                    return Ok(None);
                }
                Err(Err::Incomplete(Needed::Size(missing))) => missing.get(),
                Err(_) => 1,
            };
            if !self.read_on(source, facts, missing)? {
                return Ok(None);
            }
        }
    }

    /// Reads what a record lacks; false when it never comes, or when no packet is that long: then the length is wrong,
    /// nobody knows where the next record begins, and the reading ends.
    #[cold]
    fn read_on<R: Read>(
        &self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
        missing: usize,
    ) -> io::Result<bool> {
        let claimed = source.available().len().saturating_add(missing);
        let captured = claimed.saturating_sub(self.layout.header());
        if captured > MAX_RECORD {
            facts.note_damage(source.offset(), Fault::RecordLength(to_u32(captured)));
            return Ok(false);
        }
        source.fill_record(claimed, facts)
    }

    fn packet<R: Read>(
        &self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
        time: Time,
        captured: u32,
        original_length: u32,
    ) -> Found {
        let offset = source.offset();
        source.take(self.layout.header());
        let data = source.take(to_index(captured.into()));
        let number = facts.count_packet();
        facts.note_time(time);
        facts.note_octets(captured.into());
        Found::Packet(FoundPacket {
            number,
            time,
            link: self.link,
            data,
            original_length,
            interface: 0,
            offset,
        })
    }

    /// Seconds are unsigned here: the format ends in 2106. A fraction beyond its second is kept as it is.
    fn time(&self, record: &LegacyPcapBlock<'_>) -> Time {
        let seconds = i64::from(record.ts_sec).saturating_mul(1_000_000_000);
        Time(seconds.saturating_add(i64::from(record.ts_usec).saturating_mul(self.fraction)))
    }
}

impl Layout {
    fn of(header: &PcapHeader) -> Self {
        match (header.is_modified_format(), header.is_bigendian()) {
            (true, _) => Self::ModifiedLittle,
            (false, true) => Self::Big,
            (false, false) => Self::Little,
        }
    }

    /// Octets in front of the packet.
    const fn header(self) -> usize {
        match self {
            Self::Little | Self::Big => 16,
            Self::ModifiedLittle | Self::ModifiedBig => 24,
        }
    }

    #[inline]
    fn record(self, octets: &[u8]) -> IResult<&[u8], LegacyPcapBlock<'_>, PcapError<&[u8]>> {
        match self {
            Self::Little => parse_pcap_frame(octets),
            Self::Big => parse_pcap_frame_be(octets),
            Self::ModifiedLittle => parse_pcap_frame_modified(octets),
            Self::ModifiedBig => modified_big(octets),
        }
    }
}

/// A modified record in big-endian order, which `pcap-parser` does not know.
fn modified_big(octets: &[u8]) -> IResult<&[u8], LegacyPcapBlock<'_>, PcapError<&[u8]>> {
    let (octets, (ts_sec, ts_usec, caplen, origlen)) = (be_u32, be_u32, be_u32, be_u32).parse(octets)?;
    let (octets, _) = take(8_usize)(octets)?;
    let (octets, data) = take(caplen)(octets)?;
    Ok((octets, LegacyPcapBlock { ts_sec, ts_usec, caplen, origlen, data }))
}

/// The other bits tell the length of a frame check sequence, which the length in the IP header removes anyway.
const LINK_TYPE_BITS: u32 = 0xffff;

#[cfg(test)]
mod tests {
    use super::super::sample::{Pcap as File, packets, read_all};
    use super::*;
    use crate::base::to_u64;

    #[test]
    fn both_byte_orders_and_both_precisions_give_the_same_packets() {
        for big in [false, true] {
            let micro =
                read_all(&File::new(big, 0xa1b2_c3d4).packet(1_700_000_000, 123_456, b"one").octets());
            let nano =
                read_all(&File::new(big, 0xa1b2_3c4d).packet(1_700_000_000, 123_456_000, b"one").octets());
            assert_eq!(packets(&micro), [(1, Time(1_700_000_000_123_456_000), b"one".to_vec())]);
            assert_eq!(packets(&nano), packets(&micro));
            assert_eq!((micro.facts.nanoseconds, nano.facts.nanoseconds), (false, true));
        }
    }

    #[test]
    fn modified_records_are_read_in_both_byte_orders() {
        for big in [false, true] {
            let file = File::new(big, 0xa1b2_cd34).packet(7, 5, b"first").packet(8, 0, b"").octets();
            let read = read_all(&file);
            let expected = [(1, Time(7_000_005_000), b"first".to_vec()), (2, Time(8_000_000_000), vec![])];
            assert_eq!(packets(&read), expected);
            assert_eq!(read.facts.damage_count, 0);
        }
    }

    #[test]
    fn seconds_are_unsigned_up_to_the_end_of_the_format() {
        let read = read_all(&File::new(false, 0xa1b2_c3d4).packet(u32::MAX, 999_999, b"x").octets());
        assert_eq!(packets(&read)[0].1, Time(4_294_967_295_999_999_000));
    }

    #[test]
    fn the_length_of_a_frame_check_sequence_is_no_part_of_the_link_type() {
        let read = read_all(&File::new(false, 0xa1b2_c3d4).network(0x3000_0001).packet(1, 1, b"x").octets());
        assert_eq!(read.facts.link_types, [LinkType::EN10MB]);
    }

    #[test]
    fn an_impossible_record_length_ends_the_reading_calmly() {
        for length in [u32::try_from(MAX_RECORD).unwrap() + 1, 0x7fff_ffff, u32::MAX] {
            let file = File::new(false, 0xa1b2_c3d4).packet(1, 1, b"good");
            let at = to_u64(file.octets().len());
            let file =
                file.record(2, 2, length, length, &vec![0; 2 * MAX_RECORD]).packet(3, 3, b"lost").octets();
            let read = read_all(&file);
            assert_eq!(packets(&read).len(), 1);
            assert_eq!(read.facts.damage.len(), 1);
            let damage = read.facts.damage[0];
            assert_eq!((damage.after, damage.offset, damage.fault), (1, at, Fault::RecordLength(length)));
            assert_eq!(read.facts.truncated_tail, None);
        }
    }

    #[test]
    fn the_longest_record_is_no_damage() {
        let read = read_all(&File::new(true, 0xa1b2_c3d4).packet(1, 1, &vec![7; MAX_RECORD]).octets());
        assert_eq!(read.facts.octets, to_u64(MAX_RECORD));
        assert_eq!(read.facts.damage_count, 0);
    }
}
