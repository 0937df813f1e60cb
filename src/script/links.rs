//! The headers that stand around a conversation: link layers, tags, tunnels. A [`Way`] is a link type and a row of [`Layer`]s,
//! outermost first, down to the IP header of the connection; [`WAYS`] lists one for each link type and tunnel.

use super::fragments::{Cut, IpPacket};
use super::wire::Packet;
use crate::base::{Side, to_u32};

/// A link type and the headers behind it.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Its name: of the file in which an example of it stands.
    pub name: &'static str,
    /// The link type of the capture file, as tcpdump.org numbers them.
    pub link: u32,
    /// The headers, outermost first; the last one is the IP header in front of TCP.
    pub layers: &'static [Layer],
}

/// A header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Ethernet, with an EtherType, or a length in front of LLC.
    Ethernet,
    /// A VLAN tag, IEEE 802.1Q.
    Vlan,
    /// An outer VLAN tag, IEEE 802.1ad.
    ServiceTag,
    /// LLC with SNAP, IEEE 802.2.
    Snap,
    /// Linux cooked capture.
    Sll,
    /// Linux cooked capture, version 2.
    Sll2,
    /// BSD loopback, little-endian.
    Null,
    /// OpenBSD loopback.
    Loop,
    /// PPP.
    Ppp,
    /// PPP with the address and control octets of HDLC.
    PppHdlc,
    /// A PPPoE session.
    Pppoe,
    /// Cisco HDLC.
    Chdlc,
    /// Frame relay.
    FrameRelay,
    /// IEEE 802.11, a data frame to the access point.
    Wlan,
    /// Radiotap, without any field.
    Radiotap,
    /// A Linux netfilter log with a prefix and the packet.
    Nflog,
    /// Two MPLS labels.
    Mpls,
    /// The control word in front of Ethernet over MPLS.
    PseudoWire,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// GRE with a key; with a sequence number too in front of ERSPAN.
    Gre,
    /// ERSPAN type II.
    Erspan,
    /// Ethernet in IP.
    EtherIp,
    /// UDP, to the port of the tunnel inside.
    Udp,
    /// VXLAN.
    Vxlan,
    /// Geneve with one option.
    Geneve,
    /// GTP-U with an extension header.
    Gtpu,
    /// L2TP with a length.
    L2tp,
    /// Teredo.
    Teredo,
}

