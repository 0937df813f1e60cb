//! The numbers of TLS that print by name: versions, groups, content types, handshake types, alerts.

use std::fmt;

use super::suite::is_grease;

/// A protocol version as sent (RFC 8446 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub u16);

impl Version {
    /// SSL 3.0.
    pub const SSL3: Self = Self(0x0300);
    /// TLS 1.0.
    pub const TLS10: Self = Self(0x0301);
    /// TLS 1.1.
    pub const TLS11: Self = Self(0x0302);
    /// TLS 1.2.
    pub const TLS12: Self = Self(0x0303);
    /// TLS 1.3.
    pub const TLS13: Self = Self(0x0304);

    /// The number as reports hold it: `1.3`.
    #[must_use]
    pub const fn number(self) -> Option<&'static str> {
        match self {
            Self(0x0002) => Some("SSL 2.0"),
            Self::SSL3 => Some("SSL 3.0"),
            Self::TLS10 => Some("1.0"),
            Self::TLS11 => Some("1.1"),
            Self::TLS12 => Some("1.2"),
            Self::TLS13 => Some("1.3"),
            _ => None,
        }
    }

    /// True for a value reserved by RFC 8701.
    #[must_use]
    pub const fn is_grease(self) -> bool {
        is_grease(self.0)
    }

    /// True for TLS 1.3, and for its drafts (0x7f00 and up) and private variants (0x7e00 and up in browsers, 0xfb00 and up at
    /// Facebook), which seal records in the same way, and the answer to ALPN with them.
    #[must_use]
    pub const fn is_tls13(self) -> bool {
        self.0 >= Self::TLS13.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number() {
            Some(number) if number.starts_with('S') => f.write_str(number),
            Some(number) => write!(f, "TLS {number}"),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

/// A group for the key exchange (RFC 8446 §4.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group(pub u16);

impl Group {
    /// The group that the mandatory suite of RFC 9113 §9.2.2 needs.
    pub const SECP256R1: Self = Self(23);

    /// The IANA name of common groups.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        GROUPS.iter().find(|(number, ..)| *number == self.0).map(|(_, name, _)| *name)
    }

    /// Size of the key in bits, for common groups (RFC 9113 §9.2.1 asks for 2048 in finite fields, 224 on curves).
    #[must_use]
    pub fn bits(self) -> Option<u16> {
        GROUPS.iter().find(|(number, ..)| *number == self.0).map(|(.., bits)| *bits)
    }

    /// True for a group over a finite field (RFC 7919).
    #[must_use]
    pub const fn is_finite_field(self) -> bool {
        self.0 >> 8 == 1
    }

    /// True for a value reserved by RFC 8701.
    #[must_use]
    pub const fn is_grease(self) -> bool {
        is_grease(self.0)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

/// Number, name, bits.
const GROUPS: &[(u16, &str, u16)] = &[
    (1, "sect163k1", 163),
    (2, "sect163r1", 163),
    (3, "sect163r2", 163),
    (6, "sect233k1", 233),
    (7, "sect233r1", 233),
    (9, "sect283k1", 283),
    (10, "sect283r1", 283),
    (11, "sect409k1", 409),
    (12, "sect409r1", 409),
    (13, "sect571k1", 571),
    (14, "sect571r1", 571),
    (15, "secp160k1", 160),
    (16, "secp160r1", 160),
    (17, "secp160r2", 160),
    (18, "secp192k1", 192),
    (19, "secp192r1", 192),
    (20, "secp224k1", 224),
    (21, "secp224r1", 224),
    (22, "secp256k1", 256),
    (23, "secp256r1", 256),
    (24, "secp384r1", 384),
    (25, "secp521r1", 521),
    (26, "brainpoolP256r1", 256),
    (27, "brainpoolP384r1", 384),
    (28, "brainpoolP512r1", 512),
    (29, "x25519", 255),
    (30, "x448", 448),
    (256, "ffdhe2048", 2048),
    (257, "ffdhe3072", 3072),
    (258, "ffdhe4096", 4096),
    (259, "ffdhe6144", 6144),
    (260, "ffdhe8192", 8192),
    (0x11eb, "SecP256r1MLKEM768", 256),
    (0x11ec, "X25519MLKEM768", 255),
    (0x11ed, "SecP384r1MLKEM1024", 384),
    (0x6399, "X25519Kyber768Draft00", 255),
];

/// What a record holds (RFC 8446 §B.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentType(pub u8);

impl ContentType {
    /// change_cipher_spec.
    pub const CHANGE_CIPHER_SPEC: Self = Self(20);
    /// alert.
    pub const ALERT: Self = Self(21);
    /// handshake.
    pub const HANDSHAKE: Self = Self(22);
    /// application_data; in TLS 1.3 every sealed record.
    pub const APPLICATION_DATA: Self = Self(23);
    /// heartbeat (RFC 6520 §3).
    pub const HEARTBEAT: Self = Self(24);
}

/// A handshake message (RFC 8446 §B.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeType(pub u8);

impl HandshakeType {
    /// hello_request, up to TLS 1.2.
    pub const HELLO_REQUEST: Self = Self(0);
    /// client_hello.
    pub const CLIENT_HELLO: Self = Self(1);
    /// server_hello, and HelloRetryRequest.
    pub const SERVER_HELLO: Self = Self(2);
    /// new_session_ticket.
    pub const NEW_SESSION_TICKET: Self = Self(4);
    /// end_of_early_data.
    pub const END_OF_EARLY_DATA: Self = Self(5);
    /// encrypted_extensions.
    pub const ENCRYPTED_EXTENSIONS: Self = Self(8);
    /// certificate.
    pub const CERTIFICATE: Self = Self(11);
    /// server_key_exchange, up to TLS 1.2.
    pub const SERVER_KEY_EXCHANGE: Self = Self(12);
    /// certificate_request.
    pub const CERTIFICATE_REQUEST: Self = Self(13);
    /// finished.
    pub const FINISHED: Self = Self(20);
    /// key_update.
    pub const KEY_UPDATE: Self = Self(24);
    /// next_protocol, of NPN (draft-agl-tls-nextprotoneg-04).
    pub const NEXT_PROTOCOL: Self = Self(67);

    /// The RFC's name of known types.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "hello_request",
            1 => "client_hello",
            2 => "server_hello",
            3 => "hello_verify_request",
            4 => "new_session_ticket",
            5 => "end_of_early_data",
            8 => "encrypted_extensions",
            11 => "certificate",
            12 => "server_key_exchange",
            13 => "certificate_request",
            14 => "server_hello_done",
            15 => "certificate_verify",
            16 => "client_key_exchange",
            20 => "finished",
            21 => "certificate_url",
            22 => "certificate_status",
            23 => "supplemental_data",
            24 => "key_update",
            25 => "compressed_certificate",
            67 => "next_protocol",
            _ => return None,
        })
    }
}

