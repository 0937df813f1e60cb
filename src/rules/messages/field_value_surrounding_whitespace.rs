//! Blanks around a field value.

use super::head::OddHead;
use super::samples::get_with;
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Script;

/// Field value starts or ends with space or tab.
pub(in crate::rules) static FIELD_VALUE_SURROUNDING_WHITESPACE: Rule = Rule {
    code: "MSG004",
    name: "field-value-surrounding-whitespace",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: Some(Severity::Warning),
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security", "smuggling"],
    view: View::Own,
    rfc: &[rfc9113("8.2.1", Some(Level::Must)), rfc7540("10.3", Some(Level::Must))],
    summary: "Field value starts or ends with space or tab",
    why: "A field value neither begins nor ends with space or tab.",
    meaning: "A field value begins or ends with SP or HTAB.",
    harm: "The receiver treats the message as malformed; behind a hop that speaks HTTP/1.1 it can become another \
        message (request smuggling).",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged. New \
        in RFC 9113; by RFC 7540 a warning.",
    not_blamed: "It only received the message.",
    remedy: &["Trim values before they are encoded."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || Script::open().client([get_with(&[("x-id", " 1")])]),
    quiet: || Script::open().client([get_with(&[("x-id", "1 2"), ("x-none", "")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::of(event).filter(|odd| odd.has(Traits::SURROUNDED_VALUE)) {
        let name = odd.name(Traits::SURROUNDED_VALUE);
        let words = format!("has a space or tab around the value of the field {name}");
        verdict.say(odd.draft(event, &words).told_by(name));
    }
}
