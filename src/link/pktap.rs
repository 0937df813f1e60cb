//! Apple's packet tap: a header that states its length and the link type of what follows, in the byte order of Apple's machines.

use super::{Datagram, Encapsulation, Hidden, Layer, by_link, head};
use crate::base::to_index;
use crate::capture::LinkType;

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Pktap)?;
    let (header, _) = head::<12>(data, Layer::Pktap)?;
    let word = |at: usize| {
        header.get(at..).and_then(|octets| octets.first_chunk()).copied().map_or(0, u32::from_le_bytes)
    };
    let length = to_index(word(0).into());
    if length < SHORTEST || word(4) != PACKET {
        return Err(Hidden::Malformed(Layer::Pktap));
    }
    let payload = data.get(length..).ok_or(Hidden::TooShort(Layer::Pktap))?;
    by_link(LinkType(word(8)), payload, layers)
}

/// Octets of the first version of the header.
const SHORTEST: usize = 108;

/// The kind of record that holds a packet.
const PACKET: u32 = 1;
