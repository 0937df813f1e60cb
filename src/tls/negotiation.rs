//! What was negotiated, as far as it was seen: the view that rules and reports read. Nothing in it judges.

use super::alpn::{Alpn, ProtocolName};
use super::certificate::Certificate;
use super::client_hello::ClientHello;
use super::fact::{AlpnAnswer, AlpnSource};
use super::infer;
use super::names::{Alert, AlertDescription, Version};
use super::records::Stretch;
use super::server_hello::{EncryptedExtensions, EphemeralKey, ServerHello};
use super::suite::CipherSuite;
use crate::base::{PerSide, Side};
use crate::limits::MAX_ALERTS;

/// What was negotiated, and what else happened in the handshake layer. Every part knows where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Negotiation {
    /// The first ClientHello.
    pub client_hello: Option<ClientHello>,
    /// HelloRetryRequest.
    pub retry: Option<Box<ServerHello>>,
    /// The ClientHello after HelloRetryRequest.
    pub second_client_hello: Option<Box<ClientHello>>,
    /// The ServerHello.
    pub server_hello: Option<ServerHello>,
    /// EncryptedExtensions, when they could be read.
    pub encrypted_extensions: Option<EncryptedExtensions>,
    /// The server's certificate, when it could be read.
    pub certificate: Option<Certificate>,
    /// The server's ephemeral key, up to TLS 1.2.
    pub ephemeral_key: Option<EphemeralKey>,
    /// True when an earlier session was resumed; `None` when that is not known.
    pub resumed: Option<bool>,
    /// The protocol that the client chose by NPN, when the message could be read.
    pub next_protocol: Option<Box<(ProtocolName, Stretch)>>,
    /// What became of the client's 0-RTT data.
    pub early_data: EarlyData,
    /// The last of the 0-RTT data that the server took and that could be read: what came before it is early as well.
    pub early_data_end: Option<Stretch>,
    /// The first request for a client certificate after the handshake.
    pub late_certificate_request: Option<Stretch>,
    /// Where a side began a renegotiation: the server's HelloRequest, the client's ClientHello.
    pub renegotiation: PerSide<Option<Stretch>>,
    /// The first handshake record behind application data that could not be read, up to TLS 1.2.
    pub sealed_handshake: PerSide<Option<Stretch>>,
    /// Where each side's handshake ended, when that could be read.
    pub finished: PerSide<Option<Stretch>>,
    /// The first record with application data.
    pub application_data: PerSide<Option<Stretch>>,
    /// Alerts in the order in which they passed; the first [`MAX_ALERTS`].
    pub alerts: Vec<SeenAlert>,
    /// The first alert that could not be read.
    pub sealed_alert: PerSide<Option<Stretch>>,
    /// Where each side said close_notify.
    pub close_notify: PerSide<Option<Stretch>>,
    /// How often each side changed its keys (TLS 1.3).
    pub key_updates: PerSide<u32>,
    /// Tickets that the server gave.
    pub tickets: u32,
    /// Records of each side that are sealed, as far as their headers were seen.
    pub sealed_records: PerSide<u64>,
    /// True when a side went over to sealed records, up to TLS 1.2.
    pub sealing: PerSide<bool>,
    /// Length of the server's first sealed record in TLS 1.3, when nothing before it can be missing.
    pub first_sealed: Option<u16>,
}

/// An alert, who sent it, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenAlert {
    /// Who sent it.
    pub by: Side,
    /// What it says.
    pub alert: Alert,
    /// Where it stands.
    pub at: Stretch,
}

/// What became of 0-RTT data (RFC 8446 §4.2.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyData {
    /// The client sends none.
    #[default]
    None,
    /// The client sends some; the server's decision has not been seen.
    Offered,
    /// The server takes them.
    Accepted,
    /// The server does not; the client sends them again.
    Rejected,
    /// The client has gone on, and what the server decided could not be read.
    Unknown,
}

impl Negotiation {
    /// The ClientHello that the ServerHello answers.
    #[must_use]
    pub const fn offer(&self) -> Option<&ClientHello> {
        match &self.second_client_hello {
            Some(hello) => Some(hello),
            None => self.client_hello.as_ref(),
        }
    }

