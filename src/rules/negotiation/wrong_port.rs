//! Cleartext at a TLS port, and TLS at a cleartext port.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::http1::Protocol;
use crate::rules::{
    Agreement, Bare, CaptureView, Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas,
    rfc7540, rfc9113,
};
use crate::script::{Handshake, Script, alert, http1};
use crate::tls::AlertDescription;

use super::words::{OK, PLAIN, end, opening};

/// Cleartext HTTP/2 or HTTP/1 sent to a TLS port.
pub(in crate::rules) static PLAINTEXT_TO_TLS_PORT: Rule = Rule {
    code: "NEG025",
    name: "plaintext-to-tls-port",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("3.2", None), rfc9113("3.3", None), rfc7540("3.3", None), rfc7540("3.4", None)],
    summary: "Cleartext HTTP/2 or HTTP/1 sent to a TLS port",
    why: "A port that speaks TLS reads cleartext as a broken record.",
    meaning: "The client begins with the HTTP/2 preface or an HTTP/1.x request in clear, and the server answers with a TLS alert, or with an HTTP/1.x 400 whose text names HTTPS, or it closes without an octet while other connections to the same port speak TLS.",
    harm: "Nothing can work on this connection. Clients report a broken frame, an end of file, or a timeout.",
    doubt: "Certain with the alert or the text. A close without an octet is likely, and only beside connections that speak TLS to the same port, which is looked up at the end of the capture; alone it is not judged.",
    not_blamed: "Its port speaks TLS.",
    remedy: &["Switch the client to TLS credentials, or use the cleartext port."],
    symptoms: &[
        "Go: http: TLS handshake error from …: tls: first record does not look like a TLS handshake",
        "Go: Client sent an HTTP request to an HTTPS server.",
        "nginx: The plain HTTP request was sent to HTTPS port",
        "OpenSSL: SSL routines::http request",
        "Netty: not an SSL/TLS record: 505249202a20485454502f322e30…",
        "grpc-go: error reading server preface: EOF",
        "grpc-go: context deadline exceeded",
    ],
    refs: &["grpc/grpc-go#1917", "grpc/grpc-go#2031", "fullstorydev/grpcurl#387"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Start],
    folds_into: &[],
    fires: || Script::connect().client(opening()).server([alert(70)]).fin(Side::Server).close(),
    quiet: || Script::connect().client([http1(PLAIN)]).server([http1(OK)]).close(),
    judges: &[Judge::On(&[On::Negotiated], plaintext), Judge::Capture(plaintext_closed)],
};

/// TLS ClientHello sent to a cleartext port.
pub(in crate::rules) static TLS_TO_PLAINTEXT_PORT: Rule = Rule {
    code: "NEG026",
    name: "tls-to-plaintext-port",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client],
    tags: &[],
    view: View::Wire,
    rfc: &[rfc9113("3.2", None), rfc9113("3.3", None), rfc7540("3.3", None), rfc7540("3.4", None)],
    summary: "TLS ClientHello sent to a cleartext port",
    why: "A port that speaks cleartext cannot answer a TLS ClientHello.",
    meaning: "The client begins with a TLS ClientHello, and the server answers in clear: an HTTP/2 frame, an HTTP/1.x status line or something else; or it closes without an octet while it speaks HTTP in clear on other connections to the same port.",
    harm: "Nothing can work on this connection. Clients report a wrong version number, or a record that does not look like TLS.",
    doubt: "Certain when the answer is text or an HTTP/2 frame, likely when it is something else that is no TLS; an answer of the shape of a TLS alert is not judged. Info when nothing ties the connection to HTTP/2: no h2 offered, no HTTP/2 answered. A close without an octet is likely, and only beside cleartext connections to the same port, which is looked up at the end of the capture; alone it is not judged.",
    not_blamed: "Its port speaks cleartext.",
    remedy: &["Switch the client to cleartext (prior knowledge), or give the server a certificate."],
    symptoms: &[
        "OpenSSL, curl: wrong version number",
        "curl: (35) error:0A00010B:SSL routines::wrong version number",
        "Go: tls: first record does not look like a TLS handshake",
        "Go: http: server gave HTTP response to HTTPS client",
        "Java: Unsupported or unrecognized SSL message",
        "grpc-go: transport: authentication handshake failed: tls: first record does not look like a TLS handshake",
        "grpc-core: Ssl handshake failed: SSL_ERROR_SSL: error:…:WRONG_VERSION_NUMBER",
        "Chrome: ERR_SSL_PROTOCOL_ERROR",
        "grpc-go server: transport: http2Server.HandleStreams received bogus greeting from client: \"\\x16\\x03\\x01…\"",
        "Netty: not an SSL/TLS record: 485454502f312e31…",
    ],
    refs: &["grpc/grpc-go#2561"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Start],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([Handshake::tls12().offers(&["h2"]).client_hello()])
            .server([http1("HTTP/1.1 400 Bad Request\r\n\r\n")])
            .fin(Side::Server)
            .close()
    },
    quiet: || Script::tls(&Handshake::tls12().offers(&["h2"]).answers(&["h2"])).close(),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], hello), Judge::Capture(hello_closed)],
};

