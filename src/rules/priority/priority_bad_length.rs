//! PRIORITY of another length than 5.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, get, priority};

/// PRIORITY length is not 5.
pub(in crate::rules) static PRIORITY_BAD_LENGTH: Rule = Rule {
    code: "PRI002",
    name: "priority-bad-length",
    since: "0.1.0",
    area: areas::PRIORITY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.3", Some(Level::Must)), rfc7540("6.3", Some(Level::Must))],
    summary: "PRIORITY length is not 5",
    why: "PRIORITY is exactly 5 octets long.",
    meaning: "A PRIORITY frame whose length is not 5.",
    harm: "The receiver resets the stream with FRAME_SIZE_ERROR, or ends the connection.",
    doubt: "None: the frame header alone shows it. That it is a stream error does not forbid a receiver \
        to end the connection.",
    not_blamed: "The length of a frame is its sender's doing.",
    remedy: &["Send 4 octets of dependency and 1 of weight, or leave PRIORITY out altogether."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.3/2", "client/6.3/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([priority(1, 0).map(|frame| frame.payload(&[0; 4]))]),
    quiet: || Script::open().client([get(1)]).client([priority(1, 0)]),
    judges: &[Judge::On(&[On::Malformed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.kind == FrameType::PRIORITY) {
        let (who, length) = (event.side().word(), header.length);
        let message = format!("The {who} sent PRIORITY of {length} octets instead of 5.");
        verdict.say(Draft::against_sender(event, message));
    }
}
