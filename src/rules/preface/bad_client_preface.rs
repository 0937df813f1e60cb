//! What the client sends where the connection preface belongs is something else.

use crate::base::Side;
use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, http1, preface, settings};

/// Client connection preface is not the 24 required octets.
pub(in crate::rules) static BAD_CLIENT_PREFACE: Rule = Rule {
    code: "PRE006",
    name: "bad-client-preface",
    since: "0.1.0",
    area: areas::PREFACE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("3.4", Some(Level::Must)), rfc7540("3.5", Some(Level::Must))],
    summary: "Client connection preface is not the 24 required octets",
    why: "The client's first octets are the 24 octets of the connection preface, exactly.",
    meaning: "Connection is known to be HTTP/2 (ALPN h2, upgrade accepted, or the octets start with \"PRI \") \
        and the first 24 client octets differ from the fixed string, or the client's FIN comes after 1 \
        to 23 of them.",
    harm: "Servers close the connection, often with GOAWAY PROTOCOL_ERROR.",
    doubt: "Needs first client octets. The need end concerns only 1 to 23 octets: the FIN must be captured \
        and follow exactly those (RST, or a capture that stops there: not judged); octets that differ \
        need no end. A client that closes without any (health check after the handshake) sent no preface \
        and no bad one. A PROXY protocol header (v1 or v2) before the preface is peeled off first. \
        Octets unlike HTTP/2 on an unnegotiated connection are another protocol: not judged here; see \
        http1-request-to-h2-only and tls-to-plaintext-port when the server proves to speak HTTP/2.",
    not_blamed: "It speaks HTTP/2; what the client sends first is not its doing.",
    remedy: &["Send PRI * HTTP/2.0 CRLF CRLF SM CRLF CRLF as the very first application octets."],
    symptoms: &[
        "nghttp2: Received bad client magic byte string",
        "Netty: HTTP/2 client preface string missing or corrupt. Hex dump for received bytes: …",
        "Go: http2: server: error reading preface from client …: bogus greeting …",
        "grpc-go: transport: http2Server.HandleStreams received bogus greeting from client: …",
        "hyper-h2: Invalid HTTP/2 preamble.",
        "h2 (Rust): read_preface: invalid preface",
        "nginx: invalid connection preface",
    ],
    refs: &[],
    h2spec: &["http2/3.5/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Start, Need::End],
    folds_into: &[],
    fires: || Script::connect().client([http1("PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n")]).server([settings(&[])]),
    quiet: || Script::connect().client([preface(), settings(&[])]).server([settings(&[])]),
    judges: &[Judge::On(&[On::BadPreface], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::BadPreface { agree, seen } = event.fact.kind else { return };
    let message = match (agree, seen) {
        (agree, seen) if agree == seen => {
            format!("The client ended after the first {seen} octets of the connection preface.")
        }
        (0, _) => "The client's first octets are not the connection preface.".to_owned(),
        _ => format!("The client's first octets agree with the connection preface for {agree} octets only."),
    };
    let at = event.fact.start;
    let mut draft = Draft::new(Culprit::Client, message, at, event.fact.end).shows(
        EvidenceRole::Cause,
        Side::Client,
        at,
        "first octets of the client",
    );
    if agree != seen {
        draft = draft.without(Need::End);
    }
    verdict.say(draft);
}
