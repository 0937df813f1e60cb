//! Cisco HDLC: an address, a control octet, an EtherType.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype, head};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Chdlc)?;
    let ([_, _, high, low], payload) = head(data, Layer::Chdlc)?;
    ethertype::decode(EtherType::from_be_bytes([high, low]), payload, layers)
}
