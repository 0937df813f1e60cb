//! content-length in responses that have no content by nature.

use super::head::OddHead;
use super::samples::{asked, last};
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};

/// content-length where it is not allowed.
pub(in crate::rules) static FORBIDDEN_CONTENT_LENGTH: Rule = Rule {
    code: "MSG025",
    name: "forbidden-content-length",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("8.1.1", None), rfc7540("8.1.2.6", None)],
    summary: "content-length where it is not allowed",
    why: "Responses with 1xx or 204, and 2xx responses to CONNECT, have no content-length.",
    meaning: "content-length stands in a response with status 1xx or 204, or in a 2xx response to CONNECT. 0 with 204 \
        is common: only told.",
    harm: "Receivers differ in whether they wait for content; some refuse the response.",
    doubt: "A name or value that is written out, or that was inserted since the capture began, is certain even when \
        the rest of the dynamic table is unknown; what stands at an index that was never seen is not judged. For \
        CONNECT the request's method must be known.",
    not_blamed: "It did not write the response.",
    remedy: &["Leave the field out of responses that have no content."],
    symptoms: &[],
    refs: &["RFC 9110 8.6"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([last(&[(":status", "204"), ("content-length", "7")])]),
    quiet: || asked().server([last(&[(":status", "304"), ("content-length", "7")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(odd) = OddHead::sent(event).filter(|odd| odd.is(Shape::LENGTH_FORBIDDEN)) {
        let status = odd.head.status.unwrap_or_default();
        let connect = if status / 100 == 2 && status != 204 { " to CONNECT" } else { "" };
        let draft = odd.draft(event, &format!("has the :status {status}{connect} and a content-length"));
        let zero = status == 204 && odd.head.content_length == Some(0);
        verdict.say(if zero { draft.severity(Severity::Info) } else { draft });
    }
}
