//! An HTTP/1.x server where the client spoke HTTP/2.

use crate::base::Side;
use crate::conn::{Ended, On};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::http1::Protocol;
use crate::rules::{
    CaptureView, Draft, Event, Given, Judge, Need, Revision, Rule, Scope, Standing, Verdict, View, areas,
    rfc7540, rfc9113,
};
use crate::script::{Script, http1, settings, settings_ack};

use super::words::opening;

/// Cleartext HTTP/2 preface answered with HTTP/1.x.
pub(in crate::rules) static HTTP1_ANSWER_TO_PREFACE: Rule = Rule {
    code: "NEG018",
    name: "http1-answer-to-preface",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Unknown, Culprit::Server],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("3.3", None), rfc7540("3.4", None)],
    summary: "Cleartext HTTP/2 preface answered with HTTP/1.x",
    why: "A server that reads the HTTP/2 preface as an HTTP/1.x request does not speak HTTP/2 on this port.",
    meaning: "The client begins with the HTTP/2 preface, in clear or inside TLS without an ALPN result, and the server's first octets are those of an HTTP/1.x response, often 400, 405 or 505.",
    harm: "Nothing can work on this connection. Clients print the five octets \"HTTP/\" as a broken frame.",
    doubt: "It proves that the port is no HTTP/2 endpoint, or that a multiplexer handed the connection to its HTTP/1 side, but not who configured it so: culprit unknown. When other connections of the capture got HTTP/2 from the same port, which is looked up at its end, it is the server. The text that names HTTPS is plaintext-to-tls-port instead.",
    not_blamed: "The same port spoke HTTP/2 with others.",
    remedy: &[
        "Point the client at the port for HTTP/2 (h2c, gRPC).",
        "Or fix the port multiplexer's matcher, so that the preface reaches the HTTP/2 handler.",
    ],
    symptoms: &[
        "Netty, grpc-java: First received frame was not SETTINGS. Hex dump for first 5 bytes: 485454502f",
        "grpc-core: Expected SETTINGS frame as the first frame, got frame type 80",
        "grpc-core: Trying to connect an http1.x server",
        "grpc-go: error reading server preface: http2: frame too large",
        "Go: http2: failed reading the frame payload: http2: frame too large, note that the frame header looked like an HTTP/1.1 header",
        "nginx: upstream sent too large http2 frame: 4740180",
        "nginx access log: \"PRI * HTTP/2.0\" 400",
        "nghttp2, curl: Remote peer returned unexpected data while we expected SETTINGS frame.  Perhaps, peer does not support HTTP/2 properly.",
        ".NET: An HTTP/2 connection could not be established because the server did not complete the HTTP/2 handshake.",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client(opening())
            .server([http1("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")])
            .fin(Side::Server)
            .close()
    },
    quiet: || Script::connect().client(opening()).server([settings(&[]), settings_ack()]).close(),
    judges: &[Judge::Given(Given::Http1, &[On::Negotiated], judge), Judge::Second(compare)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let http1 = event.http1;
    let guessed = event.tls.is_none_or(crate::tls::Negotiation::agreed_on_nothing);
    let (Some(preface), Some((response, at))) = (event.conn.preface, http1.response.as_deref()) else {
        return;
    };
    if !guessed
        || !http1.speaks(Side::Server, Protocol::Http1)
        || http1.names_https
        || http1.upgrade.is_some()
    {
        return;
    }
    let message = format!("The server answered the HTTP/2 preface with HTTP/1.x: {}.", response.line);
    let draft = Draft::new(Culprit::Unknown, message, preface, *at)
        .shows(EvidenceRole::Cause, Side::Client, preface, "HTTP/2 preface")
        .shows(EvidenceRole::Effect, Side::Server, *at, response.line.to_string());
    verdict.say(waiting(draft, event));
}

/// How the client left, or that it did not.
fn waiting(draft: Draft, event: &Event<'_>) -> Draft {
    let Some((_, at)) = event.http1.response.as_deref() else { return draft };
    match event.conn.transport.ended() {
        (Ended::Fin(Side::Client) | Ended::Rst(Side::Client), Some(end)) => {
            let over = end.at.time.since(at.at.time);
            draft.shows(EvidenceRole::Context, Side::Client, end, format!("client closes after {over}"))
        }
        (Ended::Fin(Side::Server) | Ended::Rst(Side::Server), Some(end)) => {
            draft.shows(EvidenceRole::Context, Side::Server, end, "server closes")
        }
        _ => draft,
    }
}

/// A port that speaks HTTP/2 with others can do it.
fn compare(standing: &Standing<'_>, capture: &CaptureView<'_>) -> Revision {
    let Some(own) = capture.agreements.connection(standing.number) else { return Revision::default() };
    let server = capture.agreements.server(own.server);
    let Some(other) = server.http2.or(server.http2_over_tls) else { return Revision::default() };
    Revision {
        culprit: Some((Culprit::Server, HTTP1_ANSWER_TO_PREFACE.not_blamed)),
        says: Some(format!("The same port spoke HTTP/2 on conn {other}.")),
        ..Revision::default()
    }
}
