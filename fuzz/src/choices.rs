//! The fuzzer's octets as decisions. What has run out decides for zero, so that every input means something.

use h2lint::base::{Origin, PacketNumber, Place, Side, Time};

/// Octets that decide.
pub struct Choices<'a> {
    octets: &'a [u8],
    packet: u64,
    clock: i64,
}

/// When the first packet came, in nanoseconds since 1970.
const START: i64 = 1_700_000_000_000_000_000;

impl<'a> Choices<'a> {
    /// Decisions that these octets make.
    pub fn new(octets: &'a [u8]) -> Self {
        Self { octets, packet: 0, clock: START }
    }

    /// True when nothing is left.
    pub fn is_over(&self) -> bool {
        self.octets.is_empty()
    }

    /// One octet.
    pub fn octet(&mut self) -> u8 {
        let Some((first, rest)) = self.octets.split_first() else { return 0 };
        self.octets = rest;
        *first
    }

    /// Two octets, the higher one first.
    pub fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.octet(), self.octet()])
    }

    /// Four octets, the highest first.
    pub fn word(&mut self) -> u32 {
        u32::from_be_bytes([self.octet(), self.octet(), self.octet(), self.octet()])
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.octet()) % count.max(1)
    }

    /// Who speaks.
    pub fn side(&mut self) -> Side {
        Side::BOTH[self.below(2)]
    }

    /// A run of octets, behind its length: one octet, or two where the first one is 255.
    pub fn piece(&mut self) -> &'a [u8] {
        let length = match self.octet() {
            255 => usize::from(self.short()),
            short => usize::from(short),
        };
        let (piece, rest) = self.octets.split_at(length.min(self.octets.len()));
        self.octets = rest;
        piece
    }

    /// What is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.octets)
    }

    /// The place of another packet, a little later than the last one, or much.
    pub fn place(&mut self) -> Place {
        self.packet += 1;
        let pause = [1_000, 100_000, 6_000_000, 250_000_000, 3_000_000_000, -40_000_000];
        self.clock += pause[self.below(pause.len())];
        Place { pkt: PacketNumber::new(0, self.packet), time: Time(self.clock), record: 24 }
    }

    /// Where octets come from that end at this offset.
    pub fn origin(&mut self, tcp_end: u64, peer_acked: u64) -> Origin {
        Origin { at: self.place(), tcp_end, peer_acked }
    }
}
