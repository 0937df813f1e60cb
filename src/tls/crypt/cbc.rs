//! Records of TLS 1.2 that are enciphered in blocks and carry a MAC, before the cipher (RFC 5246 §6.2.3.2) or behind it (RFC 7366).

use aes::{Aes128, Aes256, Block};
use cbc::Decryptor;
use cbc::cipher::{BlockModeDecrypt, InnerIvInit, KeyInit};
use ring::hmac;

use super::tls12::{additional_data, key_block};
use super::{Agreed, Opened};
use crate::base::Side;
use crate::tls::keylog::{Secret, wipe};
use crate::tls::names::Version;
use crate::tls::records::Header;
use crate::tls::suite::{Cbc, Mac};

/// The keys of one side.
pub(super) struct Keys {
    cipher: Cipher,
    mac: hmac::Key,
    order: Order,
}

/// The cipher wipes its round keys itself.
enum Cipher {
    Aes128(Box<Aes128>),
    Aes256(Box<Aes256>),
}

/// Where the MAC stands.
#[derive(Clone, Copy)]
enum Order {
    /// Inside what is enciphered, behind the plaintext.
    MacFirst,
    /// Behind what is enciphered, over it.
    CipherFirst,
}

impl Keys {
    /// Keys from the master secret (RFC 5246 §6.3).
    pub(super) fn tls12(agreed: Agreed<'_>, master: &Secret, side: Side) -> Option<Self> {
        let Cbc { key_octets, mac } = agreed.server.suite.cbc()?;
        if agreed.server.version != Version::TLS12 {
            return None;
        }
        let mut block = [0; 160];
        key_block(agreed, master, &mut block);
        let (macs, ciphers) = block.split_at(mac.octets().saturating_mul(2));
        let of = |keys: &'_ [u8], octets: usize| {
            let skip = if side == Side::Client { 0 } else { octets };
            keys.get(skip..skip.saturating_add(octets)).map(<[u8]>::to_vec)
        };
        let (mut mac_key, mut key) = (of(macs, mac.octets())?, of(ciphers, key_octets)?);
        wipe(&mut block);
        let made = Self {
            cipher: Cipher::new(&key)?,
            mac: hmac::Key::new(algorithm(mac), &mac_key),
            order: if agreed.server.encrypt_then_mac { Order::CipherFirst } else { Order::MacFirst },
        };
        wipe(&mut mac_key);
        wipe(&mut key);
        Some(made)
    }

    /// Opens a record as the one with this sequence number.
    pub(super) fn open_as(&self, header: &Header, body: &mut [u8], sequence: u64) -> Option<Opened> {
        let tag_octets = self.mac.algorithm().digest_algorithm().output_len();
        let length = match self.order {
            Order::CipherFirst => {
                let (sealed, tag) = body.split_at_checked(body.len().checked_sub(tag_octets)?)?;
                self.check(header, sequence, sealed, tag)?;
                let end = sealed.len();
                let plain = self.decipher(body.get_mut(..end)?)?;
                plain.len()
            }
            Order::MacFirst => {
                let plain = self.decipher(body)?;
                let (content, tag) = plain.split_at_checked(plain.len().checked_sub(tag_octets)?)?;
                self.check(header, sequence, content, tag)?;
                content.len()
            }
        };
        Some(Opened { kind: header.kind.0, plain: BLOCK..length.saturating_add(BLOCK) })
    }

    /// The MAC covers the sequence number, the header, and this.
    fn check(&self, header: &Header, sequence: u64, covered: &[u8], tag: &[u8]) -> Option<()> {
        let mut context = hmac::Context::with_key(&self.mac);
        context.update(&additional_data(header, sequence, covered.len()));
        context.update(covered);
        (context.sign().as_ref() == tag).then_some(())
    }

    /// Deciphers what follows the initial vector; returns it without its padding.
    fn decipher<'b>(&self, sealed: &'b mut [u8]) -> Option<&'b [u8]> {
        let (iv, sealed) = sealed.split_first_chunk_mut::<BLOCK>()?;
        let (blocks, rest) = Block::slice_as_chunks_mut(sealed);
        if !rest.is_empty() {
            return None;
        }
        let iv = Block::from(*iv);
        match &self.cipher {
            Cipher::Aes128(cipher) => Decryptor::inner_iv_init(&**cipher, &iv).decrypt_blocks(blocks),
            Cipher::Aes256(cipher) => Decryptor::inner_iv_init(&**cipher, &iv).decrypt_blocks(blocks),
        }
        let padding = usize::from(*sealed.last()?);
        let (plain, padded) = sealed.split_at_checked(sealed.len().checked_sub(padding)?.checked_sub(1)?)?;
        padded.iter().all(|octet| usize::from(*octet) == padding).then_some(plain)
    }
}

impl Drop for Keys {
    /// Overwrites what is secret: the key of the MAC with another one, since its octets cannot be reached.
    fn drop(&mut self) {
        self.mac = hmac::Key::new(self.mac.algorithm(), &[0; 20]);
        std::hint::black_box(&self.mac);
    }
}

impl Cipher {
    fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).ok().map(|cipher| Self::Aes128(cipher.into())),
            _ => Aes256::new_from_slice(key).ok().map(|cipher| Self::Aes256(cipher.into())),
        }
    }
}

const fn algorithm(mac: Mac) -> hmac::Algorithm {
    match mac {
        Mac::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Mac::Sha256 => hmac::HMAC_SHA256,
        Mac::Sha384 => hmac::HMAC_SHA384,
    }
}

/// Octets of a block, and of the initial vector before them.
const BLOCK: usize = 16;
