//! Frames between the two chips of an Ethernet switch: a tag behind the addresses, of a length that the link type tells.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethertype, head};

/// `N` is the length of the tag.
pub(super) fn decode<const N: usize>(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Ethernet)?;
    let (_, behind) = head::<12>(data, Layer::Ethernet)?;
    let layers = layers.within(Layer::Dsa)?;
    let (_, behind) = head::<N>(behind, Layer::Dsa)?;
    let (ether_type, payload) = head(behind, Layer::Dsa)?;
    ethertype::decode(EtherType::from_be_bytes(ether_type), payload, layers)
}
