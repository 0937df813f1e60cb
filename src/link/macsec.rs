//! MACsec (IEEE 802.1AE): frames whose integrity is protected can be read, encrypted ones cannot.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, Opaque, ethertype, head};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::MacSec)?;
    let ([control, ..], mut rest) = head::<6>(data, Layer::MacSec)?;
    if control & (ENCRYPTED | CHANGED) != 0 {
        return Err(Hidden::Opaque(Opaque::MacSec));
    }
    if control & HAS_CHANNEL != 0 {
        (_, rest) = head::<8>(rest, Layer::MacSec)?;
    }
    let (ether_type, payload) = head(rest, Layer::MacSec)?;
    ethertype::decode(EtherType::from_be_bytes(ether_type), payload, layers)
}

const HAS_CHANNEL: u8 = 0x20;
const ENCRYPTED: u8 = 0x08;
const CHANGED: u8 = 0x04;
