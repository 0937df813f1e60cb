//! TLS of a conversation: hellos as they are said, flights with placeholders where nobody looks, and records that are really sealed,
//! with secrets that the capture carries along.

use super::certificate::certificate;
use super::frames::Octets;
use crate::base::{PerSide, Side, to_u32};
use crate::tls::{CipherSuite, ContentType, Sealer};

/// A handshake: what the client offers, and what the server answers.
#[derive(Clone, Debug)]
pub struct Handshake {
    version: Spoken,
    suites: Vec<u16>,
    offered: Option<Vec<Vec<u8>>>,
    answered: Option<Vec<Vec<u8>>>,
    offers_npn: bool,
    npn: Option<Vec<Vec<u8>>>,
    server_name: Option<String>,
    more: Vec<(u16, Vec<u8>)>,
    given: Given,
    older: u16,
    compression: u8,
    field: Option<usize>,
    certified: Option<String>,
    early: bool,
}

/// Which lines of a key log the capture carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    /// Those of this handshake.
    Own,
    /// Those of another one.
    Others,
    /// None.
    Nothing,
}

/// The version of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spoken {
    Tls12,
    Tls13,
}

/// What seals the records of a conversation from here on.
#[derive(Clone, Debug)]
pub(super) struct Secured {
    handshake: Handshake,
    sequence: PerSide<u64>,
}

/// Numbers of extensions (IANA "TLS ExtensionType Values").
const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;
const PRE_SHARED_KEY: u16 = 41;
const EARLY_DATA: u16 = 42;
const NPN: u16 = 13172;

/// Randoms of both hellos, and the secrets of both sides: of the handshake, and of what follows.
const CLIENT_RANDOM: [u8; 32] = [0xc1; 32];
const SERVER_RANDOM: [u8; 32] = [0x51; 32];
const HANDSHAKE_SECRETS: PerSide<[u8; 32]> = PerSide { client: [0xa1; 32], server: [0xa2; 32] };
const EARLY_SECRET: [u8; 32] = [0xe1; 32];
const DATA_SECRETS: PerSide<[u8; 32]> = PerSide { client: [0xb1; 32], server: [0xb2; 32] };

/// TLS_AES_128_GCM_SHA256, and TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.
const SUITES: (u16, u16) = (0x1301, 0xc02f);

impl Handshake {
    /// A handshake of TLS 1.3 without ALPN, whose secrets the capture carries.
    #[must_use]
    pub fn tls13() -> Self {
        Self {
            version: Spoken::Tls13,
            suites: vec![SUITES.0, SUITES.1],
            offered: None,
            answered: None,
            offers_npn: false,
            npn: None,
            server_name: Some("a.example".to_owned()),
            more: Vec::new(),
            given: Given::Own,
            older: 0x0303,
            compression: 0,
            field: None,
            certified: None,
            early: false,
        }
    }

    /// A handshake of TLS 1.2 without ALPN. What is sealed behind it cannot be opened.
    #[must_use]
    pub fn tls12() -> Self {
        Self { version: Spoken::Tls12, given: Given::Nothing, ..Self::tls13() }
    }

    /// Nobody has the secrets.
    #[must_use]
    pub const fn without_keys(mut self) -> Self {
        self.given = Given::Nothing;
        self
    }

    /// The secrets that the capture carries are those of another session.
    #[must_use]
    pub const fn with_other_keys(mut self) -> Self {
        self.given = Given::Others;
        self
    }

    /// The server chooses this version, 1.2 or older.
    #[must_use]
    pub const fn version(mut self, number: u16) -> Self {
        self.older = number;
        self
    }

    /// Both sides agree on this method of compression.
    #[must_use]
    pub const fn compression(mut self, method: u8) -> Self {
        self.compression = method;
        self
    }

    /// The server's ephemeral key is in a finite field whose prime has so many octets (TLS 1.2).
    #[must_use]
    pub const fn finite_field(mut self, octets: usize) -> Self {
        self.field = Some(octets);
        self
    }

    /// The server shows a certificate for this host (TLS 1.3).
    #[must_use]
    pub fn certificate_for(mut self, host: &str) -> Self {
        self.certified = Some(host.to_owned());
        self
    }

    /// The client resumes a session and sends data at once, which the server takes (TLS 1.3).
    #[must_use]
    pub(super) fn with_early_data(mut self) -> Self {
        self.early = true;
        self
    }

    /// The client offers these protocols.
    #[must_use]
    pub fn offers(mut self, protocols: &[&str]) -> Self {
        self.offered = Some(names(protocols));
        self
    }

    /// The server's answer lists these protocols; a right one lists one.
    #[must_use]
    pub fn answers(mut self, protocols: &[&str]) -> Self {
        self.answered = Some(names(protocols));
        self
    }

    /// The client offers NPN.
    #[must_use]
    pub const fn offers_npn(mut self) -> Self {
        self.offers_npn = true;
        self
    }

