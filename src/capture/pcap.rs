//! The pcap format: a file header, then records of one packet each, without anything to find the next record by but the length
//! of the one before. Both byte orders, micro- and nanoseconds, and the "modified" records of old Linux kernels. A header that
//! cannot be, or is odd and followed by nothing better, ends the chain; it goes on at the next two headers that are plausible.

use std::io::{self, Read};

use nom::bytes::streaming::take;
use nom::number::Endianness;
use nom::number::streaming::be_u32;
use nom::{Err, IResult, Needed, Parser};
use pcap_parser::pcap::{
    LegacyPcapBlock, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified, parse_pcap_header,
};
use pcap_parser::{PcapError, PcapHeader};

use super::fields::u32_at;
use super::record::{Found, FoundPacket};
use super::source::Source;
use super::{Fault, FileFacts, Format, LinkType, resync};
use crate::base::{Span, Time, to_index, to_u32};
use crate::limits::MAX_RECORD;

/// What the file header says about every record.
#[derive(Debug)]
pub(super) struct Pcap {
    link: LinkType,
    layout: Layout,
    /// Nanoseconds in a unit of the time stamp's fraction.
    fraction: i64,
    /// When the packet before was captured.
    previous: Option<Time>,
    /// The file header as it stands.
    head: [u8; Self::FILE_HEADER],
}

