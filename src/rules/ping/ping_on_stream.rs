//! PING on a stream.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, ping};

/// PING on a non-zero stream.
pub(in crate::rules) static PING_ON_STREAM: Rule = Rule {
    code: "PNG001",
    name: "ping-on-stream",
    since: "0.1.0",
    area: areas::PING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.7", Some(Level::Must)), rfc7540("6.7", Some(Level::Must))],
    summary: "PING on a non-zero stream",
    why: "PING belongs to the connection as a whole: its stream identifier is 0.",
    meaning: "A PING frame, or its acknowledgement, names a stream other than 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "None: the frame header alone shows it.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Send PING with stream identifier 0, whatever stream it is meant to keep alive."],
    symptoms: &["nghttp2: PING: stream_id != 0"],
    refs: &[],
    h2spec: &[
        "http2/6.7/3",
        "http2/5.4.1/1",
        "http2/5.4.1/2",
        "client/6.7/3",
        "client/5.4.1/1",
        "client/5.4.1/2",
    ],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([ping([1; 8]).map(|frame| frame.on(1))]),
    quiet: || Script::open().client([ping([1; 8])]).server([ping([1; 8]).map(|frame| frame.flag(1))]),
    judges: &[Judge::On(&[On::WrongStream], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.kind == FrameType::PING) {
        let message = format!(
            "The {} sent PING on stream {}; it belongs to the connection.",
            event.side().word(),
            header.stream
        );
        verdict.say(Draft::against_sender(event, message));
    }
}
