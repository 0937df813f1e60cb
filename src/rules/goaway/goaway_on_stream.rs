//! GOAWAY on a stream.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{ErrorCode, FrameType};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, goaway};

/// GOAWAY on a non-zero stream.
pub(in crate::rules) static GOAWAY_ON_STREAM: Rule = Rule {
    code: "GOA001",
    name: "goaway-on-stream",
    since: "0.1.0",
    area: areas::GOAWAY,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.8", Some(Level::Must)), rfc7540("6.8", Some(Level::Must))],
    summary: "GOAWAY on a non-zero stream",
    why: "GOAWAY speaks for the connection as a whole: its stream identifier is 0.",
    meaning: "A GOAWAY frame names a stream other than 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR, and may forget what the frame meant to \
        say.",
    doubt: "None: the frame header alone shows it.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Send GOAWAY with stream identifier 0; what concerns one stream is told by RST_STREAM."],
    symptoms: &["nghttp2: GOAWAY: stream_id != 0"],
    refs: &[],
    h2spec: &["http2/6.8/1", "client/6.8/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([goaway(0, ErrorCode::NO_ERROR).map(|frame| frame.on(1))]),
    quiet: || Script::open().client([goaway(0, ErrorCode::NO_ERROR)]),
    judges: &[Judge::On(&[On::WrongStream], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.kind == FrameType::GOAWAY) {
        let message = format!(
            "The {} sent GOAWAY on stream {}; it belongs to the connection.",
            event.side().word(),
            header.stream
        );
        verdict.say(Draft::against_sender(event, message));
    }
}
