//! Loopback of the BSD family: an address family of four octets, in the byte order of the machine that captured (NULL) or in
//! network order (LOOP).

use super::{Datagram, Encapsulation, Hidden, Layer, ip};

/// In either byte order: both cannot be meant, since no family has a number above 16 bits.
pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let (family, payload) = split(data, Layer::Null)?;
    let family = u32::from_le_bytes(family).min(u32::from_be_bytes(family));
    by_family(family, payload, layers.within(Layer::Null)?)
}

pub(super) fn decode_loop(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let (family, payload) = split(data, Layer::Loop)?;
    by_family(u32::from_be_bytes(family), payload, layers.within(Layer::Loop)?)
}

fn split(data: &[u8], layer: Layer) -> Result<([u8; 4], &[u8]), Hidden<'_>> {
    data.split_first_chunk().map(|(family, payload)| (*family, payload)).ok_or(Hidden::TooShort(layer))
}

fn by_family(family: u32, payload: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    if family == IPV4 || IPV6.contains(&family) {
        ip::decode(payload, layers)
    } else {
        Err(Hidden::AddressFamily(family))
    }
}

/// `AF_INET`, the same everywhere.
const IPV4: u32 = 2;

/// `AF_INET6` of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
const IPV6: [u32; 5] = [10, 23, 24, 28, 30];

#[cfg(test)]
mod tests {
    use super::super::{decode, sample};
    use super::*;
    use crate::capture::LinkType;

    #[test]
    fn both_byte_orders_and_all_systems_are_understood() {
        for family in [2, 10, 23, 24, 28, 30_u32] {
            for octets in [family.to_le_bytes(), family.to_be_bytes()] {
                let packet = [&octets[..], sample::IPV4].concat();
                let datagram = decode(LinkType::NULL, &packet).unwrap();
                assert_eq!(datagram.payload, b"data");
                assert_eq!(datagram.encapsulation.names().collect::<Vec<_>>(), ["null", "ipv4"]);
            }
        }
    }

    #[test]
    fn openbsd_writes_network_order_only() {
        let packet = |octets: [u8; 4]| [&octets[..], sample::IPV4].concat();
        let names = |octets| {
            decode(LinkType::LOOP, &packet(octets)).unwrap().encapsulation.names().collect::<Vec<_>>()
        };
        assert_eq!(names([0, 0, 0, 2]), ["loop", "ipv4"]);
        assert_eq!(decode(LinkType::LOOP, &packet([2, 0, 0, 0])), Err(Hidden::AddressFamily(0x0200_0000)));
    }

    #[test]
    fn other_families_and_cut_headers_are_told() {
        assert_eq!(decode(LinkType::NULL, &[0, 0, 0, 7, 1]), Err(Hidden::AddressFamily(7)));
        assert_eq!(decode(LinkType::NULL, &[2, 0, 0]), Err(Hidden::TooShort(Layer::Null)));
    }
}
