//! Fields that speak of one connection of HTTP/1.1.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Connection-specific field in HTTP/2.
pub(in crate::rules) static CONNECTION_SPECIFIC_FIELD: Rule = Rule {
    code: "MSG021",
    name: "connection-specific-field",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.2.2", Some(Level::Must)), rfc7540("8.1.2.2", Some(Level::Must))],
    summary: "Connection-specific field in HTTP/2",
    why: "Fields that speak of one connection of HTTP/1.1 are forbidden in HTTP/2.",
    meaning: "connection, proxy-connection, keep-alive, transfer-encoding, upgrade or http2-settings in any field \
        block.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &[
        "A gateway from HTTP/1.1 drops these fields, and those that connection names.",
        "Never send transfer-encoding: frames do what it did.",
    ],
    symptoms: &[
        "nghttp2, curl: Invalid HTTP header field was received: frame type: 1, stream: 1, name: [connection], …",
        "hyper-h2: Connection-specific header field present: …",
        "Go: request header \"Connection\" is not valid in HTTP/2",
        "Node: HTTP/1 Connection specific headers are forbidden: \"connection\"",
        "Envoy: http2.violation.of.messaging.rule",
        "curl: (92) HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)",
        "Chrome: ERR_HTTP2_PROTOCOL_ERROR",
    ],
    refs: &["RFC 9110 7.6.1"],
    h2spec: &["http2/8.1.2.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("connection", "keep-alive")])]),
    quiet: || Script::open().client([get_with(&[("te", "trailers")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.has(Traits::CONNECTION_SPECIFIC)) {
        let name = odd.name(Traits::CONNECTION_SPECIFIC);
        verdict.say(
            odd.draft(event, &format!("has the field {name}, which HTTP/2 forbids"))
                .told_by(name.to_ascii_lowercase()),
        );
    }
}
