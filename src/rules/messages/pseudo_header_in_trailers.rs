//! Pseudo-header fields in trailers.

use super::head::OddHead;
use super::samples::{asked, head, last};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::response;

/// Pseudo-header in a trailer section.
pub(in crate::rules) static PSEUDO_HEADER_IN_TRAILERS: Rule = Rule {
    code: "MSG007",
    name: "pseudo-header-in-trailers",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("8.1", Some(Level::Must)),
        rfc9113("8.3", Some(Level::Must)),
        rfc7540("8.1.2.1", Some(Level::Must)),
    ],
    summary: "Pseudo-header in a trailer section",
    why: "Trailers have no pseudo-header fields.",
    meaning: "HEADERS with END_STREAM behind the request's or the final response's HEADERS have a field whose name \
        begins with a colon.",
    harm: "The receiver treats the message as malformed: it resets the stream with PROTOCOL_ERROR, or answers 400.",
    doubt: "What the block is follows from its sender's own earlier HEADERS on the stream: judged only on streams \
        that were seen from their beginning. A request line on a stream that had one is stream-id-reused.",
    not_blamed: "It only received the message.",
    remedy: &[
        "Send plain fields only in trailers.",
        "A second response on one stream is the usual cause: send one final response.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/8.1.2.1/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([response(1)]).server([last(&[(":status", "200")])]),
    quiet: || asked().server([head(&[(":status", "103")])]).server([last(&[(":status", "200")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.is(Shape::PSEUDO_IN_TRAILERS)) {
        let name = odd.name(Traits::PSEUDO);
        let words = format!("ends the stream and has the pseudo-header field {name}; trailers have none");
        verdict.say(odd.draft(event, &words).told_by(name));
    }
}
