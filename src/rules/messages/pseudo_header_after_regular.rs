//! Pseudo-header fields behind others.

use super::head::OddHead;
use super::samples::{get_with, request};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Pseudo-header after a regular field.
pub(in crate::rules) static PSEUDO_HEADER_AFTER_REGULAR: Rule = Rule {
    code: "MSG008",
    name: "pseudo-header-after-regular",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.3", Some(Level::Must)), rfc7540("8.1.2.1", Some(Level::Must))],
    summary: "Pseudo-header after a regular field",
    why: "All pseudo-header fields stand before the first ordinary one.",
    meaning: "A field whose name begins with a colon follows one whose name does not, in the same block.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &["Write the pseudo-header fields first; a map without order must not decide it."],
    symptoms: &["Go: pseudo-header after regular header", "Go: pseudo header field after regular"],
    refs: &[],
    h2spec: &["http2/8.1.2.1/4"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "http"),
            ("x", "1"),
            (":path", "/"),
            (":authority", "a"),
        ])])
    },
    quiet: || Script::open().client([get_with(&[("x", "1")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let late = |odd: &OddHead<'_>| odd.has(Traits::AFTER_REGULAR) && !odd.is(Shape::PSEUDO_IN_TRAILERS);
    if let Some(odd) = OddHead::of(event).filter(late) {
        let name = odd.name(Traits::AFTER_REGULAR);
        let words = format!("has the pseudo-header field {name} behind an ordinary field");
        verdict.say(odd.draft(event, &words).told_by(name));
    }
}
