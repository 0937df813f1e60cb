//! Frames on a stream that their sender reset itself.

use crate::conn::{Input, Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post, priority, rst_stream};

/// Frame on a stream the sender itself reset.
pub(in crate::rules) static FRAME_AFTER_RST_STREAM_SENT: Rule = Rule {
    code: "STS007",
    name: "frame-after-rst-stream-sent",
    since: "0.1.0",
    area: areas::STREAM_STATE,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "STREAM_CLOSED",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("5.1", Some(Level::Must)),
        rfc9113("5.4.2", Some(Level::Must)),
        rfc7540("5.1", Some(Level::Must)),
        rfc7540("5.4.2", Some(Level::Must)),
    ],
    summary: "Frame on a stream the sender itself reset",
    why: "RST_STREAM is the last frame that an endpoint sends on a stream.",
    meaning: "X sent RST_STREAM and later sends DATA, HEADERS, WINDOW_UPDATE or CONTINUATION on the same \
        stream. PRIORITY is exempt; a second RST_STREAM is repeated-rst-stream. PUSH_PROMISE on it: see \
        push-promise-bad-parent.",
    harm: "The receiver cannot tell whether the stream is over; it may answer with STREAM_CLOSED.",
    doubt: "Own-stream fact.",
    not_blamed: "The stream was reset by its sender, not by it.",
    remedy: &["Drop queued frames of a stream when its RST_STREAM is queued."],
    symptoms: &[],
    refs: &[],
    h2spec: &["http2/5.1/8", "http2/5.1/9", "http2/5.1/10", "client/5.1/5", "client/5.1/6", "client/5.1/7"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || {
        Script::open().client([post(1)]).client([rst_stream(1, ErrorCode::CANCEL)]).client([data(1, b"x")])
    },
    quiet: || {
        Script::open().client([post(1)]).client([rst_stream(1, ErrorCode::CANCEL)]).client([priority(1, 3)])
    },
    judges: &[Judge::On(&[On::IllegalStep], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::IllegalStep { input, stream: Some(stream), .. } = event.fact.kind else { return };
    if !matches!(input, Input::Data | Input::Headers | Input::WindowUpdate) {
        return;
    }
    let side = event.side();
    let (Some((reset, code)), Some(header)) = (stream.sent[side].reset(), event.header()) else { return };
    let message = format!(
        "The {} sent {} on stream {} after it had reset the stream itself.",
        side.word(),
        header.kind,
        header.stream
    );
    let what = format!("RST_STREAM {code} of the same side");
    verdict.say(Draft::against_sender(event, message).shows(EvidenceRole::Proof, side, reset, what));
}
