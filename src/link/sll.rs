//! Linux cooked captures, as `tcpdump -i any` writes them. Behind loopback, tunnel and PPP devices alike the protocol says what
//! follows; only behind wireless devices the hardware type does.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype, radio, wlan};

/// Version 1: packet type, hardware type, address, protocol; 16 octets.
pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Sll)?;
    let Some((header, payload)) = data.split_first_chunk::<16>() else {
        return Err(Hidden::TooShort(Layer::Sll));
    };
    let [_, _, a, b, .., high, low] = *header;
    decode_payload(u16::from_be_bytes([a, b]), [high, low], payload, layers)
}

/// Version 2: protocol, interface, hardware type, packet type, address; 20 octets.
pub(super) fn decode_second(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Sll2)?;
    let Some((header, payload)) = data.split_first_chunk::<20>() else {
        return Err(Hidden::TooShort(Layer::Sll2));
    };
    let [high, low, _, _, _, _, _, _, a, b, ..] = *header;
    decode_payload(u16::from_be_bytes([a, b]), [high, low], payload, layers)
}

fn decode_payload(
    hardware: u16,
    protocol: [u8; 2],
    payload: &[u8],
    layers: Encapsulation,
) -> Result<Datagram<'_>, Hidden<'_>> {
    match hardware {
        WLAN => wlan::decode(payload, layers),
        WLAN_PRISM => radio::decode_prism(payload, layers),
        WLAN_RADIOTAP => radio::decode_radiotap(payload, layers),
        _ => ethertype::decode(EtherType::from_be_bytes(protocol), payload, layers),
    }
}

/// Hardware types of Linux.
const WLAN: u16 = 801;
const WLAN_PRISM: u16 = 802;
const WLAN_RADIOTAP: u16 = 803;

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
