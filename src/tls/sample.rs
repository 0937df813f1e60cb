//! Handshake messages for tests.

/// A certificate for `common.test`, with alternative names.
pub(super) const CERTIFICATE: &[u8] = include_bytes!("../../testdata/tls/certificate.der");

/// Octets from hexadecimal digits; blanks do not matter.
pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

pub(super) fn client_hello(random: &[u8; 32], suites: &[u16], extensions: &[(u16, &[u8])]) -> Vec<u8> {
    let suites: Vec<u8> = suites.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    let body = [&[3, 3][..], random, &[0], &vector16(&suites), &[1, 0], &list(extensions)].concat();
    message(1, &body)
}

pub(super) fn server_hello(random: &[u8; 32], suite: u16, extensions: &[(u16, &[u8])]) -> Vec<u8> {
    let body = [&[3, 3][..], random, &[0], &suite.to_be_bytes(), &[0], &list(extensions)].concat();
    message(2, &body)
}

pub(super) fn encrypted_extensions(extensions: &[(u16, &[u8])]) -> Vec<u8> {
    message(8, &list(extensions))
}

/// A handshake message.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

/// A record.
pub(super) fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &vector16(body)].concat()
}

fn list(extensions: &[(u16, &[u8])]) -> Vec<u8> {
    let each = extensions.iter().map(|(kind, octets)| [&kind.to_be_bytes()[..], &vector16(octets)].concat());
    vector16(&each.collect::<Vec<_>>().concat())
}

fn vector16(octets: &[u8]) -> Vec<u8> {
    [&(octets.len() as u16).to_be_bytes(), octets].concat()
}
