//! Padding that is longer than the room for it.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{Fault, FrameType};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, headers, post};

/// DATA padding as long as the payload or longer.
pub(in crate::rules) static DATA_BAD_PADDING: Rule = Rule {
    code: "FRM005",
    name: "data-bad-padding",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.1", Some(Level::Must)), rfc7540("6.1", Some(Level::Must))],
    summary: "DATA padding as long as the payload or longer",
    why: "The padding of DATA is shorter than its payload.",
    meaning: "PADDED flag and Pad Length >= frame length (pad octet included in the length).",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Needs the first payload octet.",
    not_blamed: "The padding is its sender's doing.",
    remedy: &["Pad Length must leave room: at most length-1."],
    symptoms: &[
        "nghttp2: DATA: insufficient padding space",
        "nghttp2: DATA: invalid padding",
        "hyper-h2: Received frame with invalid padding.",
    ],
    refs: &[],
    h2spec: &["http2/6.1/3", "client/6.1/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([data(1, &[6, 0, 0, 0, 0]).map(|frame| frame.flag(8))]),
    quiet: || Script::open().client([post(1)]).client([data(1, b"x").map(|frame| frame.padded(4, 0))]),
    judges: &[Judge::On(&[On::Malformed], data_padding)],
};

/// HEADERS or PUSH_PROMISE padding exceeds the room left.
pub(in crate::rules) static HEADER_FRAME_BAD_PADDING: Rule = Rule {
    code: "FRM006",
    name: "header-frame-bad-padding",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[
        rfc9113("6.2", Some(Level::Must)),
        rfc9113("6.6", Some(Level::Must)),
        rfc7540("6.2", Some(Level::Must)),
        rfc7540("6.6", Some(Level::Must)),
    ],
    summary: "HEADERS or PUSH_PROMISE padding exceeds the room left",
    why: "The padding of HEADERS and PUSH_PROMISE leaves room for the fields before it.",
    meaning: "PADDED flag and pad octet + other fixed fields (5 for PRIORITY, 4 for the promised identifier) + \
        Pad Length exceed the frame length. What is left for the fragment counts, as RFC 7540 6.2 words \
        it; RFC 9113 compares with the whole payload.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR; the field block is lost.",
    doubt: "Needs the first payload octet. The table is unknown afterwards, and nothing is said of HPACK in that \
        direction.",
    not_blamed: "The padding is its sender's doing.",
    remedy: &["Compute the pad after subtracting the fixed fields."],
    symptoms: &[
        "nghttp2: HEADERS: insufficient padding space",
        "nghttp2: HEADERS: invalid padding",
        "Go: pad length too large",
    ],
    refs: &[],
    h2spec: &["http2/6.2/4", "client/6.2/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload],
    folds_into: &[],
    fires: || Script::open().client([headers(1, &[9, 0x82, 0x84]).map(|frame| frame.flag(8))]),
    quiet: || Script::open().client([get(1).map(|frame| frame.padded(9, 0))]),
    judges: &[Judge::On(&[On::Malformed], header_padding)],
};

fn data_padding(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, &[FrameType::DATA]);
}

fn header_padding(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, &[FrameType::HEADERS, FrameType::PUSH_PROMISE]);
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>, kinds: &[FrameType]) {
    let (Kind::Malformed(Fault::Padding { claimed, room }), Some(header)) = (event.fact.kind, event.header())
    else {
        return;
    };
    if kinds.contains(&header.kind) {
        let message = format!(
            "The {} sent {} with a pad length of {claimed}; {room} octets are left for it.",
            event.side().word(),
            header.kind
        );
        verdict.say(Draft::against_sender(event, message));
    }
}
