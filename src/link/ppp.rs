//! PPP (RFC 1661), with the address and control octets of HDLC or without, and with a protocol field of two octets or one.

use super::{Datagram, Encapsulation, Hidden, Layer, Opaque, chdlc, head, ip, mpls};

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Ppp)?;
    let data = data.strip_prefix(&ADDRESS_AND_CONTROL).unwrap_or(data);
    let (protocol, payload) = match head(data, Layer::Ppp)? {
        // The first octet of a whole field is even, so an odd one is all there is (RFC 1661 §6.5).
        ([protocol], payload) if protocol & 1 == 1 => (protocol.into(), payload),
        _ => head(data, Layer::Ppp).map(|(protocol, payload)| (u16::from_be_bytes(protocol), payload))?,
    };
    match protocol {
        IPV4 | IPV6 => ip::decode(payload, layers),
        MPLS_UNICAST | MPLS_MULTICAST => mpls::decode(payload, layers),
        COMPRESSED_TCP | UNCOMPRESSED_TCP | MULTILINK | COMPRESSED | ENCRYPTED => {
            Err(Hidden::Opaque(Opaque::Ppp))
        }
        other => Err(Hidden::NotIpOverPpp(other)),
    }
}

/// PPP as a serial line carries it: HDLC of PPP or of Cisco, by the address.
pub(super) fn decode_serial(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    match data.first() {
        Some(0x0f | 0x8f) => chdlc::decode(data, layers),
        _ => decode(data, layers),
    }
}

const ADDRESS_AND_CONTROL: [u8; 2] = [0xff, 0x03];

const IPV4: u16 = 0x0021;
const COMPRESSED_TCP: u16 = 0x002d;
const UNCOMPRESSED_TCP: u16 = 0x002f;
const MULTILINK: u16 = 0x003d;
const ENCRYPTED: u16 = 0x0053;
const IPV6: u16 = 0x0057;
const COMPRESSED: u16 = 0x00fd;
const MPLS_UNICAST: u16 = 0x0281;
const MPLS_MULTICAST: u16 = 0x0283;
