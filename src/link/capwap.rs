//! CAPWAP data (RFC 5415): frames between an access point and its controller, of Ethernet or of IEEE 802.11.

use super::{Datagram, Encapsulation, Hidden, Layer, Opaque, ethernet, head, wlan};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Capwap)?;
    let ([preamble, length, binding, flags, ..], _) = head::<8>(data, Layer::Capwap)?;
    if preamble > 1 {
        return Err(Hidden::Malformed(Layer::Capwap));
    }
    if preamble == ENCRYPTED || flags & FRAGMENT != 0 {
        return Err(Hidden::Opaque(Opaque::Capwap));
    }
    let length = usize::from(length >> 3).saturating_mul(4);
    let payload = data.get(length..).filter(|_| length >= 8).ok_or(Hidden::Malformed(Layer::Capwap))?;
    match binding & NATIVE {
        _ if flags & KEEP_ALIVE != 0 => Err(Hidden::NoData(Layer::Capwap)),
        0 => ethernet::decode(payload, layers),
        _ => wlan::decode_either_order(payload, layers),
    }
}

/// The preamble in front of DTLS.
const ENCRYPTED: u8 = 1;

const FRAGMENT: u8 = 0x80;
const KEEP_ALIVE: u8 = 0x08;

/// The bit that says: a frame of the binding, which is IEEE 802.11.
const NATIVE: u8 = 0x01;
