//! Segments as packets of a capture file: pcap, Ethernet, IPv4, TCP.

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
    /// TCP flags.
    pub flags: u8,
    /// Sequence number relative to the SYN.
    pub offset: u64,
    /// Acknowledgement number relative to the peer's SYN.
    pub acknowledged: u64,
    /// Receive window of the sender.
    pub window: u16,
    /// Time to live of the IP packet.
    pub ttl: u8,
    /// Payload.
    pub payload: Vec<u8>,
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

/// Ports and addresses of client and server.
const CLIENT: ([u8; 4], u16) = ([10, 0, 0, 1], 40_001);
const SERVER: ([u8; 4], u16) = ([10, 0, 0, 2], 31_050);

/// A capture file of these packets: pcap, nanoseconds kept to microseconds, little-endian.
#[must_use]
pub fn capture(packets: &[Packet]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    file.extend([0; 8]);
    file.extend(262_144_u32.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    for packet in packets {
        let frame = packet.ethernet();
        let micros = packet.time.0.div_euclid(1_000);
        let length = to_u32(frame.len());
        let kept = frame.get(..packet.snaplen).unwrap_or(&frame);
        for word in [micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000)] {
            file.extend(u32::try_from(word).unwrap_or_default().to_le_bytes());
        }
        file.extend(to_u32(kept.len()).to_le_bytes());
        file.extend(length.to_le_bytes());
        file.extend(kept);
    }
    file
}

impl Packet {
    fn ethernet(&self) -> Vec<u8> {
        let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00];
        frame.extend(self.ip());
        frame
    }

    fn ip(&self) -> Vec<u8> {
        let ((from, _), (to, _)) = self.ends();
        let tcp = self.tcp();
        let total = u16::try_from(tcp.len().saturating_add(20)).unwrap_or_default();
        let mut octets = vec![0x45, 0];
        octets.extend(total.to_be_bytes());
        octets.extend([0, 0, 0x40, 0, self.ttl, 6, 0, 0]);
        octets.extend(from);
        octets.extend(to);
        octets.extend(tcp);
        octets
    }

    fn tcp(&self) -> Vec<u8> {
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
