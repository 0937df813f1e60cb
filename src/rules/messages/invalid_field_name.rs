//! Octets that no field name has.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Illegal octet in a field name, or empty name.
pub(in crate::rules) static INVALID_FIELD_NAME: Rule = Rule {
    code: "MSG002",
    name: "invalid-field-name",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.2.1", Some(Level::Must)), rfc7540("10.3", Some(Level::Must))],
    summary: "Illegal octet in a field name, or empty name",
    why: "A field name has no control octets, no spaces, no octets beyond ASCII, and a colon at most in front.",
    meaning: "A field name is empty, has an octet of 0x00 to 0x20 or 0x7f to 0xff, or a colon behind its first octet. \
        Other octets that a token does not have (RFC 9110 5.1): a warning.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged. RFC \
        7540 refers to the grammar of HTTP (10.3), RFC 9113 lists the least that must be checked; nghttp2 drops \
        such a field without a word.",
    not_blamed: "It only received the message.",
    remedy: &[
        "Hold names to the token grammar before they are encoded; a proxy must refuse them rather than pass them \
        on.",
    ],
    symptoms: &[
        "nghttp2: Invalid HTTP header field was received: frame type: 1, …",
        "hyper-h2: Illegal character … in header name: …",
        "hyper-h2: Received header name with zero length.",
        "Envoy: http2.invalid.header.field",
        "Apache: AH02429: Response header name … contains invalid characters",
    ],
    refs: &["RFC 9110 5.1"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("x id", "1")])]),
    quiet: || Script::open().client([get_with(&[("x_id.z~1", "1")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::of(event) else { return };
    let name = |traits| odd.field(traits).map(|field| field.name.clone()).unwrap_or_default();
    let (name, words, severity) = if odd.has(Traits::INVALID_NAME) {
        (name(Traits::INVALID_NAME), "an octet that no name may have", Severity::Error)
    } else if odd.has(Traits::EMPTY_NAME) {
        (String::new(), "no octet at all", Severity::Error)
    } else if odd.has(Traits::UNUSUAL_NAME) {
        (name(Traits::UNUSUAL_NAME), "an octet that no token has", Severity::Warning)
    } else {
        return;
    };
    let words = format!("has the field name \"{name}\", with {words}");
    verdict.say(odd.draft(event, &words).told_by(name).severity(severity));
}