impl fmt::Display for HandshakeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "handshake message {}", self.0),
        }
    }
}

/// An alert (RFC 8446 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// How grave the sender calls it; TLS 1.3 ignores this octet.
    pub level: AlertLevel,
    /// What it says.
    pub description: AlertDescription,
}

/// The level of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertLevel(pub u8);

impl AlertLevel {
    /// fatal.
    pub const FATAL: Self = Self(2);

    /// The RFC's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self.0 {
            1 => "warning",
            2 => "fatal",
            _ => "unknown",
        }
    }
}

/// What an alert says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AlertDescription(pub u8);

impl AlertDescription {
    /// The sender ends its direction in order.
    pub const CLOSE_NOTIFY: Self = Self(0);
    /// No offered protocol is supported (RFC 7301 §3.2).
    pub const NO_APPLICATION_PROTOCOL: Self = Self(120);

    /// The IANA name.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            21 => "decryption_failed",
            22 => "record_overflow",
            30 => "decompression_failure",
            40 => "handshake_failure",
            41 => "no_certificate",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            52 => "too_many_cids_requested",
            60 => "export_restriction",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            100 => "no_renegotiation",
            109 => "missing_extension",
            110 => "unsupported_extension",
            111 => "certificate_unobtainable",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            114 => "bad_certificate_hash_value",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            117 => "general_error",
            120 => "no_application_protocol",
            121 => "ech_required",
            _ => return None,
        })
    }

    /// True for the two alerts that are no errors (RFC 8446 §6.1).
    #[must_use]
    pub const fn is_closure(self) -> bool {
        matches!(self.0, 0 | 90)
    }
}

impl fmt::Display for AlertDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "alert {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_by_name_or_as_numbers() {
        assert_eq!(Version::TLS13.to_string(), "TLS 1.3");
        assert_eq!(Version::SSL3.to_string(), "SSL 3.0");
        assert_eq!(Version(0x0a0a).to_string(), "0x0a0a");
        assert_eq!(Group(29).to_string(), "x25519");
        assert_eq!(Group(0x9999).to_string(), "0x9999");
        assert_eq!(AlertDescription(120).to_string(), "no_application_protocol");
        assert_eq!(AlertDescription(200).to_string(), "alert 200");
        assert_eq!(HandshakeType(8).to_string(), "encrypted_extensions");
        assert_eq!(HandshakeType(99).to_string(), "handshake message 99");
    }

    #[test]
    fn groups_know_their_size() {
        assert_eq!(Group::SECP256R1.bits(), Some(256));
        assert!(Group(257).is_finite_field() && !Group(29).is_finite_field());
        assert!(Version(0x7e01).is_tls13() && Version(0xfb1a).is_tls13());
        assert!(Version(0x7f1c).is_tls13() && Version::TLS13.is_tls13() && !Version::TLS12.is_tls13());
    }
}