    /// The version that is spoken.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.server_hello.as_ref().or(self.retry.as_deref()).map(|hello| hello.version)
    }

    /// The suite that is used.
    #[must_use]
    pub fn suite(&self) -> Option<CipherSuite> {
        self.server_hello.as_ref().map(|hello| hello.suite)
    }

    /// The host that the client asked for.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        self.offer()?.server_name.name()
    }

    /// ALPN's extension as the server answered it, when it could be read.
    #[must_use]
    pub fn alpn_extension(&self) -> Option<&Alpn> {
        match (&self.encrypted_extensions, &self.server_hello) {
            (Some(extensions), _) => Some(&extensions.alpn),
            (None, Some(hello)) if !hello.version.is_tls13() => Some(&hello.alpn),
            _ => None,
        }
    }

    /// ALPN's answer, and how it is known.
    #[must_use]
    pub fn alpn(&self) -> AlpnAnswer {
        let Some(extension) = self.alpn_extension() else {
            let hello = self.offer().filter(|hello| !hello.alpn.names().is_empty());
            let length = self.first_sealed.map(usize::from);
            return AlpnAnswer::inferred(
                length.zip(hello).and_then(|(length, hello)| infer::alpn(length, hello)),
            );
        };
        let read = if self.encrypted_extensions.is_some() {
            AlpnSource::EncryptedExtensions
        } else {
            AlpnSource::ServerHello
        };
        match extension {
            Alpn::Absent => AlpnAnswer { source: AlpnSource::None, selected: None },
            other => AlpnAnswer { source: read, selected: other.names().first().cloned() },
        }
    }

    /// The protocols that the client offers by ALPN, without those that mean nothing (RFC 8701).
    pub fn offered(&self) -> impl Iterator<Item = &ProtocolName> {
        self.offer().into_iter().flat_map(|hello| hello.alpn.names()).filter(|name| !name.is_grease())
    }

    /// True when the client offers this protocol by ALPN.
    #[must_use]
    pub fn offers(&self, name: &str) -> bool {
        self.offered().any(|offered| offered.is(name))
    }

    /// True when neither ALPN nor NPN agreed on a protocol, and that is known.
    #[must_use]
    pub fn agreed_on_nothing(&self) -> bool {
        let silent = self.offer().is_some_and(|hello| hello.alpn.is_absent() && self.server_hello.is_some());
        self.next_protocol.is_none() && (silent || self.alpn().source == AlpnSource::None)
    }

    /// True when both sides were heard after the server's hello, and neither gave up.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let went_on =
            |side: Side| self.sealed_records[side] > 0 || self.sealing[side] || self.finished[side].is_some();
        self.server_hello.is_some() && self.failure().is_none() && Side::BOTH.into_iter().all(went_on)
    }

    /// Where the server's answer to ALPN stands, or would stand.
    #[must_use]
    pub fn answered_at(&self) -> Option<Stretch> {
        let sealed = self.encrypted_extensions.as_ref().map(|extensions| extensions.at);
        sealed.or_else(|| self.server_hello.as_ref().map(|hello| hello.at))
    }

    /// The first alert that is an error, of either side.
    #[must_use]
    pub fn failure(&self) -> Option<&SeenAlert> {
        self.alerts.iter().find(|seen| !seen.alert.description.is_closure())
    }

    /// True when there is an alert with this description, from this side.
    #[must_use]
    pub fn alerted(&self, by: Side, description: AlertDescription) -> bool {
        self.alerts.iter().any(|seen| seen.by == by && seen.alert.description == description)
    }

    pub(super) fn note_alert(&mut self, by: Side, alert: Alert, at: Stretch) {
        if alert.description == AlertDescription::CLOSE_NOTIFY {
            self.close_notify[by].get_or_insert(at);
        }
        if self.alerts.is_empty() {
            // Mostly there is one of each side.
            self.alerts.reserve_exact(2);
        }
        if self.alerts.len() < MAX_ALERTS {
            self.alerts.push(SeenAlert { by, alert, at });
        }
    }

    pub(super) fn is_tls13(&self) -> bool {
        self.version().is_some_and(Version::is_tls13)
    }
}
