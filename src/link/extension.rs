//! Headers between IP and its payload: authentication in both versions, options, routing and fragments in IPv6.

use etherparse::{IpAuthHeaderSlice, Ipv6FragmentHeaderSlice, Ipv6RawExtHeaderSlice, ip_number};

use super::{Datagram, Fragment, Hidden, Layer};
use crate::base::to_index;
use crate::limits::MAX_NESTING;

/// Takes the authentication header off, the only one of IPv4.
pub(super) fn unwrap_version_4(mut datagram: Datagram<'_>) -> Result<Datagram<'_>, Hidden<'_>> {
    if datagram.protocol == ip_number::AUTH.0 {
        authentication(&mut datagram, Layer::Ipv4)?;
    }
    Ok(datagram)
}

/// Takes the extension headers of IPv6 off, in whatever order they come (RFC 8200 §4.1 asks receivers to accept any).
pub(super) fn unwrap_version_6(mut datagram: Datagram<'_>) -> Result<Datagram<'_>, Hidden<'_>> {
    for _ in 0..=MAX_NESTING {
        match etherparse::IpNumber(datagram.protocol) {
            ip_number::IPV6_HEADER_HOP_BY_HOP => {
                stretch(&mut datagram);
                options(&mut datagram)?;
            }
            ip_number::IPV6_ROUTE_HEADER | ip_number::IPV6_DESTINATION_OPTIONS => {
                options(&mut datagram)?;
            }
            ip_number::IPV6_FRAGMENTATION_HEADER => fragment(&mut datagram)?,
            ip_number::AUTHENTICATION_HEADER => authentication(&mut datagram, Layer::Ipv6)?,
            _ => return Ok(datagram),
        }
    }
    Err(Hidden::TooDeep)
}

fn options(datagram: &mut Datagram<'_>) -> Result<(), Hidden<'static>> {
    let header =
        Ipv6RawExtHeaderSlice::from_slice(datagram.payload).map_err(|_| Hidden::TooShort(Layer::Ipv6))?;
    datagram.advance(header.slice().len(), header.next_header().0);
    Ok(())
}

/// Takes the length from the jumbo payload option (RFC 2675), which segments have that the network card is still to cut.
fn stretch(datagram: &mut Datagram<'_>) {
    let header = Ipv6RawExtHeaderSlice::from_slice(datagram.payload).ok();
    let mut options = header.map_or(&[][..], |header| header.slice().get(2..).unwrap_or_default());
    while let [kind, rest @ ..] = options {
        options = match (*kind, rest) {
            (PAD, rest) => rest,
            (JUMBO_PAYLOAD, [4, a, b, c, d, ..]) => {
                let length = to_index(u32::from_be_bytes([*a, *b, *c, *d]).into());
                if length > usize::from(u16::MAX) {
                    datagram.length = length;
                    datagram.payload = datagram.payload.get(..length).unwrap_or(datagram.payload);
                }
                return;
            }
            (_, [length, rest @ ..]) => rest.get(usize::from(*length)..).unwrap_or_default(),
            (_, []) => return,
        };
    }
}

fn authentication(datagram: &mut Datagram<'_>, layer: Layer) -> Result<(), Hidden<'static>> {
    let header = IpAuthHeaderSlice::from_slice(datagram.payload).map_err(|_| Hidden::TooShort(layer))?;
    datagram.advance(header.slice().len(), header.next_header().0);
    Ok(())
}

/// A fragment header that stands around the whole payload (RFC 6946) is taken off like any other.
fn fragment<'a>(datagram: &mut Datagram<'a>) -> Result<(), Hidden<'a>> {
    let header =
        Ipv6FragmentHeaderSlice::from_slice(datagram.payload).map_err(|_| Hidden::TooShort(Layer::Ipv6))?;
    datagram.advance(header.slice().len(), header.next_header().0);
    if !header.is_fragmenting_payload() {
        return Ok(());
    }
    Err(Hidden::Fragment(Fragment {
        part: *datagram,
        id: header.identification(),
        offset: header.fragment_offset().byte_offset().into(),
        more: header.more_fragments(),
    }))
}

