//! VXLAN (RFC 7348): a network identifier in front of Ethernet; and its generic protocol extension, which names what follows.

use super::{Datagram, Encapsulation, Hidden, Layer, ethernet, head, ip, mpls, nsh};

/// Bits that are reserved are not looked at: extensions set them.
pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Vxlan)?;
    let (header, payload) = head::<8>(data, Layer::Vxlan)?;
    match header {
        [flags, ..] if flags & HAS_IDENTIFIER != 0 => ethernet::decode(payload, layers),
        _ => Err(Hidden::Malformed(Layer::Vxlan)),
    }
}

pub(super) fn decode_generic(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Vxlan)?;
    let ([flags, _, _, next, ..], payload) = head::<8>(data, Layer::Vxlan)?;
    match next {
        _ if flags & HAS_NEXT == 0 => ethernet::decode(payload, layers),
        1 | 2 => ip::decode(payload, layers),
        3 => ethernet::decode(payload, layers),
        4 => nsh::decode(payload, layers),
        5 => mpls::decode(payload, layers),
        _ => Err(Hidden::NoData(Layer::Vxlan)),
    }
}

const HAS_IDENTIFIER: u8 = 0x08;

const HAS_NEXT: u8 = 0x04;
