//! The rows of `show --as handshake`: each message of TLS or of an upgrade to HTTP/2, when the connection is over.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Observed;
use crate::base::{Origin, PacketNumber, PerSide, Side, Time};
use crate::conn::{Interest, Kind, On};
use crate::finding::Direction;
use crate::frame::Settings;
use crate::http1::Upgrade;
use crate::tls::{ClientHello, EarlyData, Negotiation, ProtocolName, ServerHello, Stretch, Version};

/// The facts that [`handshake`] listens to.
pub const HANDSHAKE_INTEREST: Interest = Interest::NONE.with(On::Negotiated);

/// A message of TLS or of an upgrade. What it does not say is `None`, or empty.
#[derive(Clone, Debug, Serialize)]
pub struct HandshakeLine {
    /// The connection.
    pub conn: u64,
    /// The packet in which it was complete.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: f64,
    /// Who sent it.
    pub dir: Direction,
    /// Which message: `ClientHello`, `ServerHello`, `alert` …
    pub message: &'static str,
    /// The version: the highest one offered, or the one selected.
    pub version: Option<String>,
    /// The suite selected.
    pub cipher: Option<String>,
    /// The host asked for, or whom a certificate names.
    pub name: Option<String>,
    /// Protocols offered by ALPN.
    pub alpn_offered: Vec<String>,
    /// The protocol that ALPN selected.
    pub alpn_selected: Option<String>,
    /// How that is known.
    pub alpn_source: Option<&'static str>,
    /// What the alert says.
    pub alert: Option<String>,
    /// Protocols offered by NPN, or the one chosen.
    pub npn: Vec<String>,
    /// `HTTP2-Settings`, decoded.
    pub settings: Option<BTreeMap<String, u32>>,
    /// What else is to be said.
    pub note: String,
    /// The moment of the packet.
    #[serde(skip)]
    pub time: Time,
}

/// The messages of a connection that is over, in the order in which they passed; nothing before.
#[must_use]
pub fn handshake(seen: &Observed<'_>) -> Vec<HandshakeLine> {
    if !matches!(seen.fact.kind, Kind::Negotiated) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    if let Some(tls) = seen.tls {
        hellos(seen, tls, &mut lines);
        answers(seen, tls, &mut lines);
        later(seen, tls, &mut lines);
    }
    if let Some(upgrade) = &seen.http1.upgrade {
        upgraded(seen, upgrade, &mut lines);
    }
    lines.sort_by_key(|line| line.pkt);
    lines
}

fn hellos(seen: &Observed<'_>, tls: &Negotiation, lines: &mut Vec<HandshakeLine>) {
    lines.extend(tls.client_hello.iter().map(|hello| client_hello(seen, hello)));
    lines.extend(tls.retry.iter().map(|hello| server_hello(seen, hello, "HelloRetryRequest")));
    lines.extend(tls.second_client_hello.iter().map(|hello| client_hello(seen, hello)));
    lines.extend(tls.server_hello.iter().map(|hello| {
        let line = server_hello(seen, hello, "ServerHello");
        let note = if tls.resumed == Some(true) { "resumes a session" } else { "" };
        let line = if tls.encrypted_extensions.is_some() { line } else { answered(line, tls) };
        HandshakeLine { note: note.to_owned(), ..line }
    }));
}

fn client_hello(seen: &Observed<'_>, hello: &ClientHello) -> HandshakeLine {
    let early = if hello.early_data { "0-RTT data follow" } else { "" };
    HandshakeLine {
        version: Some(said(hello.highest_version())),
        name: hello.server_name.name().map(str::to_owned),
        alpn_offered: names(hello.alpn.names()),
        note: if hello.npn {
            ["offers NPN", early].join(" ").trim_end().to_owned()
        } else {
            early.to_owned()
        },
        ..line(seen, Side::Client, &hello.at.end, "ClientHello")
    }
}

fn server_hello(seen: &Observed<'_>, hello: &ServerHello, message: &'static str) -> HandshakeLine {
    HandshakeLine {
        version: Some(said(hello.version)),
        cipher: Some(hello.suite.to_string()),
        npn: hello.npn.as_deref().map(names).unwrap_or_default(),
        ..line(seen, Side::Server, &hello.at.end, message)
    }
}