/// One way for each link type and tunnel.
pub static WAYS: &[Way] = &[
    way("ethernet", 1, &[Layer::Ethernet, Layer::Ipv4]),
    way("ethernet-ipv6", 1, &[Layer::Ethernet, Layer::Ipv6]),
    way("vlan", 1, &[Layer::Ethernet, Layer::Vlan, Layer::Ipv4]),
    way("qinq", 1, &[Layer::Ethernet, Layer::ServiceTag, Layer::Vlan, Layer::Ipv6]),
    way("llc-snap", 1, &[Layer::Ethernet, Layer::Snap, Layer::Ipv4]),
    way("null", 0, &[Layer::Null, Layer::Ipv4]),
    way("null-ipv6", 0, &[Layer::Null, Layer::Ipv6]),
    way("loop", 108, &[Layer::Loop, Layer::Ipv4]),
    way("sll", 113, &[Layer::Sll, Layer::Ipv4]),
    way("sll2", 276, &[Layer::Sll2, Layer::Ipv6]),
    way("raw", 101, &[Layer::Ipv4]),
    way("raw-ipv6", 101, &[Layer::Ipv6]),
    way("raw-bsd", 12, &[Layer::Ipv4]),
    way("raw-openbsd", 14, &[Layer::Ipv6]),
    way("ipv4", 228, &[Layer::Ipv4]),
    way("ipv6", 229, &[Layer::Ipv6]),
    way("ppp", 9, &[Layer::Ppp, Layer::Ipv4]),
    way("ppp-serial", 50, &[Layer::PppHdlc, Layer::Ipv6]),
    way("pppoe", 1, &[Layer::Ethernet, Layer::Pppoe, Layer::Ppp, Layer::Ipv4]),
    way("pppoe-link", 51, &[Layer::Ppp, Layer::Ipv6]),
    way("cisco-hdlc", 104, &[Layer::Chdlc, Layer::Ipv4]),
    way("frame-relay", 107, &[Layer::FrameRelay, Layer::Ipv4]),
    way("wlan", 105, &[Layer::Wlan, Layer::Snap, Layer::Ipv4]),
    way("radiotap", 127, &[Layer::Radiotap, Layer::Wlan, Layer::Snap, Layer::Ipv4]),
    way("nflog", 239, &[Layer::Nflog, Layer::Ipv4]),
    way("mpls", 1, &[Layer::Ethernet, Layer::Mpls, Layer::Ipv4]),
    way("pseudo-wire", 1, &[Layer::Ethernet, Layer::Mpls, Layer::PseudoWire, Layer::Ethernet, Layer::Ipv4]),
    way("ip-in-ip", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Ipv4]),
    way("6in4", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Ipv6]),
    way("4in6", 101, &[Layer::Ipv6, Layer::Ipv4]),
    way("gre", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Gre, Layer::Ipv4]),
    way("gre-ethernet", 1, &[Layer::Ethernet, Layer::Ipv6, Layer::Gre, Layer::Ethernet, Layer::Ipv4]),
    way("gre-ppp", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Gre, Layer::Ppp, Layer::Ipv4]),
    way(
        "erspan",
        1,
        &[Layer::Ethernet, Layer::Ipv4, Layer::Gre, Layer::Erspan, Layer::Ethernet, Layer::Vlan, Layer::Ipv4],
    ),
    way("etherip", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::EtherIp, Layer::Ethernet, Layer::Ipv4]),
    way("vxlan", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Udp, Layer::Vxlan, Layer::Ethernet, Layer::Ipv4]),
    way(
        "geneve",
        1,
        &[Layer::Ethernet, Layer::Ipv6, Layer::Udp, Layer::Geneve, Layer::Ethernet, Layer::Ipv6],
    ),
    way("gtpu", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Udp, Layer::Gtpu, Layer::Ipv4]),
    way("l2tp", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Udp, Layer::L2tp, Layer::Ppp, Layer::Ipv4]),
    way("teredo", 1, &[Layer::Ethernet, Layer::Ipv4, Layer::Udp, Layer::Teredo, Layer::Ipv6]),
    way(
        "mobile-backhaul",
        1,
        &[
            Layer::Ethernet,
            Layer::ServiceTag,
            Layer::Vlan,
            Layer::Mpls,
            Layer::Ipv4,
            Layer::Gre,
            Layer::Ipv6,
            Layer::Udp,
            Layer::Gtpu,
            Layer::Ipv4,
        ],
    ),
];

const fn way(name: &'static str, link: u32, layers: &'static [Layer]) -> Way {
    Way { name, link, layers }
}

/// Octets, and the outermost header among them.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    pub octets: Vec<u8>,
    pub outermost: Option<Layer>,
    /// UDP port of the tunnel inside.
    port: u16,
}

impl Way {
    /// The packets of the link that carry this segment, of which it is the one with this `number`.
    pub(super) fn carry(&self, packet: &Packet, number: u32, cut: Option<&Cut>) -> Vec<Vec<u8>> {
        let innermost = self.layers.iter().rposition(|layer| layer.is_ip());
        let fragmented = cut.and_then(|cut| {
            let all = self.layers.iter().enumerate().filter(|(_, layer)| layer.is_ip());
            let places: Vec<usize> = all.map(|(place, _)| place).collect();
            places.get(cut.layer.checked_rem(places.len())?).copied()
        });
        let tcp = Carried { octets: packet.tcp(), outermost: None, port: 0 };
        let mut packets = vec![tcp];
        for (place, layer) in self.layers.iter().enumerate().rev() {
            let inner = Some(place) == innermost;
            let cut = cut.filter(|_| Some(place) == fragmented);
            packets =
                packets.iter().flat_map(|part| layer.around(part, packet, inner, number, cut)).collect();
        }
        packets.into_iter().map(|packet| packet.octets).collect()
    }
}

