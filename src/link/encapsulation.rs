//! Which headers stand around a payload.

use super::Hidden;
use crate::limits::MAX_NESTING;

/// The headers around a payload, outermost first. Small and copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Encapsulation {
    layers: [Option<Layer>; MAX_NESTING],
}

/// A kind of header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Ethernet.
    Ethernet,
    /// A VLAN tag, of IEEE 802.1Q or 802.1ad.
    Vlan,
    /// A VN-Tag (Cisco).
    VnTag,
    /// An E-tag, IEEE 802.1BR.
    ETag,
    /// High-availability seamless redundancy, IEC 62439-3.
    Hsr,
    /// A service instance tag, IEEE 802.1ah.
    ITag,
    /// Cisco FabricPath.
    FabricPath,
    /// MACsec, IEEE 802.1AE.
    MacSec,
    /// IEEE 802.2 LLC, with SNAP or without.
    Llc,
    /// Linux cooked capture.
    Sll,
    /// Linux cooked capture, version 2.
    Sll2,
    /// BSD loopback.
    Null,
    /// OpenBSD loopback.
    Loop,
    /// PPP (RFC 1661).
    Ppp,
    /// A PPPoE session (RFC 2516).
    Pppoe,
    /// Cisco HDLC.
    Chdlc,
    /// Frame relay (RFC 2427).
    FrameRelay,
    /// FDDI.
    Fddi,
    /// ARCNET.
    Arcnet,
    /// IP over InfiniBand.
    Ipoib,
    /// IEEE 802.11.
    Wlan,
    /// The radiotap header of IEEE 802.11 captures.
    Radiotap,
    /// Another radio header of IEEE 802.11 captures: Prism, AVS.
    Radio,
    /// Per-packet information.
    Ppi,
    /// A Linux netfilter log.
    Nflog,
    /// Apple's packet tap.
    Pktap,
    /// OpenBSD's packet filter log.
    Pflog,
    /// OpenBSD's encapsulating interface.
    Enc,
    /// Solaris IP observability.
    Ipnet,
    /// A Juniper header.
    Juniper,
    /// The tag of an Ethernet switch.
    Dsa,
    /// SLIP (RFC 1055).
    Slip,
    /// Fibre Channel (RFC 2625).
    FibreChannel,
    /// IEEE 1394 (RFC 2734).
    Ieee1394,
    /// ATM (RFC 2684).
    Atm,
    /// A stack of MPLS labels (RFC 3032).
    Mpls,
    /// Ethernet over MPLS, with a control word or without (RFC 4448).
    PseudoWire,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// UDP, around a tunnel.
    Udp,
    /// GRE (RFC 2784, RFC 2890, RFC 2637).
    Gre,
    /// ERSPAN.
    Erspan,
    /// A WCCP redirect header.
    Wccp,
    /// Ethernet in IP (RFC 3378).
    EtherIp,
    /// VXLAN (RFC 7348), or its generic protocol extension.
    Vxlan,
    /// Geneve (RFC 8926).
    Geneve,
    /// Network service header (RFC 8300).
    Nsh,
    /// GTP-U (3GPP TS 29.281).
    Gtpu,
    /// L2TP (RFC 2661).
    L2tp,
    /// Teredo (RFC 4380).
    Teredo,
    /// AYIYA.
    Ayiya,
    /// CAPWAP data (RFC 5415).
    Capwap,
    /// TaZmen sniffer protocol.
    Tzsp,
}

impl Encapsulation {
    /// The headers, outermost first.
    pub fn layers(&self) -> impl Iterator<Item = Layer> + use<> {
        self.layers.into_iter().map_while(|layer| layer)
    }

    /// Their names: `eth`, `vlan`, `ipv4`.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.layers().map(Layer::name)
    }

    /// Adds a header inside the others.
    #[inline]
    pub(super) fn within(mut self, layer: Layer) -> Result<Self, Hidden<'static>> {
        let free = self.layers.iter_mut().find(|layer| layer.is_none()).ok_or(Hidden::TooDeep)?;
        *free = Some(layer);
        Ok(self)
    }
}

impl Layer {
    /// The name used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ethernet => "eth",
            Self::Vlan => "vlan",
            Self::VnTag => "vntag",
            Self::ETag => "etag",
            Self::Hsr => "hsr",
            Self::ITag => "itag",
            Self::FabricPath => "cfp",
            Self::MacSec => "macsec",
            Self::Llc => "llc",
            Self::Sll => "sll",
            Self::Sll2 => "sll2",
            Self::Null => "null",
            Self::Loop => "loop",
            Self::Ppp => "ppp",
            Self::Pppoe => "pppoe",
            Self::Chdlc => "chdlc",
            Self::FrameRelay => "frelay",
            Self::Fddi => "fddi",
            Self::Arcnet => "arcnet",
            Self::Ipoib => "ipoib",
            Self::Wlan => "wlan",
            Self::Radiotap => "radiotap",
            Self::Radio => "radio",
            Self::Ppi => "ppi",
            Self::Nflog => "nflog",
            Self::Pktap => "pktap",
            Self::Pflog => "pflog",
            Self::Enc => "enc",
            Self::Ipnet => "ipnet",
            Self::Juniper => "juniper",
            Self::Dsa => "dsa",
            Self::Slip => "slip",
            Self::FibreChannel => "fc",
            Self::Ieee1394 => "ieee1394",
            Self::Atm => "atm",
            Self::Mpls => "mpls",
            Self::PseudoWire => "pw",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Udp => "udp",
            Self::Gre => "gre",
            Self::Erspan => "erspan",
            Self::Wccp => "wccp",
            Self::EtherIp => "etherip",
            Self::Vxlan => "vxlan",
            Self::Geneve => "geneve",
            Self::Nsh => "nsh",
            Self::Gtpu => "gtpu",
            Self::L2tp => "l2tp",
            Self::Teredo => "teredo",
            Self::Ayiya => "ayiya",
            Self::Capwap => "capwap",
            Self::Tzsp => "tzsp",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_outermost_first() {
        let layers = Encapsulation::default().within(Layer::Ethernet).unwrap();
        let layers = layers.within(Layer::Vlan).unwrap().within(Layer::Ipv4).unwrap();
        assert_eq!(layers.names().collect::<Vec<_>>(), ["eth", "vlan", "ipv4"]);
    }

    #[test]
    fn the_cap_on_nesting_is_a_reason_not_a_loss() {
        let full =
            (0..MAX_NESTING).fold(Encapsulation::default(), |layers, _| layers.within(Layer::Vlan).unwrap());
        assert_eq!(full.within(Layer::Ipv4), Err(Hidden::TooDeep));
        assert_eq!(full.layers().count(), MAX_NESTING);
    }
}
