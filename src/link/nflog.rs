//! The log of Linux's netfilter: an address family, then attributes, one of them the packet. Their lengths and types are in the
//! byte order of the machine that captured, which the packet itself does not tell.

use super::{Datagram, Encapsulation, Hidden, Layer, head, ip};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Nflog)?;
    let ([family, version, _, _], attributes) = head(data, Layer::Nflog)?;
    if version != 0 {
        return Err(Hidden::Malformed(Layer::Nflog));
    }
    let orders = [u16::from_le_bytes, u16::from_be_bytes];
    let payload = orders.into_iter().find_map(|order| payload(attributes, order));
    match (family, payload) {
        (_, None) => Err(Hidden::NoData(Layer::Nflog)),
        (IPV4 | IPV6, Some(payload)) => ip::decode(payload, layers),
        (other, _) => Err(Hidden::AddressFamily(other.into())),
    }
}

/// The attribute with the packet, which the snapshot length may have cut.
fn payload(mut attributes: &[u8], order: fn([u8; 2]) -> u16) -> Option<&[u8]> {
    loop {
        let ([a, b, c, d], behind) = attributes.split_first_chunk()?;
        let length = usize::from(order([*a, *b]));
        if order([*c, *d]) == PAYLOAD && length >= 4 {
            return Some(behind.get(..length.saturating_sub(4)).unwrap_or(behind));
        }
        attributes = attributes.get(length.max(4).next_multiple_of(4)..)?;
    }
}

/// `AF_INET` and `AF_INET6` of Linux.
const IPV4: u8 = 2;
const IPV6: u8 = 10;

/// `NFULA_PAYLOAD`.
const PAYLOAD: u16 = 9;
