//! What a server answers: ServerHello and HelloRetryRequest (RFC 8446 §4.1.3, §4.1.4), EncryptedExtensions (§4.3.1), and the size of
//! its ephemeral key (RFC 5246 §7.4.3, RFC 8422 §5.4).

use nom::number::complete::{be_u8, be_u16};

use super::alpn::{Alpn, ProtocolName, names};
use super::extension as id;
use super::grammar::{array, extension, vector8, vector16, whole};
use super::keylog::Random;
use super::names::{Group, Version};
use super::records::Stretch;
use super::suite::CipherSuite;
use crate::limits::MAX_HELLO_ITEMS;

/// A ServerHello, or a HelloRetryRequest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// Where it stands.
    pub at: Stretch,
    /// The version that is spoken: `supported_versions` where it is there.
    pub version: Version,
    /// The server's random.
    pub random: Random,
    /// The session id: up to TLS 1.2 the name of this session, or of the one that is resumed; in TLS 1.3 the client's.
    pub session_id: Box<[u8]>,
    /// The suite that is used.
    pub suite: CipherSuite,
    /// The compression method; 0 is none.
    pub compression: u8,
    /// Numbers of all extensions, in order.
    pub extensions: Vec<u16>,
    /// ALPN's answer, up to TLS 1.2. TLS 1.3 has it in EncryptedExtensions.
    pub alpn: Alpn,
    /// Protocols offered by NPN; `None` without the extension.
    pub npn: Option<Vec<ProtocolName>>,
    /// The group of the server's key share, or the one that HelloRetryRequest asks for (TLS 1.3).
    pub group: Option<Group>,
    /// Which of the client's PSK identities is used (TLS 1.3).
    pub psk: Option<u16>,
    /// True when `server_name` is acknowledged (up to TLS 1.2).
    pub server_name: bool,
    /// True when the MAC of block ciphers stands behind what is enciphered (RFC 7366).
    pub encrypt_then_mac: bool,
}

/// EncryptedExtensions, where it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedExtensions {
    /// Where it stands.
    pub at: Stretch,
    /// Numbers of all extensions, in order.
    pub extensions: Vec<u16>,
    /// ALPN's answer.
    pub alpn: Alpn,
    /// True when the server takes the client's 0-RTT data.
    pub early_data: bool,
}

/// The ephemeral key of a server, up to TLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EphemeralKey {
    /// On a curve.
    Curve(Group),
    /// In a finite field, with the bits of its prime.
    FiniteField {
        /// Bits of the prime.
        bits: u32,
    },
}

/// The random of a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

impl ServerHello {
    /// True for a HelloRetryRequest.
    #[must_use]
    pub fn is_retry(&self) -> bool {
        self.random.0 == RETRY
    }

    /// Reads the body of the message.
    pub(super) fn read(body: &[u8], at: Stretch) -> Option<Self> {
        let (rest, version) = number(body)?;
        let (rest, random) = array::<32>(rest).ok()?;
        let (rest, session_id) = vector8(rest).ok()?;
        let (rest, suite) = number(rest)?;
        let (rest, compression) = be_u8::<_, nom::error::Error<_>>(rest).ok()?;
        let mut hello = Self {
            at,
            version: Version(version),
            random: Random(random),
            session_id: session_id.into(),
            suite: CipherSuite(suite),
            compression,
            extensions: Vec::new(),
            alpn: Alpn::Absent,
            npn: None,
            group: None,
            psk: None,
            server_name: false,
            encrypt_then_mac: false,
        };
        let mut extensions = whole(rest, vector16).unwrap_or_default();
        while let Ok((rest, (kind, octets))) = extension(extensions) {
            hello.extension(kind, octets);
            extensions = rest;
        }
        Some(hello)
    }

    fn extension(&mut self, kind: u16, octets: &[u8]) {
        if self.extensions.len() < MAX_HELLO_ITEMS {
            self.extensions.push(kind);
        }
        match kind {
            id::SUPPORTED_VERSIONS => {
                if let Some((_, version)) = number(octets) {
                    self.version = Version(version);
                }
            }
            id::ALPN => self.alpn = Alpn::read(octets),
            id::NPN => self.npn = Some(names(octets).unwrap_or_default()),
            id::KEY_SHARE | id::KEY_SHARE_OF_DRAFTS => {
                self.group = number(octets).map(|(_, group)| Group(group))
            }
            id::PRE_SHARED_KEY => self.psk = number(octets).map(|(_, identity)| identity),
            id::SERVER_NAME => self.server_name = true,
            id::ENCRYPT_THEN_MAC => self.encrypt_then_mac = true,
            _ => {}
        }
    }
}

