//! Frame relay: an address of two octets or more, then the protocol in one of two ways, by RFC 2427 or as Cisco does it.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype, head, ip, llc, ppp};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::FrameRelay)?;
    let address = data.iter().take(4).position(|octet| octet & LAST_OCTET != 0);
    let address = address.ok_or(Hidden::Malformed(Layer::FrameRelay))?;
    let behind = data.get(address.saturating_add(1)..).unwrap_or_default();
    let ([control, protocol], payload) = head(behind, Layer::FrameRelay)?;
    match (control, protocol) {
        (UNNUMBERED, IPV4 | IPV6) => ip::decode(payload, layers),
        (UNNUMBERED, SNAP) => llc::decode_snap(payload, layers),
        // An octet of padding in front of the identifier.
        (UNNUMBERED, 0) => match head(payload, Layer::FrameRelay)? {
            ([SNAP], payload) => llc::decode_snap(payload, layers),
            _ => Err(Hidden::NoData(Layer::FrameRelay)),
        },
        (UNNUMBERED, PPP) => ppp::decode(payload, layers),
        (UNNUMBERED, _) => Err(Hidden::NoData(Layer::FrameRelay)),
        _ => ethertype::decode(EtherType::from_be_bytes([control, protocol]), payload, layers),
    }
}

/// The bit that ends an address.
const LAST_OCTET: u8 = 1;

const UNNUMBERED: u8 = 0x03;

/// Network layer protocol identifiers (ISO/IEC TR 9577).
const SNAP: u8 = 0x80;
const IPV6: u8 = 0x8e;
const IPV4: u8 = 0xcc;
const PPP: u8 = 0xcf;
