//! Segments as packets of a capture file: pcap, and TCP.

use super::links::{Layer, Way, capture_over};
use crate::base::{Side, Time, to_u32};

/// A TCP segment of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// When the capture saw it.
    pub time: Time,
    /// Who sent it.
    pub side: Side,
    /// How far the client's port is behind that of the first connection.
    pub port: u16,
    /// How many hosts further on its two ends are than those of the first connection.
    pub hop: u8,
    /// TCP flags.
    pub flags: u8,
    /// Sequence number relative to the SYN.
    pub offset: u64,
    /// Acknowledgement number relative to the peer's SYN.
    pub acknowledged: u64,
    /// Receive window of the sender.
    pub window: u16,
    /// Payload.
    pub payload: Vec<u8>,
    /// Identification of the IP packet; 0 for none.
    pub identification: u16,
    /// Time to live of the IP packet.
    pub ttl: u8,
    /// Octets of the packet that the capture keeps at most.
    pub snaplen: usize,
}

/// TCP flags (RFC 9293 §3.1).
pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const PSH: u8 = 0x08;
pub(super) const ACK: u8 = 0x10;

/// Initial sequence numbers: the server's wraps within the first octets, as real ones may.
const INITIAL: (u32, u32) = (1_000, u32::MAX - 60);

/// The offset at which the server's sequence number is 0.
pub(super) const NUMBER_ZERO: u64 = 61;

/// Ports and addresses of client and server.
pub(super) const CLIENT: ([u8; 4], u16) = ([10, 0, 0, 1], 40_001);
pub(super) const SERVER: ([u8; 4], u16) = ([10, 0, 0, 2], 31_050);

/// A capture file of these packets: pcap, nanoseconds kept to microseconds, little-endian; Ethernet and IPv4.
#[must_use]
pub fn capture(packets: &[Packet]) -> Vec<u8> {
    const PLAIN: Way = Way { name: "ethernet", link: 1, layers: &[Layer::Ethernet, Layer::Ipv4] };
    capture_over(packets, &PLAIN, |_| None)
}

pub(super) fn file_header(link: u32) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    file.extend([0; 8]);
    file.extend(262_144_u32.to_le_bytes());
    file.extend(link.to_le_bytes());
    file
}

pub(super) fn record(file: &mut Vec<u8>, time: Time, frame: &[u8], snaplen: usize) {
    let micros = time.0.div_euclid(1_000);
    let kept = frame.get(..snaplen).unwrap_or(frame);
    for word in [micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000)] {
        file.extend(u32::try_from(word).unwrap_or_default().to_le_bytes());
    }
    file.extend(to_u32(kept.len()).to_le_bytes());
    file.extend(to_u32(frame.len()).to_le_bytes());
    file.extend(kept);
}

impl Packet {
    pub(super) fn tcp(&self) -> Vec<u8> {
        let ((_, from), (_, to)) = self.ends();
        let (own, peer) = match self.side {
            Side::Client => INITIAL,
            Side::Server => (INITIAL.1, INITIAL.0),
        };
        let acknowledged = if self.flags & ACK == 0 { 0 } else { wrap(peer, self.acknowledged) };
        let mut octets = Vec::new();
        octets.extend(from.to_be_bytes());
        octets.extend(to.to_be_bytes());
        octets.extend(wrap(own, self.offset).to_be_bytes());
        octets.extend(acknowledged.to_be_bytes());
        octets.extend([0x50, self.flags]);
        octets.extend(self.window.to_be_bytes());
        octets.extend([0; 4]);
        octets.extend(&self.payload);
        octets
    }

    const fn ends(&self) -> (([u8; 4], u16), ([u8; 4], u16)) {
        let client = (CLIENT.0, CLIENT.1.saturating_add(self.port));
        match self.side {
            Side::Client => (client, SERVER),
            Side::Server => (SERVER, client),
        }
    }
}

fn wrap(initial: u32, offset: u64) -> u32 {
    let [.., a, b, c, d] = offset.to_be_bytes();
    initial.wrapping_add(u32::from_be_bytes([a, b, c, d]))
}
