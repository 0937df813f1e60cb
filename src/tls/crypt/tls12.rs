//! What all suites of TLS 1.2 have in common: the key block (RFC 5246 §6.3), and what is authenticated besides a record's content.

use ring::hmac;

use super::Agreed;
use crate::tls::keylog::Secret;
use crate::tls::records::Header;
use crate::tls::suite::Hash;

/// Fills `out` with key material, in the order in which both sides take theirs from it.
pub(super) fn key_block(agreed: Agreed<'_>, master: &Secret, out: &mut [u8]) {
    let seed: [&[u8]; 3] = [b"key expansion", &agreed.server.random.0, &agreed.client.0];
    prf(agreed.server.suite.hash(), master.octets(), &seed, out);
}

/// What is authenticated besides a record's content: the record's number, and its header with the content's length.
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

/// The pseudorandom function of TLS 1.2 (RFC 5246 §5); label and seed come in parts.
fn prf(hash: Hash, secret: &[u8], seed: &[&[u8]], out: &mut [u8]) {
    let algorithm = match hash {
        Hash::Sha256 => hmac::HMAC_SHA256,
        Hash::Sha384 => hmac::HMAC_SHA384,
    };
    let key = hmac::Key::new(algorithm, secret);
    let signed = |first: &[u8], rest: &[&[u8]]| {
        let mut context = hmac::Context::with_key(&key);
        context.update(first);
        for part in rest {
            context.update(part);
        }
        context.sign()
    };
    let mut a = signed(&[], seed);
    for room in out.chunks_mut(hash.octets()) {
        let block = signed(a.as_ref(), seed);
        for (octet, part) in room.iter_mut().zip(block.as_ref()) {
            *octet = *part;
        }
        a = signed(a.as_ref(), &[]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::sample::hex;

    #[test]
    fn the_prf_of_tls12_gives_the_known_answer() {
        let secret = hex("9bbe436ba940f017b17652849a71db35");
        let seed = hex("a0ba9f936cda311827a6f796ffd5198c");
        let mut out = [0; 100];
        prf(Hash::Sha256, &secret, &[b"test label", &seed], &mut out);
        assert_eq!(
            out.as_slice(),
            hex(
                "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af\
                 0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701\
                 87347b66"
            )
        );
    }
}