    /// The server lists these protocols by NPN.
    #[must_use]
    pub fn lists_by_npn(mut self, protocols: &[&str]) -> Self {
        self.npn = Some(names(protocols));
        self
    }

    /// The client asks for this host, or for none.
    #[must_use]
    pub fn server_name(mut self, name: Option<&str>) -> Self {
        self.server_name = name.map(str::to_owned);
        self
    }

    /// The client offers these suites; the server takes the first.
    #[must_use]
    pub fn suites(mut self, suites: &[u16]) -> Self {
        self.suites = suites.to_vec();
        self
    }

    /// The client's hello carries this extension too.
    #[must_use]
    pub fn extension(mut self, kind: u16, octets: &[u8]) -> Self {
        self.more.push((kind, octets.to_vec()));
        self
    }

    /// ClientHello.
    #[must_use]
    pub fn client_hello(&self) -> Octets {
        let suites: Vec<u8> = self.suites.iter().flat_map(|suite| suite.to_be_bytes()).collect();
        let mut extensions = Vec::new();
        if let Some(name) = &self.server_name {
            let entry = [&[0][..], &vector16(name.as_bytes())].concat();
            extensions.push((SERVER_NAME, vector16(&entry)));
        }
        if let Some(offered) = &self.offered {
            extensions.push((ALPN, vector16(&list(offered))));
        }
        if self.offers_npn {
            extensions.push((NPN, Vec::new()));
        }
        if self.version == Spoken::Tls13 {
            extensions.push((SUPPORTED_VERSIONS, vec![4, 3, 4, 3, 3]));
            extensions.push((KEY_SHARE, vector16(&key_share())));
        }
        extensions.extend(self.more.iter().cloned());
        if self.early {
            extensions.push((EARLY_DATA, Vec::new()));
            extensions.push((PRE_SHARED_KEY, pre_shared_key()));
        }
        let methods = if self.compression == 0 { vec![1, 0] } else { vec![2, self.compression, 0] };
        let parts = [&[3, 3][..], &CLIENT_RANDOM, &[0], &vector16(&suites), &methods, &all(&extensions)];
        Octets::Plain(record(22, &message(1, &parts.concat())))
    }

    /// ServerHello alone.
    #[must_use]
    pub fn server_hello(&self) -> Octets {
        let mut extensions = Vec::new();
        if self.version == Spoken::Tls13 {
            extensions.push((SUPPORTED_VERSIONS, vec![3, 4]));
            extensions.push((KEY_SHARE, key_share()));
            if self.early {
                extensions.push((PRE_SHARED_KEY, vec![0, 0]));
            }
        } else {
            extensions.extend(self.answer());
            extensions.extend(self.npn.as_ref().map(|npn| (NPN, list(npn))));
        }
        let (version, suite) = (self.older.to_be_bytes(), self.suite().to_be_bytes());
        let parts = [&version[..], &SERVER_RANDOM, &[0], &suite, &[self.compression], &all(&extensions)];
        Octets::Plain(record(22, &message(2, &parts.concat())))
    }

    /// Everything that the server says up to its Finished. Up to TLS 1.2 the client's flight stands in the middle of it; here it does
    /// not wait.
    #[must_use]
    pub fn server_flight(&self) -> Octets {
        let mut octets = self.server_hello().octets();
        if self.version == Spoken::Tls13 {
            let early = self.early.then(|| (EARLY_DATA, Vec::new()));
            let answer: Vec<(u16, Vec<u8>)> = self.answer().into_iter().chain(early).collect();
            let mut sealer = self.sealer(&HANDSHAKE_SECRETS.server, 0);
            octets.extend(sealer.seal(ContentType::HANDSHAKE, &message(8, &all(&answer))));
            if let Some(host) = &self.certified {
                octets.extend(sealer.seal(ContentType::HANDSHAKE, &message(11, &certificate(host))));
            }
            octets.extend(sealer.seal(ContentType::HANDSHAKE, &message(20, &[0xfe; 32])));
        } else {
            if let Some(field) = self.field {
                octets.extend(record(22, &message(12, &vector16(&vec![0xff; field]))));
            }
            octets.extend(record(22, &message(14, &[])));
        }
        Octets::Plain(octets)
    }

    /// What the server says behind the client's flight: nothing in TLS 1.3, before that its Finished.
    #[must_use]
    pub fn server_end(&self) -> Octets {
        let finished = [record(20, &[1]), record(22, &[0xee; 40])].concat();
        Octets::Plain(if self.version == Spoken::Tls12 { finished } else { Vec::new() })
    }

    /// Everything that the client says behind its hello.
    #[must_use]
    pub fn client_flight(&self) -> Octets {
        Octets::Plain(if self.version == Spoken::Tls13 {
            let mut sealer = self.sealer(&HANDSHAKE_SECRETS.client, 0);
            let end = self.early.then(|| self.early_record(ContentType::HANDSHAKE, &message(5, &[]), 1));
            let finished = sealer.seal(ContentType::HANDSHAKE, &message(20, &[0xfe; 32]));
            [end.unwrap_or_default(), finished].concat()
        } else {
            let exchange = record(22, &message(16, &[0xee; 33]));
            [exchange, record(20, &[1]), record(22, &[0xee; 40])].concat()
        })
    }

