//! What is spoken inside TLS is not what the handshake agreed on.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Reference, Severity};
use crate::http1::Protocol;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, http1, settings, settings_ack};

use super::words::{OK, PLAIN, hellos, opening};

/// HTTP/2 preface sent over TLS although no protocol was negotiated.
pub(in crate::rules) static PREFACE_WITHOUT_ALPN: Rule = Rule {
    code: "NEG004",
    name: "preface-without-alpn",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Handshake,
    rfc: &[
        rfc9113("3.3", Some(Level::Must)),
        rfc7540("3.4", Some(Level::Must)),
        Reference { doc: "RFC 7301", section: "3.2", level: None },
    ],
    summary: "HTTP/2 preface sent over TLS although no protocol was negotiated",
    why: "Inside TLS, HTTP/2 is spoken when ALPN agreed on it, and not on a guess.",
    meaning: "The first octets that the client sends inside TLS are the HTTP/2 preface, while the handshake agreed on nothing: the server answered no ALPN, or the client offered none, and NPN chose nothing.",
    harm: "It works as long as the server happens to speak HTTP/2 there; an HTTP/1.1 server answers 400, and stricter clients refuse to try.",
    doubt: "Both hellos and the client's first record have to be read; without keys only alpn-not-selected speaks. Likely when octets of the server's flight are missing. This is what a lenient client does behind a load balancer without an ALPN policy.",
    not_blamed: "It did not select HTTP/2; the client assumed it.",
    remedy: &[
        "Client: verify that ALPN selected \"h2\" before speaking it. Operator: add h2 to the ALPN policy of the TLS terminator so that the client does not have to guess.",
    ],
    symptoms: &[],
    refs: &["RFC 7301 3.2", "grpc-go#2742"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Plaintext, Need::Start],
    folds_into: &["http1-answer-to-preface"],
    fires: || {
        Script::tls(&Handshake::tls13().offers(&["h2"]))
            .client(opening())
            .server([settings(&[]), settings_ack()])
            .close()
    },
    quiet: || {
        Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"]))
            .client(opening())
            .server([settings(&[]), settings_ack()])
            .close()
    },
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], without_alpn)],
};

/// HTTP/2 preface sent although ALPN selected another protocol.
pub(in crate::rules) static H2_SPOKEN_AFTER_OTHER_PROTOCOL_SELECTED: Rule = Rule {
    code: "NEG005",
    name: "h2-spoken-after-other-protocol-selected",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Handshake,
    rfc: &[
        rfc9113("3.2", Some(Level::Must)),
        rfc7540("3.3", Some(Level::Must)),
        Reference { doc: "RFC 7301", section: "3.2", level: Some(Level::Must) },
    ],
    summary: "HTTP/2 preface sent although ALPN selected another protocol",
    why: "The protocol that ALPN selected is the one that both sides speak.",
    meaning: "ALPN selected another protocol than h2, usually http/1.1, and the first octets inside TLS are the HTTP/2 preface, or the server answers with HTTP/2 frames. One finding for each side that does it.",
    harm: "The peer reads frames as HTTP/1.1 text and answers 400, or closes; where both ignore the answer, proxies and inspectors on the way read something else than is spoken.",
    doubt: "Needs the keys and both hellos; then nothing is left open.",
    not_blamed: "The other side speaks what was not selected.",
    remedy: &[
        "Bind the protocol handler to the negotiated ALPN value; do not hard-wire HTTP/2 on a shared port.",
    ],
    symptoms: &[],
    refs: &["RFC 7301 3.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls13().offers(&["h2", "http/1.1"]).answers(&["http/1.1"]))
            .client(opening())
            .close()
    },
    quiet: || {
        Script::tls(&Handshake::tls13().offers(&["h2", "http/1.1"]).answers(&["http/1.1"]))
            .client([http1(PLAIN)])
            .server([http1(OK)])
            .close()
    },
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], other_selected)],
};

