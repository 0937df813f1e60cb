//! Cipher suites: names, how they seal records, and the list that RFC 9113 Appendix A prohibits.

use std::fmt;

use super::suite_table::{SUITES, Standing};

/// A cipher suite by its number (RFC 8446 §B.4, IANA "TLS Cipher Suites").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CipherSuite(pub u16);

/// How records are sealed; only what can be opened here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aead {
    /// AES-128 in Galois/Counter Mode (RFC 5116 §5.1).
    Aes128Gcm,
    /// AES-256 in Galois/Counter Mode (RFC 5116 §5.2).
    Aes256Gcm,
    /// ChaCha20 with Poly1305 (RFC 8439).
    ChaCha20Poly1305,
}

/// AES in cipher block chaining with a MAC of its own (RFC 5246 §6.2.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cbc {
    /// Octets of the key: 16 or 32.
    pub key_octets: usize,
    /// The MAC.
    pub mac: Mac,
}

/// The hash under a MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mac {
    /// 20 octets.
    Sha1,
    /// 32 octets.
    Sha256,
    /// 48 octets.
    Sha384,
}

/// The hash of a suite's key schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// 32 octets.
    Sha256,
    /// 48 octets.
    Sha384,
}

impl CipherSuite {
    /// The suite that HTTP/2 over TLS 1.2 must support (RFC 9113 §9.2.2).
    pub const ECDHE_RSA_AES_128_GCM_SHA256: Self = Self(0xc02f);

    /// The IANA name, where the number is registered.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        entry(self.0).map(|(_, name, _)| *name)
    }

    /// True when RFC 9113 Appendix A lists the suite. The list is about TLS 1.2.
    #[must_use]
    pub fn is_prohibited(self) -> bool {
        entry(self.0).is_some_and(|(_, _, standing)| *standing == Standing::Prohibited)
    }

    /// True for a number that is reserved to keep implementations flexible (RFC 8701).
    #[must_use]
    pub const fn is_grease(self) -> bool {
        is_grease(self.0)
    }

    /// True for the suites of TLS 1.3.
    #[must_use]
    pub const fn is_tls13(self) -> bool {
        self.0 >> 8 == 0x13
    }

    /// True for a number that only signals something (RFC 5746 §3.3, RFC 7507 §2) and is never selected.
    #[must_use]
    pub const fn is_signal(self) -> bool {
        matches!(self.0, 0x00ff | 0x5600)
    }

    /// How records are sealed; `None` when such records cannot be opened here.
    #[must_use]
    pub fn aead(self) -> Option<Aead> {
        Aead::of(self.name()?)
    }

    /// How records of TLS 1.3 are sealed, and the hash of the key schedule, in one look-up; `None` for other suites, and where such
    /// records cannot be opened here.
    #[must_use]
    pub fn of_tls13(self) -> Option<(Aead, Hash)> {
        let name = if self.is_tls13() { self.name()? } else { return None };
        Aead::of(name).map(|aead| (aead, Hash::of(name)))
    }

    /// How records are enciphered in blocks; `None` for other suites, and for blocks of other ciphers than AES.
    #[must_use]
    pub fn cbc(self) -> Option<Cbc> {
        let name = self.name()?;
        let (key_octets, hash) = match name.split_once("_WITH_AES_128_CBC_") {
            Some((_, hash)) => (16, hash),
            None => (32, name.split_once("_WITH_AES_256_CBC_")?.1),
        };
        let mac = match hash {
            "SHA" => Mac::Sha1,
            "SHA256" => Mac::Sha256,
            "SHA384" => Mac::Sha384,
            _ => return None,
        };
        Some(Cbc { key_octets, mac })
    }

    /// The hash of the key schedule, as the name says it; SHA-256 where it says none (RFC 5246 §5).
    #[must_use]
    pub fn hash(self) -> Hash {
        self.name().map_or(Hash::Sha256, Hash::of)
    }

    /// True when the keys are made for the session and forgotten (DHE, ECDHE, and all of TLS 1.3).
    #[must_use]
    pub fn is_ephemeral(self) -> bool {
        self.is_tls13() || self.has_ecdhe() || self.has_dhe()
    }

    /// True for an ephemeral key exchange over elliptic curves.
    #[must_use]
    pub fn has_ecdhe(self) -> bool {
        self.name().is_some_and(|name| name.starts_with("TLS_ECDHE_") || name.starts_with("TLS_ECDH_anon"))
    }

    /// True for an ephemeral key exchange over finite fields.
    #[must_use]
    pub fn has_dhe(self) -> bool {
        self.name().is_some_and(|name| {
            name.starts_with("TLS_DHE_")
                || name.starts_with("TLS_DH_anon")
                || name.starts_with("TLS_PSK_DHE_")
        })
    }
}

