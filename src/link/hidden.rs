//! Why a packet gives no IP payload. Some of these are the normal lot of a packet (ARP), some hide traffic that an analysis
//! would want.

use std::fmt;

use super::{Datagram, EtherType, Layer};
use crate::capture::LinkType;

/// What a packet is when it is no whole IP payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden<'a> {
    /// Something else than IP.
    NotIp(EtherType),
    /// On a loopback interface, an address family other than IPv4 and IPv6.
    AddressFamily(u32),
    /// Where an IP header should be, the version is neither 4 nor 6.
    IpVersion(u8),
    /// The link type is not one that is decoded.
    LinkType(LinkType),
    /// A part of an IP payload.
    Fragment(Fragment<'a>),
    /// The captured octets end inside this header.
    TooShort(Layer),
    /// The lengths in this header contradict each other.
    Malformed(Layer),
    /// There are more headers inside headers than are followed.
    TooDeep,
}

/// A fragment, first or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// Its part of the payload. `protocol` is that of the whole payload, whose first octets may still be extension headers.
    pub part: Datagram<'a>,
    /// What all fragments of a payload have in common, together with both addresses and, in IPv4, the protocol.
    pub id: u32,
    /// Where in the payload it belongs, in octets.
    pub offset: usize,
    /// False for the last one.
    pub more: bool,
}

impl fmt::Display for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotIp(ether_type) => write!(f, "not IP but {ether_type}"),
            Self::AddressFamily(family) => write!(f, "not IP but address family {family}"),
            Self::IpVersion(version) => write!(f, "IP of version {version}"),
            Self::LinkType(link) => write!(f, "link type {link}"),
            Self::Fragment(fragment) => write!(f, "IP fragment at offset {}", fragment.offset),
            Self::TooShort(layer) => write!(f, "cut inside the {} header", layer.name()),
            Self::Malformed(layer) => write!(f, "malformed {} header", layer.name()),
            Self::TooDeep => write!(f, "too many headers inside headers"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_as_words() {
        let said = [
            Hidden::NotIp(EtherType(0x0806)),
            Hidden::AddressFamily(7),
            Hidden::LinkType(LinkType(105)),
            Hidden::TooShort(Layer::Ipv6),
        ];
        let expected = [
            "not IP but EtherType 0x0806",
            "not IP but address family 7",
            "link type IEEE802_11",
            "cut inside the ipv6 header",
        ];
        assert_eq!(said.map(|hidden| hidden.to_string()), expected);
    }
}
