//! CAPWAP data (RFC 5415): frames between an access point and its controller, of Ethernet or of IEEE 802.11.

use super::{Datagram, Encapsulation, Hidden, Layer, Opaque, ethernet, head, wlan};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Capwap)?;
    let ([preamble, length, _, flags, ..], _) = head::<8>(data, Layer::Capwap)?;
    match preamble {
        0 => {}
        1 => return Err(Hidden::Opaque(Opaque::Capwap)),
        _ => return Err(Hidden::Malformed(Layer::Capwap)),
    }
    if flags & FRAGMENT != 0 {
        return Err(Hidden::Opaque(Opaque::Capwap));
    }
    let length = usize::from(length >> 3).saturating_mul(4);
    let payload = data.get(length..).filter(|_| length >= 8).ok_or(Hidden::Malformed(Layer::Capwap))?;
    match flags {
        _ if flags & KEEP_ALIVE != 0 => Err(Hidden::NoData(Layer::Capwap)),
        _ if data.get(2..4).is_some_and(|pair| pair.iter().any(|octet| octet & NATIVE != 0)) => {
            wlan::decode_either_order(payload, layers)
        }
        _ => ethernet::decode(payload, layers),
    }
}

const FRAGMENT: u8 = 0x80;
const KEEP_ALIVE: u8 = 0x08;
const NATIVE: u8 = 0x01;
