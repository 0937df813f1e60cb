//! ARCNET, as BSD and Linux capture it: two addresses of one octet, a protocol, and for the protocols of RFC 1201 a count of
//! parts.

use super::{Datagram, Encapsulation, Hidden, Layer, Opaque, head, ip};

/// As BSD captures it.
pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Arcnet)?;
    let ([_, _, protocol], behind) = head(data, Layer::Arcnet)?;
    decode_protocol(protocol, behind, layers)
}

/// As Linux captures it: with the offset in the hardware's buffer.
pub(super) fn decode_linux(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Arcnet)?;
    let ([_, _, _, _, protocol], behind) = head(data, Layer::Arcnet)?;
    decode_protocol(protocol, behind, layers)
}

fn decode_protocol(protocol: u8, data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    match protocol {
        IP_OLD => ip::decode(data, layers),
        IP | IPV6 => match head(data, Layer::Arcnet)? {
            ([0, _, _], payload) => ip::decode(payload, layers),
            // A second header of the same kind behind an exception.
            ([0xff, _, _], behind) => match head(behind, Layer::Arcnet)? {
                ([_, 0, _, _], payload) => ip::decode(payload, layers),
                _ => Err(Hidden::Opaque(Opaque::Arcnet)),
            },
            _ => Err(Hidden::Opaque(Opaque::Arcnet)),
        },
        _ => Err(Hidden::NoData(Layer::Arcnet)),
    }
}

/// RFC 1051.
const IP_OLD: u8 = 240;

/// RFC 1201.
const IP: u8 = 212;

const IPV6: u8 = 196;