/// The header of a record.
#[derive(Clone, Copy)]
struct Header {
    seconds: u32,
    fraction: u32,
    captured: u32,
    original: u32,
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
            return Some(Self::new(u32::from_be_bytes(*link), Layout::ModifiedBig, false, head));
        }
        let (_, header) = parse_pcap_header(head).ok()?;
        let network = u32::from_ne_bytes(header.network.0.to_ne_bytes());
        Some(Self::new(network, Layout::of(&header), header.is_nanosecond_precision(), head))
    }

    fn new(network: u32, layout: Layout, nanoseconds: bool, head: &[u8]) -> Self {
        let fraction = if nanoseconds { 1 } else { 1_000 };
        let link = LinkType(network & LINK_TYPE_BITS);
        let head = head.first_chunk().copied().unwrap_or_default();
        Self { link, layout, fraction, previous: None, head }
    }

    /// The file header, as it stands.
    pub(super) const fn head(&self) -> &[u8] {
        &self.head
    }

    /// The octets that the packets of the file may have at most.
    pub(super) fn snaplen(&self) -> u32 {
        u32_at(&self.head, 16, self.layout.order()).unwrap_or(0)
    }

    /// Octets in front of each packet.
    pub(super) const fn record_header(&self) -> usize {
        self.layout.header()
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
        &mut self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
    ) -> io::Result<Option<Found>> {
        match self.ready(source, facts) {
            None => self.search(source, facts),
            ready => Ok(ready),
        }
    }

    /// The next packet, when all of it is there and nothing about it is unusual, in the layout of nearly all files.
    #[inline]
    pub(super) fn ready<R: Read>(&mut self, source: &mut Source<R>, facts: &mut FileFacts) -> Option<Found> {
        let header = self.layout.whole(source.available()).filter(|header| self.is_ordinary(*header))?;
        Some(self.packet(source, facts, header))
    }

    /// The next packet, also one that is not all there yet, in a rarer layout, or odd.
    fn search<R: Read>(
        &mut self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
    ) -> io::Result<Option<Found>> {
        loop {
            let missing = match self.layout.record(source.available()) {
                Ok((_, record)) => {
                    let header = Header::of(&record);
                    if self.is_ordinary(header) || self.is_credible(source, header)? {
                        return Ok(Some(self.packet(source, facts, header)));
                    }
                    if !self.resume(source, facts, header.captured)? {
                        return Ok(None);
                    }
                    continue;
                }
                Err(Err::Incomplete(Needed::Size(missing))) => missing.get(),
                Err(_) => 1,
            };
            if !self.read_on(source, facts, missing)? {
                return Ok(None);
            }
        }
    }

    /// Reads what a record lacks; false when it never comes. A record longer than any packet, or longer than the file while
    /// others can be found in it, has a wrong length, and reading goes on behind it.
    #[cold]
    fn read_on<R: Read>(
        &self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
        missing: usize,
    ) -> io::Result<bool> {
        let claimed = source.available().len().saturating_add(missing);
        let captured = to_u32(claimed.saturating_sub(self.layout.header()));
        if to_index(captured.into()) > MAX_RECORD {
            return self.resume(source, facts, captured);
        }
        if source.fill(claimed)? {
            return Ok(true);
        }
        if resync::find_in_rest(source.available(), |octets| self.begins(octets)).is_some() {
            return self.resume(source, facts, captured);
        }
        source.note_end(claimed, facts);
        Ok(false)
    }

    /// Goes to the next plausible record.
    fn resume<R: Read>(
        &self,
        source: &mut Source<R>,
        facts: &mut FileFacts,
        captured: u32,
    ) -> io::Result<bool> {
        facts.note_damage(source.offset(), Fault::RecordLength(captured));
        let found = resync::resume(source, facts, self.window(), |octets| self.begins(octets))?;
        if !found {
            source.note_broken(facts);
        }
        Ok(found)
    }

    #[inline]
    fn packet<R: Read>(&mut self, source: &mut Source<R>, facts: &mut FileFacts, header: Header) -> Found {
        let offset = source.offset();
        source.take(self.layout.header());
        let data = source.take(to_index(header.captured.into()));
        let (number, time) = (facts.count_packet(), self.time(header));
        self.previous = Some(time);
        facts.note_time(time);
        facts.note_octets(header.captured.into());
        Found::Packet(FoundPacket {
            number,
            time,
            link: self.link,
            data,
            original_length: header.original,
            interface: 0,
            offset,
        })
    }

    /// Seconds are unsigned here: the format ends in 2106. A fraction beyond its second is kept as it is.
    #[inline]
    fn time(&self, header: Header) -> Time {
        let seconds = i64::from(header.seconds).saturating_mul(1_000_000_000);
        Time(seconds.saturating_add(i64::from(header.fraction).saturating_mul(self.fraction)))
    }

    /// True when nothing about a header is unusual.
    #[inline]
    fn is_ordinary(&self, header: Header) -> bool {
        self.oddities(header, self.previous).into_iter().all(|odd| !odd)
    }

    /// What about a header is unusual. Each of these occurs in files that are whole.
    #[inline]
    fn oddities(&self, header: Header, previous: Option<Time>) -> [bool; 4] {
        let far = |previous: Time| self.time(header).since(previous).0.saturating_abs() > LONG_PAUSE.0;
        [
            header.original == 0 || to_index(header.captured.into()) > MAX_RECORD,
            header.captured > header.original,
            i64::from(header.fraction).saturating_mul(self.fraction) >= 1_000_000_000,
            previous.is_some_and(far),
        ]
    }

    /// An odd header is believed unless nothing is written in it or what follows is worse: where its length is wrong, something
    /// else than a header follows.
    #[cold]
    fn is_credible<R: Read>(&self, source: &mut Source<R>, header: Header) -> io::Result<bool> {
        if header.is_blank() || to_index(header.captured.into()) > MAX_RECORD {
            return Ok(false);
        }
        let length = self.layout.header().saturating_add(to_index(header.captured.into()));
        source.fill(length.saturating_add(self.layout.header()))?;
        let next = source.available().get(length..).and_then(|octets| self.layout.header_of(octets));
        Ok(next.is_none_or(|next| {
            let worse = count(self.oddities(next, Some(self.time(header))));
            let possible = to_index(next.captured.into()) <= MAX_RECORD;
            possible && (worse < 2 || worse <= count(self.oddities(header, self.previous)))
        }))
    }

    /// True when a record seems to begin here: a header near the latest packet in time, behind it another one or the end.
    fn begins(&self, octets: &[u8]) -> bool {
        let Some(header) =
            self.layout.header_of(octets).filter(|header| self.is_likely(*header, self.previous))
        else {
            return false;
        };
        let length = self.layout.header().saturating_add(to_index(header.captured.into()));
        match octets.get(length..) {
            Some([]) => true,
            Some(rest) => {
                let next = self.layout.header_of(rest);
                next.is_some_and(|next| self.is_likely(next, Some(self.time(header))))
            }
            None => false,
        }
    }

    fn is_likely(&self, header: Header, previous: Option<Time>) -> bool {
        let near = |previous: Time| self.time(header).since(previous).0.saturating_abs() < SHORT_PAUSE.0;
        header.captured != 0
            && count(self.oddities(header, None)) == 0
            && to_index(header.original.into()) <= MAX_RECORD
            && previous.is_none_or(near)
    }

    /// Octets that [`Pcap::begins`] looks at: the longest record and the header behind it.
    fn window(&self) -> usize {
        MAX_RECORD.saturating_add(self.layout.header().saturating_mul(2))
    }
}

/// How many of them there are.
fn count(oddities: [bool; 4]) -> usize {
    oddities.into_iter().filter(|odd| *odd).count()
}

impl Header {
    #[inline]
    fn of(record: &LegacyPcapBlock<'_>) -> Self {
        Self {
            seconds: record.ts_sec,
            fraction: record.ts_usec,
            captured: record.caplen,
            original: record.origlen,
        }
    }

