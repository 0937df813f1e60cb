//! Teredo (RFC 4380): IPv6 in UDP, behind an authentication header, an origin, both, or neither.

use super::{Datagram, Encapsulation, Hidden, Layer, head, ip};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Teredo)?;
    let mut rest = data;
    if let ([0, 1, identifier, value], behind) = head(rest, Layer::Teredo)? {
        // Then a nonce of eight octets and one of confirmation.
        let length = usize::from(identifier).saturating_add(usize::from(value)).saturating_add(9);
        rest = behind.get(length..).ok_or(Hidden::TooShort(Layer::Teredo))?;
    }
    if let ([0, 0, ..], behind) = head::<8>(rest, Layer::Teredo)? {
        rest = behind;
    }
    if ip::is_whole_version_6(rest) {
        ip::decode(rest, layers)
    } else {
        Err(Hidden::Malformed(Layer::Teredo))
    }
}
