//! A packet becomes the payload of its IP header. [`decode`] takes the headers off one after another: first the one that the
//! link type names, each of them in a file of its own, then IP with its extension headers. What does not lead to a whole IP
//! payload is [`Hidden`], with the reason; nothing is an error, and checksums are not looked at, since the sender's hardware
//! fills them in behind the capture.

mod datagram;
mod encapsulation;
mod ethernet;
mod ethertype;
mod extension;
mod hidden;
mod ip;
mod null;
#[cfg(test)]
mod sample;
mod sll;

pub use datagram::Datagram;
pub use encapsulation::{Encapsulation, Layer};
pub use ethertype::EtherType;
pub use hidden::{Fragment, Hidden};

use crate::capture::LinkType;

/// Finds the IP payload of a packet.
///
/// # Errors
///
/// Why there is none: [`Hidden`] is what the packet is instead.
pub fn decode(link: LinkType, data: &[u8]) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = Encapsulation::default();
    match link {
        LinkType::EN10MB => ethernet::decode(data, layers),
        LinkType::LINUX_SLL => sll::decode(data, layers),
        LinkType::LINUX_SLL2 => sll::decode_second(data, layers),
        LinkType::NULL => null::decode(data, layers),
        LinkType::LOOP => null::decode_loop(data, layers),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD | LinkType::IPV4 | LinkType::IPV6 => {
            ip::decode(data, layers)
        }
        other => Err(Hidden::LinkType(other)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DECODED: [u32; 10] = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276];

    #[test]
    fn link_types_that_are_not_decoded_are_named() {
        assert_eq!(decode(LinkType(105), &[0; 60]), Err(Hidden::LinkType(LinkType(105))));
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
