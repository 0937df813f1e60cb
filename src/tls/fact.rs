//! What a session says: plaintext, and what happened.

use super::infer::Inferred;
use super::keylog::{Label, Source};
use super::names::{Alert, HandshakeType, Version};
use super::records::Stretch;
use super::suite::CipherSuite;
use crate::base::{Piece, Side};

/// What comes out of a session.
#[derive(Clone, Copy, Debug)]
pub enum Output<'a> {
    /// The next application data of a side. `origin.at` and `origin.tcp_end` are those of the end of the record, `origin.peer_acked` that
    /// of the packet with the record's first octet. A gap has the length 0: nobody knows how much plaintext is missing.
    Plain(Side, Piece<'a>),
    /// Something happened.
    Fact(Side, Stretch, Fact),
}

/// What happened, by the side that did it. What hellos and certificates say is in [`super::Negotiation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A ClientHello was read.
    ClientHello(Turn),
    /// The server asks for another ClientHello.
    HelloRetryRequest,
    /// A ServerHello was read: version and suite are known.
    ServerHello(Turn),
    /// EncryptedExtensions were read.
    EncryptedExtensions,
    /// ALPN's answer is known, or as good as it will ever be: see [`super::Negotiation::alpn`].
    Answered,
    /// The server's certificate was read.
    Certificate,
    /// The server's ephemeral key was read.
    ServerKeyExchange,
    /// The server asks for a client certificate.
    CertificateRequest(When),
    /// The server asks for renegotiation (up to TLS 1.2).
    HelloRequest,
    /// The server gives a ticket.
    NewSessionTicket,
    /// The client says which protocol it chose by NPN.
    NextProtocol,
    /// A change_cipher_spec record; it has no meaning in TLS 1.3.
    ChangeCipherSpec,
    /// The handshake of this side is complete.
    Finished,
    /// The sender goes on with new keys (TLS 1.3).
    KeyUpdate {
        /// True when the peer has to do the same.
        requested: bool,
    },
    /// The end of the client's 0-RTT data.
    EndOfEarlyData,
    /// The server took 0-RTT data, or did not.
    EarlyData {
        /// True when it took them.
        accepted: bool,
    },
    /// The first application data. Where records cannot be opened in TLS 1.3, the record that can hardly be anything else.
    ApplicationData,
    /// An alert.
    Alert(Alert),
    /// An alert that cannot be read. In TLS 1.3, a record that has the length of one.
    SealedAlert,
    /// A handshake message behind application data, up to TLS 1.2, that cannot be read: a renegotiation begins.
    SealedHandshake,
    /// The first record was opened, with a secret of this source.
    Opened(Source),
    /// Records of this side cannot be opened without this line of a key log.
    KeyMissing(Label),
    /// Records are sealed in a way that cannot be opened here.
    Unsupported(Version, CipherSuite),
    /// Records cannot be opened, because the hellos were not seen.
    HandshakeNotSeen,
    /// The first record, since one was opened, that cannot be opened though the key is there.
    NotOpened,
    /// So much was tried in vain that nothing more of this side is opened.
    GivenUp,
    /// What this side begins with is no TLS record; nothing is read of it.
    NotTls([u8; 5]),
    /// Octets that are no header of a record stand where one should be.
    NoRecord([u8; 5]),
    /// A record that breaks the rules of its content type: an alert not of two octets, a record with nothing but padding.
    BadRecord,
    /// A handshake message that cannot be read.
    BadMessage(HandshakeType),
    /// A handshake message that is too long to be read.
    LongMessage(HandshakeType, usize),
    /// Records were found again behind a gap.
    Resynchronised {
        /// Octets passed over.
        skipped: u64,
    },
    /// The side ended inside a record.
    Truncated,
}

/// Which hello of its side it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The first.
    First,
    /// The second, after HelloRetryRequest.
    AfterRetry,
    /// One on a connection that is set up already (up to TLS 1.2).
    Renegotiation,
}

/// When a client certificate was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// As part of the handshake.
    InHandshake,
    /// After it (RFC 8446 §4.6.2), which HTTP/2 forbids (RFC 9113 §9.2.3).
    Afterwards,
}

/// How the answer to ALPN is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlpnSource {
    /// The ServerHello names a protocol (up to TLS 1.2).
    ServerHello,
    /// The EncryptedExtensions, which were opened, name a protocol.
    EncryptedExtensions,
    /// The length of a record that was not opened gives it away: likely, never certain.
    InferredRecordLength,
    /// The server's flight was read, and carries no ALPN.
    None,
    /// Not known.
    #[default]
    Unknown,
}

impl AlpnSource {
    /// The word of reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ServerHello => "server_hello",
            Self::EncryptedExtensions => "encrypted_extensions",
            Self::InferredRecordLength => "inferred_record_length",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

/// ALPN's answer, and how it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlpnAnswer {
    /// How.
    pub source: AlpnSource,
    /// The protocol; `None` when none was selected, or when it is not known, which `source` tells. With
    /// [`AlpnSource::InferredRecordLength`], `None` means that the record has no room for an answer.
    pub selected: Option<super::ProtocolName>,
}

impl AlpnAnswer {
    pub(super) fn inferred(inferred: Option<Inferred>) -> Self {
        match inferred {
            Some(Inferred::Name(name)) => {
                Self { source: AlpnSource::InferredRecordLength, selected: Some(name) }
            }
            Some(Inferred::NoAnswer) => Self { source: AlpnSource::InferredRecordLength, selected: None },
            None => Self::default(),
        }
    }
}
