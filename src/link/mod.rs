//! A packet becomes the payload of its IP header. [`decode`] takes the headers off one after another, each in a file of its own:
//! those that the link type and EtherTypes name, IP with its extension headers, and again those of tunnels, down to the innermost
//! IP. [`Links`] also puts fragments together and counts what stays hidden. What does not lead to a whole IP payload is
//! [`Hidden`], with the reason; nothing is an error, and checksums are not looked at, since the sender's hardware fills them in
//! behind the capture.

mod arcnet;
mod ayiya;
mod capwap;
mod chdlc;
mod datagram;
mod dsa;
mod encapsulation;
mod erspan;
mod ethernet;
mod ethertype;
mod extension;
mod fddi;
mod fragments;
mod frelay;
mod geneve;
mod gre;
mod gtpu;
mod hidden;
mod inner;
mod ip;
mod ipoib;
mod juniper;
mod l2tp;
mod links;
mod llc;
mod macsec;
mod mpls;
mod nflog;
mod nsh;
mod null;
mod pktap;
mod ppp;
mod pppoe;
mod radio;
#[cfg(test)]
mod sample;
mod sll;
mod tally;
mod teredo;
mod tzsp;
mod udp;
mod vxlan;
mod wlan;

pub use datagram::Datagram;
pub use encapsulation::{Encapsulation, Layer};
pub use ethertype::EtherType;
pub use fragments::FragmentFacts;
pub use hidden::{Fragment, Hidden, Opaque};
pub use links::Links;
pub use tally::{Cover, Covered};

use crate::capture::LinkType;

/// Finds the IP payload of one packet.
///
/// # Errors
///
/// Why there is none: [`Hidden`] is what the packet is instead.
#[inline]
pub fn decode(link: LinkType, data: &[u8]) -> Result<Datagram<'_>, Hidden<'_>> {
    match link {
        LinkType::EN10MB => ethernet::decode(data, Encapsulation::default()),
        other => by_link(other, data, Encapsulation::default()),
    }
}

/// Goes by the link type, which some headers name too.
fn by_link(link: LinkType, data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    match link {
        LinkType::EN10MB | LinkType::DSA_TAG_BRCM_PREPEND | LinkType::NETANALYZER => {
            let skipped = if link == LinkType::EN10MB { 0 } else { 4 };
            ethernet::decode(data.get(skipped..).unwrap_or_default(), layers)
        }
        LinkType::LINUX_SLL => sll::decode(data, layers),
        LinkType::LINUX_SLL2 => sll::decode_second(data, layers),
        LinkType::NULL => null::decode(data, layers),
        LinkType::LOOP => null::decode_loop(data, layers),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => {
            ip::decode(data, layers)
        }
        LinkType::PPP | LinkType::PPP_ETHER => ppp::decode(data, layers),
        LinkType::PPP_PPPD => ppp::decode(behind::<2>(data, Layer::Ppp)?, layers),
        LinkType::PPP_SERIAL => ppp::decode_serial(data, layers),
        other => by_rare_link(other, data, layers),
    }
}

