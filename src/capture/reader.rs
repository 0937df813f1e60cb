//! The door to a capture file: recognises its format and hands out its records.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::pieces::FoundPiece;
use super::record::Found;
use super::signature;
use super::source::Source;
use super::{FileFacts, Format, Packet, ReadBlock, Record};
use crate::error::Error;

/// Reads one capture file from beginning to end.
///
/// ```
/// use h2lint::capture::{Reader, Record};
///
/// # fn main() -> Result<(), h2lint::error::Error> {
/// let file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
/// let mut reader = Reader::new(&file[..], "empty.pcap")?;
/// while let Some(record) = reader.next()? {
///     if let Record::Packet(packet) = record {
///         println!("{} {}", packet.number, packet.data.len());
///     }
/// }
/// assert_eq!(reader.facts().packets, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reader<R: Read> {
    path: PathBuf,
    source: Source<R>,
    grammar: Grammar,
    facts: FileFacts,
    offsets: Offsets,
    input: u32,
    ended: bool,
}

#[derive(Debug)]
enum Grammar {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

/// Whether an octet offset leads back to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offsets {
    OfTheFile,
    Meaningless,
}

impl Reader<Box<dyn Read + Send>> {
    /// Opens a capture file; `-` is standard input, whose records have no offsets.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when it cannot be opened or read, [`Error::NotACapture`] when it is something else.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (read, name, offsets): (Box<dyn Read + Send>, _, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), Path::new(STANDARD_INPUT), Offsets::Meaningless)
        } else {
            let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
            (Box::new(file), path, Offsets::OfTheFile)
        };
        Self::start(read, name.to_owned(), offsets)
    }
}

impl<R: Read> Reader<R> {
    /// Reads a capture from anywhere. `name` stands in messages. Offsets count from the first octet that `read` returns; in a
    /// compressed file they have no meaning.
    ///
    /// # Errors
    ///
    /// As [`Reader::open`].
    pub fn new(read: R, name: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::start(read, name.into(), Offsets::OfTheFile)
    }

    /// The next record; none at the end of what can be read, for good. How it ended is among the [`Reader::facts`].
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when the machine refuses to read on; nothing follows it.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend what it yields")]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, Error> {
        Ok(self.next_in_block()?.map(|(record, _)| record))
    }

    /// As [`Reader::next`], with the block that the record stands in, for those who keep it without a copy.
    ///
    /// # Errors
    ///
    /// As [`Reader::next`].
    pub fn next_in_block(&mut self) -> Result<Option<(Record<'_>, &ReadBlock)>, Error> {
        Ok(self.find()?.map(|found| (self.record(found), self.source.block())))
    }

    /// The same file as the one with this index among those that are read as one capture.
    pub(super) const fn numbered(mut self, input: u32) -> Self {
        self.input = input;
        self
    }

    /// What is known about the file so far.
    pub const fn facts(&self) -> &FileFacts {
        &self.facts
    }

    /// The next packet, when all of it was read before and nothing about it is unusual.
    #[inline]
    pub(super) fn ready(&mut self) -> Option<Found> {
        match &mut self.grammar {
            Grammar::Pcap(pcap) if !self.ended => pcap.ready(&mut self.source, &mut self.facts),
            Grammar::Pcap(_) | Grammar::Pcapng(_) => None,
        }
    }

    /// As [`Reader::next`], by the place of the record in the block, where it stands until the next one is asked for.
    pub(super) fn find(&mut self) -> Result<Option<Found>, Error> {
        if self.ended {
            return Ok(None);
        }
        let found = match &mut self.grammar {
            Grammar::Pcap(pcap) => pcap.next(&mut self.source, &mut self.facts),
            Grammar::Pcapng(pcapng) => pcapng.next(&mut self.source, &mut self.facts),
        };
        self.ended = !matches!(found, Ok(Some(_)));
        found.map_err(|source| Error::Read { path: self.path.clone(), source })
    }

    /// As [`Reader::next_piece`], by the places of the octets.
    pub(super) fn find_piece(&mut self) -> Result<Option<FoundPiece>, Error> {
        if self.ended {
            return Ok(None);
        }
        let found = match &mut self.grammar {
            Grammar::Pcap(pcap) => {
                let header = pcap.record_header();
                let found = pcap.next(&mut self.source, &mut self.facts);
                found.map(|found| found.and_then(|found| FoundPiece::of_record(found, header)))
            }
            Grammar::Pcapng(pcapng) => {
                let found = pcapng.step(&mut self.source, &mut self.facts);
                found.map(|found| found.map(|found| FoundPiece::of_block(found, pcapng.order())))
            }
        };
        self.ended = !matches!(found, Ok(Some(_)));
        found.map_err(|source| Error::Read { path: self.path.clone(), source })
    }

    /// The file header of a pcap, and the octets that its packets may have at most; none of a pcapng.
    pub(super) fn pcap_head(&self) -> Option<(&[u8], u32)> {
        match &self.grammar {
            Grammar::Pcap(pcap) => Some((pcap.head(), pcap.snaplen())),
            Grammar::Pcapng(_) => None,
        }
    }

    /// Octets by their place.
    pub(super) fn octets(&self, range: &Range<usize>) -> &[u8] {
        self.source.octets(range)
    }

    /// The block in which the record stands that was found last.
    pub(super) const fn block(&self) -> &ReadBlock {
        self.source.block()
    }

    /// Borrows what was found.
    #[inline]
    pub(super) fn record(&self, found: Found) -> Record<'_> {
        match found {
            Found::Packet(packet) => Record::Packet(Packet {
                input: self.input,
                number: packet.number,
                time: packet.time,
                link: packet.link,
                data: self.source.octets(&packet.data),
                original_length: packet.original_length,
                interface: packet.interface,
                record: if self.offsets == Offsets::OfTheFile { packet.offset } else { u64::MAX },
            }),
            Found::Secrets(text) => Record::Secrets(self.source.octets(&text)),
            Found::Comment { text, packet } => Record::Comment { text: self.source.octets(&text), packet },
        }
    }

    fn start(read: R, path: PathBuf, offsets: Offsets) -> Result<Self, Error> {
        let opened = Source::open(read).and_then(|(mut source, compression)| {
            let grammar = recognise(&mut source)?;
            Ok((source, compression, grammar))
        });
        let (source, compression, grammar) = match opened {
            Ok((source, compression, Ok(grammar))) => (source, compression, grammar),
            Ok((source, Some(compression), Err(found))) => {
                let found = signature::describe_inside(compression, source.broken(), &found);
                return Err(Error::NotACapture { path, found });
            }
            Ok((_, None, Err(found))) => return Err(Error::NotACapture { path, found }),
            Err(source) => return Err(Error::Read { path, source }),
        };
        let facts = FileFacts { compression, ..grammar.facts() };
        let offsets = if compression.is_some() { Offsets::Meaningless } else { offsets };
        Ok(Self { path, source, grammar, facts, offsets, input: 0, ended: false })
    }
}

