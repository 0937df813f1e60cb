//! IPv4 and IPv6. Lengths are those of the header as far as it has them, so that what the link appends falls away; where the
//! header leaves the length to the network card (0), the payload is what is there. What the payload leads to is followed.

use std::net::IpAddr;
use std::num::NonZeroU16;

use etherparse::err::{ipv4, ipv6};
use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice, ip_number};

use super::{Datagram, Encapsulation, Fragment, Hidden, Layer, extension, inner};

/// Finds the payload of the IP header that `data` begins with, whatever its version, or that of the last header in a tunnel.
#[inline]
pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    if let Some((header, payload)) = ordinary(data) {
        let [_, [i, d, ..], [ttl, ..], source, destination] = *header;
        return Ok(Datagram {
            source: IpAddr::V4(source.into()),
            destination: IpAddr::V4(destination.into()),
            protocol: ip_number::TCP.0,
            ttl,
            identification: NonZeroU16::new(u16::from_be_bytes([i, d])),
            payload,
            length: payload.len(),
            encapsulation: layers.within(Layer::Ipv4)?,
        });
    }
    match data.first().map(|octet| octet >> 4) {
        Some(4) => version_4(data, layers),
        Some(6) => version_6(data, layers),
        Some(version) => Err(Hidden::IpVersion(version)),
        None => Err(Hidden::TooShort(Layer::Ipv4)),
    }
}

/// The header of nearly all packets, by its rows of four octets, and their payload: TCP behind a header of version 4 without options, all of
/// it there and no fragment.
#[inline]
fn ordinary(data: &[u8]) -> Option<(&[[u8; 4]; 5], &[u8])> {
    let rows = data.as_chunks().0.first_chunk::<5>()?;
    let [[first, _, high, low], [.., flags, offset], [_, protocol, ..], ..] = *rows;
    let whole = u16::from_be_bytes([flags, offset]) & 0x3fff == 0;
    let payload = data.get(20..usize::from(u16::from_be_bytes([high, low])))?;
    (first == 0x45 && protocol == ip_number::TCP.0 && whole).then_some((rows, payload))
}

fn version_4(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let encapsulation = layers.within(Layer::Ipv4)?;
    let header = Ipv4HeaderSlice::from_slice(data).map_err(|error| match error {
        ipv4::HeaderSliceError::Len(_) => Hidden::TooShort(Layer::Ipv4),
        ipv4::HeaderSliceError::Content(_) => Hidden::Malformed(Layer::Ipv4),
    })?;
    let behind = data.get(header.slice().len()..).unwrap_or_default();
    let length = match usize::from(header.total_len()) {
        0 => behind.len(),
        total => total.checked_sub(header.slice().len()).ok_or(Hidden::Malformed(Layer::Ipv4))?,
    };
    let datagram = Datagram {
        source: IpAddr::V4(header.source_addr()),
        destination: IpAddr::V4(header.destination_addr()),
        protocol: header.protocol().0,
        ttl: header.ttl(),
        identification: NonZeroU16::new(header.identification()),
        payload: behind.get(..length).unwrap_or(behind),
        length,
        encapsulation,
    };
    if header.is_fragmenting_payload() {
        return Err(Hidden::Fragment(Fragment {
            part: datagram,
            id: header.identification().into(),
            offset: header.fragments_offset().byte_offset().into(),
            more: header.more_fragments(),
        }));
    }
    inner::follow(extension::unwrap_version_4(datagram)?)
}

fn version_6(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let encapsulation = layers.within(Layer::Ipv6)?;
    let header = Ipv6HeaderSlice::from_slice(data).map_err(|error| match error {
        ipv6::HeaderSliceError::Len(_) => Hidden::TooShort(Layer::Ipv6),
        ipv6::HeaderSliceError::Content(_) => Hidden::Malformed(Layer::Ipv6),
    })?;
    let behind = data.get(header.slice().len()..).unwrap_or_default();
    let length = match usize::from(header.payload_length()) {
        0 => behind.len(),
        length => length,
    };
    let datagram = Datagram {
        source: IpAddr::V6(header.source_addr()),
        destination: IpAddr::V6(header.destination_addr()),
        protocol: header.next_header().0,
        ttl: header.hop_limit(),
        identification: None,
        payload: behind.get(..length).unwrap_or(behind),
        length,
        encapsulation,
    };
    inner::follow(extension::unwrap_version_6(datagram)?)
}

/// Goes on behind the header of a payload that was put together from its fragments.
pub(super) fn resume(datagram: Datagram<'_>) -> Result<Datagram<'_>, Hidden<'_>> {
    inner::follow(match datagram.source {
        IpAddr::V4(_) => extension::unwrap_version_4(datagram)?,
        IpAddr::V6(_) => extension::unwrap_version_6(datagram)?,
    })
}

