//! The payload of an IP header, and what the header says about it.

use std::net::IpAddr;
use std::num::NonZeroU16;

use super::Encapsulation;

/// An IP payload, with extension headers and link trailers removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Who sent it.
    pub source: IpAddr,
    /// Whom it is for.
    pub destination: IpAddr,
    /// What the payload is: 6 for TCP.
    pub protocol: u8,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// The identification field of IPv4, where the sender uses it: not 0. IPv6 has none.
    pub identification: Option<NonZeroU16>,
    /// The captured octets of the payload; fewer than `length` when the snapshot length cut the packet.
    pub payload: &'a [u8],
    /// Octets of the payload by the IP header. Where the header leaves its length to the network card (0), what was captured.
    pub length: usize,
    /// The headers around it.
    pub encapsulation: Encapsulation,
}

impl Datagram<'_> {
    /// Takes an extension header of this length off the payload.
    pub(super) fn advance(&mut self, header: usize, next: u8) {
        self.protocol = next;
        self.payload = self.payload.get(header..).unwrap_or_default();
        self.length = self.length.saturating_sub(header);
    }
}
