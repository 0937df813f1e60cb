//! Content where there is none.

use super::samples::asked_with;
use crate::conn::{Kind, OddContent, On};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Wire, data, response};

/// Content in a response that must have none.
pub(in crate::rules) static CONTENT_IN_BODYLESS_RESPONSE: Rule = Rule {
    code: "MSG026",
    name: "content-in-bodyless-response",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Own,
    rfc: &[
        rfc9113("8.1", Some(Level::Must)),
        rfc9113("8.1.1", Some(Level::Must)),
        rfc7540("8.1", Some(Level::Must)),
    ],
    summary: "Content in a response that must have none",
    why: "Responses to HEAD, and with 204 or 304, have no content.",
    meaning: "DATA with content, padding not counted, in the response to HEAD or in a response with status 204 or 304.",
    harm: "The client treats the response as malformed; a proxy in between may take the content for the next \
        response.",
    doubt: "The :status must be known, and for HEAD the request.",
    not_blamed: "It asked for a response without content, or was told that there is none.",
    remedy: &["End the stream with the HEADERS of such responses; an empty DATA frame is allowed."],
    symptoms: &[],
    refs: &["RFC 9110 9.3.2"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Hpack],
    folds_into: &[],
    fires: || asked_with("HEAD").server([response(1), data(1, b"x").map(Wire::end_stream)]),
    quiet: || asked_with("HEAD").server([response(1), data(1, b"").map(Wire::end_stream)]),
    judges: &[Judge::On(&[On::OddContent], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::OddContent { fault: OddContent::Forbidden, stream } = event.fact.kind else { return };
    let status = stream.status.unwrap_or_default();
    let why = match status {
        204 | 304 => format!("with the :status {status}"),
        _ => "to a HEAD request".to_owned(),
    };
    let message = format!("The server's response on stream {} {why} has content.", stream.id);
    verdict.say(Draft::against_sender(event, message).without(Need::Hpack));
}
