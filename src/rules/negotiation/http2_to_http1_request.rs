//! A server that speaks HTTP/2 only, to a client that began with HTTP/1.x.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::http1::{Outcome, Protocol};
use crate::rules::{
    CaptureView, Draft, Event, Given, Judge, Need, Revision, Rule, Scope, Standing, Verdict, View, areas,
    rfc7540, rfc9113,
};
use crate::script::{Script, goaway, http1, settings};

use super::words::{OK, PLAIN, SWITCH, UPGRADE, upgraded};

/// Server answers an HTTP/1.1 Upgrade request with HTTP/2 frames at once.
pub(in crate::rules) static UPGRADE_TALKED_OVER: Rule = Rule {
    code: "NEG021",
    name: "upgrade-talked-over",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Unknown, Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("3.3", None), rfc7540("3.2", None), rfc7540("3.4", None)],
    summary: "Server answers an HTTP/1.1 Upgrade request with HTTP/2 frames at once",
    why: "A server that speaks HTTP/2 from its first octet on does not read a request for an upgrade.",
    meaning: "A request asked for an upgrade to h2c over HTTP/1.1, and the server's first octets are an HTTP/2 frame without a 101 before it. An error when the request was lost: no HTTP response came, and the client did not repeat it with success.",
    harm: "The request is lost; clients print an empty reply, or HTTP/0.9.",
    doubt: "The octets show it. Neither end breaks a rule of the protocol that it speaks, so the culprit is unknown. Whether the request was repeated with success is looked up among the other connections at the end of the capture.",
    not_blamed: "",
    remedy: &[
        "Use prior knowledge towards this port (curl --http2-prior-knowledge), or put a server there that accepts upgrades.",
    ],
    symptoms: &[
        "curl: (52) Empty reply from server",
        "curl: (1) Received HTTP/0.9 when not allowed",
        "nghttp2: Received bad client magic byte string",
    ],
    refs: &["nghttp2/nghttp2#1200"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([http1(UPGRADE)])
            .server([settings(&[]), goaway(0, ErrorCode::PROTOCOL_ERROR)])
            .fin(Side::Server)
            .close()
    },
    quiet: || upgraded(UPGRADE, SWITCH).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], talked_over), Judge::Second(was_lost)],
};

/// HTTP/1.x request sent to a port that speaks only HTTP/2.
pub(in crate::rules) static HTTP1_REQUEST_TO_H2_ONLY: Rule = Rule {
    code: "NEG024",
    name: "http1-request-to-h2-only",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Unknown],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("3.4", None), rfc7540("3.5", None)],
    summary: "HTTP/1.x request sent to a port that speaks only HTTP/2",
    why: "A port that speaks only HTTP/2 cannot answer an HTTP/1.x request.",
    meaning: "The client's first octets are an HTTP/1.x request without an offer of h2c, and the server's are an HTTP/2 frame. An error when the request was lost: no HTTP response came, and the client did not repeat it with success.",
    harm: "The request is lost; the client prints a malformed response, the server a broken preface.",
    doubt: "The octets show it. With an offer of h2c it is upgrade-talked-over, after ALPN \"h2\" http1-spoken-after-h2-selected. Health checks and browsers on a gRPC port are the usual cause. Inside TLS without ALPN the client had no way to know: culprit unknown.",
    not_blamed: "Its frames are in order; it never said that it speaks HTTP/1.x.",
    remedy: &[
        "Point the client at an HTTP/1.1 port, switch it to prior knowledge, or let the server accept both.",
    ],
    symptoms: &[
        "Go: net/http: HTTP/1.x transport connection broken: malformed HTTP response \"\\x00\\x00…",
        "curl: (1) Received HTTP/0.9 when not allowed",
        "curl: (52) Empty reply from server",
        "grpc-go: transport: http2Server.HandleStreams received bogus greeting from client: \"GET / HTTP/1.1…\"",
        "Netty: HTTP/2 client preface string missing or corrupt. Hex dump for received bytes: 474554…",
        "Kestrel: An HTTP/1.x request was sent to an HTTP/2 only endpoint.",
        "nghttp2: Received bad client magic byte string",
    ],
    refs: &["dotnet/aspnetcore#46079"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([http1(PLAIN)])
            .server([settings(&[]), goaway(0, ErrorCode::PROTOCOL_ERROR)])
            .fin(Side::Server)
            .close()
    },
    quiet: || Script::connect().client([http1(PLAIN)]).server([http1(OK)]).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], http1_request), Judge::Second(was_lost)],
};

fn talked_over(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let upgrade = event.http1.upgrade.as_ref().filter(|upgrade| upgrade.outcome == Outcome::TalkedOver);
    if upgrade.is_some() && chose_nothing(event) {
        let message = "The server answered the request for an upgrade to h2c with HTTP/2 frames at once.";
        say(event, verdict, Culprit::Unknown, message, "Upgrade: h2c");
    }
}

fn http1_request(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if event.http1.upgrade.is_none() && event.http1.response.is_none() && chose_nothing(event) {
        let culprit = if event.tls.is_some() { Culprit::Unknown } else { Culprit::Client };
        let message = "The client sent an HTTP/1.x request to a port that answers with HTTP/2 frames.";
        say(event, verdict, culprit, message, "HTTP/1.x request");
    }
}

/// ALPN did not select h2, which would make it another rule's matter.
fn chose_nothing(event: &Event<'_>) -> bool {
    !event.tls.is_some_and(|tls| tls.alpn().selected.is_some_and(|name| name.is("h2")))
}

fn say(event: &Event<'_>, verdict: &mut Verdict<'_>, culprit: Culprit, message: &str, what: &str) {
    let http1 = event.http1;
    let crossed = http1.speaks(Side::Client, Protocol::Http1) && http1.speaks(Side::Server, Protocol::Http2);
    let (Some((head, at)), true) = (http1.request.as_deref(), crossed) else { return };
    let (Some((frame, _)), Some(first)) = (event.conn.sides.server.first_frame, http1.first.server) else {
        return;
    };
    let (spoke, frame) = (first.origin, frame.kind);
    let draft = Draft::new(culprit, message.to_owned(), *at, spoke)
        .shows(EvidenceRole::Cause, Side::Client, *at, format!("{what}: {} {}", head.method, head.target))
        .shows(EvidenceRole::Effect, Side::Server, spoke, format!("HTTP/2 {frame}"));
    verdict.say(draft);
}

/// The request was lost when nobody answered it, here or elsewhere.
fn was_lost(standing: &Standing<'_>, capture: &CaptureView<'_>) -> Revision {
    if !capture.agreements.was_lost(standing.number) {
        return Revision::default();
    }
    Revision {
        severity: Some(Severity::Error),
        says: Some("The request was lost.".to_owned()),
        ..Revision::default()
    }
}
