//! The keys of one side and the number of its next record, whatever way its records are sealed.

use super::{Agreed, Opened, aead, cbc};
use crate::base::Side;
use crate::tls::keylog::Secret;
use crate::tls::names::Version;
use crate::tls::records::Header;
use crate::tls::suite::CipherSuite;

/// The keys of one side, for one generation, and the sequence number of the next record.
pub(in crate::tls) struct Opener {
    keys: Keys,
    pub(in crate::tls) sequence: u64,
}

/// How records are sealed. Keys are large: they are made where they stay.
enum Keys {
    Aead(Box<aead::Keys>),
    Cbc(Box<cbc::Keys>),
}

/// True when records of this suite can be opened in this version.
pub(in crate::tls) fn opens(version: Version, suite: CipherSuite) -> bool {
    suite.aead().is_some() || version == Version::TLS12 && suite.cbc().is_some()
}

impl Opener {
    /// Keys of TLS 1.3 from a traffic secret.
    pub(in crate::tls) fn tls13(suite: CipherSuite, secret: &Secret) -> Option<Self> {
        aead::Keys::tls13(suite, secret).map(|keys| Self::first(Keys::Aead(keys)))
    }

    /// As [`Self::tls13`], from the octets of the secret.
    pub(in crate::tls) fn of_secret(suite: CipherSuite, secret: &[u8]) -> Option<Self> {
        aead::Keys::of_secret(suite, secret).map(|keys| Self::first(Keys::Aead(keys)))
    }

    /// Seals octets as the next record of TLS 1.3.
    pub(in crate::tls) fn seal(&mut self, kind: u8, plain: &[u8]) -> Option<Vec<u8>> {
        let Keys::Aead(keys) = &self.keys else { return None };
        let sealed = keys.seal(kind, plain, self.sequence)?;
        self.sequence = self.sequence.saturating_add(1);
        Some(sealed)
    }

    /// Keys up to TLS 1.2 from the master secret.
    pub(in crate::tls) fn tls12(agreed: Agreed<'_>, master: &Secret, side: Side) -> Option<Self> {
        let keys = aead::Keys::tls12(agreed, master, side).map(Keys::Aead);
        let in_blocks = || cbc::Keys::tls12(agreed, master, side).map(|keys| Keys::Cbc(Box::new(keys)));
        keys.or_else(in_blocks).map(Self::first)
    }

    const fn first(keys: Keys) -> Self {
        Self { keys, sequence: 0 }
    }

    /// The keys after a KeyUpdate (RFC 8446 §7.2).
    pub(in crate::tls) fn next_generation(&self) -> Option<Self> {
        match &self.keys {
            Keys::Aead(keys) => keys.next_generation().map(|keys| Self::first(Keys::Aead(keys))),
            Keys::Cbc(_) => None,
        }
    }

    /// Opens a record in place. When it cannot be opened, the body is spoilt.
    pub(in crate::tls) fn open(&mut self, header: &Header, body: &mut [u8]) -> Option<Opened> {
        let opened = self.open_as(header, body, self.sequence)?;
        self.sequence = self.sequence.saturating_add(1);
        Some(opened)
    }

    /// Opens a record as the one with this sequence number.
    pub(in crate::tls) fn open_as(&self, header: &Header, body: &mut [u8], sequence: u64) -> Option<Opened> {
        match &self.keys {
            Keys::Aead(keys) => keys.open_as(header, body, sequence),
            Keys::Cbc(keys) => keys.open_as(header, body, sequence),
        }
    }
}
