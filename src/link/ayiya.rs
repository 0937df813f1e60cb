//! AYIYA: IPv6 in UDP behind an identity and a signature, as tunnel brokers used it.

use super::{Datagram, Encapsulation, Hidden, Layer, head, ip};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Ayiya)?;
    let ([identity, signature, operation, next, ..], behind) = head::<8>(data, Layer::Ayiya)?;
    if operation & 0x0f != FORWARD || next != IPV6 {
        return Err(Hidden::NoData(Layer::Ayiya));
    }
    let identity = 1_usize.checked_shl(u32::from(identity >> 4)).unwrap_or(0);
    let length = usize::from(signature >> 4).saturating_mul(4).saturating_add(identity);
    let payload = behind.get(length..).ok_or(Hidden::TooShort(Layer::Ayiya))?;
    if ip::is_whole_version_6(payload) {
        ip::decode(payload, layers)
    } else {
        Err(Hidden::Malformed(Layer::Ayiya))
    }
}

const FORWARD: u8 = 1;

const IPV6: u8 = 41;
