//! Frames too short for their fields, and RST_STREAM of another length than 4.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{ErrorCode, Fault, FrameType};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, headers, post, rst_stream};

/// Frame too short for its mandatory fields.
pub(in crate::rules) static FRAME_TOO_SHORT: Rule = Rule {
    code: "FRM007",
    name: "frame-too-short",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("4.2", Some(Level::Must)), rfc7540("4.2", Some(Level::Must))],
    summary: "Frame too short for its mandatory fields",
    why: "A frame is long enough for the fields that its type and flags announce.",
    meaning: "DATA with PADDED and length 0; HEADERS with PRIORITY and fewer than 5 octets left; PUSH_PROMISE \
        without 4 octets for the promised identifier.",
    harm: "The receiver ends the connection with FRAME_SIZE_ERROR.",
    doubt: "Header (and flag) octets suffice.",
    not_blamed: "The length of a frame is its sender's doing.",
    remedy: &["Emit all fields announced by the flags."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([headers(1, &[0x82]).map(|frame| frame.flag(0x20))]),
    quiet: || Script::open().client([post(1)]).client([data(1, b"")]),
    judges: &[Judge::On(&[On::Malformed], too_short)],
};

/// RST_STREAM length is not 4.
pub(in crate::rules) static RST_STREAM_BAD_LENGTH: Rule = Rule {
    code: "FRM008",
    name: "rst-stream-bad-length",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FRAME_SIZE_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.4", Some(Level::Must)), rfc7540("6.4", Some(Level::Must))],
    summary: "RST_STREAM length is not 4",
    why: "RST_STREAM is exactly 4 octets long.",
    meaning: "RST_STREAM with length other than 4.",
    harm: "The receiver ends the connection with FRAME_SIZE_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "The length of a frame is its sender's doing.",
    remedy: &["Send the 4-octet error code only."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/6.4/3", "client/6.4/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([post(1)])
            .client([rst_stream(1, ErrorCode::CANCEL).map(|frame| frame.payload(&[0, 0, 8]))])
    },
    quiet: || Script::open().client([post(1)]).client([rst_stream(1, ErrorCode::CANCEL)]),
    judges: &[Judge::On(&[On::Malformed], rst_length)],
};

fn too_short(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::Malformed(Fault::Short { claimed, found }), Some(header)) = (event.fact.kind, event.header())
    else {
        return;
    };
    if matches!(header.kind, FrameType::DATA | FrameType::HEADERS | FrameType::PUSH_PROMISE) {
        let message = format!(
            "The {} sent {} of {found} octets; its fixed fields alone take {claimed}.",
            event.side().word(),
            header.kind
        );
        verdict.say(Draft::against_sender(event, message));
    }
}

fn rst_length(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    if let Some(header) = event.header().filter(|header| header.kind == FrameType::RST_STREAM) {
        let message =
            format!("The {} sent RST_STREAM of {} octets instead of 4.", event.side().word(), header.length);
        verdict.say(Draft::against_sender(event, message));
    }
}