/// True when an IP header may well begin here, where nothing but its octets says so: its lengths are those of the data, which the
/// snapshot length may have cut.
pub(super) fn is_likely(data: &[u8]) -> bool {
    match data {
        [first @ 0x45..=0x4f, _, high, low, ..] => {
            let header = usize::from(first & 0x0f).saturating_mul(4);
            let total = usize::from(u16::from_be_bytes([*high, *low]));
            data.len() >= header && (total == 0 || total >= header)
        }
        [0x60..=0x6f, ..] => data.len() >= 40,
        _ => false,
    }
}

/// True when the data is exactly one IPv6 packet.
pub(super) fn is_whole_version_6(data: &[u8]) -> bool {
    match data {
        [0x60..=0x6f, _, _, _, high, low, ..] => {
            data.len().checked_sub(40) == Some(usize::from(u16::from_be_bytes([*high, *low])))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::super::sample::{version_4 as v4, version_6 as v6};
    use super::*;
    use crate::capture::LinkType;

    fn raw(data: &[u8]) -> Result<Datagram<'_>, Hidden<'_>> {
        decode(LinkType::RAW, data)
    }

    #[test]
    fn both_versions_give_addresses_protocol_and_payload() {
        let (four, six) = (v4(24, 0x4000, 6, b"data"), v6(4, 17, b"data"));
        let [four, six] = [raw(&four).unwrap(), raw(&six).unwrap()];
        assert_eq!([four.source.to_string(), four.destination.to_string()], ["10.0.0.1", "10.0.0.2"]);
        assert_eq!([six.source.to_string(), six.destination.to_string()], ["::1", "::2"]);
        assert_eq!([(four.protocol, four.ttl), (six.protocol, six.ttl)], [(6, 64), (17, 63)]);
        assert_eq!([four.payload, six.payload], [b"data", b"data"]);
        assert_eq!([four.length, six.length], [4, 4]);
    }

    proptest::proptest! {
        #[test]
        fn an_ordinary_header_is_read_as_any_other(
            total in 0_u16..60, bits in proptest::prelude::any::<u16>(), whole in proptest::prelude::any::<bool>(),
            protocol in proptest::sample::select(&[6_u8, 6, 6, 17, 51][..]), rest in proptest::collection::vec(0_u8..9, 0..40),
        ) {
            let packet = v4(total, if whole { bits & 0xc000 } else { bits }, protocol, &rest);
            let layers = Encapsulation::default();
            proptest::prop_assert_eq!(super::decode(&packet, layers), version_4(&packet, layers));
        }
    }

    #[test]
    fn options_of_version_4_are_no_payload() {
        let mut packet = v4(28, 0, 6, &[1, 1, 1, 1, b'd', b'a', b't', b'a']);
        packet[0] = 0x46;
        assert_eq!(raw(&packet).unwrap().payload, b"data");
    }

    #[test]
    fn a_length_left_to_the_network_card_means_all_there_is() {
        let large = vec![7; 70_000];
        for packet in [v4(0, 0, 6, &large), v6(0, 6, &large)] {
            let datagram = raw(&packet).unwrap();
            assert_eq!((datagram.payload, datagram.length), (&large[..], 70_000));
        }
    }

    #[test]
    fn a_packet_cut_by_the_snapshot_length_keeps_the_length_of_its_header() {
        for packet in [v4(1_020, 0, 6, b"begin"), v6(1_000, 6, b"begin")] {
            let datagram = raw(&packet).unwrap();
            assert_eq!((datagram.payload, datagram.length), (&b"begin"[..], 1_000));
        }
    }

    #[test]
    fn trailers_of_the_link_are_no_payload() {
        for packet in [v4(24, 0, 6, b"data+++"), v6(4, 6, b"data+++")] {
            assert_eq!(raw(&packet).unwrap().payload, b"data");
        }
    }

    #[test]
    fn fragments_of_version_4_are_told_with_their_place() {
        let first = v4(28, 0x2000, 6, b"8 octets");
        let last = v4(24, 185, 6, b"tail");
        let (Err(Hidden::Fragment(first)), Err(Hidden::Fragment(last))) = (raw(&first), raw(&last)) else {
            panic!("fragments")
        };
        assert_eq!(
            (first.id, first.offset, first.more, first.part.payload),
            (0x1234, 0, true, &b"8 octets"[..])
        );
        assert_eq!(
            (last.id, last.offset, last.more, last.part.payload),
            (0x1234, 1_480, false, &b"tail"[..])
        );
        assert_eq!((last.part.source, last.part.protocol), (first.part.source, 6));
    }

    #[test]
    fn headers_that_cannot_be_are_told() {
        let mut short_header = v4(24, 0, 6, b"data");
        short_header[0] = 0x44;
        let cases = [
            (vec![], Hidden::TooShort(Layer::Ipv4)),
            (vec![0x45; 19], Hidden::TooShort(Layer::Ipv4)),
            (vec![0x60; 39], Hidden::TooShort(Layer::Ipv6)),
            (vec![0x75; 60], Hidden::IpVersion(7)),
            (short_header, Hidden::Malformed(Layer::Ipv4)),
            (v4(19, 0, 6, b"data"), Hidden::Malformed(Layer::Ipv4)),
        ];
        for (packet, expected) in cases {
            assert_eq!(raw(&packet), Err(expected));
        }
    }
}
