//! The server that terminates TLS answers nothing to ALPN: strict clients stop, lenient ones go on.

use crate::base::{Place, Side};
use crate::conn::{Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Reference, Severity};
use crate::rules::{
    CaptureView, Draft, Event, Given, Judge, Need, Revision, Rule, Scope, Standing, Verdict, View, areas,
    rfc7540, rfc9113,
};
use crate::script::{Handshake, Script};
use crate::tls::{AlertDescription, AlpnSource, Negotiation};

use super::words::hellos;

/// Client offered h2 but the server's answer carries no ALPN at all.
pub(in crate::rules) static ALPN_NOT_SELECTED: Rule = Rule {
    code: "NEG002",
    name: "alpn-not-selected",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Handshake,
    rfc: &[
        rfc9113("3.2", None),
        rfc7540("3.3", None),
        Reference { doc: "RFC 7301", section: "3.2", level: None },
    ],
    summary: "Client offered h2 but the server's answer carries no ALPN at all",
    why: "Over TLS, HTTP/2 needs ALPN \"h2\". Strict clients stop here, lenient ones go on.",
    meaning: "The client offers \"h2\" by ALPN, the server's hello (EncryptedExtensions in TLS 1.3) carries no ALPN extension, and the handshake goes through. An error when the client offered nothing but HTTP/2, or when HTTP/2 was spoken all the same. The evidence says what the client did next.",
    harm: "Clients that insist on ALPN (grpc-go from 1.67 on, grpc-core, grpc-java) close the connection at once; others fall back to HTTP/1.1, or speak HTTP/2 without having agreed on it.",
    doubt: "A TLS server without ALPN is in order as long as the client would take HTTP/1.1, hence a warning by default. Certain when the answer was read; in TLS 1.3 without keys it is inferred from the length of a record, and is likely at most. A resumed session must carry ALPN again. A close right after the handshake raises nothing. The culprit is what terminates TLS on this connection, which may be a load balancer and not the server behind it.",
    not_blamed: "It offered h2.",
    remedy: &[
        "AWS NLB: set the TLS listener's ALPN policy to HTTP2Preferred (default None).",
        "Elsewhere: let whatever terminates TLS select h2 by ALPN; clients such as grpc-go from 1.67 on refuse to go on without.",
    ],
    symptoms: &[
        "grpc-go: credentials: cannot check peer: missing selected ALPN property. If you upgraded from a grpc-go version earlier than 1.67, …",
        "grpc-core: Cannot check peer: missing selected ALPN property.",
        "grpc-java: Failed ALPN negotiation: Unable to find compatible protocol",
        "Go: http2: unexpected ALPN protocol \"\"; want \"h2\"",
        "curl: ALPN: server did not agree on a protocol. Uses default.",
        "curl: ALPN, server did not agree to a protocol",
        "nghttp: HTTP/2 protocol was not selected. (nghttp2 expects h2)",
        "grpc-go: Allowing TLS connection to server … with ALPN disabled.",
    ],
    refs: &[
        "RFC 7301 3.1",
        "grpc/grpc-go#2742",
        "grpc/grpc-go#434",
        "netbirdio/netbird#3400",
        "kubernetes-sigs/aws-load-balancer-controller#2145",
    ],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake],
    folds_into: &[],
    fires: || Script::tls(&Handshake::tls12().offers(&["h2"])).close(),
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2"]).answers(&["h2"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge), Judge::Second(group)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls.filter(|tls| tls.offers("h2")) else { return };
    let answer = tls.alpn();
    let inferred = answer.source == AlpnSource::InferredRecordLength;
    let none = answer.source == AlpnSource::None || (inferred && answer.selected.is_none());
    let (Some(at), true) = (tls.answered_at(), none && went_through(tls) && !by_npn(tls)) else { return };
    let spoken = event.conn.preface.is_some() || event.conn.sides.server.total() > 0;
    let only = tls.offered().all(|name| name.is("h2") || name.is("grpc-exp"));
    let message = "The TLS server chose no protocol although the client offered h2 (ALPN).".to_owned();
    let answer = match tls.first_sealed.filter(|_| inferred) {
        Some(length) => format!("selects nothing (inferred: EncryptedExtensions record is {length} octets)"),
        None => "selects nothing".to_owned(),
    };
    let mut draft = Draft::new(Culprit::Server, message, at.start, at.end);
    draft = next(hellos(draft, tls, answer), event, tls);
    if only || spoken {
        draft = draft.severity(Severity::Error);
    }
    verdict.say(if inferred { draft.at_most(Confidence::Likely) } else { draft });
}

/// The handshake was completed, or it was the client that did not want to go on without a protocol.
fn went_through(tls: &Negotiation) -> bool {
    let strict = tls.alerted(Side::Client, AlertDescription::NO_APPLICATION_PROTOCOL);
    tls.is_complete() || (strict && tls.server_hello.is_some())
}

fn by_npn(tls: &Negotiation) -> bool {
    tls.server_hello.as_ref().is_some_and(|hello| hello.npn.is_some())
}

/// What the client did next.
fn next(draft: Draft, event: &Event<'_>, tls: &Negotiation) -> Draft {
    let last: Place = event.conn.transport.last;
    if let Some(preface) = event.conn.preface {
        return draft.shows(EvidenceRole::Effect, Side::Client, preface, "goes on with HTTP/2");
    }
    if let Some(data) = tls.application_data.client {
        let over = last.time.since(data.start.at.time);
        let what = format!("goes on, {over} of application data");
        return draft.shows(EvidenceRole::Effect, Side::Client, data.start, what);
    }
    let alert = tls.alerts.iter().find(|seen| seen.by == Side::Client);
    if let Some(seen) = alert {
        let what = format!("client sends alert {}", seen.alert.description);
        return draft.shows(EvidenceRole::Effect, Side::Client, seen.at.end, what);
    }
    match event.conn.transport.ended() {
        (Ended::Fin(Side::Client) | Ended::Rst(Side::Client), Some(at)) => {
            draft.shows(EvidenceRole::Effect, Side::Client, at, "client closes")
        }
        (Ended::Fin(Side::Server) | Ended::Rst(Side::Server), Some(at)) => {
            draft.shows(EvidenceRole::Effect, Side::Server, at, "server closes")
        }
        _ => draft,
    }
}

/// Connections to one server stand side by side: they may react differently.
fn group(standing: &Standing<'_>, capture: &CaptureView<'_>) -> Revision {
    let server = |number: u64| capture.agreements.connection(number).map(|other| other.server);
    let own = server(standing.number);
    let same = |number: &u64| *number != standing.number && own.is_some() && server(*number) == own;
    let beside = standing.alike.iter().copied().filter(same).take(MOST_BESIDE).collect();
    Revision { beside, ..Revision::default() }
}

/// Connections that are named beside the first.
const MOST_BESIDE: usize = 32;
