//! Opens sealed records. Everything that needs cryptographic libraries stands in the files beside this one; without the feature
//! `decrypt` their twin opens nothing.

#[cfg(feature = "decrypt")]
mod aead;
#[cfg(feature = "decrypt")]
mod cbc;
#[cfg(feature = "decrypt")]
mod prf;

#[cfg_attr(feature = "decrypt", path = "opener.rs")]
#[cfg_attr(not(feature = "decrypt"), path = "nothing.rs")]
mod opener;

pub(super) use opener::{Opener, opens};

use super::keylog::Random;
use super::records::Header;
use super::server_hello::ServerHello;
use std::ops::Range;

/// What the hellos say about the keys up to TLS 1.2.
#[derive(Clone, Copy)]
pub(super) struct Agreed<'a> {
    /// The client's random.
    pub(super) client: &'a Random,
    /// The answer: random, version, suite, and how the MAC is applied.
    pub(super) server: &'a ServerHello,
}

/// What a record is sealed with besides its key: its header as sent, and the header of TLS 1.2's additional data.
pub(super) fn additional_data(header: &Header, sequence: u64, plaintext: usize) -> [u8; 13] {
    let mut data = [0; 13];
    let length = u16::try_from(plaintext).unwrap_or(u16::MAX);
    let parts = sequence
        .to_be_bytes()
        .into_iter()
        .chain(header.octets.into_iter().take(3))
        .chain(length.to_be_bytes());
    for (octet, part) in data.iter_mut().zip(parts) {
        *octet = part;
    }
    data
}

/// The nonce of a record: the sequence number over the end of the initial vector (RFC 8446 §5.3).
pub(super) fn nonce(iv: &[u8; 12], sequence: u64) -> [u8; 12] {
    let mut nonce = *iv;
    for (octet, part) in nonce.iter_mut().rev().zip(sequence.to_be_bytes().into_iter().rev()) {
        *octet ^= part;
    }
    nonce
}

/// Where the plaintext of a TLS 1.3 record ends, and its content type, in what was opened: padding is taken off (RFC 8446 §5.4).
pub(super) fn unpadded(opened: &[u8]) -> Option<(usize, u8)> {
    let at = opened.iter().rposition(|octet| *octet != 0)?;
    opened.get(at).map(|kind| (at, *kind))
}

/// What a record held.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// The content type; in TLS 1.3 the inner one.
    pub(super) kind: u8,
    /// Where the plaintext stands in the record's body.
    pub(super) plain: Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_taken_off_and_a_record_of_padding_is_none() {
        assert_eq!(unpadded(&[7, 8, 23, 0, 0]), Some((2, 23)));
        assert_eq!(unpadded(&[21]), Some((0, 21)));
        assert_eq!(unpadded(&[0, 0]), None);
    }

    #[test]
    fn the_sequence_number_lies_over_the_end_of_the_vector() {
        assert_eq!(nonce(&[1; 12], 0x0203), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 2]);
    }
}
