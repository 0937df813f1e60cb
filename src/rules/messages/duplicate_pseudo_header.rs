//! Pseudo-header fields that occur twice.

use super::head::OddHead;
use super::samples::{get_with, request};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Pseudo-header repeated.
pub(in crate::rules) static DUPLICATE_PSEUDO_HEADER: Rule = Rule {
    code: "MSG009",
    name: "duplicate-pseudo-header",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.3", Some(Level::Must)), rfc7540("8.1.2.3", Some(Level::Must))],
    summary: "Pseudo-header repeated",
    why: "Each pseudo-header field occurs at most once.",
    meaning: "The same pseudo-header field stands twice in a block, with the same value or another.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged. RFC \
        7540 asks for exactly one value of :method, :scheme and :path.",
    not_blamed: "It only received the message.",
    remedy: &["Replace instead of add when maps of fields are merged."],
    symptoms: &["Go: duplicate pseudo-header …"],
    refs: &[],
    h2spec: &["http2/8.1.2.3/5", "http2/8.1.2.3/6", "http2/8.1.2.3/7"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open().client([request(&[
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":path", "/x"),
            (":authority", "a"),
        ])])
    },
    quiet: || Script::open().client([get_with(&[("cookie", "a=1"), ("cookie", "b=2")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::of(event).filter(|odd| odd.has(Traits::REPEATED)) else { return };
    let repeated = odd
        .fields()
        .find(|field| field.traits.contains(Traits::REPEATED) && field.traits.intersects(Traits::PSEUDO));
    if let Some(field) = repeated.filter(|_| !odd.is(Shape::PSEUDO_IN_TRAILERS)) {
        let words = format!("has the pseudo-header field \"{}\" more than once", field.name);
        verdict.say(odd.draft(event, &words).told_by(field.name.clone()));
    }
}
