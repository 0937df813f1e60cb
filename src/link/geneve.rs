//! Geneve (RFC 8926): a network identifier and options in front of what an EtherType names.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype, head};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Geneve)?;
    let ([first, _, high, low, ..], behind) = head::<8>(data, Layer::Geneve)?;
    let options = usize::from(first & OPTIONS_LENGTH).saturating_mul(4);
    if first >> 6 != 0 {
        return Err(Hidden::Malformed(Layer::Geneve));
    }
    let payload = behind.get(options..).ok_or(Hidden::TooShort(Layer::Geneve))?;
    ethertype::decode(EtherType::from_be_bytes([high, low]), payload, layers)
}

const OPTIONS_LENGTH: u8 = 0x3f;
