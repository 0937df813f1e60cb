//! Frames on stream 0 whose type needs a stream.

use crate::conn::On;
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{ErrorCode, FrameType};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, post, rst_stream};

/// DATA on stream 0.
pub(in crate::rules) static DATA_ON_STREAM_ZERO: Rule = Rule {
    code: "FRM002",
    name: "data-on-stream-zero",
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
    summary: "DATA on stream 0",
    why: "DATA belongs to a stream, never to the connection as a whole.",
    meaning: "DATA frame with stream identifier 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Associate DATA with a stream."],
    symptoms: &["nghttp2: DATA: stream_id == 0"],
    refs: &[],
    h2spec: &["http2/6.1/1", "client/6.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([data(0, b"x")]),
    quiet: || Script::open().client([post(1)]).client([data(1, b"x")]),
    judges: &[Judge::On(&[On::WrongStream], data_frame)],
};

/// HEADERS on stream 0.
pub(in crate::rules) static HEADERS_ON_STREAM_ZERO: Rule = Rule {
    code: "FRM003",
    name: "headers-on-stream-zero",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.2", Some(Level::Must)), rfc7540("6.2", Some(Level::Must))],
    summary: "HEADERS on stream 0",
    why: "HEADERS belongs to a stream, never to the connection as a whole.",
    meaning: "HEADERS frame with stream identifier 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Single-frame fact. The block changes the HPACK table all the same.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Use a valid stream identifier."],
    symptoms: &["nghttp2: HEADERS: stream_id == 0", "h2 (Rust): invalid stream ID 0"],
    refs: &[],
    h2spec: &["http2/6.2/3", "client/6.2/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([get(0)]),
    quiet: || Script::open().client([post(1)]).client([get(3)]),
    judges: &[Judge::On(&[On::WrongStream], headers_frame)],
};

/// RST_STREAM on stream 0.
pub(in crate::rules) static RST_STREAM_ON_STREAM_ZERO: Rule = Rule {
    code: "FRM004",
    name: "rst-stream-on-stream-zero",
    since: "0.1.0",
    area: areas::FRAMING,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Wire,
    rfc: &[rfc9113("6.4", Some(Level::Must)), rfc7540("6.4", Some(Level::Must))],
    summary: "RST_STREAM on stream 0",
    why: "RST_STREAM belongs to a stream, never to the connection as a whole.",
    meaning: "RST_STREAM frame with stream identifier 0.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR.",
    doubt: "Single-frame fact.",
    not_blamed: "The stream of a frame is its sender's doing.",
    remedy: &["Reset a stream, or send GOAWAY for the connection."],
    symptoms: &["nghttp2: RST_STREAM: stream_id == 0", "h2 (Rust): recv_reset: invalid stream ID 0"],
    refs: &[],
    h2spec: &["http2/6.4/1", "client/6.4/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([post(1)]).client([rst_stream(0, ErrorCode::CANCEL)]),
    quiet: || Script::open().client([post(1)]).client([rst_stream(1, ErrorCode::CANCEL)]),
    judges: &[Judge::On(&[On::WrongStream], rst)],
};

fn data_frame(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, FrameType::DATA);
}

fn headers_frame(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, FrameType::HEADERS);
}

fn rst(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    judge(event, verdict, FrameType::RST_STREAM);
}

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>, kind: FrameType) {
    if event.frame() == Some(kind) {
        verdict.say(Draft::against_sender(
            event,
            format!("The {} sent {kind} on stream 0.", event.side().word()),
        ));
    }
}
