//! IP over InfiniBand: a global route header or its place, an EtherType, two octets that mean nothing.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype, head};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Ipoib)?;
    let (header, payload) = head::<44>(data, Layer::Ipoib)?;
    let [.., high, low, _, _] = header;
    ethertype::decode(EtherType::from_be_bytes([high, low]), payload, layers)
}
