//! FDDI: frame control, two addresses, LLC.

use super::{Datagram, Encapsulation, Hidden, Layer, head, llc};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Fddi)?;
    let (header, payload) = head::<13>(data, Layer::Fddi)?;
    match header {
        [0x50..=0x5f, ..] => llc::decode(payload, layers),
        _ => Err(Hidden::NoData(Layer::Fddi)),
    }
}
