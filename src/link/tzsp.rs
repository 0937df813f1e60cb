//! TaZmen sniffer protocol: what access points and routers send to a sniffer, in UDP.

use super::{Datagram, Encapsulation, Hidden, Layer, ethernet, head, radio, wlan};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Tzsp)?;
    let ([version, kind, high, low], mut tags) = head(data, Layer::Tzsp)?;
    if version != 1 || kind > 1 {
        return Err(Hidden::Malformed(Layer::Tzsp));
    }
    let payload = loop {
        match head(tags, Layer::Tzsp)? {
            ([PADDING], behind) => tags = behind,
            ([END], behind) => break behind,
            ([_], behind) => {
                let ([length], behind) = head(behind, Layer::Tzsp)?;
                tags = behind.get(usize::from(length)..).ok_or(Hidden::TooShort(Layer::Tzsp))?;
            }
        }
    };
    match u16::from_be_bytes([high, low]) {
        1 => ethernet::decode(payload, layers),
        18 => wlan::decode(payload, layers),
        119 => radio::decode_prism(payload, layers),
        127 => radio::decode_radiotap(payload, layers),
        _ => Err(Hidden::NoData(Layer::Tzsp)),
    }
}

const PADDING: u8 = 0;

const END: u8 = 1;