impl EncryptedExtensions {
    /// Reads the body of the message.
    pub(super) fn read(body: &[u8], at: Stretch) -> Option<Self> {
        let mut rest = whole(body, vector16)?;
        let mut read = Self { at, extensions: Vec::new(), alpn: Alpn::Absent, early_data: false };
        while let Ok((behind, (kind, octets))) = extension(rest) {
            if read.extensions.len() < MAX_HELLO_ITEMS {
                read.extensions.push(kind);
            }
            match kind {
                id::ALPN => read.alpn = Alpn::read(octets),
                id::EARLY_DATA => read.early_data = true,
                _ => {}
            }
            rest = behind;
        }
        Some(read)
    }
}

impl EphemeralKey {
    /// Reads the body of ServerKeyExchange, which is laid out as the suite has it.
    pub(super) fn read(body: &[u8], suite: CipherSuite) -> Option<Self> {
        if suite.has_ecdhe() {
            let (rest, kind) = be_u8::<_, nom::error::Error<_>>(body).ok()?;
            let (_, group) = number(rest)?;
            return (kind == NAMED_CURVE).then_some(Self::Curve(Group(group)));
        }
        if !suite.has_dhe() {
            return None;
        }
        let (_, prime) = vector16(body).ok()?;
        let at = prime.iter().position(|octet| *octet != 0)?;
        let significant = prime.get(at..)?;
        let octets = u32::try_from(significant.len()).ok()?;
        let zeros = significant.first()?.leading_zeros();
        Some(Self::FiniteField { bits: octets.saturating_mul(8).saturating_sub(zeros) })
    }

    /// Size of the key in bits, where it is known.
    #[must_use]
    pub fn bits(self) -> Option<u32> {
        match self {
            Self::Curve(group) => group.bits().map(u32::from),
            Self::FiniteField { bits } => Some(bits),
        }
    }
}

/// ECCurveType named_curve (RFC 8422 §5.4).
const NAMED_CURVE: u8 = 3;

fn number(input: &[u8]) -> Option<(&[u8], u16)> {
    be_u16::<_, nom::error::Error<_>>(input).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::sample::{encrypted_extensions, server_hello};

    fn read(body: &[u8]) -> Option<ServerHello> {
        ServerHello::read(body, Stretch::default())
    }

    #[test]
    fn an_answer_up_to_tls12_is_read() {
        let extensions: &[(u16, &[u8])] =
            &[(0, b""), (16, b"\x00\x03\x02h2"), (13172, b"\x02h2\x08http/1.1")];
        let hello = read(&server_hello(&[3; 32], 0xc02f, extensions)[4..]).unwrap();
        assert_eq!((hello.version, hello.suite), (Version::TLS12, CipherSuite(0xc02f)));
        assert!(hello.alpn.has("h2") && hello.server_name && !hello.is_retry());
        assert_eq!(format!("{:?}", hello.npn), r#"Some(["h2", "http/1.1"])"#);
    }

    #[test]
    fn a_retry_is_told_from_an_answer() {
        let extensions: &[(u16, &[u8])] = &[(43, b"\x03\x04"), (51, b"\x00\x17")];
        let hello = read(&server_hello(&RETRY, 0x1301, extensions)[4..]).unwrap();
        assert!(hello.is_retry());
        assert_eq!((hello.version, hello.group), (Version::TLS13, Some(Group::SECP256R1)));
    }

    #[test]
    fn encrypted_extensions_are_read() {
        let octets = encrypted_extensions(&[(16, b"\x00\x03\x02h2"), (42, b"")]);
        let read = EncryptedExtensions::read(&octets[4..], Stretch::default()).unwrap();
        assert!(read.alpn.has("h2") && read.early_data);
        assert_eq!(read.extensions, [16, 42]);
        assert!(EncryptedExtensions::read(&octets[5..], Stretch::default()).is_none());
    }

    #[test]
    fn the_size_of_ephemeral_keys_is_known() {
        let curve = EphemeralKey::read(b"\x03\x00\x17\x41", CipherSuite(0xc02f)).unwrap();
        assert_eq!((curve, curve.bits()), (EphemeralKey::Curve(Group::SECP256R1), Some(256)));
        let mut field = vec![0, 129, 0, 0x7f];
        field.extend([0xff; 127]);
        let key = EphemeralKey::read(&field, CipherSuite(0x009e)).unwrap();
        assert_eq!(key, EphemeralKey::FiniteField { bits: 1023 });
        assert_eq!(EphemeralKey::read(&field, CipherSuite(0x009c)), None);
        assert_eq!(EphemeralKey::read(b"\x03", CipherSuite(0xc02f)), None);
    }
}
