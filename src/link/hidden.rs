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
    /// Behind an LLC header, something else than IP: the access point of the receiver.
    NotIpOverLlc(u8),
    /// In PPP, something else than IP.
    NotIpOverPpp(u16),
    /// On a loopback interface, an address family other than IPv4 and IPv6.
    AddressFamily(u32),
    /// Where an IP header should be, the version is neither 4 nor 6.
    IpVersion(u8),
    /// A frame of this kind that carries no data.
    NoData(Layer),
    /// The link type is not one that is decoded.
    LinkType(LinkType),
    /// Data that is there but cannot be read.
    Opaque(Opaque),
    /// A part of an IP payload.
    Fragment(Fragment<'a>),
    /// The captured octets end inside this header.
    TooShort(Layer),
    /// The lengths in this header contradict each other.
    Malformed(Layer),
    /// There are more headers inside headers than are followed.
    TooDeep,
}

/// Data that is there but cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opaque {
    /// IPsec (RFC 4303): encrypted, or nobody knows whether.
    Esp,
    /// A tunnel of WireGuard.
    WireGuard,
    /// Encrypted on the wire, IEEE 802.1AE.
    MacSec,
    /// Encrypted on the air.
    Wlan,
    /// Several packets, or a part of one, in a frame of IEEE 802.11.
    WlanAggregate,
    /// Compressed or split in PPP.
    Ppp,
    /// Encrypted or split in CAPWAP.
    Capwap,
    /// Split in ARCNET (RFC 1201).
    Arcnet,
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
            Self::NotIpOverLlc(sap) => write!(f, "not IP but LLC for access point 0x{sap:02x}"),
            Self::NotIpOverPpp(protocol) => write!(f, "not IP but PPP protocol 0x{protocol:04x}"),
            Self::AddressFamily(family) => write!(f, "not IP but address family {family}"),
            Self::IpVersion(version) => write!(f, "IP of version {version}"),
            Self::NoData(layer) => write!(f, "a {} frame without data", layer.name()),
            Self::LinkType(link) => write!(f, "link type {link}"),
            Self::Opaque(opaque) => opaque.fmt(f),
            Self::Fragment(fragment) => write!(f, "IP fragment at offset {}", fragment.offset),
            Self::TooShort(layer) => write!(f, "cut inside the {} header", layer.name()),
            Self::Malformed(layer) => write!(f, "malformed {} header", layer.name()),
            Self::TooDeep => write!(f, "too many headers inside headers"),
        }
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Esp => "IPsec ESP",
            Self::WireGuard => "WireGuard",
            Self::MacSec => "encrypted MACsec",
            Self::Wlan => "encrypted IEEE 802.11",
            Self::WlanAggregate => "aggregated or fragmented IEEE 802.11",
            Self::Ppp => "compressed or multilink PPP",
            Self::Capwap => "encrypted or fragmented CAPWAP",
            Self::Arcnet => "split ARCNET",
        })
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
            Hidden::Opaque(Opaque::Esp),
        ];
        let expected = [
            "not IP but EtherType 0x0806",
            "not IP but address family 7",
            "link type IEEE802_11",
            "cut inside the ipv6 header",
            "IPsec ESP",
        ];
        assert_eq!(said.map(|hidden| hidden.to_string()), expected);
    }
}
