//! How the protocol was agreed, as the report lists it.

use std::borrow::Cow;
use std::sync::Arc;

use super::rows::Facts;
use crate::base::Side;
use crate::conn::{Alternative, Alternatives};
use crate::finding::{AlertRow, AltSvc, Negotiation, Npn, TlsRow, UpgradeRow};
use crate::frame::Settings;
use crate::http1::{Outcome, Protocol};
use crate::tls::{self, AlpnSource, EarlyData, ProtocolName, Session};

/// The row.
pub(super) fn row(facts: &Facts<'_>) -> Negotiation {
    let upgrade = facts.http1.upgrade.as_ref().map(|upgrade| UpgradeRow {
        pkt: upgrade.requested.at.pkt,
        outcome: upgrade.outcome.word(),
        status: upgrade.response.as_ref().map(|response| response.status),
        settings: upgrade.request.settings().map(|octets| {
            Settings::new(&octets).iter().map(|(setting, value)| (setting.to_string(), value)).collect()
        }),
    });
    Negotiation {
        via: via(facts),
        tls: facts.tls.map(|tls| {
            let key_source = tls.opened().map(|source| facts.key_log.source(source).to_owned());
            Arc::new(TlsRow { key_source, ..tls_row(tls) })
        }),
        npn: facts.tls.and_then(|tls| npn(tls.negotiation())).map(Box::new),
        upgrade: upgrade.map(Box::new),
        alt_svc: alternatives(facts),
    }
}

/// Alternative services that the server named.
fn alternatives(facts: &Facts<'_>) -> Vec<AltSvc> {
    let named = facts.conn.alternatives().map(Alternatives::named).unwrap_or_default();
    let row = |named: &Alternative| AltSvc {
        protocol: named.protocol.to_string(),
        host: named.host.to_string(),
        port: named.port,
        max_age_s: named.max_age,
        pkt: named.at.at.pkt,
    };
    named.iter().map(row).collect()
}

fn via(facts: &Facts<'_>) -> &'static str {
    let upgraded = facts.http1.upgrade.as_ref().is_some_and(|upgrade| upgrade.outcome == Outcome::Accepted);
    let protocols = &facts.http1.protocols;
    if let Some(tls) = facts.tls {
        return via_tls(facts, tls.negotiation());
    }
    match (protocols.client, protocols.server) {
        _ if upgraded => "h2c_upgrade",
        _ if facts.conn.preface.is_some() => "h2c_prior_knowledge",
        (Protocol::Http1, _) | (_, Protocol::Http1) => "http1",
        (Protocol::Tls, _) => "tls_unknown",
        (Protocol::Unknown, Protocol::Http2) => "h2c_prior_knowledge",
        _ => "unknown",
    }
}

fn via_tls(facts: &Facts<'_>, seen: &tls::Negotiation) -> &'static str {
    let answer = seen.alpn();
    let by_npn = seen.next_protocol.as_deref().is_some_and(|(name, _)| name.is("h2"));
    let spoken = facts.conn.preface.is_some() || facts.conn.sides.server.total() > 0;
    let http1 = Side::BOTH.iter().any(|side| facts.http1.protocols[*side] == Protocol::Http1);
    match answer.selected {
        Some(name) if *name.0 == *ProtocolName::H2 => "h2_alpn",
        _ if by_npn => "h2_npn",
        _ if spoken => "h2_no_alpn",
        Some(name) if name.is("http/1.1") || name.is("http/1.0") => "http1",
        _ if http1 => "http1",
        _ => "tls_unknown",
    }
}

fn tls_row(session: &Session) -> TlsRow {
    let seen = session.negotiation();
    let answer = seen.alpn();
    TlsRow {
        version: seen
            .version()
            .map(|version| version.number().map_or_else(|| version.to_string().into(), Cow::Borrowed)),
        cipher: seen
            .suite()
            .map(|suite| suite.name().map_or_else(|| suite.to_string().into(), Cow::Borrowed)),
        sni: seen.server_name().map(str::to_owned),
        alpn_offered: seen
            .offer()
            .map(|hello| hello.alpn.names().iter().map(ProtocolName::text).collect())
            .unwrap_or_default(),
        alpn_selected: answer.selected.as_ref().map(ProtocolName::text),
        alpn_source: match answer.source {
            AlpnSource::ServerHello => "server_hello",
            AlpnSource::EncryptedExtensions => "encrypted_extensions",
            AlpnSource::InferredRecordLength => "inferred_record_length",
            AlpnSource::None => "none",
            AlpnSource::Unknown => "unknown",
        },
        resumed: seen.resumed,
        early_data: seen.client_hello.as_ref().map(|_| seen.early_data != EarlyData::None),
        key_source: None,
        decrypted: Side::BOTH.iter().any(|side| session.opened_by(*side).is_some()),
        alert: seen.failure().map(|seen| AlertRow {
            by: seen.by.word(),
            level: seen.alert.level.word(),
            description: seen.alert.description.to_string(),
            pkt: seen.at.start.at.pkt,
        }),
    }
}

fn npn(seen: &tls::Negotiation) -> Option<Npn> {
    let offered = seen.server_hello.as_ref().and_then(|hello| hello.npn.as_ref())?;
    Some(Npn {
        offered: offered.iter().map(ToString::to_string).collect(),
        selected: seen.next_protocol.as_deref().map(|(name, _)| name.to_string()),
    })
}
