//! PPPoE (RFC 2516): a session identifier in front of PPP. Discovery has an EtherType of its own.

use super::{Datagram, Encapsulation, Hidden, Layer, head, ppp};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Pppoe)?;
    let ([version_and_type, code, _, _, high, low], payload) = head(data, Layer::Pppoe)?;
    if version_and_type != 0x11 || code != 0 {
        return Err(Hidden::Malformed(Layer::Pppoe));
    }
    let length = usize::from(u16::from_be_bytes([high, low]));
    ppp::decode(payload.get(..length).unwrap_or(payload), layers)
}
