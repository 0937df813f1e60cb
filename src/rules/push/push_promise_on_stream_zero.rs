//! PUSH_PROMISE on no stream.

use crate::base::Side;
use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, push_promise};

/// PUSH_PROMISE on stream 0.
pub(in crate::rules) static PUSH_PROMISE_ON_STREAM_ZERO: Rule = Rule {
    code: "PUS003",
    name: "push-promise-on-stream-zero",
    since: "0.1.0",
    area: areas::PUSH,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.6", Some(Level::Must)), rfc7540("6.6", Some(Level::Must))],
    summary: "PUSH_PROMISE on stream 0",
    why: "PUSH_PROMISE is sent on the stream of the request that it belongs to.",
    meaning: "PUSH_PROMISE with stream identifier 0, from the server.",
    harm: "The client ends the connection with PROTOCOL_ERROR, and every stream on it is lost.",
    doubt: "One frame shows it.",
    not_blamed: "No request of it can be meant.",
    remedy: &["Send it on the stream of the request."],
    symptoms: &["nghttp2: PUSH_PROMISE: stream_id == 0"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).server([push_promise(0, 2)]),
    quiet: || Script::open().client([get(1)]).server([push_promise(1, 2)]),
    judges: &[Judge::On(&[On::WrongStream], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let promise = event.frame() == Some(FrameType::PUSH_PROMISE);
    if promise && event.side() == Side::Server {
        verdict.say(Draft::against_sender(event, "The server sent PUSH_PROMISE on stream 0.".to_owned()));
    }
}
