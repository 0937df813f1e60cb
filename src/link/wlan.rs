//! IEEE 802.11: data frames, which carry LLC. Their header is as long as their flags say; encrypted ones hide what they carry.

use super::{Datagram, Encapsulation, Hidden, Layer, Opaque, head, llc};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let (control, _) = head(data, Layer::Wlan)?;
    Frame { control, sequence: 22, alignment: 1 }.decode(data, layers)
}

/// Some access points pad the header to a multiple of four octets.
pub(super) fn decode_padded(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let (control, _) = head(data, Layer::Wlan)?;
    Frame { control, sequence: 22, alignment: 4 }.decode(data, layers)
}

/// Some controllers write fields of two octets in the wrong order: the version in the first one, which is 0, tells.
pub(super) fn decode_either_order(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let ([first, second], _) = head(data, Layer::Wlan)?;
    if is_data(first) || !is_data(second) {
        return decode(data, layers);
    }
    Frame { control: [second, first], sequence: 23, alignment: 1 }.decode(data, layers)
}

/// How a frame is written.
struct Frame {
    /// The type, and the flags.
    control: [u8; 2],
    /// Where the fragment number stands.
    sequence: usize,
    alignment: usize,
}

impl Frame {
    fn decode<'a>(&self, data: &'a [u8], layers: Encapsulation) -> Result<Datagram<'a>, Hidden<'a>> {
        let layers = layers.within(Layer::Wlan)?;
        let [kind, flags] = self.control;
        if !is_data(kind) || kind & WITHOUT_DATA != 0 {
            return Err(Hidden::NoData(Layer::Wlan));
        }
        if flags & PROTECTED != 0 {
            return Err(Hidden::Opaque(Opaque::Wlan));
        }
        let service = kind & WITH_SERVICE != 0;
        let addresses: usize = if flags & BETWEEN_ACCESS_POINTS == BETWEEN_ACCESS_POINTS { 30 } else { 24 };
        let parts = [(service, 2), (service && flags & ORDER != 0, 4)];
        let more = parts.into_iter().filter(|(there, _)| *there).map(|(_, length)| length);
        let length = more.fold(addresses, usize::saturating_add).next_multiple_of(self.alignment);
        let payload = data.get(length..).ok_or(Hidden::TooShort(Layer::Wlan))?;
        let has = |place: usize, bits: u8| data.get(place).is_some_and(|octet| octet & bits != 0);
        let part = flags & MORE_FRAGMENTS != 0 || has(self.sequence, FRAGMENT_NUMBER);
        if part || service && has(addresses, AGGREGATE) {
            return Err(Hidden::Opaque(Opaque::WlanAggregate));
        }
        llc::decode(payload, layers)
    }
}

/// True for version 0 and the type of data frames.
const fn is_data(kind: u8) -> bool {
    kind & 0x0f == 0x08
}

/// Subtypes of data frames, in the first octet.
const WITHOUT_DATA: u8 = 0x40;
const WITH_SERVICE: u8 = 0x80;

/// Flags, in the second octet.
const BETWEEN_ACCESS_POINTS: u8 = 0x03;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const ORDER: u8 = 0x80;

/// In the sequence control field.
const FRAGMENT_NUMBER: u8 = 0x0f;

/// In the quality of service field: the frame holds several.
const AGGREGATE: u8 = 0x80;
