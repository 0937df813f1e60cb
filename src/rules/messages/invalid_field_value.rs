//! Octets that no field value has.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// NUL, CR or LF in a field value.
pub(in crate::rules) static INVALID_FIELD_VALUE: Rule = Rule {
    code: "MSG003",
    name: "invalid-field-value",
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
    summary: "NUL, CR or LF in a field value",
    why: "A field value has no NUL, no CR and no LF.",
    meaning: "A field value, that of a pseudo-header field included, has an octet 0x00, 0x0a or 0x0d. Other control \
        octets except HTAB (RFC 9110 5.5): a warning.",
    harm: "The receiver treats the message as malformed; written into HTTP/1.1, CR and LF begin new fields or a new \
        message (response splitting).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged.",
    not_blamed: "It only received the message.",
    remedy: &[
        "Refuse or encode such values where they come in.",
        "Never let CR and LF reach a field: user input in a redirect's location is the usual way.",
    ],
    symptoms: &[
        "nghttp2: Invalid HTTP header field was received: frame type: 1, …",
        "hyper-h2: Illegal character … in header value: …",
        "Envoy: http2.invalid.header.field",
    ],
    refs: &["RFC 9110 5.5"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("x-id", "1\r\nx: 2")])]),
    quiet: || Script::open().client([get_with(&[("x-id", "1\t2")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(odd) = OddHead::of(event) else { return };
    let (traits, what) = if odd.has(Traits::INVALID_VALUE) {
        (Traits::INVALID_VALUE, "NUL, CR or LF")
    } else {
        (Traits::CONTROL_IN_VALUE, "a control octet")
    };
    if odd.has(traits) {
        let name = odd.name(traits);
        let draft = odd.draft(event, &format!("has {what} in the value of the field {name}")).told_by(name);
        let worst = traits == Traits::INVALID_VALUE;
        verdict.say(if worst { draft } else { draft.severity(Severity::Warning) });
    }
}