    /// True for zeros, as a full disk or a preallocated file leaves them.
    const fn is_blank(self) -> bool {
        self.seconds == 0 && self.fraction == 0 && self.captured == 0 && self.original == 0
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

    const fn order(self) -> Endianness {
        match self {
            Self::Little | Self::ModifiedLittle => Endianness::Little,
            Self::Big | Self::ModifiedBig => Endianness::Big,
        }
    }

    /// The fields in front of the packet, by themselves.
    fn header_of(self, octets: &[u8]) -> Option<Header> {
        let order = self.order();
        let fields = octets.get(..self.header())?;
        Some(Header {
            seconds: u32_at(fields, 0, order)?,
            fraction: u32_at(fields, 4, order)?,
            captured: u32_at(fields, 8, order)?,
            original: u32_at(fields, 12, order)?,
        })
    }

    /// The header of a record in the layout of nearly all files, when all its octets are there.
    #[inline]
    fn whole(self, octets: &[u8]) -> Option<Header> {
        let (header, rest) = octets.split_first_chunk::<16>().filter(|_| self == Self::Little)?;
        let [seconds, fraction, captured, original] =
            header.as_chunks().0.first_chunk::<4>()?.map(u32::from_le_bytes);
        (rest.len() >= to_index(captured.into())).then_some(Header { seconds, fraction, captured, original })
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

/// Longest pause between two packets that is nothing unusual.
const LONG_PAUSE: Span = Span::seconds(365 * 86_400);

/// Longest pause, in either direction, between packets that a damaged place lies between.
const SHORT_PAUSE: Span = Span::seconds(86_400);

#[cfg(test)]
mod tests {
    use super::super::Damage;
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
    fn an_impossible_record_length_is_passed_over_to_the_next_record() {
        for length in [u32::try_from(MAX_RECORD).unwrap() + 1, 0x7fff_ffff, u32::MAX] {
            let file = File::new(false, 0xa1b2_c3d4).packet(1, 1, b"good");
            let offset = to_u64(file.octets().len());
            let file = file.record(2, 2, length, length, &vec![0; 2 * MAX_RECORD]).packet(3, 3, b"found");
            let read = read_all(&file.packet(4, 4, b"last").octets());
            assert_eq!(
                packets(&read)[1..],
                [(2, Time(3_000_003_000), b"found".to_vec()), (3, Time(4_000_004_000), b"last".to_vec())]
            );
            let skipped = 16 + 2 * to_u64(MAX_RECORD);
            let fault = Fault::RecordLength(length);
            assert_eq!(read.facts.damage, [Damage { after: 1, offset, fault, skipped, resumed: true }]);
            assert_eq!((read.facts.truncated_tail, read.facts.skipped), (None, skipped));
        }
    }

    #[test]
    fn a_wrong_but_possible_length_is_seen_by_what_follows() {
        let start = |big| File::new(big, 0xa1b2_c3d4).packet(100, 1, &[7; 60]);
        for big in [false, true] {
            let file = start(big).record(101, 1, 70, 60, &[7; 60]).packet(102, 1, &[7; 60]);
            let read = read_all(&file.packet(103, 1, &[8; 60]).octets());
            let seconds: Vec<_> = packets(&read).iter().map(|packet| packet.1.0 / 1_000_000_000).collect();
            assert_eq!(seconds, [100, 102, 103]);
            assert_eq!(
                read.facts.damage[0].to_string(),
                "at octet 100, behind packet 1: a record of 70 octets; 76 octets passed over"
            );
        }
    }

    #[test]
    fn a_record_that_claims_more_than_the_file_holds_is_damage_when_others_follow() {
        let file = File::new(false, 0xa1b2_c3d4).packet(100, 1, b"good").record(101, 1, 9_000, 9_000, b"bad");
        let read = read_all(&file.packet(102, 1, b"found").packet(103, 1, b"last").octets());
        assert_eq!(packets(&read).len(), 3);
        assert_eq!((read.facts.damage_count, read.facts.truncated_tail), (1, None));
    }

    #[test]
    fn zeros_are_no_packets() {
        for (zeros, resumed) in [(16, false), (40, false), (5_000_000, false), (4_096, true)] {
            let mut octets = File::new(true, 0xa1b2_3c4d).packet(100, 1, b"good").octets();
            octets.extend(vec![0; zeros]);
            if resumed {
                let more = File::new(true, 0xa1b2_3c4d).packet(109, 1, b"found").octets();
                octets.extend(&more[24..]);
            }
            let read = read_all(&octets);
            assert_eq!(packets(&read).len(), 1 + usize::from(resumed));
            let damage = read.facts.damage[0];
            assert_eq!((damage.skipped, damage.resumed), (to_u64(zeros), resumed));
        }
    }

    #[test]
    fn odd_records_are_believed_while_the_next_ones_are_no_worse() {
        let far = 400 * 86_400;
        let file = File::new(false, 0xa1b2_c3d4).packet(5, 1, b"1970").packet(far, 999_999_999, b"now");
        let file = file.packet(far + 1, 5_000_000, b"").record(far + 2, 9_000_000, 4, 2, b"more");
        let read = read_all(&file.record(far + 3, 9_000_000, 4, 2, b"more").octets());
        assert_eq!((packets(&read).len(), read.facts.damage_count), (5, 0));
    }

    #[test]
    fn the_longest_record_is_no_damage() {
        let read = read_all(&File::new(true, 0xa1b2_c3d4).packet(1, 1, &vec![7; MAX_RECORD]).octets());
        assert_eq!(read.facts.octets, to_u64(MAX_RECORD));
        assert_eq!(read.facts.damage_count, 0);
    }
}
