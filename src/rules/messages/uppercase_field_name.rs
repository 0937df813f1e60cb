//! An upper-case letter in a field name.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Uppercase letter in a field name.
pub(in crate::rules) static UPPERCASE_FIELD_NAME: Rule = Rule {
    code: "MSG001",
    name: "uppercase-field-name",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[
        rfc9113("8.2", Some(Level::Must)),
        rfc9113("8.2.1", Some(Level::Must)),
        rfc7540("8.1.2", Some(Level::Must)),
    ],
    summary: "Uppercase letter in a field name",
    why: "Field names are lower-case in HTTP/2.",
    meaning: "A field name, of a pseudo-header field or of any other, has an octet from A to Z.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &[
        "Turn names into lower case before they are encoded; a gateway from HTTP/1.1 must do it for every field.",
    ],
    symptoms: &[
        "hyper-h2: Illegal character … in header name: …",
        "nghttp2: Invalid HTTP header field was received: frame type: 1, …",
        "Envoy: http2.invalid.header.field",
    ],
    refs: &[],
    h2spec: &["http2/8.1.2/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("X-Id", "1")])]),
    quiet: || Script::open().client([get_with(&[("x-id", "A")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.has(Traits::UPPERCASE_NAME)) {
        let name = odd.name(Traits::UPPERCASE_NAME);
        let words = format!("has the field name {name}, with an upper-case letter");
        verdict.say(odd.draft(event, &words).told_by(name.to_ascii_lowercase()));
    }
}