fn plaintext(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let http1 = event.http1;
    let Some(first) = http1.client_began_http().filter(|_| event.tls.is_none()) else { return };
    let answer = if let Some((description, at)) =
        http1.tls_alert().filter(|_| http1.speaks(Side::Server, Protocol::Tls))
    {
        let says = description.map(|number| format!(" {}", AlertDescription(number))).unwrap_or_default();
        Some((format!("TLS alert{says}"), at))
    } else {
        let text = http1.response.as_deref().filter(|_| http1.names_https);
        text.map(|(response, at)| (format!("{}, and the text names HTTPS", response.line), *at))
    };
    let Some((answer, at)) = answer else { return };
    let http2 = http1.speaks(Side::Client, Protocol::Http2);
    let what = if http2 { "the HTTP/2 preface" } else { "an HTTP/1.x request" };
    let message = format!("The client sent {what} in clear to a port that speaks TLS.");
    let draft = Draft::new(Culprit::Client, message, first, at)
        .shows(EvidenceRole::Cause, Side::Client, first, what)
        .shows(EvidenceRole::Effect, Side::Server, at, answer);
    verdict.say(end(draft, event));
}

fn hello(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls.filter(|tls| tls.server_hello.is_none()) else { return };
    let (Some(hello), Some(answer)) = (tls.client_hello.as_ref(), event.http1.clear_answer.as_deref()) else {
        return;
    };
    if event.coverage.sides.server.lost().gap.is_some() || event.coverage.sides.client.lost().gap.is_some() {
        return;
    }
    let Some((what, confidence)) = in_clear(answer.octets()) else { return };
    let message = format!("The client began TLS at a port that answers with {what}.");
    let draft = Draft::new(Culprit::Client, message, hello.at.start, answer.origin)
        .at_most(confidence)
        .shows(EvidenceRole::Cause, Side::Client, hello.at.end, "ClientHello")
        .shows(EvidenceRole::Effect, Side::Server, answer.origin, what);
    let towards_http2 = hello.alpn.has("h2") || what == FRAME;
    let draft = if towards_http2 { draft } else { draft.severity(Severity::Info) };
    verdict.say(end(draft, event));
}

const FRAME: &str = "an HTTP/2 frame in clear";

/// What first octets are that are no TLS, and how sure that is; `None` when they may be TLS gone wrong.
fn in_clear(octets: &[u8]) -> Option<(&'static str, Confidence)> {
    let is_text = |octet: &u8| matches!(octet, b'\t' | b'\n' | b'\r' | 0x20..=0x7e);
    match octets {
        // The SERVER-HELLO of SSL 2.
        [first, _, 4, ..] if *first >= 0x80 => None,
        // An alert in a record with wrong type or version.
        [_, _, _, 0, 2] => None,
        [b'H', b'T', b'T', b'P', ..] => Some(("HTTP/1.x in clear", Confidence::Certain)),
        [0, _, _, 4 | 7, ..] => Some((FRAME, Confidence::Certain)),
        text if text.iter().all(is_text) => Some(("text in clear", Confidence::Certain)),
        _ => Some(("octets that are no TLS", Confidence::Likely)),
    }
}

fn plaintext_closed(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    for (own, bare) in closed(capture, |bare| !bare.tls) {
        let Some(other) = capture.agreements.server(own.server).tls else { continue };
        let message = format!(
            "The client spoke HTTP in clear to a port that speaks TLS on conn {other}; the server closed without an octet."
        );
        verdict.say(draft(own, &bare, message, "HTTP in clear"));
    }
}

fn hello_closed(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    for (own, bare) in closed(capture, |bare| bare.tls) {
        let server = capture.agreements.server(own.server);
        let Some(other) = server.http2.or(server.http1).filter(|_| server.tls.is_none()) else { continue };
        let message = format!(
            "The client began TLS at a port that speaks cleartext on conn {other}; the server closed without an octet."
        );
        verdict.say(draft(own, &bare, message, "ClientHello"));
    }
}

/// Connections that the server closed without an octet, by what the client spoke.
fn closed<'a>(capture: &CaptureView<'a>, spoke: fn(&Bare) -> bool) -> Vec<(&'a Agreement, Bare)> {
    let all = capture.agreements.connections();
    all.into_iter().filter_map(|own| Some((own, own.bare.as_deref().copied().filter(spoke)?))).collect()
}

fn draft(own: &Agreement, bare: &Bare, message: String, what: &str) -> Draft {
    let (closed, reset) = bare.closed;
    Draft::new(Culprit::Client, message, bare.spoke, closed)
        .at_most(Confidence::Likely)
        .on(vec![own.number])
        .shows(EvidenceRole::Cause, Side::Client, bare.spoke, what)
        .shows(EvidenceRole::Effect, Side::Server, closed, if reset { "RST" } else { "FIN" })
}