/// Options of the hop-by-hop header.
const PAD: u8 = 0;
const JUMBO_PAYLOAD: u8 = 0xc2;

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::super::sample::{version_4, version_6};
    use super::*;
    use crate::capture::LinkType;

    /// A header of eight octets without content.
    const fn empty(next: u8) -> [u8; 8] {
        [next, 0, 0, 0, 0, 0, 0, 0]
    }

    /// Of 24 octets.
    fn authentication(next: u8) -> Vec<u8> {
        [&[next, 4][..], &[0; 22]].concat()
    }

    #[test]
    fn every_extension_header_is_taken_off_in_any_order() {
        let headers =
            [&empty(43)[..], &empty(60), &authentication(44), &[0, 0, 0, 0, 0, 0, 0, 9], &empty(6), b"data+"];
        let [hop, route, auth, atomic, late_hop, data] = headers.map(<[u8]>::to_vec);
        let destination = [&[51, 1][..], &[0; 14]].concat();
        let payload = [hop, route, destination, auth, atomic, late_hop, data].concat();
        let length = u16::try_from(payload.len() - 1).unwrap();
        let packet = version_6(length, 0, &payload);
        let datagram = decode(LinkType::RAW, &packet).unwrap();
        assert_eq!((datagram.protocol, datagram.payload, datagram.length), (6, &b"data"[..], 4));
        assert_eq!(datagram.encapsulation.names().collect::<Vec<_>>(), ["ipv6"]);
    }

    #[test]
    fn authentication_is_taken_off_version_4() {
        let packet = version_4(48, 0, 51, &[&authentication(6)[..], b"data"].concat());
        let datagram = decode(LinkType::RAW, &packet).unwrap();
        assert_eq!((datagram.protocol, datagram.payload, datagram.length), (6, &b"data"[..], 4));
    }

    #[test]
    fn numbers_of_version_6_extensions_mean_nothing_in_version_4() {
        let packet = version_4(28, 0, 60, &empty(6));
        assert_eq!(decode(LinkType::RAW, &packet).unwrap().protocol, 60);
    }

    #[test]
    fn fragments_of_version_6_end_the_chain_with_their_place() {
        let fragment = [60, 0, 0x05, 0xa9, 1, 2, 3, 4];
        let packet = version_6(20, 0, &[&empty(44)[..], &fragment, b"part"].concat());
        let Err(Hidden::Fragment(fragment)) = decode(LinkType::RAW, &packet) else { panic!("a fragment") };
        assert_eq!((fragment.id, fragment.offset, fragment.more), (0x0102_0304, 1_448, true));
        assert_eq!(
            (fragment.part.protocol, fragment.part.payload, fragment.part.length),
            (60, &b"part"[..], 4)
        );
    }

    #[test]
    fn a_jumbo_payload_has_the_length_of_its_option() {
        let options = [6, 0, 0xc2, 4, 0, 1, 0, 8 + 4];
        let large = vec![7; 70_000];
        let packet = version_6(0, 0, &[&options[..], &large].concat());
        let datagram = decode(LinkType::RAW, &packet).unwrap();
        assert_eq!((datagram.protocol, datagram.length, datagram.payload.len()), (6, 65_540, 65_540));
        let cut = decode(LinkType::RAW, &packet[..100]).unwrap();
        assert_eq!((cut.length, cut.payload), (65_540, &[7; 52][..]));
    }

    #[test]
    fn a_chain_that_is_cut_is_too_short_and_an_endless_one_too_deep() {
        let cut = version_6(16, 0, &[&empty(43)[..], &[6, 0, 0]].concat());
        assert_eq!(decode(LinkType::RAW, &cut), Err(Hidden::TooShort(Layer::Ipv6)));
        let endless = version_6(8_000, 60, &empty(60).repeat(1_000));
        assert_eq!(decode(LinkType::RAW, &endless), Err(Hidden::TooDeep));
    }

    #[test]
    fn a_snapshot_that_ends_behind_the_headers_has_an_empty_payload() {
        let packet = version_6(1_008, 0, &empty(6));
        let datagram = decode(LinkType::RAW, &packet).unwrap();
        assert_eq!((datagram.payload, datagram.length), (&b""[..], 1_000));
    }
}
