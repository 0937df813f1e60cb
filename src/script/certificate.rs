//! A certificate for a host, as far as one has to be written for somebody to read its names (RFC 5280 §4.1). Its signature is none.

/// The body of the Certificate message of TLS 1.3 (RFC 8446 §4.4.2).
pub(super) fn certificate(host: &str) -> Vec<u8> {
    let empty = der(SEQUENCE, &[]);
    let names = der(SEQUENCE, &der(DNS_NAME, host.as_bytes()));
    let extension = [der(OBJECT, &[0x55, 0x1d, 0x11]), der(OCTET_STRING, &names)].concat();
    let extensions = der(EXTENSIONS, &der(SEQUENCE, &der(SEQUENCE, &extension)));
    let serial = der(INTEGER, &[1]);
    let empties = [&empty[..], &empty, &empty, &empty, &empty].concat();
    let to_be_signed = der(SEQUENCE, &[serial, empties, extensions].concat());
    let whole = der(SEQUENCE, &[&to_be_signed[..], &empty, &der(BIT_STRING, &[0])].concat());
    let entry = [vector24(&whole), vec![0, 0]].concat();
    [vec![0], vector24(&entry)].concat()
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;

/// Tag, length, content. The length takes two octets behind its own, as DER does not, and readers do not mind.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[tag, 0x82][..], &length, content].concat()
}

fn vector24(octets: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(octets.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], octets].concat()
}
