//! What capture programs put in front of IEEE 802.11: radiotap, Prism, AVS, and per-packet information, which may stand in front
//! of anything.

use super::{Datagram, Encapsulation, Hidden, Layer, by_link, head, wlan};
use crate::base::to_index;
use crate::capture::LinkType;

/// A header whose length is its second field.
pub(super) fn decode_radiotap(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Radiotap)?;
    let ([version, _, low, high], _) = head(data, Layer::Radiotap)?;
    let length = usize::from(u16::from_le_bytes([low, high]));
    let payload = data.get(length..).ok_or(Hidden::TooShort(Layer::Radiotap))?;
    match data.get(..length).and_then(radiotap_flags) {
        _ if version != 0 || length < 8 => Err(Hidden::Malformed(Layer::Radiotap)),
        Some(flags) if flags & PADDED != 0 => wlan::decode_padded(payload, layers),
        _ => wlan::decode(payload, layers),
    }
}

/// The field of flags: the second one that may be there, behind an eight-octet counter and the words that say what is there.
fn radiotap_flags(header: &[u8]) -> Option<u8> {
    let mut words = header.get(4..)?.chunks_exact(4);
    let there = *words.next()?.first()?;
    let mut last = header.get(7)?;
    let mut offset = 8_usize;
    while last & ANOTHER_WORD != 0 {
        last = words.next()?.last()?;
        offset = offset.saturating_add(4);
    }
    if there & HAS_TIME != 0 {
        offset = offset.next_multiple_of(8).saturating_add(8);
    }
    if there & HAS_FLAGS != 0 { header.get(offset).copied() } else { None }
}

/// A header of 144 octets, or AVS under the same link type.
pub(super) fn decode_prism(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    match head(data, Layer::Radio)? {
        ([0x80, 0x21, 0x10, _], _) => decode_avs(data, layers),
        _ => {
            let (_, payload) = head::<144>(data, Layer::Radio)?;
            wlan::decode(payload, layers.within(Layer::Radio)?)
        }
    }
}

/// A header that states its length.
pub(super) fn decode_avs(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Radio)?;
    let ([.., a, b, c, d], _) = head::<8>(data, Layer::Radio)?;
    let length = to_index(u32::from_be_bytes([a, b, c, d]).into());
    wlan::decode(data.get(length..).ok_or(Hidden::TooShort(Layer::Radio))?, layers)
}

/// A header that states its length and the link type of what follows.
pub(super) fn decode_ppi(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Ppi)?;
    let ([_, _, low, high, a, b, c, d], _) = head(data, Layer::Ppi)?;
    let length = usize::from(u16::from_le_bytes([low, high]));
    let payload = data.get(length..).ok_or(Hidden::TooShort(Layer::Ppi))?;
    by_link(LinkType(u32::from_le_bytes([a, b, c, d])), payload, layers)
}

/// In the words that say what is there.
const HAS_TIME: u8 = 0x01;
const HAS_FLAGS: u8 = 0x02;
const ANOTHER_WORD: u8 = 0x80;

/// In the flags: the header of the frame is padded.
const PADDED: u8 = 0x20;
