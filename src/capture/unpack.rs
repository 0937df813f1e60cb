//! Compressed files: octets of any compression become the octets of the capture, as a stream, so that memory is bounded whatever
//! comes out. Several members, frames or streams one behind another are one file.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::Compression;
use super::lz4::Lz4;
use super::packed::{Packed, Supply};
use super::source::Broken;
use super::zstd::Zstd;
use crate::base::to_u32;
use crate::limits::MAX_COMPRESSION_WINDOW;

/// A decoder with the file behind it.
pub(super) struct Unpacker<R: Read> {
    decoder: Decoder<R>,
    supply: Arc<Supply>,
    stop: Option<Stop>,
}

/// Why a compressed file gives no more octets, when that is not its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The compressed data is not whole.
    Broken(Broken),
    /// The machine refuses to read on.
    Machine(io::Error),
}

enum Decoder<R: Read> {
    Gzip(MultiGzDecoder<Packed<R>>),
    Zstd(Box<Zstd<R>>),
    Lz4(Lz4<R>),
    Xz(Box<XzReader<Packed<R>>>),
    Bzip2(MultiBzDecoder<Packed<R>>),
}

impl<R: Read> Unpacker<R> {
    /// `head` holds the octets that were read to recognise the compression.
    pub(super) fn new(compression: Compression, head: Vec<u8>, read: R) -> Self {
        let packed = Packed::new(head, read);
        let supply = packed.supply();
        let decoder = match compression {
            Compression::Gzip => Decoder::Gzip(MultiGzDecoder::new(packed)),
            Compression::Zstd => Decoder::Zstd(Box::new(Zstd::new(packed))),
            Compression::Lz4 => Decoder::Lz4(Lz4::new(packed)),
            Compression::Xz => {
                let kibibytes = to_u32(MAX_COMPRESSION_WINDOW / 1024);
                Decoder::Xz(XzReader::new_mem_limit(packed, true, kibibytes).into())
            }
            Compression::Bzip2 => Decoder::Bzip2(MultiBzDecoder::new(packed)),
        };
        Self { decoder, supply, stop: None }
    }

    /// The next octets, as many as there is room for; fewer only before the end.
    ///
    /// # Errors
    ///
    /// Why there are no more, once.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, Stop> {
        let mut done = 0_usize;
        while self.stop.is_none() {
            let until = done.saturating_add(STEP).min(room.len());
            let Some(step) = room.get_mut(done..until).filter(|step| !step.is_empty()) else { break };
            match self.step(step) {
                Ok(0) => return Ok(done),
                Ok(count) => done = done.saturating_add(count),
                Err(stop) => self.stop = Some(stop),
            }
        }
        if done > 0 { Ok(done) } else { self.stop.take().map_or(Ok(0), Err) }
    }

    fn step(&mut self, room: &mut [u8]) -> Result<usize, Stop> {
        let read = match &mut self.decoder {
            Decoder::Gzip(decoder) => decoder.read(room),
            Decoder::Zstd(decoder) => decoder.read(room),
            Decoder::Lz4(decoder) => decoder.read(room),
            Decoder::Xz(decoder) => decoder.read(room),
            Decoder::Bzip2(decoder) => decoder.read(room),
        };
        read.map_err(|_| match self.supply.failure() {
            Some(error) => Stop::Machine(error),
            None if self.supply.is_exhausted() => Stop::Broken(Broken::Cut),
            None => Stop::Broken(Broken::Damaged),
        })
    }
}

impl<R: Read> fmt::Debug for Unpacker<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.decoder {
            Decoder::Gzip(_) => "Gzip",
            Decoder::Zstd(_) => "Zstd",
            Decoder::Lz4(_) => "Lz4",
            Decoder::Xz(_) => "Xz",
            Decoder::Bzip2(_) => "Bzip2",
        };
        f.debug_struct(name).field("supply", &self.supply).finish_non_exhaustive()
    }
}

