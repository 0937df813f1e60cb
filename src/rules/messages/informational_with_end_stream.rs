//! Interim responses that end the stream.

use super::head::OddHead;
use super::samples::{asked, head, last};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};

/// Interim response that ends the stream.
pub(in crate::rules) static INFORMATIONAL_WITH_END_STREAM: Rule = Rule {
    code: "MSG018",
    name: "informational-with-end-stream",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("8.1", None), rfc7540("8.1", None)],
    summary: "Interim response that ends the stream",
    why: "A final response follows every interim one, so an interim response never ends the stream.",
    meaning: "HEADERS with a :status from 100 to 199 carry END_STREAM.",
    harm: "The client treats the response as malformed: the request has no answer.",
    doubt: "END_STREAM counts on HEADERS; CONTINUATION has no such flag. The :status must be known.",
    not_blamed: "It waits for a final response.",
    remedy: &["Send the final response, and END_STREAM with it or behind it."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([last(&[(":status", "103")])]),
    quiet: || asked().server([head(&[(":status", "103")])]).server([last(&[(":status", "204")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::sent(event).filter(|odd| odd.is(Shape::INTERIM_ENDS)) {
        let status = odd.head.status.unwrap_or_default();
        verdict.say(odd.draft(event, &format!("has the :status {status} and ends the stream")));
    }
}
