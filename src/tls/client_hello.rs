//! ClientHello: what a client offers (RFC 8446 §4.1.2), in the form of SSL 2.0 too (RFC 5246 §E.2).

use std::borrow::Cow;

use nom::number::complete::be_u16;

use super::alpn::Alpn;
use super::extension as id;
use super::grammar::{array, extension, numbers, vector8, vector16, whole};
use super::keylog::Random;
use super::names::{Group, Version};
use super::records::Stretch;
use super::suite::{CipherSuite, is_grease};
use crate::limits::MAX_HELLO_ITEMS;

/// A ClientHello. Lists hold at most [`MAX_HELLO_ITEMS`] entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// Where it stands.
    pub at: Stretch,
    /// Octets of the message, header included.
    pub length: usize,
    /// How it is written.
    pub form: HelloForm,
    /// `legacy_version`: the highest version before TLS 1.3.
    pub legacy_version: Version,
    /// Names the session in key logs.
    pub random: Random,
    /// `legacy_session_id`; empty when there is none.
    pub session_id: Box<[u8]>,
    /// Cipher suites in the order of preference.
    pub suites: Vec<CipherSuite>,
    /// Compression methods; TLS 1.3 has `[0]`.
    pub compressions: Cow<'static, [u8]>,
    /// Numbers of all extensions, in order.
    pub extensions: Vec<u16>,
    /// `supported_versions`; empty without the extension.
    pub versions: Vec<Version>,
    /// `server_name`.
    pub server_name: ServerName,
    /// `application_layer_protocol_negotiation`.
    pub alpn: Alpn,
    /// True when NPN is offered.
    pub npn: bool,
    /// `supported_groups`; empty without the extension.
    pub groups: Vec<Group>,
    /// Groups for which there is a key share.
    pub key_shares: Vec<Group>,
    /// Identities offered in `pre_shared_key` (RFC 8446 §4.2.11); 0 without the extension.
    pub psk_identities: u16,
    /// True when 0-RTT data follow.
    pub early_data: bool,
    /// True when the client would authenticate itself after the handshake (RFC 8446 §4.2.6).
    pub post_handshake_auth: bool,
    /// Encrypted Client Hello.
    pub ech: Ech,
    /// `session_ticket` up to TLS 1.2 (RFC 5077): the ticket, empty when the client asks for one, `None` without the extension.
    pub ticket: Option<Box<[u8]>>,
    /// True when anything in it carries a value reserved by RFC 8701.
    pub grease: bool,
    /// True when renegotiation is protected (RFC 5746).
    pub secure_renegotiation: bool,
}

/// How a ClientHello is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HelloForm {
    /// A handshake message.
    Tls,
    /// The form of SSL 2.0.
    Sslv2,
}

/// The `server_name` extension (RFC 6066 §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerName {
    /// No extension.
    #[default]
    Absent,
    /// An extension that cannot be read, or that holds no host name.
    Malformed,
    /// The host name, as sent where it is ASCII.
    Name(Box<str>),
}

/// The `encrypted_client_hello` extension (RFC 9849).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ech {
    /// No extension.
    #[default]
    Absent,
    /// An outer hello, or GREASE that looks like one: server name and ALPN may not be the real ones.
    Outer,
    /// An inner hello.
    Inner,
}

impl ServerName {
    /// The name, where there is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }
}

impl ClientHello {
    /// True when the client takes this version.
    #[must_use]
    pub fn offers(&self, version: Version) -> bool {
        if self.versions.is_empty() {
            version <= self.legacy_version
        } else {
            self.versions.contains(&version)
        }
    }

    /// True when the name of the server is in it, but encrypted, in a way that came before Encrypted Client Hello.
    #[must_use]
    pub fn hides_server_name(&self) -> bool {
        self.extensions.contains(&id::ENCRYPTED_SNI)
    }

    /// The highest version offered.
    #[must_use]
    pub fn highest_version(&self) -> Version {
        let known = self.versions.iter().filter(|version| !version.is_grease()).max();
        known.copied().unwrap_or(self.legacy_version)
    }

    /// Reads the body of the message; `None` when it cannot be read as far as the compression methods. Behind them, what cannot be read is
    /// left out.
    pub(super) fn read(body: &[u8], at: Stretch) -> Option<Self> {
        let (rest, version) = number(body)?;
        let (rest, random) = array::<32>(rest).ok()?;
        let (rest, session_id) = vector8(rest).ok()?;
        let (rest, suites) = vector16(rest).ok()?;
        let (rest, compressions) = vector8(rest).ok()?;
        let mut hello = Self::new(at, HelloForm::Tls, Version(version), Random(random));
        hello.length = body.len().saturating_add(4);
        hello.session_id = session_id.into();
        hello.suites = numbers(suites)?.into_iter().map(CipherSuite).collect();
        if compressions != NO_COMPRESSION {
            hello.compressions = compressions.to_vec().into();
        }
        hello.grease = hello.suites.iter().any(|suite| suite.is_grease());
        let mut extensions = whole(rest, vector16).unwrap_or_default();
        while let Ok((rest, (kind, octets))) = extension(extensions) {
            hello.extension(kind, octets);
            extensions = rest;
        }
        Some(hello)
    }

