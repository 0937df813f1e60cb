//! IEEE 802.2 LLC: two access points and a control field; SNAP behind it says whose number the protocol is.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethernet, ethertype, head, ip};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Llc)?;
    let ([destination, source, control], payload) = head(data, Layer::Llc)?;
    match (destination, source, control) {
        (SNAP, SNAP, UNNUMBERED) => decode_snap(payload, layers),
        (IP, IP, UNNUMBERED) => ip::decode(payload, layers),
        _ => Err(Hidden::NotIpOverLlc(destination)),
    }
}

/// The part behind the control field: an organisation, and a number of its own.
pub(super) fn decode_snap(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let ([a, b, c, high, low], payload) = head(data, Layer::Llc)?;
    let number = EtherType::from_be_bytes([high, low]);
    match ([a, b, c], number.0) {
        (ETHERNET | BRIDGED, _) => ethertype::decode(number, payload, layers),
        // RFC 2684 §5.2: bridged frames, with their check sequence and without.
        (IEEE_802_1, 0x0001 | 0x0007) => {
            let frame = payload.strip_prefix(&[0, 0]).filter(|_| !ethernet::is_likely(payload));
            ethernet::decode(frame.unwrap_or(payload), layers)
        }
        _ => Err(Hidden::NotIp(number)),
    }
}

const UNNUMBERED: u8 = 0x03;

const SNAP: u8 = 0xaa;

const IP: u8 = 0x06;

/// The number is an EtherType (RFC 1042).
const ETHERNET: [u8; 3] = [0, 0, 0];

/// The number is an EtherType, of a frame that was bridged from Ethernet (IEEE 802.1H).
const BRIDGED: [u8; 3] = [0, 0, 0xf8];

const IEEE_802_1: [u8; 3] = [0, 0x80, 0xc2];