impl Grammar {
    fn facts(&self) -> FileFacts {
        match self {
            Self::Pcap(pcap) => pcap.facts(),
            Self::Pcapng(_) => FileFacts::new(Format::Pcapng),
        }
    }
}

/// Looks at the first octets, and takes the file header of a pcap. Inside, the error is what the octets look like instead.
fn recognise<R: Read>(source: &mut Source<R>) -> io::Result<Result<Grammar, String>> {
    source.fill(Pcapng::RECOGNISED_BY)?;
    if let Some(pcapng) = Pcapng::recognise(source.available()) {
        return Ok(Ok(Grammar::Pcapng(pcapng)));
    }
    source.fill(Pcap::FILE_HEADER)?;
    if let Some(pcap) = Pcap::recognise(source.available()) {
        source.take(Pcap::FILE_HEADER);
        return Ok(Ok(Grammar::Pcap(pcap)));
    }
    source.fill(signature::LOOKED_AT)?;
    let available = source.available();
    Ok(Err(signature::describe(available.get(..signature::LOOKED_AT).unwrap_or(available))))
}

const STANDARD_INPUT: &str = "standard input";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::LinkType;
    use super::super::sample::{self, Chunks, Everything, packets, read_all, read_from};
    use super::*;

    fn pcap() -> Vec<u8> {
        let file = sample::Pcap::new(true, 0xa1b2_3c4d).packet(5, 1, b"first").packet(6, 2, b"");
        file.record(7, 3, 6, 1_500, b"cut by").packet(8, 4, &[7; 300]).octets()
    }

    fn pcapng() -> Vec<u8> {
        let file = sample::Pcapng::new(false).interface(1, 0, &[(1, b"eth0")]).packet(0, 5, b"first");
        let file = file.secrets(0x544c_534b, b"CLIENT_RANDOM").packet_with(0, 6, b"second", &[(1, b"look")]);
        let file = file.section(true).interface(113, 96, &[(9, &[9])]).packet(0, 7, &[9; 300]);
        file.block(0x99, b"unknown").packet(0, 8, b"last").octets()
    }

    /// What must not be there, whatever the octets.
    fn assert_sane(read: &Everything, length: usize) {
        let delivered: usize = packets(read).iter().map(|packet| packet.2.len()).sum();
        assert!(delivered <= length);
        assert!(packets(read).windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(packets(read).last().is_none_or(|packet| packet.0 <= read.facts.number));
    }

    #[test]
    fn chunks_of_any_size_give_the_same_records() {
        for octets in [pcap(), pcapng()] {
            let whole = read_all(&octets);
            assert_eq!(packets(&whole).len(), 4);
            for size in [1, 2, 7, 12, 23, 24, 25, 100] {
                assert_eq!(read_from(Chunks::new(octets.clone(), size)), whole, "chunks of {size}");
            }
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_read_up_to_the_cut() {
        for octets in [pcap(), pcapng()] {
            let whole = read_all(&octets);
            let mut borders = 0;
            for length in 24..octets.len() {
                let read = read_all(&octets[..length]);
                assert_eq!(whole.records[..read.records.len()], read.records);
                assert_eq!(read.facts.damage_count, 0);
                match read.facts.truncated_tail {
                    Some(cut) => assert_eq!(cut.offset + cut.present, u64::try_from(length).unwrap()),
                    None => borders += 1,
                }
            }
            assert!((4..=9).contains(&borders), "{borders} lengths are borders between records");
        }
    }

    #[test]
    fn a_cut_names_the_place_and_the_missing_octets() {
        let octets = pcap();
        let read = read_all(&octets[..octets.len() - 1]);
        let cut = read.facts.truncated_tail.unwrap();
        assert_eq!((cut.after, cut.offset, cut.present, cut.claimed), (3, 83, 315, 316));
    }

    #[test]
    fn what_the_snapshot_length_cut_keeps_its_original_length() {
        let octets = pcap();
        let mut reader = Reader::new(&octets[..], "sample").unwrap();
        reader.next().unwrap();
        reader.next().unwrap();
        let Some(Record::Packet(packet)) = reader.next().unwrap() else { panic!("a packet") };
        assert_eq!((packet.data, packet.original_length, packet.record), (&b"cut by"[..], 1_500, 61));
        assert_eq!(packet.place().file_offset(), Some(61));
    }

    #[test]
    fn a_file_opened_by_its_path_reads_like_its_octets() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), pcapng()).unwrap();
        let mut reader = Reader::open(file.path()).unwrap();
        let mut records = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            records.push(record.into());
        }
        let expected = read_all(&pcapng());
        assert_eq!((records, reader.facts()), (expected.records, &expected.facts));
    }

    #[test]
    fn records_without_a_file_have_no_offset() {
        let octets = pcap();
        let mut reader = Reader::start(&octets[..], "pipe".into(), Offsets::Meaningless).unwrap();
        let Some(Record::Packet(packet)) = reader.next().unwrap() else { panic!("a packet") };
        assert_eq!((packet.record, packet.place().file_offset()), (u64::MAX, None));
    }

    #[test]
    fn the_facts_are_complete_at_the_end() {
        let read = read_all(&pcap());
        assert_eq!(read.facts.format.word(), "pcap");
        assert_eq!(read.facts.link_types, [LinkType::EN10MB]);
        assert_eq!((read.facts.packets, read.facts.octets), (4, 311));
        let extent = [read.facts.first, read.facts.last].map(|time| time.unwrap().0);
        assert_eq!(extent, [5_000_000_001, 8_000_000_004]);
    }

    #[test]
    fn an_error_of_the_machine_comes_after_the_packets_before_it_and_once() {
        let octets = pcap();
        let mut reader = Reader::new(Chunks::failing(octets[..100].to_vec(), 9), "big.pcap").unwrap();
        for _ in 0..3 {
            assert!(matches!(reader.next(), Ok(Some(Record::Packet(_)))));
        }
        assert_eq!(reader.next().unwrap_err().to_string(), "big.pcap: the disk is gone");
        assert!(reader.next().unwrap().is_none());
        assert_eq!(reader.facts().truncated_tail, None);
    }

    #[test]
    fn what_is_no_capture_is_refused_with_what_it_is() {
        let refusal = |octets: &[u8]| Reader::new(octets, "x").unwrap_err().to_string();
        let message = |found| format!("x: not a packet capture: {found}; h2lint reads pcap and pcapng");
        assert_eq!(refusal(b""), message("empty file"));
        assert_eq!(refusal(b"7z\xbc\xaf\x27\x1c"), message("a 7-Zip archive"));
        assert_eq!(refusal(&[&[b'a'; 257][..], b"ustar", &[0; 300]].concat()), message("a tar archive"));
        assert_eq!(refusal(b"09:14:03 IP a > b"), message("text starting with \"09:14:03 IP a > b\""));
        assert_eq!(refusal(&pcap()[..23]), message("a pcap file header that is cut short"));
        assert!(matches!(Reader::open(Path::new("/nonexistent")), Err(Error::Read { .. })));
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_or_invent_packets(
            ng in any::<bool>(),
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..12),
            size in 1_usize..200,
        ) {
            let mut octets = if ng { pcapng() } else { pcap() };
            for (place, value) in changes {
                // The first octets decide whether it is a capture at all.
                let place = 12 + place.index(octets.len() - 12);
                octets[place] = value;
            }
            let read = read_all(&octets);
            assert_sane(&read, octets.len());
            prop_assert_eq!(read_from(Chunks::new(octets, size)), read);
        }

        #[test]
        fn any_octets_behind_a_good_beginning_are_read_or_told(ng in any::<bool>(), tail in any::<Vec<u8>>()) {
            let mut octets = if ng { pcapng() } else { pcap() };
            octets.extend(&tail);
            let read = read_all(&octets);
            assert_sane(&read, octets.len());
            prop_assert!(read.facts.packets >= 4);
            let told = read.facts.damage_count > 0 || read.facts.truncated_tail.is_some();
            prop_assert!(told || tail.is_empty() || tail.len() >= 12);
        }
    }
}
