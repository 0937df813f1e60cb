//! PING of another length than 8.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::FrameType;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, ping};

/// PING length is not 8.
pub(in crate::rules) static PING_BAD_LENGTH: Rule = Rule {
    code: "PNG002",
    name: "ping-bad-length",
    since: "0.1.0",
    area: areas::PING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.7", Some(Level::Must)), rfc7540("6.7", Some(Level::Must))],
    summary: "PING length is not 8",
    why: "PING carries exactly 8 octets.",
    meaning: "A PING frame, or its acknowledgement, whose length is not 8.",
    harm: "The receiver ends the connection with FRAME_SIZE_ERROR.",
    doubt: "None: the frame header alone shows it.",
    not_blamed: "The length of a frame is its sender's doing.",
    remedy: &["Carry exactly 8 octets, also where there is nothing to say in them."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.7/4", "client/6.7/4"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([ping([1; 8]).map(|frame| frame.payload(&[1; 6]))]),
    quiet: || Script::open().client([ping([1; 8])]).server([ping([1; 8]).map(|frame| frame.flag(1))]),
    judges: &[Judge::On(&[On::Malformed], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.kind == FrameType::PING) {
        let (who, length) = (event.side().word(), header.length);
        let message = format!("The {who} sent PING of {length} octets instead of 8.");
        verdict.say(Draft::against_sender(event, message));
    }
}
