//! What an EtherType leads to: IP, or a tag with another EtherType behind it. Most link layers end here.

use std::fmt;

use super::{Datagram, Encapsulation, Hidden, Layer, ip};

/// The number that says what a frame carries. Below 1536 it is a length or, in cooked captures, one of Linux's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    /// IPv4.
    pub const IPV4: Self = Self(0x0800);
    /// ARP.
    pub const ARP: Self = Self(0x0806);
    /// A VLAN tag, IEEE 802.1Q.
    pub const VLAN: Self = Self(0x8100);
    /// IPv6.
    pub const IPV6: Self = Self(0x86dd);
    /// An outer VLAN tag, IEEE 802.1ad.
    pub const QINQ: Self = Self(0x88a8);
    /// An outer VLAN tag from before the standard.
    pub const QINQ_OLD: Self = Self(0x9100);

    pub(super) const fn from_be_bytes(octets: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(octets))
    }

    /// True for the length of an IEEE 802.3 frame, behind which an LLC header follows.
    const fn is_length(self) -> bool {
        self.0 < 0x0600
    }
}

impl fmt::Display for EtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EtherType 0x{:04x}", self.0)
    }
}

pub(super) fn decode(
    mut ether_type: EtherType,
    mut payload: &[u8],
    mut layers: Encapsulation,
) -> Result<Datagram<'_>, Hidden<'_>> {
    loop {
        (ether_type, payload, layers) = match ether_type {
            EtherType::IPV4 | EtherType::IPV6 => return ip::decode(payload, layers),
            EtherType::VLAN | EtherType::QINQ | EtherType::QINQ_OLD => {
                let (inner, rest) = vlan(payload)?;
                (inner, rest, layers.within(Layer::Vlan)?)
            }
            length if length.is_length() => {
                let (inner, rest) = snap(payload).ok_or(Hidden::NotIp(length))?;
                (inner, rest, layers.within(Layer::Llc)?)
            }
            other => return Err(Hidden::NotIp(other)),
        };
    }
}

fn vlan(payload: &[u8]) -> Result<(EtherType, &[u8]), Hidden<'_>> {
    match payload.split_first_chunk() {
        Some(([_, _, high, low], rest)) => Ok((EtherType::from_be_bytes([*high, *low]), rest)),
        None => Err(Hidden::TooShort(Layer::Vlan)),
    }
}

/// The EtherType in a SNAP header; none when the LLC header leads to something else.
fn snap(payload: &[u8]) -> Option<(EtherType, &[u8])> {
    match payload.split_first_chunk()? {
        ([0xaa, 0xaa, 0x03, 0, 0, 0, high, low], rest) => {
            Some((EtherType::from_be_bytes([*high, *low]), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn names(ether_type: u16, payload: &[u8]) -> Vec<&'static str> {
        let datagram = decode(EtherType(ether_type), payload, Encapsulation::default()).unwrap();
        assert_eq!(datagram.payload, b"data");
        datagram.encapsulation.names().collect()
    }

    #[test]
    fn vlan_tags_of_all_kinds_are_taken_off() {
        assert_eq!(names(0x8100, &[&[0, 5, 8, 0], sample::IPV4].concat()), ["vlan", "ipv4"]);
        for outer in [0x88a8, 0x9100, 0x8100] {
            assert_eq!(
                names(outer, &[&[0, 9, 0x81, 0, 0, 5, 8, 0], sample::IPV4].concat()),
                ["vlan", "vlan", "ipv4"]
            );
        }
    }

    #[test]
    fn endless_vlan_tags_end_at_the_cap() {
        let tags = [0, 5, 0x81, 0].repeat(100);
        assert_eq!(decode(EtherType::VLAN, &tags, Encapsulation::default()), Err(Hidden::TooDeep));
    }

    #[test]
    fn a_tag_that_is_cut_is_too_short() {
        let cut = decode(EtherType::VLAN, &[0, 5, 8], Encapsulation::default());
        assert_eq!(cut, Err(Hidden::TooShort(Layer::Vlan)));
    }

    #[test]
    fn ip_in_an_802_3_frame_is_found_behind_its_snap_header() {
        assert_eq!(names(32, &[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], sample::IPV4].concat()), ["llc", "ipv4"]);
        let spanning_tree = decode(EtherType(38), &[0x42; 38], Encapsulation::default());
        assert_eq!(spanning_tree, Err(Hidden::NotIp(EtherType(38))));
    }
}
