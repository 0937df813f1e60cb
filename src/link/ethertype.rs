//! What an EtherType leads to: IP, or a tag with another EtherType behind it. Most link layers end here.

use std::fmt;

use super::{Datagram, Encapsulation, Hidden, Layer, ethernet, head, ip, llc, macsec, mpls, nsh, pppoe};

/// The number that says what a frame carries. Below 1536 it is a length or, in cooked captures, one of Linux's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    /// IPv4.
    pub const IPV4: Self = Self(0x0800);
    /// ARP.
    pub const ARP: Self = Self(0x0806);
    /// ERSPAN type III, in GRE.
    pub const ERSPAN_THIRD: Self = Self(0x22eb);
    /// Ethernet inside a tunnel.
    pub const TEB: Self = Self(0x6558);
    /// A VLAN tag, IEEE 802.1Q.
    pub const VLAN: Self = Self(0x8100);
    /// IPv6.
    pub const IPV6: Self = Self(0x86dd);
    /// PPP inside a tunnel.
    pub const PPP: Self = Self(0x880b);
    /// WCCP, in GRE.
    pub const WCCP: Self = Self(0x883e);
    /// MPLS.
    pub const MPLS: Self = Self(0x8847);
    /// MPLS with labels assigned upstream.
    pub const MPLS_UPSTREAM: Self = Self(0x8848);
    /// A PPPoE session.
    pub const PPPOE: Self = Self(0x8864);
    /// An outer VLAN tag, IEEE 802.1ad.
    pub const QINQ: Self = Self(0x88a8);
    /// ERSPAN types I and II, in GRE.
    pub const ERSPAN: Self = Self(0x88be);
    /// MACsec.
    pub const MACSEC: Self = Self(0x88e5);
    /// A service instance tag, IEEE 802.1ah.
    pub const ITAG: Self = Self(0x88e7);
    /// Cisco FabricPath.
    pub const FABRIC_PATH: Self = Self(0x8903);
    /// A VN-Tag.
    pub const VNTAG: Self = Self(0x8926);
    /// High-availability seamless redundancy.
    pub const HSR: Self = Self(0x892f);
    /// An E-tag, IEEE 802.1BR.
    pub const ETAG: Self = Self(0x893f);
    /// Network service header.
    pub const NSH: Self = Self(0x894f);
    /// An outer VLAN tag from before the standard.
    pub const QINQ_OLD: Self = Self(0x9100);
    /// Another one.
    pub const QINQ_OLDER: Self = Self(0x9200);

    pub(super) const fn from_be_bytes(octets: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(octets))
    }

    /// True for the length of an IEEE 802.3 frame, behind which an LLC header follows.
    pub(super) const fn is_length(self) -> bool {
        self.0 < 0x0600
    }
}

impl fmt::Display for EtherType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EtherType 0x{:04x}", self.0)
    }
}

#[inline]
pub(super) fn decode(
    ether_type: EtherType,
    payload: &[u8],
    layers: Encapsulation,
) -> Result<Datagram<'_>, Hidden<'_>> {
    match ether_type {
        EtherType::IPV4 | EtherType::IPV6 => ip::decode(payload, layers),
        other => decode_other(other, payload, layers),
    }
}

fn decode_other(
    ether_type: EtherType,
    payload: &[u8],
    layers: Encapsulation,
) -> Result<Datagram<'_>, Hidden<'_>> {
    match ether_type {
        EtherType::VLAN | EtherType::QINQ | EtherType::QINQ_OLD | EtherType::QINQ_OLDER => {
            tag::<2>(payload, Layer::Vlan, layers)
        }
        EtherType::VNTAG => tag::<4>(payload, Layer::VnTag, layers),
        EtherType::ETAG => tag::<6>(payload, Layer::ETag, layers),
        EtherType::HSR => tag::<4>(payload, Layer::Hsr, layers),
        EtherType::ITAG => frame_behind::<4>(payload, Layer::ITag, layers),
        EtherType::FABRIC_PATH => frame_behind::<2>(payload, Layer::FabricPath, layers),
        EtherType::TEB => ethernet::decode(payload, layers),
        EtherType::MPLS | EtherType::MPLS_UPSTREAM => mpls::decode(payload, layers),
        EtherType::PPPOE => pppoe::decode(payload, layers),
        EtherType::MACSEC => macsec::decode(payload, layers),
        EtherType::NSH => nsh::decode(payload, layers),
        length if length.is_length() => llc::decode(payload, layers),
        other => Err(Hidden::NotIp(other)),
    }
}

/// A tag of `N` octets with another EtherType behind it.
fn tag<const N: usize>(
    payload: &[u8],
    layer: Layer,
    layers: Encapsulation,
) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(layer)?;
    let (_, behind) = head::<N>(payload, layer)?;
    let (ether_type, rest) = head(behind, layer)?;
    decode(EtherType::from_be_bytes(ether_type), rest, layers)
}

/// A tag of `N` octets with a whole Ethernet frame behind it.
fn frame_behind<const N: usize>(
    payload: &[u8],
    layer: Layer,
    layers: Encapsulation,
) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(layer)?;
    let (_, frame) = head::<N>(payload, layer)?;
    ethernet::decode(frame, layers)
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
        assert_eq!(spanning_tree, Err(Hidden::NotIpOverLlc(0x42)));
    }
}
