//! WINDOW_UPDATE of another length than 4.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, window_update};

/// WINDOW_UPDATE length is not 4.
pub(in crate::rules) static WINDOW_UPDATE_BAD_LENGTH: Rule = Rule {
    code: "FLW008",
    name: "window-update-bad-length",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.9", Some(Level::Must)), rfc7540("6.9", Some(Level::Must))],
    summary: "WINDOW_UPDATE length is not 4",
    why: "WINDOW_UPDATE is exactly 4 octets long.",
    meaning: "A WINDOW_UPDATE frame whose length is not 4.",
    harm: "The receiver ends the connection with FRAME_SIZE_ERROR.",
    doubt: "None: the frame header alone shows it.",
    not_blamed: "The length of a frame is its sender's doing.",
    remedy: &["Send the 4 octets of the increment, nothing else."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.9/3", "client/6.9/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([window_update(0, 1).map(|frame| frame.payload(&[0, 0, 1]))]),
    quiet: || Script::open().client([window_update(0, 1)]),
    judges: &[Judge::On(&[On::Malformed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.kind == FrameType::WINDOW_UPDATE) {
        let (who, length) = (event.side().word(), header.length);
        let message = format!("The {who} sent WINDOW_UPDATE of {length} octets instead of 4.");
        verdict.say(Draft::against_sender(event, message));
    }
}
