//! Hand-made capture files for the tests of this floor.

use std::io::{self, Read};

use super::{FileFacts, Reader, Record};
use crate::base::Time;

/// A reader that returns so many octets at a time.
pub(super) struct Chunks {
    octets: io::Cursor<Vec<u8>>,
    size: usize,
    fails: bool,
}

impl Chunks {
    pub(super) fn new(octets: Vec<u8>, size: usize) -> Self {
        Self { octets: io::Cursor::new(octets), size, fails: false }
    }

    /// An error comes where the end would be.
    pub(super) fn failing(octets: Vec<u8>, size: usize) -> Self {
        Self { fails: true, ..Self::new(octets, size) }
    }
}

impl Read for Chunks {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let size = self.size.min(room.len());
        match self.octets.read(&mut room[..size])? {
            0 if self.fails => Err(io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

/// A record with its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owned {
    Packet { number: u64, time: Time, link: u32, data: Vec<u8>, original: u32, interface: u32, record: u64 },
    Secrets(Vec<u8>),
    Comment { text: Vec<u8>, packet: Option<u64> },
}

impl From<Record<'_>> for Owned {
    fn from(record: Record<'_>) -> Self {
        match record {
            Record::Packet(p) => Self::Packet {
                number: p.number,
                time: p.time,
                link: p.link.0,
                data: p.data.to_vec(),
                original: p.original_length,
                interface: p.interface,
                record: p.record,
            },
            Record::Secrets(text) => Self::Secrets(text.to_vec()),
            Record::Comment { text, packet } => Self::Comment { text: text.to_vec(), packet },
        }
    }
}

/// Everything that a file gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Everything {
    pub(super) records: Vec<Owned>,
    pub(super) facts: FileFacts,
}

pub(super) fn read_all(octets: &[u8]) -> Everything {
    read_from(octets)
}

pub(super) fn read_from(read: impl Read) -> Everything {
    let mut reader = Reader::new(read, "sample").unwrap();
    let mut records = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        records.push(record.into());
    }
    assert!(reader.next().unwrap().is_none(), "the end is the end");
    Everything { records, facts: reader.facts().clone() }
}

/// Number, time and octets of the packets.
pub(super) fn packets(read: &Everything) -> Vec<(u64, Time, Vec<u8>)> {
    let packet = |record: &Owned| match record {
        Owned::Packet { number, time, data, .. } => Some((*number, *time, data.clone())),
        _ => None,
    };
    read.records.iter().filter_map(packet).collect()
}

/// Writes numbers in one of the two byte orders.
#[derive(Clone, Copy)]
struct Writer {
    big: bool,
}

impl Writer {
    fn u16(self, value: u16) -> [u8; 2] {
        if self.big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    fn u32(self, value: u32) -> [u8; 4] {
        if self.big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    fn u64(self, value: u64) -> [u8; 8] {
        if self.big { value.to_be_bytes() } else { value.to_le_bytes() }
    }
}

/// A pcap file in the making.
pub(super) struct Pcap {
    writer: Writer,
    modified: bool,
    octets: Vec<u8>,
}

impl Pcap {
    pub(super) fn new(big: bool, magic: u32) -> Self {
        let writer = Writer { big };
        let version = [writer.u16(2), writer.u16(4)].concat();
        let rest = [0, 0, 262_144, 1].map(|field| writer.u32(field)).concat();
        Self {
            writer,
            modified: magic == 0xa1b2_cd34,
            octets: [writer.u32(magic).to_vec(), version, rest].concat(),
        }
    }

    pub(super) fn network(mut self, network: u32) -> Self {
        self.octets.splice(20..24, self.writer.u32(network));
        self
    }

    pub(super) fn packet(self, seconds: u32, fraction: u32, data: &[u8]) -> Self {
        let length = u32::try_from(data.len()).unwrap();
        self.record(seconds, fraction, length, length, data)
    }

    pub(super) fn record(
        mut self,
        seconds: u32,
        fraction: u32,
        captured: u32,
        original: u32,
        data: &[u8],
    ) -> Self {
        for field in [seconds, fraction, captured, original] {
            self.octets.extend(self.writer.u32(field));
        }
        if self.modified {
            self.octets.extend([0xee; 8]);
        }
        self.octets.extend(data);
        self
    }

    pub(super) fn octets(&self) -> Vec<u8> {
        self.octets.clone()
    }
}

/// A pcapng file in the making.
pub(super) struct Pcapng {
    writer: Writer,
    octets: Vec<u8>,
}

impl Pcapng {
    /// A file with a first section.
    pub(super) fn new(big: bool) -> Self {
        Self { writer: Writer { big }, octets: Vec::new() }.section(big)
    }

    pub(super) fn section(mut self, big: bool) -> Self {
        self.writer = Writer { big };
        let w = self.writer;
        let body = [&w.u32(0x1a2b_3c4d)[..], &w.u16(1), &w.u16(0), &w.u64(u64::MAX)].concat();
        self.block(0x0a0d_0d0a, &body)
    }

    /// A block of any kind, padded to 32 bits.
    pub(super) fn block(self, kind: u32, body: &[u8]) -> Self {
        let length = u32::try_from(body.len().next_multiple_of(4) + 12).unwrap();
        self.block_saying(kind, body, length, length)
    }

    /// A block that claims these lengths.
    pub(super) fn block_saying(mut self, kind: u32, body: &[u8], front: u32, back: u32) -> Self {
        self.octets.extend([self.writer.u32(kind), self.writer.u32(front)].concat());
        self.octets.extend(body);
        self.octets.resize(self.octets.len().next_multiple_of(4), 0);
        self.octets.extend(self.writer.u32(back));
        self
    }

    pub(super) fn option(&self, code: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap();
        let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
        [&self.writer.u16(code)[..], &self.writer.u16(length), value, &padding].concat()
    }

    pub(super) fn interface(self, link: u16, snaplen: u32, options: &[(u16, &[u8])]) -> Self {
        let w = self.writer;
        let options: Vec<u8> = options.iter().flat_map(|(code, value)| self.option(*code, value)).collect();
        let body = [&w.u16(link)[..], &w.u16(0), &w.u32(snaplen), &options].concat();
        self.block(1, &body)
    }

    pub(super) fn packet(self, interface: u32, stamp: u64, data: &[u8]) -> Self {
        self.packet_with(interface, stamp, data, &[])
    }

    pub(super) fn packet_with(
        self,
        interface: u32,
        stamp: u64,
        data: &[u8],
        options: &[(u16, &[u8])],
    ) -> Self {
        let w = self.writer;
        let length = u32::try_from(data.len()).unwrap();
        let options: Vec<u8> = options.iter().flat_map(|(code, value)| self.option(*code, value)).collect();
        let (high, low) = (u32::try_from(stamp >> 32).unwrap(), u32::try_from(stamp & 0xffff_ffff).unwrap());
        let head = [interface, high, low, length, length].map(|field| w.u32(field)).concat();
        let padding = vec![0; data.len().next_multiple_of(4) - data.len()];
        self.block(6, &[&head[..], data, &padding, &options].concat())
    }

    pub(super) fn secrets(self, kind: u32, text: &[u8]) -> Self {
        let w = self.writer;
        let body = [&w.u32(kind)[..], &w.u32(u32::try_from(text.len()).unwrap()), text].concat();
        self.block(10, &body)
    }

    /// A number in the byte order of the section.
    pub(super) fn u32(&self, value: u32) -> [u8; 4] {
        self.writer.u32(value)
    }

    pub(super) fn octets(&self) -> Vec<u8> {
        self.octets.clone()
    }
}