impl Layer {
    /// The name that reports have for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ethernet => "eth",
            Self::Vlan | Self::ServiceTag => "vlan",
            Self::Snap => "llc",
            Self::Sll => "sll",
            Self::Sll2 => "sll2",
            Self::Null => "null",
            Self::Loop => "loop",
            Self::Ppp | Self::PppHdlc => "ppp",
            Self::Pppoe => "pppoe",
            Self::Chdlc => "chdlc",
            Self::FrameRelay => "frelay",
            Self::Wlan => "wlan",
            Self::Radiotap => "radiotap",
            Self::Nflog => "nflog",
            Self::Mpls => "mpls",
            Self::PseudoWire => "pw",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Gre => "gre",
            Self::Erspan => "erspan",
            Self::EtherIp => "etherip",
            Self::Udp => "udp",
            Self::Vxlan => "vxlan",
            Self::Geneve => "geneve",
            Self::Gtpu => "gtpu",
            Self::L2tp => "l2tp",
            Self::Teredo => "teredo",
        }
    }

    const fn is_ip(self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6)
    }

    /// What carries `inside`: several packets where an IP header is cut into fragments.
    fn around(
        self,
        inside: &Carried,
        packet: &Packet,
        inner: bool,
        number: u32,
        cut: Option<&Cut>,
    ) -> Vec<Carried> {
        if !self.is_ip() {
            return vec![self.in_front_of(inside)];
        }
        let version_6 = self == Self::Ipv6;
        let (source, destination) = if inner { packet.addresses(version_6) } else { tunnel(version_6) };
        let protocol = inside.outermost.map_or(6, Self::protocol);
        let identification = if inner { packet.identification } else { 0 };
        let ttl = if inner { packet.ttl } else { 64 };
        let ip =
            IpPacket { source, destination, protocol, identification, ttl, number, payload: &inside.octets };
        let packets = cut.map_or_else(|| vec![ip.whole()], |cut| ip.fragments(cut));
        packets
            .into_iter()
            .map(|octets| Carried { octets, outermost: Some(self), port: inside.port })
            .collect()
    }

    fn in_front_of(self, inside: &Carried) -> Carried {
        let ether_type = inside.outermost.map_or(0, Self::ether_type).to_be_bytes();
        let length = inside.octets.len();
        let header = match self {
            Self::Ethernet if inside.outermost == Some(Self::Snap) => [MAC, &short(length)].concat(),
            Self::Ethernet => [MAC, &ether_type].concat(),
            Self::Vlan => [&[0x60, 7][..], &ether_type].concat(),
            Self::ServiceTag => [&[0, 100][..], &ether_type].concat(),
            Self::Snap => [&[0xaa, 0xaa, 3, 0, 0, 0][..], &ether_type].concat(),
            Self::Sll => [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0][..], &ether_type].concat(),
            Self::Sll2 => [&ether_type[..], &[0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]].concat(),
            Self::Null => vec![if inside.outermost == Some(Self::Ipv6) { 30 } else { 2 }, 0, 0, 0],
            Self::Loop => vec![0, 0, 0, if inside.outermost == Some(Self::Ipv6) { 24 } else { 2 }],
            Self::Ppp => vec![0, inside.ppp_protocol()],
            Self::PppHdlc => vec![0xff, 3, 0, inside.ppp_protocol()],
            Self::Pppoe => [&[0x11, 0, 0, 1][..], &short(length)].concat(),
            Self::Chdlc => [&[0x0f, 0][..], &ether_type].concat(),
            Self::FrameRelay => vec![0x18, 0x41, 3, 0xcc],
            Self::Wlan => [&[0x08, 0x01, 0, 0][..], MAC, &[2, 0, 0, 0, 0, 3, 0, 0]].concat(),
            Self::Radiotap => vec![0, 0, 8, 0, 0, 0, 0, 0],
            Self::Nflog => nflog(length, inside.outermost),
            Self::Mpls => vec![0, 1, 0, 64, 0, 2, 1, 64],
            Self::PseudoWire => vec![0; 4],
            _ => return self.tunnel_in_front_of(inside, ether_type),
        };
        Carried { octets: [&header[..], &inside.octets].concat(), outermost: Some(self), port: 0 }
    }

    fn tunnel_in_front_of(self, inside: &Carried, ether_type: [u8; 2]) -> Carried {
        let length = inside.octets.len();
        let (port, header) = match self {
            Self::Gre if inside.outermost == Some(Self::Erspan) => (0, vec![0x10, 0, 0x88, 0xbe, 0, 0, 0, 9]),
            Self::Gre => (0, [&[0x20, 0][..], &ether_type, &[0, 0, 0, 5]].concat()),
            Self::Erspan => (0, vec![0x10, 7, 0, 1, 0, 0, 0, 1]),
            Self::EtherIp => (0, vec![0x30, 0]),
            Self::Vxlan => (4_789, vec![8, 0, 0, 0, 0, 0, 42, 0]),
            Self::Geneve => (6_081, [&[1, 0][..], &ether_type, &[0, 0, 42, 0, 1, 2, 3, 0]].concat()),
            Self::Gtpu => {
                let behind = short(length.saturating_add(8));
                (2_152, [&[0x34, 0xff][..], &behind, &[0, 0, 0, 7, 0, 0, 0, 0x85, 1, 0, 9, 0]].concat())
            }
            Self::L2tp => {
                let all = short(length.saturating_add(8));
                (1_701, [&[0x40, 2][..], &all, &[0, 1, 0, 2]].concat())
            }
            Self::Teredo => (3_544, vec![0, 0, 0xf2, 0x27, 0x3f, 0xff, 0xfd, 0x94]),
            _ => {
                let all = short(length.saturating_add(8));
                let port = inside.port;
                (0, [&50_123_u16.to_be_bytes()[..], &port.to_be_bytes(), &all, &[0, 0]].concat())
            }
        };
        Carried { octets: [&header[..], &inside.octets].concat(), outermost: Some(self), port }
    }

    const fn ether_type(self) -> u16 {
        match self {
            Self::Ipv4 => 0x0800,
            Self::Ipv6 => 0x86dd,
            Self::Vlan => 0x8100,
            Self::ServiceTag => 0x88a8,
            Self::Mpls => 0x8847,
            Self::Pppoe => 0x8864,
            Self::Ppp => 0x880b,
            Self::Ethernet => 0x6558,
            _ => 0,
        }
    }

    /// The number in an IP header.
    const fn protocol(self) -> u8 {
        match self {
            Self::Ipv4 => 4,
            Self::Ipv6 => 41,
            Self::Gre => 47,
            Self::EtherIp => 97,
            Self::Udp => 17,
            _ => 59,
        }
    }
}

