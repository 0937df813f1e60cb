//! MPLS (RFC 3032): labels down to the bottom of the stack. What follows is agreed outside the packet, and told from its first
//! octets, as forwarders do it too: IP, or Ethernet with a control word in front (RFC 4448) or without.

use super::{Datagram, Encapsulation, EtherType, Hidden, Layer, ethernet, head, ip};
use crate::limits::MAX_NESTING;

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Mpls)?;
    let mut rest = data;
    for _ in 0..MAX_NESTING {
        let ([_, _, traffic_class, _], behind) = head(rest, Layer::Mpls)?;
        if traffic_class & BOTTOM_OF_STACK != 0 {
            return payload(behind, layers);
        }
        rest = behind;
    }
    Err(Hidden::TooDeep)
}

fn payload(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    if ip::is_likely(data) {
        return ip::decode(data, layers);
    }
    let behind_control_word = match data.split_first_chunk() {
        Some(([first, _, _, _], behind)) if first >> 4 == 0 => behind,
        _ => &[],
    };
    let frame = [behind_control_word, data].into_iter().find(|frame| ethernet::is_likely(frame));
    let frame = frame.ok_or(Hidden::NotIp(EtherType::MPLS))?;
    ethernet::decode(frame, layers.within(Layer::PseudoWire)?)
}

/// The S bit of a label.
const BOTTOM_OF_STACK: u8 = 1;
