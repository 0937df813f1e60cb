//! Ethernet: two addresses and an EtherType.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype, ip};

#[inline]
pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Ethernet)?;
    let Some((header, payload)) = data.split_first_chunk::<14>() else {
        return Err(Hidden::TooShort(Layer::Ethernet));
    };
    let [.., high, low] = *header;
    ethertype::decode(EtherType::from_be_bytes([high, low]), payload, layers)
}

/// True when a frame may well begin here, where nothing but its octets says so.
pub(super) fn is_likely(data: &[u8]) -> bool {
    let Some(([.., high, low], payload)) = data.split_first_chunk::<14>() else { return false };
    match EtherType::from_be_bytes([*high, *low]) {
        EtherType::IPV4 | EtherType::IPV6 => ip::is_likely(payload),
        EtherType::ARP | EtherType::VLAN | EtherType::QINQ | EtherType::MPLS | EtherType::PPPOE => true,
        other => other.is_length() && usize::from(other.0) <= payload.len() && payload.len() >= 3,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{decode, sample};
    use super::*;
    use crate::capture::LinkType;

    const ADDRESSES: [u8; 12] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

    #[test]
    fn padding_behind_a_short_packet_is_removed() {
        let frame = [&ADDRESSES[..], &[8, 0], sample::IPV4, &[0xee; 22]].concat();
        let datagram = decode(LinkType::EN10MB, &frame).unwrap();
        assert_eq!((datagram.payload, datagram.length), (&b"data"[..], 4));
        assert_eq!(datagram.encapsulation.names().collect::<Vec<_>>(), ["eth", "ipv4"]);
    }

    #[test]
    fn other_protocols_are_named() {
        let frame = [&ADDRESSES[..], &[8, 6], &[0; 28]].concat();
        assert_eq!(decode(LinkType::EN10MB, &frame), Err(Hidden::NotIp(EtherType::ARP)));
    }

    #[test]
    fn a_frame_cut_inside_its_header_is_too_short() {
        let frame = [&ADDRESSES[..], &[8]].concat();
        assert_eq!(decode(LinkType::EN10MB, &frame), Err(Hidden::TooShort(Layer::Ethernet)));
    }
}
