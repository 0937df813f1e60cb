//! content-length that is no number.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// content-length not a single decimal number.
pub(in crate::rules) static INVALID_CONTENT_LENGTH: Rule = Rule {
    code: "MSG024",
    name: "invalid-content-length",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.1.1", Some(Level::Must)), rfc7540("8.1.2.6", Some(Level::Must))],
    summary: "content-length not a single decimal number",
    why: "content-length is one decimal number.",
    meaning: "content-length is not digits alone, is above 2^63-1, or occurs with different values. The same number \
        again: a warning.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &["Send one content-length."],
    symptoms: &[
        "h2 (Rust): could not parse content-length; stream=…",
        "hyper-h2: Invalid content-length header: …",
        "hyper-h2: Conflicting content-length headers: …",
    ],
    refs: &["RFC 9110 8.6"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("content-length", "+0")])]),
    quiet: || Script::open().client([get_with(&[("content-length", "0")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::of(event) else { return };
    let again = odd.fields().any(|field| field.traits.contains(Traits::CONTENT_LENGTH | Traits::REPEATED));
    if odd.has(Traits::MALFORMED_CONTENT_LENGTH) {
        let value = odd.value(Traits::MALFORMED_CONTENT_LENGTH);
        verdict.say(odd.draft(event, &format!("has the content-length {value}, which is no number")));
    } else if odd.is(Shape::LENGTHS_DIFFER) {
        verdict.say(odd.draft(event, "has content-length fields that differ"));
    } else if again {
        let words = "has content-length more than once, with the same number";
        verdict.say(odd.draft(event, words).severity(Severity::Warning));
    }
}