impl Carried {
    fn ppp_protocol(&self) -> u8 {
        if self.outermost == Some(Layer::Ipv6) { 0x57 } else { 0x21 }
    }
}

/// A prefix, then the packet, each with its length and type in front.
fn nflog(length: usize, inside: Option<Layer>) -> Vec<u8> {
    let family = if inside == Some(Layer::Ipv6) { 10 } else { 2 };
    let all = u16::try_from(length.saturating_add(4)).unwrap_or(u16::MAX).to_le_bytes();
    [&[family, 0, 0, 5, 6, 0, 10, 0, b'h', 0, 0, 0][..], &all, &[9, 0]].concat()
}

/// The ends of a tunnel, the same for both directions.
fn tunnel(version_6: bool) -> (Vec<u8>, Vec<u8>) {
    let address = |last| {
        if version_6 {
            [&[0x20, 0x01, 0x0d, 0xb8][..], &[0; 11], &[last]].concat()
        } else {
            vec![192, 0, 2, last]
        }
    };
    (address(1), address(2))
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// Destination and source of Ethernet.
const MAC: &[u8] = &[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

/// A capture file of these packets on this way: pcap, little-endian. `cut` says how the packet at a place is cut into IP fragments.
#[must_use]
pub fn capture_over(packets: &[Packet], way: &Way, cut: impl Fn(usize) -> Option<Cut>) -> Vec<u8> {
    let mut file = super::wire::file_header(way.link);
    for (place, packet) in packets.iter().enumerate() {
        let number = to_u32(place).saturating_add(1);
        for frame in way.carry(packet, number, cut(place).as_ref()) {
            super::wire::record(&mut file, packet.time, &frame, packet.snaplen);
        }
    }
    file
}

impl Packet {
    /// Source and destination of the connection.
    fn addresses(&self, version_6: bool) -> (Vec<u8>, Vec<u8>) {
        let end = |side| {
            let (([a, b, c, d], _), last) = match side {
                Side::Client => (super::wire::CLIENT, 1),
                Side::Server => (super::wire::SERVER, 2),
            };
            let (hop, last) = (d.saturating_add(self.hop), self.hop.saturating_add(last));
            if version_6 { [&[0xfd][..], &[0; 14], &[last]].concat() } else { vec![a, b, c, hop] }
        };
        (end(self.side), end(self.side.peer()))
    }
}
