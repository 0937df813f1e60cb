//! Records that are sealed and authenticated in one (RFC 8446 §5.2, RFC 5288, RFC 7905), and the key schedule of TLS 1.3
//! (RFC 8446 §7), on the primitives of `ring`.

use std::sync::LazyLock;

use ring::aead::{self, LessSafeKey, UnboundKey};

use super::schedule::Schedule;
use super::tls12::{additional_data, key_block};
use super::{Agreed, Opened};
use crate::base::Side;
use crate::tls::keylog::{Secret, wipe};
use crate::tls::records::Header;
use crate::tls::suite::{Aead, CipherSuite};

/// The keys of one side, for one generation.
pub(super) struct Keys {
    key: LessSafeKey,
    iv: [u8; 12],
    form: Form,
}

/// How records are laid out.
enum Form {
    /// TLS 1.3, with the traffic secret that the next generation is made of.
    Tls13 { suite: CipherSuite, secret: [u8; 48] },
    /// Up to TLS 1.2, with the first octets of the nonce in the record (RFC 5288 §3).
    Explicit,
    /// Up to TLS 1.2, with the nonce of TLS 1.3 (RFC 7905 §2).
    Implicit,
}

impl Keys {
    /// Keys of TLS 1.3 from a traffic secret.
    pub(super) fn tls13(suite: CipherSuite, secret: &Secret) -> Option<Box<Self>> {
        Self::of_secret(suite, secret.octets())
    }

    pub(super) fn of_secret(suite: CipherSuite, secret: &[u8]) -> Option<Box<Self>> {
        let (aead, hash) = suite.of_tls13()?;
        let (mut key, mut iv, mut kept) = ([0; 32], [0; 12], [0; 48]);
        let schedule = Schedule::new(hash, secret)?;
        let key_room = key.get_mut(..aead.key_octets())?;
        schedule.expand(b"tls13 key", key_room)?;
        schedule.expand(b"tls13 iv", &mut iv)?;
        let made = less_safe(aead, key_room);
        wipe(&mut key);
        kept.get_mut(..secret.len())?.copy_from_slice(secret);
        Some(Box::new(Self { key: made?, iv, form: Form::Tls13 { suite, secret: kept } }))
    }

    /// Keys up to TLS 1.2 from the master secret (RFC 5246 §6.3).
    pub(super) fn tls12(agreed: Agreed<'_>, master: &Secret, side: Side) -> Option<Box<Self>> {
        let suite = agreed.server.suite;
        let aead = suite.aead().filter(|_| !suite.is_tls13())?;
        let form = if aead == Aead::ChaCha20Poly1305 { Form::Implicit } else { Form::Explicit };
        let fixed = if aead == Aead::ChaCha20Poly1305 { 12 } else { 4 };
        let mut block = [0; 88];
        key_block(agreed, master, &mut block);
        let (keys, rest) = block.split_at(aead.key_octets().saturating_mul(2));
        let (client_key, server_key) = keys.split_at(aead.key_octets());
        let (key, skip) = match side {
            Side::Client => (client_key, 0),
            Side::Server => (server_key, fixed),
        };
        let mut iv = [0; 12];
        for (octet, part) in iv.iter_mut().zip(rest.iter().skip(skip).take(fixed)) {
            *octet = *part;
        }
        let made = less_safe(aead, key);
        wipe(&mut block);
        Some(Box::new(Self { key: made?, iv, form }))
    }

    /// The keys after a KeyUpdate (RFC 8446 §7.2).
    pub(super) fn next_generation(&self) -> Option<Box<Self>> {
        let Form::Tls13 { suite, secret } = &self.form else { return None };
        let length = suite.hash().octets();
        let schedule = Schedule::new(suite.hash(), secret.get(..length)?)?;
        let mut next = [0; 48];
        let room = next.get_mut(..length)?;
        schedule.expand(b"tls13 traffic upd", room)?;
        let made = Self::of_secret(*suite, room);
        wipe(&mut next);
        made
    }

