//! Where something was seen: the packet, and what its sender had acknowledged by then.

use super::{PacketNumber, Time, to_index};

/// A packet record of the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The packet's number, as Wireshark's `frame.number`, and its file.
    pub pkt: PacketNumber,
    /// When the capture saw it.
    pub time: Time,
    /// Octet offset of the packet record in the file; `u64::MAX` when there is none (standard input, compressed file).
    pub record: u64,
}

/// Where octets come from. Travels with every piece of a byte stream up to the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The packet that completed these octets.
    pub at: Place,
    /// TCP stream offset at which the octets were complete (under TLS: the end of the record). The first octet after SYN
    /// has offset 0, so this is also Wireshark's relative sequence number of the last of them.
    pub tcp_end: u64,
    /// TCP stream offset of the peer up to which the sender of these octets had acknowledged.
    pub peer_acked: u64,
}

impl Place {
    /// The record's octet offset in the file, where it has one.
    #[must_use]
    pub const fn file_offset(&self) -> Option<u64> {
        if self.record == u64::MAX { None } else { Some(self.record) }
    }
}

impl Origin {
    /// True when the party whose segment is `later` had acknowledged these octets: an upper bound of what it knew.
    #[must_use]
    pub const fn covered_by(&self, later: &Self) -> bool {
        self.tcp_end <= later.peer_acked
    }

    /// The same packet, when `remaining` more octets of the same piece follow: the offset moves back by them.
    #[must_use]
    pub const fn before(&self, remaining: u64) -> Self {
        Self { at: self.at, tcp_end: self.tcp_end.saturating_sub(remaining), peer_acked: self.peer_acked }
    }

    /// Relative sequence number of the last octet, for display.
    #[must_use]
    pub fn sequence(&self) -> usize {
        to_index(self.tcp_end)
    }
}