/// With ALPN's answer, and how it is known.
fn answered(line: HandshakeLine, tls: &Negotiation) -> HandshakeLine {
    let answer = tls.alpn();
    let selected = answer.selected.map(|name| name.to_string());
    HandshakeLine { alpn_selected: selected, alpn_source: Some(answer.source.word()), ..line }
}

/// What the server says behind its hello, and the client by NPN.
fn answers(seen: &Observed<'_>, tls: &Negotiation, lines: &mut Vec<HandshakeLine>) {
    let early = match tls.early_data {
        EarlyData::Accepted => "takes 0-RTT data",
        EarlyData::Rejected => "does not take 0-RTT data",
        EarlyData::None | EarlyData::Offered | EarlyData::Unknown => "",
    };
    lines.extend(tls.encrypted_extensions.iter().map(|extensions| HandshakeLine {
        note: early.to_owned(),
        ..answered(line(seen, Side::Server, &extensions.at.end, "EncryptedExtensions"), tls)
    }));
    lines.extend(tls.certificate.iter().map(|certificate| {
        let name = certificate.dns_names.first().or(certificate.common_name.as_ref());
        HandshakeLine {
            name: name.map(ToString::to_string),
            note: certificate.issuer.as_ref().map(|issuer| format!("issued by {issuer}")).unwrap_or_default(),
            ..line(seen, Side::Server, &certificate.at.end, "Certificate")
        }
    }));
    lines.extend(tls.next_protocol.as_deref().iter().map(|(name, at)| HandshakeLine {
        npn: vec![name.to_string()],
        ..line(seen, Side::Client, &at.end, "NextProtocol")
    }));
}

/// The ends of the handshake, and what comes behind them.
fn later(seen: &Observed<'_>, tls: &Negotiation, lines: &mut Vec<HandshakeLine>) {
    let both = |message: &'static str, at: &PerSide<Option<Stretch>>| {
        let at = *at;
        Side::BOTH.into_iter().filter_map(move |side| Some((side, at[side]?, message)))
    };
    let told = both("Finished", &tls.finished)
        .chain(both("renegotiation", &tls.renegotiation))
        .chain(both("sealed handshake message", &tls.sealed_handshake))
        .chain(both("sealed alert", &tls.sealed_alert))
        .chain(tls.late_certificate_request.map(|at| (Side::Server, at, "CertificateRequest")));
    lines.extend(told.map(|(side, at, message)| line(seen, side, &at.end, message)));
    lines.extend(tls.alerts.iter().map(|alert| HandshakeLine {
        alert: Some(format!("{} {}", alert.alert.level.word(), alert.alert.description)),
        ..line(seen, alert.by, &alert.at.end, "alert")
    }));
}

fn upgraded(seen: &Observed<'_>, upgrade: &Upgrade, lines: &mut Vec<HandshakeLine>) {
    let settings = upgrade.request.settings().map(|octets| {
        Settings::new(&octets).iter().map(|(setting, value)| (setting.to_string(), value)).collect()
    });
    let request = line(seen, Side::Client, &upgrade.requested, "upgrade request");
    lines.push(HandshakeLine {
        settings,
        name: upgrade.request.host.as_deref().map(str::to_owned),
        ..request
    });
    if let Some(answered) = &upgrade.answered {
        let status = upgrade.response.as_ref().map(|response| format!("{}, ", response.status));
        let note = format!("{}{}", status.unwrap_or_default(), upgrade.outcome.word().replace('_', " "));
        lines.push(HandshakeLine { note, ..line(seen, Side::Server, answered, "upgrade response") });
    }
}

fn line(seen: &Observed<'_>, side: Side, at: &Origin, message: &'static str) -> HandshakeLine {
    HandshakeLine {
        conn: seen.conn,
        pkt: at.at.pkt,
        t: seen.since_first(at.at).as_seconds(),
        dir: side.into(),
        message,
        version: None,
        cipher: None,
        name: None,
        alpn_offered: Vec::new(),
        alpn_selected: None,
        alpn_source: None,
        alert: None,
        npn: Vec::new(),
        settings: None,
        note: String::new(),
        time: at.at.time,
    }
}

fn said(version: Version) -> String {
    version.number().map_or_else(|| version.to_string(), str::to_owned)
}

fn names(names: &[ProtocolName]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
