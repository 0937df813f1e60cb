//! Records written instead of read, for conversations that are made up: sealed with a secret that a key log then gives away.

use super::crypt::Opener;
use super::names::ContentType;
use super::suite::CipherSuite;

/// The keys of one side in TLS 1.3. Built without the feature `decrypt`, what it seals cannot be opened.
pub struct Sealer {
    keys: Option<Opener>,
}

/// Octets that a sealed record is longer than its content: content type and tag (RFC 8446 §5.2).
const AROUND: usize = 1 + 16;

impl Sealer {
    /// Keys from a traffic secret, for the record with this sequence number and those behind it.
    #[must_use]
    pub fn new(suite: CipherSuite, secret: &[u8], sequence: u64) -> Self {
        let mut keys = Opener::of_secret(suite, secret);
        if let Some(keys) = &mut keys {
            keys.sequence = sequence;
        }
        Self { keys }
    }

    /// A record, header included.
    #[must_use]
    pub fn seal(&mut self, kind: ContentType, plain: &[u8]) -> Vec<u8> {
        let sealed = self.keys.as_mut().and_then(|keys| keys.seal(kind.0, plain));
        sealed.unwrap_or_else(|| {
            let length = u16::try_from(plain.len().saturating_add(AROUND)).unwrap_or(u16::MAX);
            let [high, low] = length.to_be_bytes();
            let mut record = vec![23, 3, 3, high, low];
            record.resize(usize::from(length).saturating_add(5), 0xee);
            record
        })
    }
}
