//! Linux cooked captures, as `tcpdump -i any` writes them. The hardware type of the interface is of no interest: behind
//! loopback, tunnel and PPP devices alike, the protocol says what follows.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype};

/// Version 1: packet type, hardware type, address, protocol; 16 octets.
pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Sll)?;
    let Some((header, payload)) = data.split_first_chunk::<16>() else {
        return Err(Hidden::TooShort(Layer::Sll));
    };
    let [.., high, low] = *header;
    ethertype::decode(EtherType::from_be_bytes([high, low]), payload, layers)
}

/// Version 2: protocol, interface, hardware type, packet type, address; 20 octets.
pub(super) fn decode_second(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Sll2)?;
    let Some((header, payload)) = data.split_first_chunk::<20>() else {
        return Err(Hidden::TooShort(Layer::Sll2));
    };
    let [high, low, ..] = *header;
    ethertype::decode(EtherType::from_be_bytes([high, low]), payload, layers)
}

#[cfg(test)]
mod tests {
    use super::super::{decode, sample};
    use super::*;
    use crate::capture::LinkType;

    #[test]
    fn packets_of_the_loopback_device_are_decoded() {
        let hardware_loopback = [3, 4];
        let cooked =
            [&[0, 0], &hardware_loopback[..], &[0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0], sample::IPV4].concat();
        let datagram = decode(LinkType::LINUX_SLL, &cooked).unwrap();
        assert_eq!(datagram.payload, b"data");
        assert_eq!(datagram.encapsulation.names().collect::<Vec<_>>(), ["sll", "ipv4"]);
    }

    #[test]
    fn the_second_version_has_its_protocol_in_front() {
        let cooked = [&[8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0], sample::IPV4].concat();
        let datagram = decode(LinkType::LINUX_SLL2, &cooked).unwrap();
        assert_eq!(datagram.payload, b"data");
        assert_eq!(datagram.encapsulation.names().collect::<Vec<_>>(), ["sll2", "ipv4"]);
    }

    #[test]
    fn headers_that_are_cut_are_too_short() {
        assert_eq!(decode(LinkType::LINUX_SLL, &[0; 15]), Err(Hidden::TooShort(Layer::Sll)));
        assert_eq!(decode(LinkType::LINUX_SLL2, &[0; 19]), Err(Hidden::TooShort(Layer::Sll2)));
    }
}
