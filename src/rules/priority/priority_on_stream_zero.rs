//! PRIORITY on stream 0.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, priority};

/// PRIORITY on stream 0.
pub(in crate::rules) static PRIORITY_ON_STREAM_ZERO: Rule = Rule {
    code: "PRI001",
    name: "priority-on-stream-zero",
    since: "0.1.0",
    area: areas::PRIORITY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.3", Some(Level::Must)), rfc7540("6.3", Some(Level::Must))],
    summary: "PRIORITY on stream 0",
    why: "PRIORITY belongs to a stream, never to the connection as a whole.",
    meaning: "A PRIORITY frame has stream identifier 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "None: the frame header alone shows it.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Name the stream whose priority is meant, or leave PRIORITY out altogether."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.3/1", "client/6.3/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([priority(0, 1)]),
    quiet: || Script::open().client([get(1)]).client([priority(1, 0)]),
    judges: &[Judge::On(&[On::WrongStream], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if event.frame() == Some(FrameType::PRIORITY) {
        let message = format!("The {} sent PRIORITY on stream 0.", event.side().word());
        verdict.say(Draft::against_sender(event, message));
    }
}
