//! IEEE 802.11: data frames, which carry LLC. Their header is as long as their flags say; encrypted ones hide what they carry.

use super::{Datagram, Encapsulation, Hidden, Layer, Opaque, head, llc};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let (control, _) = head(data, Layer::Wlan)?;
    decode_frame(control, 1, data, layers)
}

/// Some access points pad the header to a multiple of four octets.
pub(super) fn decode_padded(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let (control, _) = head(data, Layer::Wlan)?;
    decode_frame(control, 4, data, layers)
}

/// Some controllers write the octets of the frame control field in the wrong order: the version, which is 0, tells.
pub(super) fn decode_either_order(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let ([first, second], _) = head(data, Layer::Wlan)?;
    let control = if is_data(first) || !is_data(second) { [first, second] } else { [second, first] };
    decode_frame(control, 1, data, layers)
}

fn decode_frame(
    [kind, flags]: [u8; 2],
    alignment: usize,
    data: &[u8],
    layers: Encapsulation,
) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Wlan)?;
    if !is_data(kind) || kind & WITHOUT_DATA != 0 {
        return Err(Hidden::NoData(Layer::Wlan));
    }
    if flags & PROTECTED != 0 {
        return Err(Hidden::Opaque(Opaque::Wlan));
    }
    let four_addresses = flags & (TO_DISTRIBUTION | FROM_DISTRIBUTION) == TO_DISTRIBUTION | FROM_DISTRIBUTION;
    let service = kind & WITH_SERVICE != 0;
    let plain: usize = if four_addresses { 30 } else { 24 };
    let parts = [(service, 2), (service && flags & ORDER != 0, 4)];
    let length = parts.into_iter().filter(|(there, _)| *there).fold(plain, |sum, (_, more)| sum.saturating_add(more));
    let payload =
        data.get(length.next_multiple_of(alignment)..).ok_or(Hidden::TooShort(Layer::Wlan))?;
    let fragment = data.get(22).is_some_and(|sequence| sequence & FRAGMENT_NUMBER != 0);
    let aggregate = service && data.get(plain).is_some_and(|control| control & AGGREGATE != 0);
    if fragment || aggregate || flags & MORE_FRAGMENTS != 0 {
        return Err(Hidden::Opaque(Opaque::WlanAggregate));
    }
    llc::decode(payload, layers)
}

/// True for version 0 and the type of data frames.
const fn is_data(kind: u8) -> bool {
    kind & 0x0f == 0x08
}

/// Subtypes of data frames, in the first octet.
const WITHOUT_DATA: u8 = 0x40;
const WITH_SERVICE: u8 = 0x80;

/// Flags, in the second octet.
const TO_DISTRIBUTION: u8 = 0x01;
const FROM_DISTRIBUTION: u8 = 0x02;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const ORDER: u8 = 0x80;

/// In the sequence control field.
const FRAGMENT_NUMBER: u8 = 0x0f;

/// In the quality of service field: the frame holds several.
const AGGREGATE: u8 = 0x80;