    /// Reads a hello of SSL 2.0 form, from its version on.
    pub(super) fn read_sslv2(body: &[u8], at: Stretch) -> Option<Self> {
        let (rest, version) = number(body.strip_prefix(&[1])?)?;
        let (rest, suites) = number(rest)?;
        let (rest, session_id) = number(rest)?;
        let (rest, challenge) = number(rest)?;
        let (specs, rest) = rest.split_at_checked(suites.into())?;
        let (session_id, rest) = rest.split_at_checked(session_id.into())?;
        let challenge = rest.get(..challenge.into())?;
        let mut random = [0; 32];
        for (octet, part) in random.iter_mut().rev().zip(challenge.iter().rev()) {
            *octet = *part;
        }
        let mut hello = Self::new(at, HelloForm::Sslv2, Version(version), Random(random));
        hello.length = body.len().saturating_add(2);
        hello.session_id = session_id.into();
        let of_tls = specs.as_chunks::<3>().0.iter().filter_map(|[first, high, low]| {
            (*first == 0).then_some(CipherSuite(u16::from_be_bytes([*high, *low])))
        });
        hello.suites = of_tls.take(MAX_HELLO_ITEMS).collect();
        Some(hello)
    }

    fn new(at: Stretch, form: HelloForm, legacy_version: Version, random: Random) -> Self {
        Self {
            at,
            length: 0,
            form,
            legacy_version,
            random,
            session_id: Box::default(),
            suites: Vec::new(),
            compressions: NO_COMPRESSION.into(),
            extensions: Vec::new(),
            versions: Vec::new(),
            server_name: ServerName::Absent,
            alpn: Alpn::Absent,
            npn: false,
            groups: Vec::new(),
            key_shares: Vec::new(),
            psk_identities: 0,
            early_data: false,
            post_handshake_auth: false,
            ech: Ech::Absent,
            ticket: None,
            grease: false,
            secure_renegotiation: false,
        }
    }

    fn extension(&mut self, kind: u16, octets: &[u8]) {
        if self.extensions.is_empty() {
            self.extensions.reserve_exact(USUAL_EXTENSIONS);
        }
        if self.extensions.len() < MAX_HELLO_ITEMS {
            self.extensions.push(kind);
        }
        self.grease |= is_grease(kind);
        match kind {
            id::SERVER_NAME => self.server_name = server_name(octets),
            id::SUPPORTED_GROUPS => self.groups = groups(octets),
            id::ALPN => {
                self.alpn = Alpn::read(octets);
                self.grease |= self.alpn.names().iter().any(super::ProtocolName::is_grease);
            }
            id::SESSION_TICKET => self.ticket = Some(octets.into()),
            id::PRE_SHARED_KEY => self.psk_identities = identities(octets),
            id::EARLY_DATA => self.early_data = true,
            id::SUPPORTED_VERSIONS => self.versions = versions(octets),
            id::POST_HANDSHAKE_AUTH => self.post_handshake_auth = true,
            id::KEY_SHARE | id::KEY_SHARE_OF_DRAFTS => self.key_shares = key_shares(octets),
            id::NPN => self.npn = true,
            id::ECH => {
                self.ech = match octets.first() {
                    Some(1) => Ech::Inner,
                    _ => Ech::Outer,
                };
            }
            id::ENCRYPTED_SNI => self.ech = Ech::Outer,
            id::RENEGOTIATION_INFO => self.secure_renegotiation = true,
            _ => {}
        }
    }
}

/// The compression methods of nearly all hellos: none.
const NO_COMPRESSION: &[u8] = &[0];

/// Extensions for which there is room from the first one on: as many as most hellos have.
const USUAL_EXTENSIONS: usize = 16;

fn number(input: &[u8]) -> Option<(&[u8], u16)> {
    be_u16::<_, nom::error::Error<_>>(input).ok()
}

fn server_name(octets: &[u8]) -> ServerName {
    let mut list = whole(octets, vector16).unwrap_or_default();
    while let Some((kind, rest)) = list.split_first() {
        let Ok((rest, name)) = vector16(rest) else { break };
        if *kind == 0 && !name.is_empty() {
            return ServerName::Name(name.escape_ascii().to_string().into());
        }
        list = rest;
    }
    ServerName::Malformed
}

