//! GRE: version 0 (RFC 2784, RFC 2890) and version 1, which PPTP uses (RFC 2637). Checksum, key, sequence and acknowledgement
//! number take four octets each where their bit is set. What only acknowledges, or keeps a tunnel alive, has nothing inside.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, erspan, ethertype, head, ip, ppp};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Gre)?;
    let ([flags, version, high, low], behind) = head(data, Layer::Gre)?;
    let acknowledges = version & VERSION == 1 && version & ACKNOWLEDGEMENT != 0;
    let words = [flags & (CHECKSUM | ROUTING) != 0, flags & KEY != 0, flags & SEQUENCE != 0, acknowledges];
    let length = words.into_iter().map(|there| if there { 4 } else { 0 }).sum::<usize>();
    let mut payload = behind.get(length..).ok_or(Hidden::TooShort(Layer::Gre))?;
    if flags & ROUTING != 0 {
        payload = behind_routes(payload)?;
    }
    if payload.is_empty() {
        return Err(Hidden::NoData(Layer::Gre));
    }
    let protocol = EtherType::from_be_bytes([high, low]);
    match (version & VERSION, protocol) {
        (0, EtherType::ERSPAN) if flags & SEQUENCE == 0 => erspan::decode_first(payload, layers),
        (0, EtherType::ERSPAN) => erspan::decode_second(payload, layers),
        (0, EtherType::ERSPAN_THIRD) => erspan::decode_third(payload, layers),
        (0, EtherType::WCCP) => redirected(payload, layers),
        (0 | 1, EtherType::PPP) => ppp::decode(payload, layers),
        (0 | 1, other) => ethertype::decode(other, payload, layers),
        _ => Err(Hidden::Malformed(Layer::Gre)),
    }
}

/// Source routes (RFC 1701): address family, offset, length and so many octets; the last one is empty.
fn behind_routes(mut data: &[u8]) -> Result<&[u8], Hidden<'_>> {
    loop {
        let ([a, b, _, length], behind) = head(data, Layer::Gre)?;
        if [a, b, length] == [0, 0, 0] {
            return Ok(behind);
        }
        data = behind.get(usize::from(length)..).ok_or(Hidden::TooShort(Layer::Gre))?;
    }
}

/// A redirect header of four octets stands in front of IP since the second version of WCCP.
fn redirected(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Wccp)?;
    match head(data, Layer::Wccp)? {
        ([first, _, _, _], behind) if first >> 4 != 4 => ip::decode(behind, layers),
        _ => ip::decode(data, layers),
    }
}

const CHECKSUM: u8 = 0x80;
const ROUTING: u8 = 0x40;
const KEY: u8 = 0x20;
const SEQUENCE: u8 = 0x10;

/// In the second octet, in version 1 only.
const ACKNOWLEDGEMENT: u8 = 0x80;

const VERSION: u8 = 0x07;
