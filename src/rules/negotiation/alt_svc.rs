//! Alternative services: named by the server, and gone to by the client.

use crate::base::Side;
use crate::base::Span;
use crate::conn::{Alternative, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{
    Agreement, CaptureView, Draft, Event, Judge, Need, Rule, Scope, Spoken, Verdict, View, areas, digest,
    rfc7540, rfc9113,
};
use crate::script::{Handshake, Script, Wire, block, get, headers, response};

/// Server advertises an alternative service.
pub(in crate::rules) static ALT_SVC_ADVERTISED: Rule = Rule {
    code: "NEG027",
    name: "alt-svc-advertised",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("3.2", None), rfc7540("3.3", None)],
    summary: "Server advertises an alternative service",
    why: "A server may name alternatives to itself, in a response field or an ALTSVC frame.",
    meaning: "An Alt-Svc response field or an ALTSVC frame: protocol, host, port and lifetime of each alternative. \"clear\" withdraws all of them.",
    harm: "None, as long as the alternative can be reached and is meant.",
    doubt: "A fact. Whether a client went there is alt-svc-followed.",
    not_blamed: "It is told and may go there.",
    remedy: &["Nothing to do; check that the alternative is reachable and meant."],
    symptoms: &[],
    refs: &["RFC 7838"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext],
    folds_into: &[],
    fires: || {
        Script::open().client([get(1)]).server([alternative("h2=\"alt.example:31050\"; ma=60")]).close()
    },
    quiet: || Script::open().client([get(1)]).server([response(1).map(Wire::end_stream)]).close(),
    judges: &[Judge::On(&[On::Negotiated], advertised)],
};

/// Connection opened to an advertised alternative service.
pub(in crate::rules) static ALT_SVC_FOLLOWED: Rule = Rule {
    code: "NEG028",
    name: "alt-svc-followed",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Capture,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &["style"],
    view: View::Handshake,
    rfc: &[],
    summary: "Connection opened to an advertised alternative service",
    why: "A client may go on with an alternative that the server named.",
    meaning: "After alt-svc-advertised the same client connects to the host and port that were named, by server name or address, and agrees on the protocol that was named.",
    harm: "None; it says why there is another connection.",
    doubt: "Told from order and names, likely at most. Alternatives over QUIC are not seen.",
    not_blamed: "It named the alternative.",
    remedy: &["Nothing to do."],
    symptoms: &[],
    refs: &["RFC 7838"],
    h2spec: &[],
    options: &[],
    needs: &[],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([alternative("h2=\"alt.example:31050\"; ma=60")])
            .again(Span::millis(10))
            .client([alternate().client_hello()])
            .server([alternate().server_flight()])
            .client([alternate().client_flight()])
            .close()
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([response(1).map(Wire::end_stream)])
            .again(Span::millis(10))
            .client([alternate().client_hello()])
            .server([alternate().server_flight()])
            .client([alternate().client_flight()])
            .close()
    },
    judges: &[Judge::Capture(followed)],
};

/// A response that names an alternative.
fn alternative(value: &str) -> crate::script::Octets {
    headers(1, &block(&[(":status", "200"), ("alt-svc", value)])).map(Wire::end_stream)
}

/// The alternative's handshake.
fn alternate() -> Handshake {
    Handshake::tls12().server_name(Some("alt.example")).offers(&["h2"]).answers(&["h2"])
}

fn advertised(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(alternatives) = event.conn.alternatives() else { return };
    let named: Vec<String> = alternatives.named().iter().map(words).collect();
    let first = alternatives.named().first().map(|named| named.at);
    let Some(at) = first.or(alternatives.cleared) else { return };
    let message = match named.as_slice() {
        [] => "The server withdraws all alternative services.".to_owned(),
        several => format!("The server names alternative services: {}.", several.join(", ")),
    };
    let mut draft = Draft::new(Culprit::Server, message, at, at);
    for alternative in alternatives.named() {
        draft = draft.shows(EvidenceRole::Cause, Side::Server, alternative.at, words(alternative));
    }
    if let Some(cleared) = alternatives.cleared {
        draft = draft.shows(EvidenceRole::Effect, Side::Server, cleared, "clear");
    }
    verdict.say(draft);
}

fn words(named: &Alternative) -> String {
    let age = named.max_age.map(|seconds| format!(" for {seconds} s")).unwrap_or_default();
    format!("{} at {}:{}{age}", named.protocol, named.host, named.port)
}

fn followed(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let all = capture.agreements.connections();
    for own in all.iter().filter(|own| !own.alternatives.is_empty()) {
        let went =
            |named: &Alternative| all.iter().find(|other| goes(own, named, other)).map(|other| other.number);
        let found = own.alternatives.iter().find_map(|named| Some((named, went(named)?)));
        let Some((named, other)) = found else { continue };
        let message = format!("The client went on to the alternative {} on conn {other}.", words(named));
        let draft = Draft::new(Culprit::Client, message, named.at, named.at)
            .at_most(Confidence::Likely)
            .on(vec![own.number, other])
            .shows(EvidenceRole::Cause, Side::Server, named.at, words(named));
        verdict.say(draft);
    }
}

/// True when a connection goes to an alternative that another one named.
fn goes(own: &Agreement, named: &Alternative, other: &Agreement) -> bool {
    let elsewhere = (other.server, other.name) != (own.server, own.name);
    let host = if named.host.is_empty() {
        other.server.0 == own.server.0
    } else {
        other.name == Some(digest(&named.host))
    };
    let http2 = matches!(other.spoken, Spoken::Http2 | Spoken::Http2OverTls);
    let speaks =
        other.selected.as_deref() == Some(&*named.protocol) || (http2 && named.protocol.starts_with("h2"));
    let after = other.client == own.client && other.started.pkt > named.at.at.pkt;
    after && elsewhere && host && other.server.1 == named.port && speaks
}
