//! CONTINUATION on stream 0.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, continuation, get};

/// CONTINUATION on stream 0.
pub(in crate::rules) static CONTINUATION_ON_STREAM_ZERO: Rule = Rule {
    code: "CON004",
    name: "continuation-on-stream-zero",
    since: "0.1.0",
    area: areas::CONTINUATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.10", Some(Level::Must)), rfc7540("6.10", Some(Level::Must))],
    summary: "CONTINUATION on stream 0",
    why: "CONTINUATION belongs to a stream, never to the connection as a whole.",
    meaning: "CONTINUATION frame with stream identifier 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Use the stream of the preceding HEADERS or PUSH_PROMISE."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.10/3", "client/6.10/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1).map(Wire::unfinished), continuation(0, &[])]),
    quiet: || Script::open().client([get(1).map(Wire::unfinished), continuation(1, &[])]),
    judges: &[Judge::On(&[On::WrongStream], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if event.frame() == Some(FrameType::CONTINUATION) {
        let message = format!("The {} sent CONTINUATION on stream 0.", event.side().word());
        verdict.say(Draft::against_sender(event, message));
    }
}
