//! L2TP, version 2 (RFC 2661): PPP in UDP.

use super::{Datagram, Encapsulation, Hidden, Layer, head, ppp};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::L2tp)?;
    let ([flags, version], behind) = head(data, Layer::L2tp)?;
    if version & 0x0f != 2 {
        return Err(Hidden::Malformed(Layer::L2tp));
    }
    if flags & CONTROL != 0 {
        return Err(Hidden::NoData(Layer::L2tp));
    }
    // Tunnel and session; a length and sequence numbers where their bits are set.
    let fields = [(LENGTH, 2), (SEQUENCE, 4)].into_iter().filter(|(bit, _)| flags & bit != 0);
    let length = fields.map(|(_, length)| length).sum::<usize>().saturating_add(4);
    let mut payload = behind.get(length..).ok_or(Hidden::TooShort(Layer::L2tp))?;
    if flags & OFFSET != 0 {
        let (size, behind) = head(payload, Layer::L2tp)?;
        let size = usize::from(u16::from_be_bytes(size));
        payload = behind.get(size..).ok_or(Hidden::TooShort(Layer::L2tp))?;
    }
    ppp::decode(payload, layers)
}

const CONTROL: u8 = 0x80;
const LENGTH: u8 = 0x40;
const SEQUENCE: u8 = 0x08;
const OFFSET: u8 = 0x02;
