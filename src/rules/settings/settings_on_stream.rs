//! SETTINGS on a stream.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings};

/// SETTINGS on a non-zero stream.
pub(in crate::rules) static SETTINGS_ON_STREAM: Rule = Rule {
    code: "SET002",
    name: "settings-on-stream",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.5", Some(Level::Must)), rfc7540("6.5", Some(Level::Must))],
    summary: "SETTINGS on a non-zero stream",
    why: "SETTINGS applies to the connection and is sent on stream 0.",
    meaning: "SETTINGS frame with stream identifier other than 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Send SETTINGS on stream 0 only."],
    symptoms: &["nghttp2: SETTINGS: stream_id != 0"],
    refs: &[],
    h2spec: &["http2/6.5/2", "client/6.5/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([settings(&[]).map(|frame| frame.on(1))]),
    quiet: || Script::open().client([settings(&[])]),
    judges: &[Judge::On(&[On::WrongStream], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(header) = event.header().filter(|header| header.kind == FrameType::SETTINGS) else { return };
    let message = format!("The {} sent SETTINGS on stream {}.", event.side().word(), header.stream);
    verdict.say(Draft::against_sender(event, message));
}
