//! UDP: the ports of tunnels. A port alone proves nothing, so what stands behind one is a tunnel only if all its headers are
//! sound, down to IP; otherwise it is UDP and nothing more.

use super::{
    Datagram, Encapsulation, Hidden, Layer, Opaque, ayiya, capwap, geneve, gre, gtpu, l2tp, mpls, teredo,
    tzsp, vxlan,
};

/// What the payload of this datagram leads to: the datagram itself, when it is no tunnel.
pub(super) fn follow(datagram: Datagram<'_>) -> Result<Datagram<'_>, Hidden<'_>> {
    let Some(([s0, s1, d0, d1, l0, l1, _, _], payload)) = datagram.payload.split_first_chunk() else {
        return Ok(datagram);
    };
    let ports = [[*d0, *d1], [*s0, *s1]].map(u16::from_be_bytes);
    let Some(tunnel) = ports.into_iter().find_map(tunnel_on) else { return Ok(datagram) };
    let length = usize::from(u16::from_be_bytes([*l0, *l1])).saturating_sub(8);
    let payload = payload.get(..length).filter(|part| !part.is_empty()).unwrap_or(payload);
    match datagram.encapsulation.within(Layer::Udp).and_then(|layers| tunnel.decode(payload, layers)) {
        Err(Hidden::NotIp(_) | Hidden::NotIpOverLlc(_) | Hidden::NotIpOverPpp(_) | Hidden::IpVersion(_))
        | Err(Hidden::NoData(_) | Hidden::TooShort(_) | Hidden::Malformed(_)) => Ok(datagram),
        found => found,
    }
}

/// True when the ports are those of a tunnel.
pub(super) fn is_tunnel(octets: &[u8]) -> bool {
    let Some([s0, s1, d0, d1]) = octets.first_chunk() else { return false };
    [[*d0, *d1], [*s0, *s1]].map(u16::from_be_bytes).into_iter().any(|port| tunnel_on(port).is_some())
}

/// A tunnel over UDP.
#[derive(Clone, Copy)]
enum Tunnel {
    L2tp,
    Gtpu,
    Teredo,
    Gre,
    Vxlan,
    VxlanGeneric,
    Ayiya,
    Capwap,
    Geneve,
    Mpls,
    Tzsp,
    /// ESP behind address translation (RFC 3948), by its port shared with the key exchange.
    Esp,
    WireGuard,
}

const fn tunnel_on(port: u16) -> Option<Tunnel> {
    Some(match port {
        1701 => Tunnel::L2tp,
        2152 => Tunnel::Gtpu,
        3544 => Tunnel::Teredo,
        4500 => Tunnel::Esp,
        4754 => Tunnel::Gre,
        // The second is what Linux used before there was a number, and what flannel still uses.
        4789 | 8472 => Tunnel::Vxlan,
        4790 => Tunnel::VxlanGeneric,
        5072 => Tunnel::Ayiya,
        5247 => Tunnel::Capwap,
        6081 => Tunnel::Geneve,
        6635 => Tunnel::Mpls,
        37_008 => Tunnel::Tzsp,
        51_820 => Tunnel::WireGuard,
        _ => return None,
    })
}

impl Tunnel {
    fn decode(self, payload: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
        match self {
            Self::L2tp => l2tp::decode(payload, layers),
            Self::Gtpu => gtpu::decode(payload, layers),
            Self::Teredo => teredo::decode(payload, layers),
            Self::Gre => gre::decode(payload, layers),
            Self::Vxlan => vxlan::decode(payload, layers),
            Self::VxlanGeneric => vxlan::decode_generic(payload, layers),
            Self::Ayiya => ayiya::decode(payload, layers),
            Self::Capwap => capwap::decode(payload, layers),
            Self::Geneve => geneve::decode(payload, layers),
            Self::Mpls => mpls::decode(payload, layers),
            Self::Tzsp => tzsp::decode(payload, layers),
            Self::Esp => Err(match payload {
                [0, 0, 0, 0, ..] | [0xff] => Hidden::NoData(Layer::Udp),
                _ => Hidden::Opaque(Opaque::Esp),
            }),
            Self::WireGuard => Err(match payload {
                [4, 0, 0, 0, ..] => Hidden::Opaque(Opaque::WireGuard),
                _ => Hidden::NoData(Layer::Udp),
            }),
        }
    }
}
