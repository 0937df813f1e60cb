//! A capture file as its packet records, to take some of them out.

use h2lint::capture::{Reader, Record};
use h2lint::link::decode;
use h2lint::tcp::{IpHeader, Segment};

/// A capture file in parts.
pub struct Records {
    parts: Vec<Part>,
    /// Which packets go to the lower port, as a client's do.
    upwards: Vec<bool>,
}

struct Part {
    octets: Vec<u8>,
    packet: bool,
}

impl Records {
    /// Takes a pcap or little-endian pcapng file apart; `None` for another one, such as a compressed one.
    pub fn read(file: &[u8]) -> Option<Self> {
        let parts = match file.get(..4)? {
            [0x0a, 0x0d, 0x0d, 0x0a] => Self::pcapng(file),
            [0xa1, 0xb2, 0xc3 | 0x3c, 0xd4 | 0x4d] if file.len() >= 24 => Self::pcap(file, true),
            [0xd4 | 0x4d, 0xc3 | 0x3c, 0xb2, 0xa1] if file.len() >= 24 => Self::pcap(file, false),
            _ => return None,
        };
        Some(Self { parts, upwards: upwards(file) })
    }

    /// True for a packet that goes to the lower port, counted from 0.
    pub fn goes_up(&self, packet: usize) -> bool {
        self.upwards.get(packet).is_some_and(|upwards| *upwards)
    }

    fn pcapng(file: &[u8]) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = file;
        while rest.len() >= 12 {
            let length = word(&rest[4..8], false).clamp(12, rest.len());
            parts.push(Part { octets: rest[..length].to_vec(), packet: rest[..4] == [6, 0, 0, 0] });
            rest = &rest[length..];
        }
        parts
    }

    fn pcap(file: &[u8], big: bool) -> Vec<Part> {
        let mut parts = vec![Part { octets: file[..24].to_vec(), packet: false }];
        let mut rest = &file[24..];
        while rest.len() >= 16 {
            let length = word(&rest[8..12], big).saturating_add(16).min(rest.len());
            parts.push(Part { octets: rest[..length].to_vec(), packet: true });
            rest = &rest[length..];
        }
        parts
    }

    /// How many packet records there are.
    pub fn packets(&self) -> usize {
        self.parts.iter().filter(|part| part.packet).count()
    }

    /// The file with those packets, counted from 0, that `keep` wants.
    pub fn file(&self, mut keep: impl FnMut(usize) -> bool) -> Vec<u8> {
        let mut number = 0;
        let mut file = Vec::new();
        for part in &self.parts {
            if !part.packet || keep(number) {
                file.extend_from_slice(&part.octets);
            }
            number += usize::from(part.packet);
        }
        file
    }
}

fn upwards(file: &[u8]) -> Vec<bool> {
    let mut all = Vec::new();
    let Ok(mut reader) = Reader::new(file, "test") else { return all };
    while let Ok(Some(record)) = reader.next() {
        let Record::Packet(packet) = record else { continue };
        let segment = decode(packet.link, packet.data).ok().and_then(|datagram| {
            Segment::read(datagram.payload, datagram.length, &IpHeader::default(), packet.place())
        });
        all.push(segment.is_some_and(|segment| segment.source_port > segment.destination_port));
    }
    all
}

fn word(octets: &[u8], big: bool) -> usize {
    let octets = <[u8; 4]>::try_from(octets).unwrap();
    (if big { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) }) as usize
}
