//! Responses without a status code.

use super::head::OddHead;
use super::samples::{asked, last};
use crate::base::Side;
use crate::conn::{On, Shape};
use crate::finding::{Culprit, Level, Severity};
use crate::hpack::Traits;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};

/// Response without a valid :status.
pub(in crate::rules) static INVALID_STATUS: Rule = Rule {
    code: "MSG016",
    name: "invalid-status",
    since: "0.1.0",
    area: areas::MESSAGES,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[rfc9113("8.3.2", Some(Level::Must)), rfc7540("8.1.2.4", Some(Level::Must))],
    summary: "Response without a valid :status",
    why: "Every response, an interim one too, has a :status of three digits.",
    meaning: "A response that is no trailers lacks :status, or its value is no number from 100 to 599 of three digits; \
        from 600 to 999: a warning.",
    harm: "The client treats the response as malformed: it resets the stream with PROTOCOL_ERROR and reports a \
        broken server.",
    doubt: "Judged only when every field of the block is known and the stream was seen from its beginning: an index \
        that leads nowhere may be the missing field. A value that is known is judged in any case.",
    not_blamed: "It asked in order, and cannot know what the answer means.",
    remedy: &["Send exactly one :status of three digits, in interim responses too."],
    symptoms: &[
        "Go: malformed response from server: missing status pseudo header",
        "Go: malformed response from server: malformed non-numeric status pseudo header",
        "grpc-go: malformed header: missing HTTP status",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || asked().server([last(&[("x", "1")])]),
    quiet: || asked().server([last(&[(":status", "599")])]),
    judges: &[Judge::On(&[On::OddHead], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let answers = event.side() == Side::Server;
    let Some(odd) = OddHead::sent(event).filter(|odd| answers && !odd.is(Shape::PSEUDO_IN_TRAILERS)) else {
        return;
    };
    if odd.is(Shape::NO_STATUS) {
        verdict.say(odd.draft(event, "has no :status"));
    } else if odd.has(Traits::MALFORMED_STATUS) {
        let status = odd.value(Traits::MALFORMED_STATUS);
        verdict
            .say(odd.draft(event, &format!("has the :status {status}, which is no number from 100 to 599")));
    } else if odd.has(Traits::UNUSUAL_STATUS) {
        let status = odd.value(Traits::UNUSUAL_STATUS);
        let words = format!("has the :status {status}, which is beyond 599");
        verdict.say(odd.draft(event, &words).severity(Severity::Warning));
    }
}
