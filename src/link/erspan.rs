//! ERSPAN: mirrored Ethernet frames in GRE, with three kinds of header.

use super::{Datagram, Encapsulation, Hidden, Layer, ethernet, head, ip};

/// Type I: no header at all.
pub(super) fn decode_first(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    ethernet::decode(data, layers.within(Layer::Erspan)?)
}

/// Type II: eight octets.
pub(super) fn decode_second(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Erspan)?;
    let (header, payload) = head::<8>(data, Layer::Erspan)?;
    match header {
        [0x10..=0x1f, ..] => ethernet::decode(payload, layers),
        _ => Err(Hidden::Malformed(Layer::Erspan)),
    }
}

/// Type III: twelve octets, and eight more where the last bit says so.
pub(super) fn decode_third(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Erspan)?;
    let ([version, .., frame_type, flags], mut payload) = head::<12>(data, Layer::Erspan)?;
    if version >> 4 != 2 {
        return Err(Hidden::Malformed(Layer::Erspan));
    }
    if flags & SUBHEADER != 0 {
        (_, payload) = head::<8>(payload, Layer::Erspan)?;
    }
    match (frame_type >> 2) & 0x1f {
        0 => ethernet::decode(payload, layers),
        2 => ip::decode(payload, layers),
        _ => Err(Hidden::NoData(Layer::Erspan)),
    }
}

const SUBHEADER: u8 = 1;