fn groups(octets: &[u8]) -> Vec<Group> {
    let list = whole(octets, vector16).and_then(numbers).unwrap_or_default();
    list.into_iter().map(Group).collect()
}

fn versions(octets: &[u8]) -> Vec<Version> {
    let list = whole(octets, vector8).and_then(numbers).unwrap_or_default();
    list.into_iter().map(Version).collect()
}

fn key_shares(octets: &[u8]) -> Vec<Group> {
    let mut list = whole(octets, vector16).unwrap_or_default();
    let mut groups = Vec::new();
    while let Ok((rest, (group, _))) = extension(list) {
        if groups.len() < MAX_HELLO_ITEMS {
            groups.push(Group(group));
        }
        list = rest;
    }
    groups
}

/// How many identities a `pre_shared_key` extension holds.
fn identities(octets: &[u8]) -> u16 {
    let Ok((_, mut list)) = vector16(octets) else { return 0 };
    let mut count = 0_u16;
    while let Ok((rest, _)) = vector16(list) {
        let Some(behind_age) = rest.get(4..) else { break };
        count = count.saturating_add(1);
        list = behind_age;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::sample::client_hello;

    fn read(body: &[u8]) -> Option<ClientHello> {
        ClientHello::read(body, Stretch::default())
    }

    #[test]
    fn every_offer_is_read() {
        let extensions: &[(u16, &[u8])] = &[
            (0x1a1a, b""),
            (0, b"\x00\x0e\x00\x00\x0bexample.com"),
            (10, b"\x00\x04\x00\x1d\x00\x17"),
            (16, b"\x00\x0c\x02h2\x08http/1.1"),
            (13172, b""),
            (35, b"ticket"),
            (43, b"\x04\x03\x04\x03\x03"),
            (42, b""),
            (49, b""),
            (51, b"\x00\x06\x00\x1d\x00\x02ab"),
            (0xfe0d, b"\x00"),
            (0xff01, b"\x00"),
            (41, b"\x00\x09\x00\x03abc\x00\x00\x00\x00\x00\x03\x02zz"),
        ];
        let hello = read(&client_hello(&[7; 32], &[0x1301, 0xc02f], extensions)[4..]).unwrap();
        assert_eq!(hello.random, Random([7; 32]));
        assert_eq!(hello.suites, [CipherSuite(0x1301), CipherSuite(0xc02f)]);
        assert_eq!(hello.server_name.name(), Some("example.com"));
        assert_eq!(hello.groups, [Group(29), Group(23)]);
        assert_eq!(hello.key_shares, [Group(29)]);
        assert_eq!(hello.versions, [Version::TLS13, Version::TLS12]);
        assert_eq!(hello.ticket.as_deref(), Some(&b"ticket"[..]));
        assert_eq!((hello.psk_identities, hello.ech), (1, Ech::Outer));
        assert!(hello.alpn.has("h2") && hello.npn && hello.early_data && hello.post_handshake_auth);
        assert!(hello.grease && hello.secure_renegotiation);
        assert!(hello.offers(Version::TLS12) && !hello.offers(Version::TLS11));
        assert_eq!(hello.highest_version(), Version::TLS13);
    }

    #[test]
    fn a_hello_without_extensions_offers_what_its_version_says() {
        let mut octets = client_hello(&[0; 32], &[0x2f], &[]);
        octets.truncate(octets.len() - 2);
        let hello = read(&octets[4..]).unwrap();
        assert!(hello.offers(Version::TLS10) && !hello.offers(Version::TLS13));
        assert!(hello.alpn.is_absent() && hello.server_name == ServerName::Absent);
    }

    #[test]
    fn what_is_cut_inside_the_extensions_keeps_what_stands_before_them() {
        let octets = client_hello(&[0; 32], &[0x2f], &[(16, b"\x00\x03\x02h2"), (0, b"x")]);
        assert_eq!(read(&octets[4..]).unwrap().server_name, ServerName::Malformed);
        assert!(read(&octets[4..octets.len() - 1]).unwrap().alpn.is_absent());
        assert!(read(&octets[4..40]).is_none() && read(b"").is_none());
    }

    #[test]
    fn a_hello_of_ssl2_form_is_read() {
        let mut body = b"\x01\x03\x01\x00\x06\x00\x00\x00\x10\x00\x00\x2f\x07\x00\xc0".to_vec();
        body.extend([9; 16]);
        let hello = ClientHello::read_sslv2(&body, Stretch::default()).unwrap();
        assert_eq!((hello.form, hello.legacy_version), (HelloForm::Sslv2, Version::TLS10));
        assert_eq!(hello.suites, [CipherSuite(0x2f)]);
        assert!(hello.random.0.starts_with(&[0; 16]) && hello.random.0.ends_with(&[9; 16]));
        assert!(ClientHello::read_sslv2(&body[..20], Stretch::default()).is_none());
    }
}
