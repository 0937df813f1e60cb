//! What the payload of an IP header leads to: TCP is what is looked for, tunnels lead to another IP header.

use etherparse::{IpNumber, ip_number};

use super::{Datagram, Hidden, Layer, Opaque, ethernet, gre, head, ip, mpls, udp};

/// The datagram itself, or the one inside a tunnel.
#[inline]
pub(super) fn follow(datagram: Datagram<'_>) -> Result<Datagram<'_>, Hidden<'_>> {
    if datagram.protocol == ip_number::TCP.0 { Ok(datagram) } else { follow_tunnel(datagram) }
}

fn follow_tunnel(datagram: Datagram<'_>) -> Result<Datagram<'_>, Hidden<'_>> {
    let (payload, layers) = (datagram.payload, datagram.encapsulation);
    match IpNumber(datagram.protocol) {
        ip_number::UDP => udp::follow(datagram),
        ip_number::IPV4 | ip_number::IPV6 => ip::decode(payload, layers),
        ip_number::GRE => gre::decode(payload, layers),
        ip_number::ETHER_IP => {
            let layers = layers.within(Layer::EtherIp)?;
            let (_, frame) = head::<2>(payload, Layer::EtherIp)?;
            ethernet::decode(frame, layers)
        }
        ip_number::MPLS_IN_IP => mpls::decode(payload, layers),
        ETHERNET => ethernet::decode(payload, layers),
        ip_number::ENCAPSULATING_SECURITY_PAYLOAD => Err(Hidden::Opaque(Opaque::Esp)),
        _ => Ok(datagram),
    }
}

/// True for protocols of IP that are tunnels themselves.
pub(super) const fn is_tunnel(protocol: u8) -> bool {
    matches!(
        IpNumber(protocol),
        ip_number::IPV4
            | ip_number::IPV6
            | ip_number::GRE
            | ip_number::ETHER_IP
            | ip_number::MPLS_IN_IP
            | ETHERNET
    )
}

/// Ethernet behind an IP header of either version (RFC 8986 §9).
const ETHERNET: IpNumber = IpNumber(143);