/// HTTP/1.x bytes sent although ALPN selected h2.
pub(in crate::rules) static HTTP1_SPOKEN_AFTER_H2_SELECTED: Rule = Rule {
    code: "NEG006",
    name: "http1-spoken-after-h2-selected",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc9113("3.2", Some(Level::Must)),
        rfc9113("3.4", Some(Level::Must)),
        rfc7540("3.3", Some(Level::Must)),
        rfc7540("3.5", Some(Level::Must)),
    ],
    summary: "HTTP/1.x bytes sent although ALPN selected h2",
    why: "Once ALPN selected h2 both sides begin with their HTTP/2 connection preface.",
    meaning: "ALPN selected \"h2\", and the client's first octets are an HTTP/1.x request, or the server's begin with \"HTTP/1.\". One finding for each side that does it.",
    harm: "The peer takes the text for a frame: \"HTTP/\" is the head of a frame of 4,740,180 octets, and the error says so instead of the cause.",
    doubt: "Certain when it was decrypted from the first record on. A plain HTTP/1.1 server behind a proxy that terminates TLS is the usual reason; the side is at fault whose octets these are.",
    not_blamed: "The other side sent HTTP/1.x though h2 was selected.",
    remedy: &[
        "Make sure that the backend behind the TLS terminator really speaks HTTP/2 (h2c) or downgrade at the proxy; check that the client library uses its HTTP/2 codec for h2.",
    ],
    symptoms: &[
        "Netty: First received frame was not SETTINGS. Hex dump for first 5 bytes: 485454502f",
        "nghttp2: Remote peer returned unexpected data while we expected SETTINGS frame.  Perhaps, peer does not support HTTP/2 properly.",
        "Go: http2: frame too large",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"]))
            .client(opening())
            .server([http1("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")])
            .close()
    },
    quiet: || {
        Script::tls(&Handshake::tls13().offers(&["h2", "http/1.1"]).answers(&["http/1.1"]))
            .client([http1(PLAIN)])
            .server([http1(OK)])
            .close()
    },
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], http1_spoken)],
};

fn without_alpn(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls.filter(|tls| tls.agreed_on_nothing()) else { return };
    let (Some(preface), Some(began)) = (event.conn.preface, event.http1.client_began_http()) else { return };
    let message = "The client spoke HTTP/2 inside TLS although no protocol was negotiated.".to_owned();
    let draft = hellos(Draft::new(Culprit::Client, message, began, preface), tls, "selects nothing").shows(
        EvidenceRole::Effect,
        Side::Client,
        preface,
        "HTTP/2 preface",
    );
    let holed = event.coverage.sides.server.lost().gap.is_some();
    verdict.say(if holed { draft.at_most(Confidence::Likely) } else { draft });
}

fn other_selected(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    let Some(selected) = tls.alpn().selected.filter(|name| !name.is("h2")) else { return };
    let server = event.conn.sides.server.first_frame.map(|(_, first)| first);
    let spoken =
        [(Side::Client, event.conn.preface, "HTTP/2 preface"), (Side::Server, server, "HTTP/2 frame")];
    for (side, spoke, what) in spoken {
        let Some(at) = spoke else { continue };
        let message = format!("The {} speaks HTTP/2 although ALPN selected {selected}.", side.word());
        let draft = Draft::new(Culprit::of(side), message, at, at);
        let draft = hellos(draft, tls, format!("selects {selected}"));
        verdict.say(draft.shows(EvidenceRole::Effect, side, at, what));
    }
}

fn http1_spoken(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls else { return };
    if !tls.alpn().selected.is_some_and(|name| name.is("h2")) {
        return;
    }
    let line = |side: Side| match side {
        Side::Client => {
            event.http1.request.as_deref().map(|(head, at)| (format!("{} request", head.method), *at))
        }
        Side::Server => event.http1.response.as_deref().map(|(head, at)| (head.line.to_string(), *at)),
    };
    for side in Side::BOTH {
        let Some((what, at)) = line(side).filter(|_| event.http1.speaks(side, Protocol::Http1)) else {
            continue;
        };
        let message = format!("The {} speaks HTTP/1.x although ALPN selected h2: {what}.", side.word());
        let draft = hellos(Draft::new(Culprit::of(side), message, at, at), tls, "selects h2");
        verdict.say(draft.shows(EvidenceRole::Effect, side, at, what));
    }
}
