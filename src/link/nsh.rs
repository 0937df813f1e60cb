//! Network service header (RFC 8300): a path through services in front of the packet that takes it.

use super::{Datagram, Encapsulation, Hidden, Layer, ethernet, head, ip, mpls};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Nsh)?;
    let ([version, length, _, next], _) = head(data, Layer::Nsh)?;
    let length = usize::from(length & LENGTH).saturating_mul(4);
    if version >> 6 != 0 || length < 8 {
        return Err(Hidden::Malformed(Layer::Nsh));
    }
    let payload = data.get(length..).ok_or(Hidden::TooShort(Layer::Nsh))?;
    match next {
        1 | 2 => ip::decode(payload, layers),
        3 => ethernet::decode(payload, layers),
        4 => decode(payload, layers),
        5 => mpls::decode(payload, layers),
        _ => Err(Hidden::NoData(Layer::Nsh)),
    }
}

const LENGTH: u8 = 0x3f;