    /// Opens a record as the one with this sequence number.
    pub(super) fn open_as(&self, header: &Header, body: &mut [u8], sequence: u64) -> Option<Opened> {
        match self.form {
            Form::Tls13 { .. } => {
                let length = self.unseal(&header.octets, &nonce(&self.iv, sequence), body)?;
                let (end, kind) = unpadded(body.get(..length)?)?;
                Some(Opened { kind, plain: 0..end })
            }
            Form::Explicit => {
                let (explicit, sealed) = body.split_at_mut_checked(8)?;
                let mut nonce = self.iv;
                for (octet, part) in nonce.iter_mut().skip(4).zip(explicit) {
                    *octet = *part;
                }
                let data = additional_data(header, sequence, sealed.len().checked_sub(TAG)?);
                let length = self.unseal(&data, &nonce, sealed)?;
                Some(Opened { kind: header.kind.0, plain: 8..length.saturating_add(8) })
            }
            Form::Implicit => {
                let data = additional_data(header, sequence, body.len().checked_sub(TAG)?);
                let length = self.unseal(&data, &nonce(&self.iv, sequence), body)?;
                Some(Opened { kind: header.kind.0, plain: 0..length })
            }
        }
    }

    /// Seals octets as the record of TLS 1.3 with this sequence number (RFC 8446 §5.2), header included: the reverse of [`Self::open_as`].
    pub(super) fn seal(&self, kind: u8, plain: &[u8], sequence: u64) -> Option<Vec<u8>> {
        let Form::Tls13 { .. } = &self.form else { return None };
        let length = u16::try_from(plain.len().checked_add(1 + TAG)?).ok()?;
        let [high, low] = length.to_be_bytes();
        let header = [23, 3, 3, high, low];
        let mut body = [plain, &[kind]].concat();
        let nonce = aead::Nonce::assume_unique_for_key(nonce(&self.iv, sequence));
        self.key.seal_in_place_append_tag(nonce, aead::Aad::from(header), &mut body).ok()?;
        Some([&header[..], &body].concat())
    }

    fn unseal(&self, data: &[u8], nonce: &[u8; 12], sealed: &mut [u8]) -> Option<usize> {
        let nonce = aead::Nonce::assume_unique_for_key(*nonce);
        let plain = self.key.open_in_place(nonce, aead::Aad::from(data), sealed).ok()?;
        Some(plain.len())
    }
}

impl Drop for Keys {
    /// Overwrites what is secret. The expanded key is overwritten with another one, since its octets cannot be reached.
    fn drop(&mut self) {
        if let Some(blank) = &*BLANK {
            self.key.clone_from(blank);
            std::hint::black_box(&self.key);
        }
        wipe(&mut self.iv);
        if let Form::Tls13 { secret, .. } = &mut self.form {
            wipe(secret);
        }
    }
}

/// A key of zeros.
static BLANK: LazyLock<Option<LessSafeKey>> = LazyLock::new(|| less_safe(Aead::Aes256Gcm, &[0; 32]));

/// Octets of the tag behind sealed octets, in all suites that can be opened.
const TAG: usize = 16;

fn less_safe(aead: Aead, key: &[u8]) -> Option<LessSafeKey> {
    let algorithm = match aead {
        Aead::Aes128Gcm => &aead::AES_128_GCM,
        Aead::Aes256Gcm => &aead::AES_256_GCM,
        Aead::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
    };
    UnboundKey::new(algorithm, key).ok().map(LessSafeKey::new)
}

/// The nonce of a record: the sequence number over the end of the initial vector (RFC 8446 §5.3).
fn nonce(iv: &[u8; 12], sequence: u64) -> [u8; 12] {
    let mut nonce = *iv;
    for (octet, part) in nonce.iter_mut().rev().zip(sequence.to_be_bytes().into_iter().rev()) {
        *octet ^= part;
    }
    nonce
}

/// Where the plaintext of a TLS 1.3 record ends, and its content type, in what was opened: padding is taken off (RFC 8446 §5.4).
fn unpadded(opened: &[u8]) -> Option<(usize, u8)> {
    let at = opened.iter().rposition(|octet| *octet != 0)?;
    opened.get(at).map(|kind| (at, *kind))
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