fn by_rare_link(link: LinkType, data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    match link {
        LinkType::ARCNET => arcnet::decode(data, layers),
        LinkType::ARCNET_LINUX => arcnet::decode_linux(data, layers),
        LinkType::ATM_RFC1483 => llc::decode(data, layers.within(Layer::Atm)?),
        LinkType::C_HDLC => chdlc::decode(data, layers),
        LinkType::C_HDLC_WITH_DIR => chdlc::decode(behind::<1>(data, Layer::Chdlc)?, layers),
        LinkType::DSA_TAG_BRCM | LinkType::DSA_TAG_DSA => dsa::decode::<4>(data, layers),
        LinkType::DSA_TAG_EDSA => dsa::decode::<8>(data, layers),
        LinkType::ENC => ip::decode(behind::<12>(data, Layer::Enc)?, layers.within(Layer::Enc)?),
        LinkType::EPON => ethernet::decode(behind::<8>(data, Layer::Ethernet)?, layers),
        LinkType::FDDI => fddi::decode(data, layers),
        LinkType::FRELAY => frelay::decode(data, layers),
        LinkType::FRELAY_WITH_DIR => frelay::decode(behind::<1>(data, Layer::FrameRelay)?, layers),
        LinkType::IEEE802_11 => wlan::decode(data, layers),
        LinkType::IEEE802_11_AVS => radio::decode_avs(data, layers),
        LinkType::IEEE802_11_PRISM => radio::decode_prism(data, layers),
        LinkType::IEEE802_11_RADIOTAP => radio::decode_radiotap(data, layers),
        LinkType::IPNET => ip::decode(behind::<24>(data, Layer::Ipnet)?, layers.within(Layer::Ipnet)?),
        LinkType::IPOIB => ipoib::decode(data, layers),
        LinkType::IP_OVER_FC => {
            llc::decode(behind::<16>(data, Layer::FibreChannel)?, layers.within(Layer::FibreChannel)?)
        }
        LinkType::JUNIPER_CHDLC => juniper::decode(data, layers, chdlc::decode),
        LinkType::JUNIPER_ETHER => juniper::decode(data, layers, ethernet::decode),
        LinkType::JUNIPER_FRELAY => juniper::decode(data, layers, frelay::decode),
        LinkType::JUNIPER_PPP => juniper::decode(data, layers, ppp::decode),
        LinkType::MPLS => mpls::decode(data, layers),
        LinkType::NFLOG => nflog::decode(data, layers),
        LinkType::PFLOG => {
            let length = data.first().map_or(0, |length| usize::from(*length).next_multiple_of(4));
            let packet = data.get(length..).ok_or(Hidden::TooShort(Layer::Pflog))?;
            ip::decode(packet, layers.within(Layer::Pflog)?)
        }
        LinkType::PKTAP | LinkType::PKTAP_OLD => pktap::decode(data, layers),
        LinkType::PPI => radio::decode_ppi(data, layers),
        LinkType::PPP_WITH_DIR => ppp::decode(behind::<1>(data, Layer::Ppp)?, layers),
        LinkType::SLIP => ip::decode(behind::<16>(data, Layer::Slip)?, layers.within(Layer::Slip)?),
        LinkType::SUNATM => llc::decode(behind::<4>(data, Layer::Atm)?, layers.within(Layer::Atm)?),
        other => Err(Hidden::LinkType(other)),
    }
}

/// Takes a header of `N` octets off.
fn head<const N: usize>(data: &[u8], layer: Layer) -> Result<([u8; N], &[u8]), Hidden<'_>> {
    data.split_first_chunk().map(|(header, rest)| (*header, rest)).ok_or(Hidden::TooShort(layer))
}

/// What is behind a header of `N` octets that says nothing of interest.
fn behind<const N: usize>(data: &[u8], layer: Layer) -> Result<&[u8], Hidden<'_>> {
    data.get(N..).ok_or(Hidden::TooShort(layer))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DECODED: [u32; 47] = [
        0, 1, 7, 8, 9, 10, 12, 14, 50, 51, 100, 101, 104, 105, 107, 108, 109, 113, 117, 119, 122, 123, 127,
        129, 149, 163, 166, 178, 179, 180, 181, 192, 204, 205, 206, 219, 226, 228, 229, 239, 240, 242, 258,
        259, 276, 281, 285,
    ];

    #[test]
    fn link_types_that_are_not_decoded_are_named() {
        assert_eq!(decode(LinkType(189), &[0; 60]), Err(Hidden::LinkType(LinkType(189))));
    }

    #[test]
    fn raw_ip_is_decoded_under_all_its_numbers() {
        for link in [101, 12, 14, 228, 229] {
            let datagram = decode(LinkType(link), sample::IPV4).unwrap();
            assert_eq!(
                (datagram.payload, datagram.encapsulation.names().collect()),
                (&b"data"[..], vec!["ipv4"])
            );
        }
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_or_invent_octets(
            link in proptest::sample::select(&DECODED[..]),
            start in any::<Vec<u8>>(),
            packet in proptest::sample::select(sample::packets()),
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
            length in any::<proptest::sample::Index>(),
        ) {
            let mut octets = [start, packet].concat();
            for (place, value) in changes {
                let place = place.index(octets.len());
                octets[place] = value;
            }
            octets.truncate(length.index(octets.len() + 1));
            let part = match decode(LinkType(link), &octets) {
                Ok(datagram) => Some(datagram),
                Err(Hidden::Fragment(fragment)) => Some(fragment.part),
                Err(_) => None,
            };
            if let Some(part) = part {
                prop_assert!(part.payload.len() <= part.length);
                prop_assert!(octets.windows(part.payload.len().max(1)).any(|window| window == part.payload)
                    || part.payload.is_empty());
            }
        }
    }
}
