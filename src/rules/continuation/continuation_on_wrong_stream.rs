//! CONTINUATION on another stream than the open field block.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, continuation, get};

/// CONTINUATION for a different stream than the open block.
pub(in crate::rules) static CONTINUATION_ON_WRONG_STREAM: Rule = Rule {
    code: "CON002",
    name: "continuation-on-wrong-stream",
    since: "0.1.0",
    area: areas::CONTINUATION,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Own,
    rfc: &[
        rfc9113("4.3", Some(Level::Must)),
        rfc9113("6.10", Some(Level::Must)),
        rfc7540("4.3", Some(Level::Must)),
        rfc7540("6.10", Some(Level::Must)),
    ],
    summary: "CONTINUATION for a different stream than the open block",
    why: "CONTINUATION continues the field block on the stream on which it began.",
    meaning: "Field block open on stream A and CONTINUATION arrives with stream identifier B.",
    harm: "The receiver ends the connection with PROTOCOL_ERROR; the HPACK table is lost.",
    doubt: "Own-stream fact.",
    not_blamed: "Only one side writes a field block.",
    remedy: &["Keep fragments of a block contiguous and on one stream."],
    symptoms: &[
        "nghttp2: unexpected non-CONTINUATION frame or stream_id is invalid",
        "h2 (Rust): CONTINUATION frame stream ID does not match previous frame stream ID",
    ],
    refs: &[],
    h2spec: &["http2/4.3/3"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames],
    folds_into: &[],
    fires: || Script::open().client([get(1).map(Wire::unfinished), continuation(3, &[])]),
    quiet: || Script::open().client([get(1).map(Wire::unfinished), continuation(1, &[])]),
    judges: &[Judge::On(&[On::ContinuationElsewhere], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::ContinuationElsewhere { open }, Some(header)) = (event.fact.kind, event.header()) else {
        return;
    };
    let side = event.side();
    let message = format!(
        "The {} sent CONTINUATION on stream {} inside the field block of stream {}.",
        side.word(),
        header.stream,
        open.stream
    );
    let begun = format!("{} without END_HEADERS on stream {}", open.kind, open.stream);
    verdict.say(Draft::against_sender(event, message).shows(EvidenceRole::Proof, side, open.start, begun));
}
