//! Promises that are not kept.

use crate::base::Side;
use crate::conn::{On, Stream, StreamState};
use crate::finding::{Culprit, EvidenceRole, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, push_promise, response, rst_stream};

/// Promised stream never used.
pub(in crate::rules) static PUSH_PROMISE_UNFULFILLED: Rule = Rule {
    code: "PUS009",
    name: "push-promise-unfulfilled",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Server],
    tags: &["style"],
    view: View::Timer,
    rfc: &[rfc9113("8.4.2", None), rfc7540("8.2.2", None)],
    summary: "Promised stream never used",
    why: "What is promised should come, or be reset.",
    meaning: "PUSH_PROMISE, and neither HEADERS nor RST_STREAM on the promised stream until the connection ended; the \
        client did not reset it either.",
    harm: "The client may have waited for the response instead of asking for it.",
    doubt: "Only said at the end. A connection that was still open at the end of the capture may have kept its \
        promise later.",
    not_blamed: "It left the promised stream open.",
    remedy: &["Reset promises that will not be kept; 103 Early Hints do the same with less risk."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::End],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([push_promise(1, 2), response(1).map(Wire::end_stream)])
            .close()
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([push_promise(1, 2), response(1).map(Wire::end_stream)])
            .client([rst_stream(2, ErrorCode::CANCEL)])
            .close()
    },
    judges: &[Judge::On(&[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if !event.coverage.sides.client.whole() {
        return;
    }
    let mut waiting: Vec<&Stream> = event
        .conn
        .streams
        .iter()
        .filter(|stream| stream.state == StreamState::Reserved && !stream.irregular)
        .collect();
    waiting.sort_unstable_by_key(|stream| stream.id);
    for stream in waiting {
        let message = format!("The server promised stream {} and never used it.", stream.id);
        let draft = Draft::new(Culprit::Server, message, stream.opened, event.fact.end).stream(stream.id.0);
        verdict.say(
            draft
                .shows(EvidenceRole::Cause, Side::Server, stream.opened, "PUSH_PROMISE")
                .at(stream.opened.at),
        );
    }
}
