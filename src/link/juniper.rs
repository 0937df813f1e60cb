//! Headers that Juniper's routers put in front of a packet: a magic number, flags, and extensions where a flag says so.

use super::{Datagram, Encapsulation, Hidden, Layer, head, ip};

/// `inner` reads what is left of the link layer.
pub(super) fn decode<'a>(
    data: &'a [u8],
    layers: Encapsulation,
    inner: fn(&'a [u8], Encapsulation) -> Result<Datagram<'a>, Hidden<'a>>,
) -> Result<Datagram<'a>, Hidden<'a>> {
    let layers = layers.within(Layer::Juniper)?;
    let ([m, g, c, flags], mut rest) = head(data, Layer::Juniper)?;
    if [m, g, c] != MAGIC {
        return Err(Hidden::Malformed(Layer::Juniper));
    }
    if flags & EXTENSIONS != 0 {
        let (length, behind) = head(rest, Layer::Juniper)?;
        let length = usize::from(u16::from_be_bytes(length));
        rest = behind.get(length..).ok_or(Hidden::TooShort(Layer::Juniper))?;
    }
    if flags & NO_LINK_LAYER == 0 {
        return inner(rest, layers);
    }
    // A protocol family instead, in the byte order of the router.
    let (_, packet) = head::<4>(rest, Layer::Juniper)?;
    ip::decode(packet, layers)
}

const MAGIC: [u8; 3] = *b"MGC";

const EXTENSIONS: u8 = 0x80;

const NO_LINK_LAYER: u8 = 0x02;