impl fmt::Display for CipherSuite {
    /// The IANA name, or the number as `0x1a1a`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

impl Aead {
    /// What the name of a suite says.
    fn of(name: &str) -> Option<Self> {
        if name.ends_with("_AES_128_GCM_SHA256") {
            Some(Self::Aes128Gcm)
        } else if name.ends_with("_AES_256_GCM_SHA384") {
            Some(Self::Aes256Gcm)
        } else if name.ends_with("_CHACHA20_POLY1305_SHA256") {
            Some(Self::ChaCha20Poly1305)
        } else {
            None
        }
    }

    /// Octets of the key.
    #[must_use]
    pub const fn key_octets(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }
}

impl Mac {
    /// Octets of the MAC, and of its key.
    #[must_use]
    pub const fn octets(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

impl Hash {
    /// What the name of a suite says.
    fn of(name: &str) -> Self {
        if name.ends_with("_SHA384") { Self::Sha384 } else { Self::Sha256 }
    }

    /// Octets of the hash, which is also the length of a TLS 1.3 traffic secret.
    #[must_use]
    pub const fn octets(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

/// True for the sixteen values 0x0a0a, 0x1a1a … 0xfafa (RFC 8701 §2).
pub(super) const fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

fn entry(number: u16) -> Option<&'static (u16, &'static str, Standing)> {
    let at = SUITES.binary_search_by_key(&number, |(number, ..)| *number).ok()?;
    SUITES.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_holds_the_prohibited_ones() {
        assert!(SUITES.is_sorted_by(|one, next| one.0 < next.0));
        assert_eq!(SUITES.iter().filter(|(.., standing)| *standing == Standing::Prohibited).count(), 276);
        assert!(CipherSuite(0x009c).is_prohibited() && CipherSuite(0xc009).is_prohibited());
        assert!(!CipherSuite::ECDHE_RSA_AES_128_GCM_SHA256.is_prohibited());
        assert!(!CipherSuite(0x1301).is_prohibited() && !CipherSuite(0x2a2a).is_prohibited());
    }

    #[test]
    fn suites_print_by_name_or_number() {
        let said = [0x1301, 0xc009, 0x2a2a].map(|number| CipherSuite(number).to_string());
        assert_eq!(said, ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "0x2a2a"]);
        assert!(CipherSuite(0x2a2a).is_grease() && !CipherSuite(0x2a3a).is_grease());
    }

    #[test]
    fn suites_of_blocks_say_key_and_mac() {
        let cbc = |number| CipherSuite(number).cbc().map(|cbc| (cbc.key_octets, cbc.mac));
        assert_eq!([cbc(0x002f), cbc(0xc009), cbc(0xc013)], [Some((16, Mac::Sha1)); 3]);
        assert_eq!([cbc(0x003d), cbc(0xc028)], [Some((32, Mac::Sha256)), Some((32, Mac::Sha384))]);
        assert_eq!([cbc(0xc02f), cbc(0x000a), cbc(0x0041), cbc(0x1301)], [None; 4]);
    }

    #[test]
    fn what_can_be_opened_is_told_by_the_name() {
        let aead = |number| CipherSuite(number).aead();
        assert_eq!([aead(0x1301), aead(0xc02b), aead(0x009c)], [Some(Aead::Aes128Gcm); 3]);
        assert_eq!([aead(0x1302), aead(0xc02c), aead(0x009f)], [Some(Aead::Aes256Gcm); 3]);
        assert_eq!([aead(0x1303), aead(0xcca8), aead(0xccaa)], [Some(Aead::ChaCha20Poly1305); 3]);
        assert_eq!([aead(0x1304), aead(0xc09c), aead(0xc009), aead(0xc050), aead(0xc07a)], [None; 5]);
        assert_eq!(CipherSuite(0xc030).hash(), Hash::Sha384);
        assert!(CipherSuite(0x009e).has_dhe() && CipherSuite(0xcca8).has_ecdhe());
        assert!(!CipherSuite(0x009c).is_ephemeral() && CipherSuite(0x1303).is_ephemeral());
    }
}