    /// A record of 0-RTT data.
    pub(super) fn early_record(&self, kind: ContentType, octets: &[u8], sequence: u64) -> Vec<u8> {
        self.sealer(&EARLY_SECRET, sequence).seal(kind, octets)
    }

    /// The lines of a key log, where secrets are given.
    pub(super) fn key_log(&self) -> Option<String> {
        let random = match self.given {
            Given::Own => CLIENT_RANDOM,
            Given::Others => [0xcc; 32],
            Given::Nothing => return None,
        };
        let secrets = [
            ("CLIENT_EARLY_TRAFFIC_SECRET", EARLY_SECRET),
            ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", HANDSHAKE_SECRETS.client),
            ("SERVER_HANDSHAKE_TRAFFIC_SECRET", HANDSHAKE_SECRETS.server),
            ("CLIENT_TRAFFIC_SECRET_0", DATA_SECRETS.client),
            ("SERVER_TRAFFIC_SECRET_0", DATA_SECRETS.server),
        ];
        let lines = secrets.map(|(label, secret)| format!("{label} {} {}\n", hex(&random), hex(&secret)));
        Some(lines.concat())
    }

    fn answer(&self) -> Option<(u16, Vec<u8>)> {
        self.answered.as_ref().map(|answered| (ALPN, vector16(&list(answered))))
    }

    fn suite(&self) -> u16 {
        let fits = |suite: &&u16| (**suite >> 8 == 0x13) == (self.version == Spoken::Tls13);
        self.suites.iter().find(fits).copied().unwrap_or(SUITES.1)
    }

    fn sealer(&self, secret: &[u8; 32], sequence: u64) -> Sealer {
        Sealer::new(CipherSuite(self.suite()), secret, sequence)
    }
}

impl Secured {
    pub(super) const fn new(handshake: Handshake) -> Self {
        Self { handshake, sequence: PerSide { client: 0, server: 0 } }
    }

    pub(super) fn key_log(&self) -> Option<String> {
        self.handshake.key_log()
    }

    /// Application data of a side, as a record.
    pub(super) fn seal(&mut self, side: Side, octets: &[u8]) -> Vec<u8> {
        self.seal_as(ContentType::APPLICATION_DATA, side, octets)
    }

    /// A handshake message of a side, as a record.
    pub(super) fn seal_message(&mut self, side: Side, kind: u8, body: &[u8]) -> Vec<u8> {
        self.seal_as(ContentType::HANDSHAKE, side, &message(kind, body))
    }

    fn seal_as(&mut self, kind: ContentType, side: Side, octets: &[u8]) -> Vec<u8> {
        let sequence = self.sequence[side];
        self.sequence[side] = sequence.saturating_add(1);
        if self.handshake.version == Spoken::Tls12 {
            return record(kind.0, &vec![0xee; octets.len().saturating_add(24)]);
        }
        self.handshake.sealer(&DATA_SECRETS[side], sequence).seal(kind, octets)
    }
}

/// A fatal alert in clear, with this description (RFC 8446 §B.2).
#[must_use]
pub fn alert(description: u8) -> Octets {
    Octets::Plain(record(21, &[2, description]))
}

fn names(protocols: &[&str]) -> Vec<Vec<u8>> {
    protocols.iter().map(|name| name.as_bytes().to_vec()).collect()
}

/// Names behind lengths of one octet.
fn list(names: &[Vec<u8>]) -> Vec<u8> {
    names
        .iter()
        .flat_map(|name| [&[u8::try_from(name.len()).unwrap_or(u8::MAX)], name.as_slice()].concat())
        .collect()
}

/// One identity and one binder.
fn pre_shared_key() -> Vec<u8> {
    let identity = [&vector16(&[7; 16])[..], &[0; 4]].concat();
    [vector16(&identity), vector16(&[&[32][..], &[0xbd; 32]].concat())].concat()
}

fn key_share() -> Vec<u8> {
    [&[0, 29][..], &vector16(&[9; 32])].concat()
}

/// Extensions, as a list behind its length.
fn all(extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let each =
        extensions.iter().flat_map(|(kind, octets)| [&kind.to_be_bytes()[..], &vector16(octets)].concat());
    vector16(&each.collect::<Vec<u8>>())
}

/// A handshake message.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, high, middle, low] = to_u32(body.len()).to_be_bytes();
    [&[kind, high, middle, low], body].concat()
}

/// A record in clear.
fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &vector16(body)].concat()
}

fn vector16(octets: &[u8]) -> Vec<u8> {
    [&u16::try_from(octets.len()).unwrap_or(u16::MAX).to_be_bytes(), octets].concat()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
