//! What several rules about negotiation say and show in the same way, and the texts of their examples.

use crate::base::Side;
use crate::conn::Ended;
use crate::finding::EvidenceRole;
use crate::rules::{Draft, Event};
use crate::script::{Octets, Script, http1, preface, settings, settings_ack};
use crate::tls::Negotiation;

/// A request that asks for an upgrade as it should.
pub(super) const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\n\
    Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n";

/// A request that asks for nothing but its answer.
pub(super) const PLAIN: &str = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

/// The response that grants an upgrade.
pub(super) const SWITCH: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

/// A response without content.
pub(super) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// A connection that is upgraded by this request and granted by this response, up to the SETTINGS of both sides.
pub(super) fn upgraded(request: &str, response: &str) -> Script {
    Script::connect()
        .client([http1(request)])
        .server([http1(response), settings(&[])])
        .client([preface(), settings(&[]), settings_ack()])
        .server([settings_ack()])
}

/// Preface and SETTINGS.
pub(super) fn opening() -> [Octets; 2] {
    [preface(), settings(&[])]
}

/// What a client offers, in a few words.
pub(super) fn offers(tls: &Negotiation) -> String {
    let names: Vec<String> = tls.offered().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => "offers no protocol".to_owned(),
        [only] => format!("offers only {only}"),
        several => format!("offers {}", several.join(", ")),
    }
}

/// The client's hello, and the server's answer in the words of the caller.
pub(super) fn hellos(draft: Draft, tls: &Negotiation, answer: impl Into<String>) -> Draft {
    let mut draft = draft;
    if let Some(hello) = tls.offer() {
        draft = draft.shows(EvidenceRole::Cause, Side::Client, hello.at.end, offers(tls));
    }
    if let Some(at) = tls.answered_at() {
        draft = draft.shows(EvidenceRole::Proof, Side::Server, at.end, answer);
    }
    draft
}

/// How the connection ended, as evidence.
pub(super) fn end(draft: Draft, event: &Event<'_>) -> Draft {
    match event.conn.transport.ended() {
        (Ended::Fin(side), Some(at)) => draft.shows(EvidenceRole::Effect, side, at, "FIN"),
        (Ended::Rst(side), Some(at)) => draft.shows(EvidenceRole::Effect, side, at, "RST"),
        _ => draft,
    }
}