/// Octets asked of a decoder at a time: one that fails forgets what it had unpacked for the request.
const STEP: usize = 1 << 12;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{Chunks, Everything, read_all, read_from};
    use super::super::{Fault, Reader};
    use super::*;

    const FILES: [(&str, Compression); 5] = [
        ("gzip/capture.pcap.gz", Compression::Gzip),
        ("zstd/capture.pcap.zst", Compression::Zstd),
        ("lz4/capture.pcap.lz4", Compression::Lz4),
        ("xz/capture.pcap.xz", Compression::Xz),
        ("bzip2/capture.pcap.bz2", Compression::Bzip2),
    ];

    fn octets(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/captures/files/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    }

    /// All that is unpacked, and how it ends.
    fn unpack(octets: Vec<u8>, compression: Compression, size: usize) -> (Vec<u8>, Option<Stop>) {
        let mut unpacker = Unpacker::new(compression, Vec::new(), Chunks::new(octets, size));
        let (mut out, mut room) = (Vec::new(), [0; 1_000]);
        loop {
            match unpacker.read(&mut room) {
                Ok(0) => return (out, None),
                Ok(count) => out.extend(&room[..count]),
                Err(stop) => return (out, Some(stop)),
            }
        }
    }

    /// Reading may refuse a file whose first octets cannot be unpacked.
    fn read(octets: Vec<u8>, size: usize) -> Option<Everything> {
        Reader::new(&octets[..], "x").ok()?;
        Some(read_from(Chunks::new(octets, size)))
    }

    #[test]
    fn all_members_of_all_kinds_are_read_whatever_the_reads_below() {
        for (name, compression) in FILES {
            let octets = octets(name);
            let everything = read_all(&octets);
            assert_eq!(everything.facts.compression, Some(compression));
            assert!(everything.facts.packets >= 12 && everything.facts.damage_count == 0, "{name}");
            assert_eq!(everything.facts.truncated_tail, None, "{name}");
            for size in [1, 2, 7, 100] {
                assert_eq!(read(octets.clone(), size).unwrap(), everything, "{name} in chunks of {size}");
            }
        }
    }

    #[test]
    fn a_cut_gives_what_stands_before_it_and_is_told() {
        for (name, compression) in FILES {
            let whole = octets(name);
            let (unpacked, _) = unpack(whole.clone(), compression, 9);
            let (mut borders, mut longest) = (0, 0);
            for length in 1..whole.len() {
                let (before, stop) = unpack(whole[..length].to_vec(), compression, 9);
                assert!(unpacked.starts_with(&before), "{name} cut at {length}");
                longest = longest.max(before.len());
                match stop {
                    Some(Stop::Broken(Broken::Cut)) => {}
                    None => borders += 1,
                    other => panic!("{name} cut at {length}: {other:?}"),
                }
            }
            assert!((2..=20).contains(&borders), "{name}: {borders} lengths are borders between members");
            assert!(longest > unpacked.len() / 2, "{name}: {longest} of {}", unpacked.len());
        }
    }

    #[test]
    fn a_cut_between_two_records_is_a_cut_too() {
        let octets = octets("gzip-cut/capture.pcap.gz");
        let read = read_all(&octets);
        assert!(read.facts.truncated_tail.is_some() && read.facts.packets > 3);
        assert_eq!(read.facts.damage_count, 0);
        let mut reader = Reader::new(&octets[..], "x").unwrap();
        while let Some(record) = reader.next().unwrap() {
            let super::super::Record::Packet(packet) = record else { panic!("a packet") };
            assert_eq!(packet.place().file_offset(), None);
        }
    }

    #[test]
    fn damage_ends_the_reading_and_is_told() {
        for (name, compression) in FILES {
            let mut octets = octets(name);
            let last = octets.len() - 60;
            octets[last..].iter_mut().for_each(|octet| *octet ^= 0x55);
            let (_, stop) = unpack(octets.clone(), compression, 100);
            assert!(matches!(stop, Some(Stop::Broken(_))), "{name}: {stop:?}");
            let facts = read_all(&octets).facts;
            let told = facts.damage.iter().any(|damage| damage.fault == Fault::CompressedData);
            assert!(told || facts.truncated_tail.is_some(), "{name}: {facts:?}");
            assert!(facts.packets > 3, "{name}");
        }
    }

    #[test]
    fn what_is_no_capture_inside_is_refused_with_both_names() {
        let text: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0";
        let refusal = |octets: &[u8]| Reader::new(octets, "x").unwrap_err().to_string();
        assert!(refusal(text).contains("gzip data around this: text starting with \"hello\""));
        assert!(refusal(&text[..12]).contains("gzip data that is cut behind its first octets"));
        assert!(refusal(b"BZh91AY&SYxxxxxxxxxxxx").contains("bzip2 data that is"));
    }

    #[test]
    fn a_failure_of_the_machine_is_an_error() {
        for (name, compression) in FILES {
            let octets = octets(name);
            let half = octets[..octets.len() / 2].to_vec();
            let mut unpacker = Unpacker::new(compression, Vec::new(), Chunks::failing(half, 50));
            let stop = (0..100).find_map(|_| unpacker.read(&mut [0; 500]).err());
            assert!(matches!(stop, Some(Stop::Machine(_))), "{name}: {stop:?}");
        }
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_or_run_for_ever(
            file in proptest::sample::select(&FILES[..]),
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
            length in any::<proptest::sample::Index>(),
            size in 1_usize..200,
        ) {
            let mut octets = octets(file.0);
            for (place, value) in changes {
                let place = place.index(octets.len());
                octets[place] = value;
            }
            octets.truncate(octets.len() - length.index(octets.len() / 2));
            let all = read(octets.clone(), 4_096);
            prop_assert_eq!(read(octets, size), all);
        }
    }
}
